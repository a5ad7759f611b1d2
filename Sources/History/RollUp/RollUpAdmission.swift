import Health

/// Which sums may be added to those that are there: what is known of a stretch is not counted twice.
enum RollUpAdmission {
    /// The sums whose stretches nothing is known of, neither by themselves nor within a longer one.
    ///
    /// - Parameters:
    ///   - sums: in order of time, all of one width.
    ///   - present: what is there of that width, over the whole longer stretches that `sums` touch.
    ///   - longer: what is there of the next width.
    static func missing(
        _ sums: [RollUp], of width: RollUpWidth, present: [RollUp], longer: [RollUp]
    ) -> [RollUp] {
        let there = Set(present.map(\.start.milliseconds))
        var missing = sums.filter { !there.contains($0.start.milliseconds) && !$0.isNothing }
        guard let next = width.longer, !missing.isEmpty else { return missing }
        var known: [Int64: Int] = [:]
        for sum in present { known[next.start(of: sum.start.milliseconds), default: 0] += sum.snapshots }
        // A longer stretch that knows more than its parts, which have been deleted since, knows this one too.
        let whole = Set(
            longer.filter { $0.snapshots > known[$0.start.milliseconds] ?? 0 }.map(\.start.milliseconds))
        missing.removeAll { whole.contains(next.start(of: $0.start.milliseconds)) }
        return missing
    }
}

extension RollUp {
    /// Neither a snapshot nor observed time.
    var isNothing: Bool { snapshots == 0 && spans.observed == 0 }
}

extension [RollUp] {
    /// From the beginning of the first to the end of the last, in whole stretches of a width; milliseconds since 1970.
    ///
    /// - Parameter own: the width of the sums themselves.
    func extent(own: RollUpWidth, in width: RollUpWidth) -> Range<Int64>? {
        guard let first, let last else { return nil }
        return width.start(
            of: first.start.milliseconds)..<(last.start.milliseconds + own.milliseconds).roundedUp(
                to: width.milliseconds)
    }
}
