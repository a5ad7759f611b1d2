#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A mergeable distribution of durations with a relative error of 1 %: logarithmic buckets, kept sparsely.
///
/// Covers 10 µs to one hour; what lies outside is counted in the outermost buckets. Eight bytes a used bucket.
public struct LatencySketch: Sendable, Hashable {
    /// How far a quantile may be off: one per cent.
    public static let relativeError = 0.01
    private static let smallest = 10e-6
    private static let largest = 3_600.0
    private static let gamma = (1 + relativeError) / (1 - relativeError)
    private static let scale = 1 / log(gamma)
    private static let lowestIndex = Int((log(smallest) * scale).rounded(.up))
    private static let highestIndex = Int((log(largest) * scale).rounded(.up))

    private struct Bucket: Sendable, Hashable {
        var index: Int32
        var count: UInt32
    }

    /// Sorted by index.
    private var buckets: [Bucket] = []
    /// How many values were added.
    public private(set) var count: UInt64 = 0

    /// Without any value.
    public init() {}

    /// Whether nothing was added.
    public var isEmpty: Bool { count == 0 }

    /// Adds `times` values of `seconds`.
    public mutating func record(_ seconds: Double, times: Int = 1) {
        guard seconds.isFinite, times > 0 else { return }
        let raw = Int((log(max(seconds, Self.smallest)) * Self.scale).rounded(.up))
        add(Bucket(index: Int32(min(max(raw, Self.lowestIndex), Self.highestIndex)), count: UInt32(clamping: times)))
    }

    /// Adds all values of another sketch.
    public mutating func merge(_ other: LatencySketch) {
        for bucket in other.buckets { add(bucket) }
    }

    /// Forgets every value.
    public mutating func removeAll() {
        buckets.removeAll(keepingCapacity: true)
        count = 0
    }

    /// The value, in seconds, at or below which a fraction `q` of the values lie; `nil` when empty.
    public func quantile(_ q: Double) -> Double? {
        guard count > 0, !q.isNaN else { return nil }
        let q = min(max(q, 0), 1)
        let rank = max(UInt64((q * Double(count)).rounded(.up)), 1)
        var seen: UInt64 = 0
        for bucket in buckets {
            seen += UInt64(bucket.count)
            if seen >= rank { return Self.value(of: bucket.index) }
        }
        return buckets.last.map { Self.value(of: $0.index) }
    }

    /// The mission's three percentiles, in milliseconds.
    public var percentiles: LatencyPercentiles {
        func milliseconds(_ q: Double) -> Double? { quantile(q).map { ($0 * 1_000_000).rounded() / 1_000 } }
        return LatencyPercentiles(p50: milliseconds(0.5), p90: milliseconds(0.9), p99: milliseconds(0.99))
    }

    /// The used buckets by their index, to be stored; ``init(stored:)`` reads them again.
    package var stored: [(index: Int32, count: UInt64)] { buckets.map { ($0.index, UInt64($0.count)) } }

    /// - Parameter stored: in any order; what lies outside the known range of indices is left out.
    package init(stored: some Sequence<(index: Int32, count: UInt64)>) {
        for (index, count) in stored where (Self.lowestIndex...Self.highestIndex).contains(Int(index)) && count > 0 {
            add(Bucket(index: index, count: UInt32(clamping: count)))
        }
    }

    /// By what a natural logarithm of seconds is multiplied to give the index of its bucket, rounded up.
    package static var indexScale: Double { scale }
    /// The indices there are.
    package static var indices: ClosedRange<Int> { lowestIndex...highestIndex }

    private static func value(of index: Int32) -> Double { 2 * pow(gamma, Double(index)) / (gamma + 1) }

    private mutating func add(_ bucket: Bucket) {
        count += UInt64(bucket.count)
        var low = 0
        var high = buckets.count
        while low < high {
            let middle = (low + high) / 2
            if buckets[middle].index < bucket.index { low = middle + 1 } else { high = middle }
        }
        if low < buckets.count, buckets[low].index == bucket.index {
            buckets[low].count =
                buckets[low].count.addingReportingOverflow(bucket.count).overflow
                ? .max : buckets[low].count + bucket.count
        } else {
            buckets.insert(bucket, at: low)
        }
    }
}
