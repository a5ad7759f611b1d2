import AsyncHTTPClient
import CoreMetrics
import Health
import Logging
import Synchronization
import TestSupport

@testable import Observation

/// A running prober, with what it tells the world.
struct ProbingStage: Sendable {
    let prober: CanaryProber
    let intake: Intake
    let log: LogLines

    /// The next piece of evidence that fits.
    func evidence(where fits: (Evidence.Kind) -> Bool = { _ in true }) async throws -> Evidence {
        for await item in intake.evidence where fits(item.kind) { return item }
        throw NoEvidence()
    }

    /// The next probe that came back.
    func finished(_ modelID: ModelID? = nil) async throws -> ProbeResult {
        let item = try await evidence {
            if case .probeFinished(let key, _, _) = $0 { modelID == nil || key.modelID == modelID } else { false }
        }
        if case .probeFinished(_, _, let result) = item.kind { return result }
        throw NoEvidence()
    }

    struct NoEvidence: Error {}
}

/// Runs a prober for the time of a scope.
@discardableResult
func withProber<Result: Sendable>(
    policy: HealthPolicy = HealthPolicy(), limits: CanaryProber.Limits = .init(), timekeeper: Timekeeper = .system,
    loads: LoadWatcher.Settings? = nil, egress configuration: EgressConfiguration = EgressConfiguration(),
    metrics: (any MetricsFactory)? = nil,
    isProbeable: @escaping @Sendable (ModelConfig) async -> Bool = { $0.localRuntime == nil },
    stay: @escaping @Sendable (ModelTarget, ModelConfig) -> LocalStay? = { _, _ in nil },
    onGatewayTrouble: @escaping @Sendable (String) -> Void = { _ in },
    _ body: (ProbingStage) async throws -> Result
) async throws -> Result {
    let egress = try Egress(configuration)
    let intake = Intake()
    let log = LogLines()
    let prober = CanaryProber(
        egress: egress, intake: intake, timekeeper: timekeeper, policy: policy, limits: limits, loads: loads,
        logger: log.logger(), metrics: metrics, isProbeable: isProbeable, stay: stay,
        onGatewayTrouble: onGatewayTrouble)
    do {
        let result = try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await prober.run() }
            let result = try await body(ProbingStage(prober: prober, intake: intake, log: log))
            group.cancelAll()
            try await group.waitForAll()
            return result
        }
        await egress.shutdown()
        return result
    } catch {
        await egress.shutdown()
        throw error
    }
}

/// Runs an egress for the time of a scope.
@discardableResult
func withEgress<Result>(
    _ configuration: EgressConfiguration = EgressConfiguration(),
    isForbidden: @escaping @Sendable (String) -> Bool = ForbiddenAddress.contains,
    _ body: (Egress) async throws -> Result
) async throws -> Result {
    let egress = try Egress(
        configuration, eventLoopGroup: HTTPClient.defaultEventLoopGroup, isForbidden: isForbidden)
    do {
        let result = try await body(egress)
        await egress.shutdown()
        return result
    } catch {
        await egress.shutdown()
        throw error
    }
}

/// Everything that is logged, as text.
final class LogLines: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }
    func logger() -> Logger {
        var logger = Logger(label: "test") { _ in Handler(lines: self) }
        logger.logLevel = .trace
        return logger
    }

    private struct Handler: LogHandler {
        let lines: LogLines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let own = metadata.merging(event.metadata ?? [:]) { $1 }
            lines.lines.withLock { $0.append("\(event.level) \(event.message) \(own)") }
        }
    }
}

/// A model at an address.
func probedModel(
    _ id: ModelID = "m", at url: String, model: String? = nil, provider: String = "acme",
    dialect: ModelTarget.Dialect = .openAI, mode: ModelConfig.Mode = .chat, interval: Duration = .seconds(3_600),
    timeout: Duration = .seconds(5), streaming: ModelConfig.Streaming = .never,
    key: Secret? = Secret("sk-canary-key-12345"),
    gateway: GatewayRoute? = nil, checks: [CheckDefinition] = [], localRuntime: LocalRuntime? = nil
) -> ModelConfig {
    ModelConfig(
        id: id, provider: provider,
        targets: [ModelTarget(dialect: dialect, baseURL: url, model: model ?? id.rawValue, key: key, gateway: gateway)],
        mode: mode, interval: interval, probe: ProbeConfig(modelId: id, timeout: timeout), streaming: streaming,
        checks: checks,
        localRuntime: localRuntime)
}

extension CanaryProber {
    /// Makes one model known and probes it once.
    func probeOnce(_ model: ModelConfig) async throws -> ProbeResult {
        register([model])
        return try await probe(model.id, config: model.probe)
    }
}
