/// Numbers with weights, of which the middle is wanted.
struct WeightedValues {
    private var items: [(value: Double, weight: Double)] = []

    var isEmpty: Bool { items.isEmpty }

    mutating func add(_ value: Double?, weight: Double) {
        if let value { items.append((value, weight)) }
    }

    /// The value at which half of the weight is reached; where nothing weighs anything, all count the same.
    var median: Double? {
        guard !items.isEmpty else { return nil }
        let sorted = items.sorted { $0.value < $1.value }
        let total = sorted.reduce(0) { $0 + $1.weight }
        let isWeightless = total <= 0
        let half = (isWeightless ? Double(sorted.count) : total) / 2
        var reached = 0.0
        for (index, item) in sorted.enumerated() {
            reached += isWeightless ? 1 : item.weight
            // Exactly in the middle between two values: halfway, as an unweighted median has it.
            if reached == half, index + 1 < sorted.count {
                let next = sorted[(index + 1)...].first { isWeightless || $0.weight > 0 }
                return (item.value + (next?.value ?? item.value)) / 2
            }
            if reached > half { return item.value }
        }
        return sorted.last?.value
    }

    /// The weighted mean; where nothing weighs anything, the plain one.
    var mean: Double? {
        guard !items.isEmpty else { return nil }
        let total = items.reduce(0) { $0 + $1.weight }
        guard total > 0 else { return items.reduce(0) { $0 + $1.value } / Double(items.count) }
        return items.reduce(0) { $0 + $1.value * $1.weight } / total
    }
}
