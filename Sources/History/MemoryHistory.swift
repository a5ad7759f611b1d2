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

    package func trends(of modelID: ModelID, in range: TimeRange, buckets: Int) async throws(HealthStorageError)
        -> HealthTrends
    {
        try checkCancellation(.aggregate)
        var trends = try TrendBuckets(range: range, count: buckets)
        for row in rows(of: modelID, in: range.milliseconds) { trends.add(row.metrics, at: row.timestamp) }
        return trends.finish(modelID, along: line(of: modelID, in: range))
    }

    package func timeline(of modelID: ModelID, in range: TimeRange) async throws(HealthStorageError)
        -> StatusTimeline
    {
        try checkCancellation(.query)
        return line(of: modelID, in: range)
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

    private func rows(of modelID: ModelID, in range: Range<Int64>) -> [HealthSnapshot] {
        state.withLock { state in
            (state.snapshots[modelID] ?? []).filter { range.contains($0.timestamp.milliseconds) }
        }
    }

    private func line(of modelID: ModelID, in range: TimeRange) -> StatusTimeline {
        let looked = range.milliseconds.lookingBack
        let sightings = rows(of: modelID, in: looked).map(Sighting.init)
        let changes = state.withLock { state in
            state.changes.filter { $0.modelId == modelID && $0.timestamp.milliseconds < looked.upperBound }
        }
        return StatusTimeline(
            of: modelID, in: range, sightings: sightings, changes: changes, now: timekeeper.now.wall)
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
