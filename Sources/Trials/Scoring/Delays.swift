/// Seconds from the beginning of a fault to a verdict, of many faults; a fault that was not found counts as infinite.
package struct Delays: Sendable, Hashable {
    package private(set) var values: [Double] = []

    package init() {}

    package mutating func add(_ seconds: Double?) { values.append(seconds ?? .infinity) }
    package mutating func add(_ other: Delays) { values += other.values }

    package var count: Int { values.count }

    /// The delay that a fraction `q` of the faults does not exceed; `nil` without faults.
    package func quantile(_ q: Double) -> Double? {
        guard !values.isEmpty else { return nil }
        let sorted = values.sorted()
        return sorted[min(max(Int((q * Double(sorted.count)).rounded(.up)) - 1, 0), sorted.count - 1)]
    }

    /// The share of the faults found within a time.
    package func share(within seconds: Double) -> Double {
        values.isEmpty ? 0 : Double(values.count { $0 <= seconds }) / Double(values.count)
    }

    /// The mean over those that were found.
    package var mean: Double {
        let found = values.filter(\.isFinite)
        return found.isEmpty ? .infinity : found.reduce(0, +) / Double(found.count)
    }
}
