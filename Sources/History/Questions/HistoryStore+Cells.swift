package import Health

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Stretches of equal length that a long range is answered in; they begin on whole minutes, hours or days in UTC.
package struct CellGrid: Sendable, Hashable {
    /// Milliseconds.
    package let width: Int64
    /// Milliseconds since 1970; begins and ends with a cell.
    package let range: Range<Int64>
    /// The sums that the cells are put together from.
    let source: RollUpWidth

    /// - Parameter resolution: at least so long is each cell; milliseconds.
    init(_ range: TimeRange, resolution: Int64) {
        let source = RollUpWidth.allCases.last { $0.milliseconds <= resolution } ?? .minute
        let width = max(resolution, 1).roundedUp(to: source.milliseconds)
        let bounds = range.possible
        self.source = source
        self.width = width
        self.range = bounds.lowerBound.roundedDown(to: width)..<bounds.upperBound.roundedUp(to: width)
    }

    /// Where each cell begins.
    package var starts: [Int64] {
        (0..<(range.upperBound - range.lowerBound) / width).map { range.lowerBound + $0 * width }
    }
}

extension HistoryStore {
    /// Ranges up to this are answered from the snapshots themselves, exactly; milliseconds.
    static var exactReach: Int64 { 26 * RollUpWidth.hour.milliseconds }

    /// The snapshots of a range and of shortly before it; `nil` where they are too many, or have been summed up and
    /// deleted since.
    func snapshots(of modelID: ModelID, exactlyIn range: TimeRange) async throws(HealthStorageError)
        -> [HealthSnapshot]?
    {
        guard range.length <= Self.exactReach else { return nil }
        let rows = try await history(of: modelID, in: range.lookingBack, limit: nil)
        let bounds = range.possible
        let first = rows.first?.timestamp.milliseconds ?? bounds.upperBound
        guard first - bounds.lowerBound > StatusTimeline.longestSilence.wholeMilliseconds else { return rows }
        // Whole minutes before the first snapshot; its own minute is known from it.
        let minute = RollUpWidth.minute
        let (from, to) = (
            bounds.lowerBound.roundedUp(to: minute.milliseconds), minute.start(of: min(first, bounds.upperBound))
        )
        guard from < to else { return rows }
        let before = TimeRange(milliseconds: from..<to)
        for width in RollUpWidth.allCases where try await isObserved(modelID, in: before, width: width) { return nil }
        return rows
    }

    /// Whether sums of a width know of anything in a range, which is taken to whole stretches within it.
    private func isObserved(_ modelID: ModelID, in range: TimeRange, width: RollUpWidth)
        async throws(HealthStorageError) -> Bool
    {
        let bounds = range.milliseconds
        let from = bounds.lowerBound.roundedUp(to: width.milliseconds)
        let to = bounds.upperBound.roundedDown(to: width.milliseconds)
        guard from < to else { return false }
        return try await rollUps(
            of: modelID, in: TimeRange(milliseconds: from..<to), width: width, hasLatency: false
        ).rollUps.contains { $0.spans.observed > 0 }
    }

    /// The cells of a range, as fine as is asked for, or coarser where the beginning of the range is known only from
    /// longer sums.
    ///
    /// - Parameter resolution: at least so long is each cell; milliseconds.
    func cells(of modelID: ModelID, in range: TimeRange, resolution: Int64, hasLatency: Bool = true)
        async throws(HealthStorageError) -> (grid: CellGrid, cells: [RollUp])
    {
        var grid = CellGrid(range, resolution: resolution)
        while true {
            let cells = try await cells(of: modelID, grid, hasLatency: hasLatency)
            let first = cells.first { $0.spans.observed > 0 }?.start.milliseconds ?? grid.range.upperBound
            guard let longer = grid.source.longer, grid.range.lowerBound < first,
                try await isObserved(
                    modelID, in: TimeRange(milliseconds: grid.range.lowerBound..<first), width: longer)
            else { return (grid, cells) }
            grid = CellGrid(range, resolution: max(resolution, longer.milliseconds))
        }
    }

    /// What each cell that anything is known of comes to, in order of time.
    ///
    /// - Parameter hasLatency: whether the latencies are wanted.
    package func cells(of modelID: ModelID, _ grid: CellGrid, hasLatency: Bool = true)
        async throws(HealthStorageError) -> [RollUp]
    {
        let sums = try await sums(of: modelID, in: grid.range, width: grid.source, hasLatency: hasLatency)
        return sums.merged(into: grid.width)
    }

    /// Everything that a range comes to, in one sum; its beginning and end are taken to the whole minute.
    package func total(of modelID: ModelID, in range: TimeRange) async throws(HealthStorageError) -> RollUp {
        let minute = RollUpWidth.minute.milliseconds
        let bounds = range.possible
        let whole = bounds.lowerBound.roundedDown(to: minute)..<bounds.upperBound.roundedUp(to: minute)
        var total = RollUp(start: Date(milliseconds: whole.lowerBound))
        // Days where there are whole ones, hours and minutes at the ends.
        for (part, width) in RollUpWidth.parts(of: whole) {
            for sum in try await sums(of: modelID, in: part, width: width) { total.add(sum) }
        }
        return total
    }

    /// What is stored, and the rest of the range from what is finer.
    ///
    /// - Parameter range: milliseconds since 1970; whole stretches of the width.
    func sums(of modelID: ModelID, in range: Range<Int64>, width: RollUpWidth, hasLatency: Bool = true)
        async throws(HealthStorageError) -> [RollUp]
    {
        let now = timekeeper.now.wall.milliseconds
        // Nothing has been seen of what is to come.
        let end = min(range.upperBound, now.roundedDown(to: width.milliseconds) + width.milliseconds)
        guard range.lowerBound < end else { return [] }
        let whole = TimeRange(milliseconds: range.lowerBound..<end)
        let stored = try await rollUps(of: modelID, in: whole, width: width, hasLatency: hasLatency)
        let until = min(max(stored.until.milliseconds.roundedDown(to: width.milliseconds), range.lowerBound), end)
        guard until < end else { return stored.rollUps }
        let rest: [RollUp]
        if let finer = width.finer {
            rest = try await sums(of: modelID, in: until..<end, width: finer, hasLatency: hasLatency)
                .merged(into: width.milliseconds)
        } else {
            rest = try await rawSums(of: modelID, in: until..<end, width: width.milliseconds, now: now)
        }
        return stored.rollUps.filter { $0.start.milliseconds < until } + rest
    }

    private func rawSums(of modelID: ModelID, in range: Range<Int64>, width: Int64, now: Int64)
        async throws(HealthStorageError) -> [RollUp]
    {
        let silence = StatusTimeline.longestSilence.wholeMilliseconds
        let around = TimeRange(milliseconds: range.lowerBound - silence..<range.upperBound + silence)
        var builder = RollUpBuilder(width: width, in: range)
        for row in try await history(of: modelID, in: around, limit: nil) { builder.add(Sighting(row), row.metrics) }
        builder.close(at: now)
        return builder.rollUps
    }
}

extension RollUpWidth {
    /// A range of whole minutes, cut into as many whole days as it holds, the hours beside them, and the minutes beside
    /// those.
    static func parts(of range: Range<Int64>) -> [(range: Range<Int64>, width: RollUpWidth)] {
        func cut(_ range: Range<Int64>, _ width: RollUpWidth) -> [(Range<Int64>, RollUpWidth)] {
            guard !range.isEmpty else { return [] }
            guard let finer = width.finer else { return [(range, width)] }
            let from = range.lowerBound.roundedUp(to: width.milliseconds)
            let to = range.upperBound.roundedDown(to: width.milliseconds)
            guard from < to else { return cut(range, finer) }
            return cut(range.lowerBound..<from, finer) + [(from..<to, width)] + cut(to..<range.upperBound, finer)
        }
        return cut(range, .day).map { (range: $0, width: $1) }
    }
}
