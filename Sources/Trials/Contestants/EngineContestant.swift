package import Health

/// llm-health watching one model.
package struct EngineContestant: Contestant {
    package private(set) var daemon: VirtualDaemon
    private static let model: ModelID = "model"

    package init(interval: Double, policy: HealthPolicy = HealthPolicy(), timeout: Double = 10, seed: UInt64) {
        let config = ModelConfig.trial(Self.model, interval: interval, timeout: timeout)
        daemon = VirtualDaemon([config], worlds: [World(seed: seed)], policy: policy, seed: seed)
    }

    package var nextAt: Double { daemon.nextAt }
    package var status: HealthStatus { daemon.engine.verdicts(of: Self.model)?.status ?? .unknown }
    package var isAvoided: Bool { daemon.engine.verdicts(of: Self.model)?.routing != .usable }
    package var looks: Int { daemon.probes.values.reduce(0, +) }
    package var extraLooks: Int { looks - (daemon.probes[.scheduled] ?? 0) }

    package mutating func step(_ world: inout World) {
        swap(&daemon.worlds[0], &world)
        daemon.step()
        swap(&daemon.worlds[0], &world)
        daemon.events.removeAll(keepingCapacity: true)
    }
}

extension ModelConfig {
    /// A model of a trial, reached directly.
    package static func trial(
        _ id: ModelID, provider: String = "trial", host: String = "https://api.example.com", interval: Double,
        timeout: Double = 10, gateway: String? = nil, streaming: Streaming = .never, runtime: LocalRuntime? = nil
    ) -> ModelConfig {
        ModelConfig(
            id: id, provider: provider,
            targets: [
                ModelTarget(
                    baseURL: host, model: id.rawValue,
                    gateway: gateway.map { GatewayRoute(gateway: $0, provider: provider) })
            ], interval: .seconds(interval), probe: ProbeConfig(modelId: id, timeout: .seconds(timeout)),
            streaming: streaming, localRuntime: runtime)
    }
}
