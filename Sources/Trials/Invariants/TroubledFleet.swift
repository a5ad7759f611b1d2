import Foundation
import Health

/// The models of an ``InvariantTrial`` and everything that will happen to them, drawn from one seed.
struct TroubledFleet: Sendable {
    /// A model that leaves, comes back, or is configured anew.
    struct Change: Sendable {
        var at: Double
        var index: Int
        /// `nil` for one that leaves.
        var config: ModelConfig?
    }

    static let gateway = "portkey"

    let interval: Double
    let configs: [ModelConfig]
    let worlds: [World]
    let gatewayLosses: [Episode]
    let networkLosses: [Episode]
    /// Whether a connectivity check is configured, and how long it takes to fail.
    let hasConnectivityCheck: Bool
    let local: LocalWorld
    let jumps: [Double]
    /// Sorted.
    let changes: [Change]

    /// How a model is reached, by its position.
    enum Place: Sendable, Hashable { case host(Int), shared, gateway, local, queue }
    static let places: [Place] = [
        .host(0), .host(1), .host(2), .shared, .shared, .gateway, .gateway, .gateway, .local, .queue,
    ]

    init(days: Double, interval: Double, troubles: Double, _ chance: inout Chance) {
        let end = days * 86_400
        self.interval = interval
        let configs = Self.places.enumerated().map { Self.config($0.offset, $0.element, interval: interval) }
        self.configs = configs
        var draw = EpisodeDraw(end: end, troublesADay: troubles, interval: interval, chance: chance.split())
        networkLosses = draw.shared(every: 2 * 86_400, [.networkLost, .networkDropped])
        gatewayLosses = draw.shared(every: 2 * 86_400, [.gatewayLost, .gatewayFrozen])
        let hostLosses = draw.shared(every: 4 * 86_400, [.hostLost])
        let seeds = configs.map { _ in chance.next() }
        var worlds: [World] = []
        for (index, place) in Self.places.enumerated() {
            var shared: [Episode] = []
            switch place {
            case .gateway: shared = gatewayLosses
            case .shared: shared = EpisodeDraw.merged(networkLosses, hostLosses)
            case .host, .queue: shared = networkLosses
            case .local: break
            }
            var world = World(
                noise: place == .queue ? 0 : [0.001, 0.005, 0.02][index % 3], rhythm: index == 1 ? 2 : 1,
                episodes: draw.episodes(shared: shared, isQueue: place == .queue), seed: seeds[index])
            world.tellsLoad = place == .queue
            world.isBehindGateway = place == .gateway
            worlds.append(world)
        }
        self.worlds = worlds
        let isLocal = Self.places.firstIndex(of: .local) ?? 0
        local = LocalWorld(
            turns: [configs[isLocal].id: draw.localTurns()],
            silences: draw.shared(every: 3 * 86_400, [.refused]), interval: max(10, interval / 2))
        hasConnectivityCheck = chance.happens(0.5)
        jumps = (0..<max(Int(days), 1)).map { _ in 3_600 * (2 * chance.uniform() - 1) }
        changes = draw.changes(of: configs)
    }

    private static func config(_ index: Int, _ place: Place, interval: Double) -> ModelConfig {
        let host =
            switch place {
            case .host(let number): "https://host-\(number).example.com"
            case .shared: "https://shared.example.com"
            case .gateway: "http://127.0.0.1:8787"
            case .local: "http://127.0.0.1:11434"
            case .queue: "http://queue.example.com:8000"
            }
        // Those behind the gateway share an account, as those of one host do.
        return .trial(
            ModelID("model-\(index)"), provider: host, host: host, interval: interval,
            gateway: place == .gateway ? gateway : nil,
            streaming: index % 2 == 0 ? .auto : .never, runtime: place == .local ? .ollama : nil)
    }

    /// As the rules know them.
    var subjects: [InvariantWatch.Subject] {
        configs.indices.map { index in
            var subject = InvariantWatch.Subject(
                configs[index].id, interval: interval, troubles: worlds[index].episodes)
            subject.gateway = configs[index].targets[0].gateway?.gateway
            subject.account = configs[index].provider
            subject.isLocal = configs[index].localRuntime != nil
            subject.isOffMachine = !configs[index].targets[0].baseURL.contains("127.0.0.1")
            subject.isStreamed = configs[index].streaming == .auto
            return subject
        }
    }

    /// Whether something that concerns many models begins, or has just ended.
    func isTurning(at now: Double) -> Bool {
        (gatewayLosses + networkLosses).contains { $0.from <= now && now < $0.to + 120 }
    }

    func daemon(policy: HealthPolicy, _ chance: inout Chance) -> VirtualDaemon {
        var daemon = VirtualDaemon(configs, worlds: worlds, policy: policy, seed: chance.next())
        daemon.isWatched = true
        let (network, jumps) = (networkLosses, jumps)
        if hasConnectivityCheck {
            daemon.connectivity = { at in !network.contains { $0.contains(at) } }
            // What is swallowed is known to be lost only at the check's deadline.
            daemon.connectivityTime = { at in
                network.contains { $0.contains(at) && $0.trouble == .networkDropped } ? 3 : 0
            }
        }
        daemon.mishaps.lost = 0.002
        daemon.mishaps.doubled = 0.002
        daemon.mishaps.idle = 0.002
        daemon.mishaps.wallShift = { at in jumps[Int(at / 86_400) % jumps.count] }
        daemon.watch(gateway: Self.gateway, GatewayWorld(episodes: gatewayLosses))
        daemon.watch(.ollama, local)
        // Enough of them to stand for probes.
        daemon.send(6 / interval, to: 0)
        return daemon
    }
}
