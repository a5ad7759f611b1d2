package import Health

/// Which way a row of buckets goes: its older half compared with its newer one.
///
/// A move counts only when it is larger than a dead band and than what the buckets' own noise would make of nothing.
/// Each half needs two buckets that say something, else the answer is `unknown`.
package enum TrendDirection {
    /// Latency must move by this share of the older half's median.
    static let latencyBand = 0.10
    /// And by as many milliseconds: nobody feels less.
    static let latencyFloor = 2.0
    /// The error rate must move by this fraction.
    static let errorRateBand = 0.01
    /// Availability must move by this fraction.
    static let availabilityBand = 0.002
    /// Standard errors that noise alone may reach.
    private static let certainty = 2.0

    /// By the medians of the halves' p50: one slow bucket moves nothing.
    package static func latency(_ buckets: [HealthTrends.Bucket]) -> HealthTrends.Direction {
        guard let (older, newer) = halves(buckets, { $0.latency.p50 }) else { return .unknown }
        let a = older.map(\.value)
        let b = newer.map(\.value)
        let (before, after) = (median(a), median(b))
        let noise = certainty * (squared(standardError(a)) + squared(standardError(b))).squareRoot()
        let band = max(latencyBand * before, latencyFloor, noise)
        return direction(before - after, band: band)
    }

    /// By the shares of failed requests in the halves.
    package static func errorRate(_ buckets: [HealthTrends.Bucket]) -> HealthTrends.Direction {
        guard let (older, newer) = halves(buckets, { $0.errorRate }) else { return .unknown }
        let (before, after) = (mean(older), mean(newer))
        let (n, m) = (requests(older), requests(newer))
        let pooled = (before * n + after * m) / (n + m)
        let noise = certainty * (max(pooled * (1 - pooled), 0) * (1 / n + 1 / m)).squareRoot()
        return direction(before - after, band: max(errorRateBand, noise))
    }

    /// By the mean availability of the halves' observed buckets.
    package static func availability(_ buckets: [HealthTrends.Bucket]) -> HealthTrends.Direction {
        guard let (older, newer) = halves(buckets, { $0.availability }) else { return .unknown }
        let (a, b) = (older.map(\.value), newer.map(\.value))
        return direction(
            b.reduce(0, +) / Double(b.count) - a.reduce(0, +) / Double(a.count), band: availabilityBand)
    }

    private typealias Half = [(value: Double, requests: Double)]

    private static func halves(
        _ buckets: [HealthTrends.Bucket], _ value: (HealthTrends.Bucket) -> Double?
    ) -> (Half, Half)? {
        func half(_ part: ArraySlice<HealthTrends.Bucket>) -> Half {
            part.compactMap { bucket in value(bucket).map { ($0, Double(bucket.requestCount)) } }
        }
        // By time, not by count: a bucket in the middle belongs to the newer half.
        let middle = buckets.count / 2
        let (older, newer) = (half(buckets[..<middle]), half(buckets[middle...]))
        return older.count >= 2 && newer.count >= 2 ? (older, newer) : nil
    }

    private static func direction(_ gain: Double, band: Double) -> HealthTrends.Direction {
        abs(gain) <= band ? .steady : gain > 0 ? .improving : .worsening
    }

    private static func median(_ values: [Double]) -> Double {
        var all = WeightedValues()
        for value in values { all.add(value, weight: 1) }
        return all.median ?? 0
    }

    /// Of a median, from the median absolute deviation (×1.4826 for a normal spread, ×1.2533 for a median of it).
    private static func standardError(_ values: [Double]) -> Double {
        let middle = median(values)
        return 1.2533 * 1.4826 * median(values.map { abs($0 - middle) }) / Double(values.count).squareRoot()
    }

    private static func squared(_ value: Double) -> Double { value * value }

    private static func requests(_ half: Half) -> Double { max(half.reduce(0) { $0 + $1.requests }, 1) }

    private static func mean(_ half: Half) -> Double {
        var all = WeightedValues()
        for (value, requests) in half { all.add(value, weight: requests) }
        return all.mean ?? 0
    }
}
