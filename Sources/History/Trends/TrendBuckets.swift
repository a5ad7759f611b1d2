package import Health

#if canImport(FoundationEssentials)
package import FoundationEssentials
#else
package import Foundation
#endif

/// Snapshots of one model, poured into stretches of equal length.
///
/// Latency is the median over a bucket's snapshots, the error rate their mean, both weighted by requests: a snapshot
/// tells of the five minutes before it, so its figures count as often as requests came in since the one before.
package struct TrendBuckets {
    private struct Bucket {
        var p50 = WeightedValues()
        var p90 = WeightedValues()
        var p99 = WeightedValues()
        var errorRate = WeightedValues()
        var requestCount = 0
    }

    private let range: TimeRange
    private var buckets: [Bucket]

    /// - Parameter count: 1…``HistoryLimits/buckets``.
    package init(range: TimeRange, count: Int) throws(HealthStorageError) {
        guard (1...HistoryLimits.buckets).contains(count) else {
            throw HealthStorageError(
                operation: .aggregate,
                message: "\(count) buckets were asked for, it must be 1 to \(HistoryLimits.buckets)")
        }
        self.range = range
        buckets = Array(repeating: Bucket(), count: count)
    }

    /// Seconds.
    private var width: Double { range.to.timeIntervalSince(range.from) / Double(buckets.count) }

    /// The buckets' borders: one more than there are buckets.
    private var bounds: [Date] {
        (0..<buckets.count).map { range.from + width * Double($0) } + [range.to]
    }

    /// Takes a snapshot in; one outside the range is left out.
    package mutating func add(_ metrics: HealthSnapshot.Metrics, at time: Date) {
        guard range.milliseconds.contains(time.milliseconds) else { return }
        let index = min(max(Int((time.timeIntervalSince(range.from) / width).rounded(.down)), 0), buckets.count - 1)
        let weight = Double(metrics.requestCount)
        buckets[index].p50.add(metrics.latencyP50, weight: weight)
        buckets[index].p90.add(metrics.latencyP90, weight: weight)
        buckets[index].p99.add(metrics.latencyP99, weight: weight)
        buckets[index].errorRate.add(metrics.errorRate, weight: weight)
        buckets[index].requestCount += metrics.requestCount
    }

    /// The buckets and their directions; availability and worst status come from the timeline of the same range.
    package func finish(_ modelID: ModelID, along timeline: StatusTimeline) -> HealthTrends {
        let bounds = bounds
        let shares = timeline.shares(at: bounds)
        let result = buckets.indices.map { index in
            HealthTrends.Bucket(
                start: bounds[index], width: width,
                latency: LatencyPercentiles(
                    p50: buckets[index].p50.median, p90: buckets[index].p90.median, p99: buckets[index].p99.median),
                errorRate: buckets[index].errorRate.mean, availability: shares[index].availability,
                requestCount: buckets[index].requestCount, worstStatus: shares[index].worst)
        }
        return HealthTrends(
            modelId: modelID, range: range, buckets: result, latency: TrendDirection.latency(result),
            errorRate: TrendDirection.errorRate(result), availability: TrendDirection.availability(result))
    }
}
