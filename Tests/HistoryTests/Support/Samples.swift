import Foundation
import Health

/// A fixed instant on the grid, so that every test's times can be read.
let noon = Date(timeIntervalSince1970: 1_795_435_200)

extension Date {
    /// Noon plus so many seconds.
    static func at(_ seconds: Double) -> Date {
        // On the grid of milliseconds, as everything stored is.
        Date(timeIntervalSince1970: ((noon.timeIntervalSince1970 + seconds) * 1_000).rounded() / 1_000)
    }
}

extension TimeRange {
    /// Seconds after noon.
    static func from(_ from: Double, to: Double) -> TimeRange {
        TimeRange(last: .seconds(to - from), endingAt: .at(to))
    }

    /// All that a test stores.
    static let all = TimeRange.from(-100_000_000, to: 100_000_000)
}

extension HealthSnapshot {
    static func sample(
        _ model: ModelID = "gpt-4o", at seconds: Double, status: HealthStatus = .healthy,
        code: HealthReason.Code? = nil, p50: Double? = 100, errorRate: Double? = 0, requests: Int = 4
    ) -> HealthSnapshot {
        HealthSnapshot(
            timestamp: .at(seconds), modelId: model, provider: "openai", status: status,
            score: status == .unknown ? nil : 90,
            reasonCode: code
                ?? [HealthStatus.healthy: .passing, .degraded: .errors, .unhealthy: .outage, .unknown: .stale][status]!,
            metrics: Metrics(
                latencyP50: p50, latencyP90: p50.map { $0 * 2 }, latencyP99: p50.map { $0 * 4 }, errorRate: errorRate,
                requestCount: requests, availability: 0.999),
            probeResult: Probe(success: status == .healthy, latency: p50, error: status == .healthy ? nil : "no answer")
        )
    }
}

extension HealthChangeEvent {
    static func sample(
        _ seq: UInt64, _ model: ModelID = "gpt-4o", at seconds: Double, from previous: HealthStatus = .healthy,
        to current: HealthStatus = .unhealthy, code: HealthReason.Code? = nil, _ message: String? = nil
    ) -> HealthChangeEvent {
        HealthChangeEvent(
            seq: seq, modelId: model, provider: "openai", previousStatus: previous, currentStatus: current,
            timestamp: .at(seconds),
            reasons: [
                HealthReason(
                    code ?? (current == .healthy ? .passing : .outage), message ?? "became \(current.rawValue)"),
                HealthReason(.target, "eu does not answer", target: "eu"),
            ])
    }
}

extension ModelHealthStatus {
    static func sample(
        _ model: ModelID, _ status: HealthStatus = .healthy, requests: UInt64 = 0, p50: Double? = 100,
        breaker: CircuitBreakerStatus = .init(state: .closed)
    ) -> ModelHealthStatus {
        ModelHealthStatus(
            modelId: model, provider: "openai", status: status, score: status == .unknown ? nil : 90,
            reasons: [HealthReason(status == .healthy ? .passing : .outage, "as told")], since: noon,
            routing: RoutingVerdict(.usable, reason: "as told"),
            latency: LatencyPercentiles(p50: p50, p90: p50, p99: p50), errorRate: 0, availability: 1,
            circuitBreaker: breaker, requestTotal: requests)
    }
}

/// A generator that gives the same numbers in every run.
struct Seeded: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
