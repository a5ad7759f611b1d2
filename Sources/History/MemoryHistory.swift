package import Health
import Synchronization

#if canImport(FoundationEssentials)
package import FoundationEssentials
#else
package import Foundation
#endif

/// History for as long as the process lives: for tests, and for a one-off `check`.
package final class MemoryHistory: HistoryStore {
    private struct State {
        /// Sorted by time, one per millisecond.
        var snapshots: [ModelID: [HealthSnapshot]] = [:]
        /// Sorted by number.
        var changes: [HealthChangeEvent] = []
        /// Sums whose snapshots are elsewhere, by where they begin.
        var sums: [ModelID: [RollUpWidth: [Int64: RollUp]]] = [:]
    }

    package let timekeeper: Timekeeper
    private let state = Mutex(State())

    package init(timekeeper: Timekeeper = .system) { self.timekeeper = timekeeper }

    package func append(_ snapshots: [HealthSnapshot], _ changes: [HealthChangeEvent])
        async throws(HealthStorageError)
    {
        try checkCancellation(.insert)
        var snapshotRows: [HealthSnapshot] = []
        for snapshot in snapshots { snapshotRows.append(try snapshot.storable()) }
        var changeRows: [HealthChangeEvent] = []
        for change in changes { changeRows.append(try change.storable()) }
        state.withLock { state in
            for row in snapshotRows {
                state.snapshots[row.modelId, default: []].insert(row, sortedBy: \.timestamp)
            }
            for row in changeRows { state.changes.insert(row, sortedBy: \.seq) }
        }
    }

    package func history(of modelID: ModelID, in range: TimeRange, limit: Int?) async throws(HealthStorageError)
        -> [HealthSnapshot]
    {
        try checkCancellation(.query)
        try ChangeQuery.check(limit: limit ?? 1)
        let rows = rows(of: modelID, in: range.milliseconds)
        return Array(rows.suffix(limit ?? rows.count))
    }

    package func changes(_ query: ChangeQuery) async throws(HealthStorageError) -> [HealthChangeEvent] {
        try checkCancellation(.query)
        try ChangeQuery.check(limit: query.limit)
        let range = query.range?.milliseconds
        let found = state.withLock { state in
            state.changes.filter { change in
                change.seq > query.after && (query.modelID ?? change.modelId) == change.modelId
                    && range?.contains(change.timestamp.milliseconds) ?? true
            }
        }
        return Array(query.end == .oldest ? found.prefix(query.limit) : found.suffix(query.limit))
    }

    package func append(_ sums: [RollUp], width: RollUpWidth, of modelID: ModelID)
        async throws(HealthStorageError) -> Int
    {
        let around = sums.extent(own: width, in: width.longer ?? width) ?? 0..<0
        let range = TimeRange(milliseconds: around)
        let present = try await rollUps(of: modelID, in: range, width: width).rollUps
        var longer: [RollUp] = []
        if let next = width.longer { longer = try await rollUps(of: modelID, in: range, width: next).rollUps }
        let missing = RollUpAdmission.missing(sums, of: width, present: present, longer: longer)
        state.withLock { state in
            for longer in RollUpWidth.allCases where longer >= width {
                for sum in missing {
                    let start = longer.start(of: sum.start.milliseconds)
                    state.sums[modelID, default: [:]][longer, default: [:]][
                        start, default: RollUp(start: Date(milliseconds: start))
                    ].add(sum)
                }
            }
        }
        return missing.count
    }

    /// Worked out from the snapshots each time.
    package func rollUps(of modelID: ModelID, in range: TimeRange, width: RollUpWidth, hasLatency: Bool)
        async throws(HealthStorageError) -> StoredRollUps
    {
        try checkCancellation(.aggregate)
        let now = timekeeper.now.wall.milliseconds
        let bounds = range.possible
        let step = width.milliseconds
        // As in every store, nothing is summed up beyond the present minute.
        let end = min(bounds.upperBound.roundedUp(to: step), RollUpWidth.minute.start(of: now) + 60_000)
        let from = bounds.lowerBound.roundedUp(to: step)
        let wide = from..<max(from, end)
        guard !wide.isEmpty else { return StoredRollUps([], until: range.to) }
        let silence = StatusTimeline.longestSilence.wholeMilliseconds
        var builder = RollUpBuilder(width: step, in: wide)
        for row in rows(of: modelID, in: wide.lowerBound - silence..<wide.upperBound + silence) {
            builder.add(Sighting(row), row.metrics)
        }
        builder.close(at: now)
        return StoredRollUps(builder.rollUps.adding(stored(width, of: modelID, in: wide)), until: range.to)
    }

    package func sumUp(_ range: TimeRange) async throws(HealthStorageError) { try checkCancellation(.insert) }

    package func models() async throws(HealthStorageError) -> [ModelID] {
        try checkCancellation(.query)
        return state.withLock { state in
            Set(state.snapshots.keys).union(state.changes.map(\.modelId)).union(state.sums.keys).sorted()
        }
    }

    package func lastSeq() async throws(HealthStorageError) -> UInt64 {
        try checkCancellation(.query)
        return state.withLock { $0.changes.last?.seq ?? 0 }
    }

    package func prune(_ retention: Retention, at now: Date) async throws(HealthStorageError) -> PruneReport {
        try checkCancellation(.insert)
        let snapshotLimit = now.milliseconds - retention.snapshots.wholeMilliseconds
        let changeLimit = now.milliseconds - retention.changes.wholeMilliseconds
        return state.withLock { state in
            var report = PruneReport()
            for (model, rows) in state.snapshots {
                let kept = rows.filter { $0.timestamp.milliseconds >= snapshotLimit }
                report.snapshots += rows.count - kept.count
                state.snapshots[model] = kept.isEmpty ? nil : kept
            }
            let kept = state.changes.filter { $0.timestamp.milliseconds >= changeLimit }
            report.changes = state.changes.count - kept.count
            state.changes = kept
            return report
        }
    }

    private func stored(_ width: RollUpWidth, of modelID: ModelID, in range: Range<Int64>) -> [RollUp] {
        state.withLock { state in
            (state.sums[modelID]?[width] ?? [:]).values.filter { range.contains($0.start.milliseconds) }
        }
    }

    private func rows(of modelID: ModelID, in range: Range<Int64>) -> [HealthSnapshot] {
        state.withLock { state in
            (state.snapshots[modelID] ?? []).filter { range.contains($0.timestamp.milliseconds) }
        }
    }
}

extension ChangeQuery {
    static func check(limit: Int) throws(HealthStorageError) {
        guard limit >= 1 else {
            throw HealthStorageError(operation: .query, message: "the limit is \(limit), it must be at least 1")
        }
    }
}

/// Throws when the surrounding task has been cancelled.
func checkCancellation(_ operation: HealthStorageError.Operation) throws(HealthStorageError) {
    if Task.isCancelled { throw .cancellation(operation) }
}

extension [RollUp] {
    /// With others added to those of the same stretches; in order of time.
    fileprivate func adding(_ others: [RollUp]) -> [RollUp] {
        guard !others.isEmpty else { return self }
        var sums = Dictionary(uniqueKeysWithValues: map { ($0.start, $0) })
        for other in others { sums[other.start, default: RollUp(start: other.start)].add(other) }
        return sums.values.sorted { $0.start < $1.start }
    }
}

extension Array {
    /// Inserts where the key belongs; an element with the same key stays and the new one is left out.
    fileprivate mutating func insert<Key: Comparable>(_ element: Element, sortedBy key: (Element) -> Key) {
        let wanted = key(element)
        if let last, key(last) < wanted {
            append(element)
            return
        }
        var low = startIndex
        var high = endIndex
        while low < high {
            let middle = (low + high) / 2
            if key(self[middle]) < wanted { low = middle + 1 } else { high = middle }
        }
        if low < endIndex, key(self[low]) == wanted { return }
        insert(element, at: low)
    }
}
