package import Health

#if canImport(FoundationEssentials)
package import FoundationEssentials
#else
package import Foundation
#endif

/// What a stretch of one model's history comes to: figures that add up, so that days follow from hours and hours from
/// minutes.
package struct RollUp: Sendable, Hashable {
    /// How long the model was seen in each state; milliseconds.
    package struct Spans: Sendable, Hashable {
        package var healthy: Int64 = 0
        package var degraded: Int64 = 0
        package var unhealthy: Int64 = 0
        package var unknown: Int64 = 0
        /// A local model at rest: neither up nor down.
        package var idle: Int64 = 0

        package init() {}

        /// Time in which anybody looked.
        package var observed: Int64 { counted + unknown + idle }
        /// Time that counts for availability.
        package var counted: Int64 { healthy + degraded + unhealthy }

        /// The share 0…1 of the counted time in which the model was not unhealthy; `nil` when none counts.
        package var availability: Double? {
            counted > 0 ? 1 - Double(unhealthy) / Double(counted) : nil
        }

        /// The worst status that the model was seen in; `nil` when nobody looked.
        package var worst: HealthStatus? {
            if unhealthy > 0 { return .unhealthy }
            if degraded > 0 { return .degraded }
            // Blindness is worse than health and better than trouble.
            if unknown > 0 { return .unknown }
            return healthy + idle > 0 ? .healthy : nil
        }

        package mutating func add(_ status: HealthStatus, isIdle: Bool, milliseconds: Int64) {
            if isIdle {
                idle += milliseconds
                return
            }
            switch status {
            case .healthy: healthy += milliseconds
            case .degraded: degraded += milliseconds
            case .unhealthy: unhealthy += milliseconds
            case .unknown: unknown += milliseconds
            }
        }

        /// A share 0…1 of it.
        func scaled(by share: Double) -> Spans {
            func scaled(_ milliseconds: Int64) -> Int64 { Int64((Double(milliseconds) * share).rounded()) }
            var spans = Spans()
            spans.healthy = scaled(healthy)
            spans.degraded = scaled(degraded)
            spans.unhealthy = scaled(unhealthy)
            spans.unknown = scaled(unknown)
            spans.idle = scaled(idle)
            return spans
        }

        package static func += (a: inout Spans, b: Spans) {
            a.healthy += b.healthy
            a.degraded += b.degraded
            a.unhealthy += b.unhealthy
            a.unknown += b.unknown
            a.idle += b.idle
        }
    }

    /// The distribution of each percentile that the snapshots told, by requests.
    package struct Latency: Sendable, Hashable {
        package var p50 = LatencySketch()
        package var p90 = LatencySketch()
        package var p99 = LatencySketch()

        package init() {}

        package var isEmpty: Bool { p50.isEmpty && p90.isEmpty && p99.isEmpty }

        /// The medians, in milliseconds.
        package var medians: LatencyPercentiles {
            func median(_ sketch: LatencySketch) -> Double? {
                sketch.quantile(0.5).map { ($0 * 1_000_000).rounded() / 1_000 }
            }
            return LatencyPercentiles(p50: median(p50), p90: median(p90), p99: median(p99))
        }

        package static func += (a: inout Latency, b: Latency) {
            a.p50.merge(b.p50)
            a.p90.merge(b.p90)
            a.p99.merge(b.p99)
        }
    }

    /// Where it begins.
    package var start: Date
    package var snapshots = 0
    /// Outcomes.
    package var requests = 0
    /// Failed ones among them, as the snapshots' error rates have it.
    package var errors = 0.0
    package var spans = Spans()
    package var latency = Latency()

    package init(start: Date) { self.start = start }

    /// A fraction 0…1; `nil` without requests.
    package var errorRate: Double? { requests > 0 ? min(errors / Double(requests), 1) : nil }

    /// Counts a snapshot; what it says of time is another matter.
    mutating func add(_ metrics: HealthSnapshot.Metrics) {
        snapshots += 1
        requests += metrics.requestCount
        errors += Double(metrics.requestCount) * (metrics.errorRate ?? 0)
        // What no request told has no weight.
        guard metrics.requestCount > 0 else { return }
        if let p50 = metrics.latencyP50 { latency.p50.record(p50 / 1_000, times: metrics.requestCount) }
        if let p90 = metrics.latencyP90 { latency.p90.record(p90 / 1_000, times: metrics.requestCount) }
        if let p99 = metrics.latencyP99 { latency.p99.record(p99 / 1_000, times: metrics.requestCount) }
    }

    /// Adds a part of it.
    mutating func add(_ part: RollUp) {
        snapshots += part.snapshots
        requests += part.requests
        errors += part.errors
        spans += part.spans
        latency += part.latency
    }
}

extension [RollUp] {
    /// Of all together.
    var snapshots: Int { reduce(0) { $0 + $1.snapshots } }

    /// The same in longer stretches.
    ///
    /// - Parameters:
    ///   - self: in order of time.
    ///   - width: milliseconds, a multiple of the present length.
    ///   - origin: where a stretch begins; milliseconds since 1970.
    package func merged(into width: Int64, from origin: Int64 = 0) -> [RollUp] {
        var result: [RollUp] = []
        for part in self {
            let start = origin + (part.start.milliseconds - origin).roundedDown(to: width)
            if result.last?.start.milliseconds != start { result.append(RollUp(start: Date(milliseconds: start))) }
            result[result.count - 1].add(part)
        }
        return result
    }
}
