import API
import Foundation
import Health
import History
import Logging
import ServiceLifecycle

/// An API whose fleet changes at a steady pace; tells its port in its first line.
struct LoadServer: Sendable {
    /// Events a second.
    let rate: Int
    let models: Int
    /// Before the first event.
    let delay: Duration

    func run() async throws {
        let publisher = FleetPublisher()
        let logger = Logger(label: "stream-load", factory: { StreamLogHandler.standardError(label: $0) })
        let api = HealthAPI(
            configuration: APIConfiguration(port: 0, live: LiveLimits(streams: 5_000), maximumConnections: 6_000),
            dependencies: APIDependencies(
                publisher: publisher, aggregator: NoAggregator(), storage: MemoryHistory(), probe: { _ in [] }))
        let server = APIServer(api, logger: logger) { port in
            print(port)
            fflush(nil)
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            group.addTask { try await publish(to: publisher) }
            try await group.next()
            group.cancelAll()
        }
    }

    private func publish(to publisher: FleetPublisher) async throws {
        let clock = ContinuousClock()
        var fleet = (0..<models).map { Self.model($0, .healthy) }
        publisher.publish(FleetHealth(revision: 1, at: Date(), models: fleet), events: [])
        var due = clock.now.advanced(by: delay)
        var seq: UInt64 = 0
        while true {
            try await clock.sleep(until: due, tolerance: .zero)
            due = due.advanced(by: .seconds(1) / rate)
            seq += 1
            let index = Int(seq) % models
            let before = fleet[index].status
            fleet[index] = Self.model(index, before == .healthy ? .degraded : .healthy)
            let event = HealthChangeEvent(
                seq: seq, modelId: fleet[index].modelId, provider: fleet[index].provider, previousStatus: before,
                currentStatus: fleet[index].status, timestamp: Date(),
                reasons: [HealthReason(.errors, "t=\(monotonicNanoseconds())")])
            publisher.publish(FleetHealth(revision: seq + 1, at: Date(), models: fleet), events: [event])
        }
    }

    private static func model(_ number: Int, _ status: HealthStatus) -> ModelHealthStatus {
        let now = Date()
        return ModelHealthStatus(
            modelId: ModelID("provider/model-\(number)"), provider: "provider-\(number % 5)", status: status,
            score: 87.5,
            reasons: [HealthReason(.passing, "All probes of the last five minutes succeed.")], since: now,
            routing: RoutingVerdict(.usable, reason: "healthy"),
            latency: LatencyPercentiles(p50: 412.5, p90: 700, p99: 1_250.25), timeToFirstTokenMs: 210, errorRate: 0.01,
            availability: 0.9985, lastCheck: now, lastSuccessfulResponse: now, nextProbeAt: now + 15,
            requestTotal: 240,
            targets: [
                TargetHealth(
                    name: "default", status: status, reason: "All probes succeed.", consecutiveFailures: 0,
                    circuitBreaker: CircuitBreakerStatus(state: .closed))
            ])
    }
}

/// The clock that both processes read.
func monotonicNanoseconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

private struct NoAggregator: HealthAggregatorService {
    func healthStatus(of modelID: ModelID) async throws(HealthAggregationError) -> ModelHealthStatus {
        throw HealthAggregationError(message: "none")
    }
    func allHealthStatuses() async throws(HealthAggregationError) -> [ModelHealthStatus] { [] }
    func healthSummary() async -> HealthSummary { FleetHealth.empty.summary }
    func triggerImmediateCheck(_ modelID: ModelID?) async throws(HealthCheckError) {}
    func healthChanges() -> AsyncStream<HealthChangeEvent> { AsyncStream { $0.finish() } }
}
