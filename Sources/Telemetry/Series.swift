import CoreMetrics
import Synchronization

/// One series: a metric's name, its labels and a value or a histogram.
///
/// All kinds of handler are this one class, since a kind only says how a value is taken in. Recording takes one lock
/// that no other series shares and touches one number, or one bucket; buckets are summed up when somebody reads.
final class Series: Sendable {
    /// What a reader sees of it.
    struct Reading: Sendable, Equatable {
        /// The value; of a histogram, the sum of its values.
        var value = 0.0
        /// How many values fell into each bucket, the endless one last; empty when it is no histogram.
        var counts: [UInt64] = []
    }

    let name: String
    /// The labels as they are written between the braces; empty without any.
    let labels: String
    let kind: Metric.Kind
    /// Upper bounds, ascending.
    let bounds: [Double]
    private let state: Mutex<Reading>

    init(name: String, labels: String, kind: Metric.Kind, bounds: [Double] = []) {
        self.name = name
        self.labels = labels
        self.kind = kind
        self.bounds = bounds
        state = Mutex(Reading(counts: kind == .histogram ? Array(repeating: 0, count: bounds.count + 1) : []))
    }

    var reading: Reading { state.withLock { $0 } }

    /// Adds to a counter or gauge. A counter never falls, and nothing becomes NaN.
    private func add(_ amount: Double) {
        guard amount.isFinite, kind == .gauge || amount > 0 else { return }
        state.withLock { $0.value += amount }
    }

    /// Sets a gauge, or counts a histogram's value.
    private func take(_ value: Double) {
        guard kind == .histogram else { return state.withLock { $0.value = value } }
        guard value.isFinite else { return }
        let bucket = bounds.partitioningIndex { value <= $0 }
        state.withLock { reading in
            reading.counts[bucket] += 1
            reading.value += value
        }
    }
}

extension Series: CounterHandler, FloatingPointCounterHandler, MeterHandler, RecorderHandler, TimerHandler {
    func increment(by amount: Int64) { add(Double(amount)) }
    func increment(by amount: Double) { add(amount) }
    func decrement(by amount: Double) { add(-amount) }
    func set(_ value: Int64) { take(Double(value)) }
    func set(_ value: Double) { take(value) }
    func record(_ value: Int64) { take(Double(value)) }
    func record(_ value: Double) { take(value) }
    /// A clock that went back makes no negative duration.
    func recordNanoseconds(_ duration: Int64) { take(Double(max(duration, 0)) / 1e9) }
    func reset() { state.withLock { $0 = Reading(counts: Array(repeating: 0, count: $0.counts.count)) } }
}

extension [Double] {
    /// The first index whose element fulfils `predicate`, which must hold for all elements after it too.
    fileprivate func partitioningIndex(where predicate: (Double) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if predicate(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
