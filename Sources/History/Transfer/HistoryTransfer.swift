package import Health

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Brings what a walk hands on into a store. What is there already stays, so it may be done again from any point.
package struct HistoryTransfer: Sendable {
    /// What came of it.
    package struct Report: Sendable, Hashable {
        package var snapshots = 0
        package var changes = 0
        package var sums = 0
        /// Rows that the store had already.
        package var present = 0

        package init() {}
    }

    private let target: any HistoryStore
    /// What was taken, to be summed up in the end; milliseconds since 1970.
    private var taken: Range<Int64>?
    /// Snapshots of several days and models that go in one insert.
    private var waiting: [HealthSnapshot] = []
    package private(set) var report = Report()

    /// Rows in one insert.
    private static let batch = 10_000

    package init(into target: any HistoryStore) { self.target = target }

    package mutating func take(_ batch: HistoryBatch) async throws(HealthStorageError) {
        switch batch {
        case .snapshots(let rows): try await take(rows)
        case .changes(let rows): try await take(rows)
        case .sums(let rows, let width, let model):
            let added = try await target.append(rows, width: width, of: model)
            report.sums += added
            report.present += rows.count - added
        }
    }

    /// To be called when everything has been taken.
    package mutating func finish() async throws(HealthStorageError) {
        try await flush()
        if let taken { try await target.sumUp(TimeRange(milliseconds: taken)) }
    }

    private mutating func take(_ rows: [HealthSnapshot]) async throws(HealthStorageError) {
        guard let model = rows.first?.modelId else { return }
        for first in stride(from: 0, to: rows.count, by: Self.batch) {
            let part = rows[first..<min(first + Self.batch, rows.count)]
            let times = part.map(\.timestamp.milliseconds)
            guard let from = times.min(), let to = times.max() else { return }
            let range = TimeRange(milliseconds: from..<to + 1)
            let present = Set(try await target.history(of: model, in: range, limit: nil).map(\.timestamp.milliseconds))
            let missing = part.filter { !present.contains($0.timestamp.milliseconds) }
            report.present += part.count - missing.count
            report.snapshots += missing.count
            // Those that are there too: an earlier run that was interrupted may not have summed them up.
            taken = min(taken?.lowerBound ?? from, from)..<max(taken?.upperBound ?? to + 1, to + 1)
            guard !missing.isEmpty else { continue }
            waiting += missing
            if waiting.count >= Self.batch { try await flush() }
        }
    }

    private mutating func flush() async throws(HealthStorageError) {
        if !waiting.isEmpty { try await target.append(waiting, []) }
        waiting.removeAll(keepingCapacity: true)
    }

    private mutating func take(_ rows: [HealthChangeEvent]) async throws(HealthStorageError) {
        for first in stride(from: 0, to: rows.count, by: Self.batch) {
            let part = rows[first..<min(first + Self.batch, rows.count)]
            let present = try await present(part.map(\.seq))
            var missing: [HealthChangeEvent] = []
            for row in part {
                guard let other = present[row.seq] else {
                    missing.append(row)
                    continue
                }
                guard other.modelId == row.modelId, other.timestamp.milliseconds == row.timestamp.milliseconds else {
                    throw Self.conflict(row, other)
                }
            }
            report.present += part.count - missing.count
            report.changes += missing.count
            if !missing.isEmpty { try await target.append([], missing) }
        }
    }

    /// What the store has of some numbers.
    private func present(_ numbers: [UInt64]) async throws(HealthStorageError) -> [UInt64: HealthChangeEvent] {
        guard let first = numbers.min(), let last = numbers.max() else { return [:] }
        var found: [UInt64: HealthChangeEvent] = [:]
        var query = ChangeQuery(after: max(first, 1) - 1, limit: Self.batch)
        while true {
            let page = try await target.changes(query)
            for change in page { found[change.seq] = change }
            guard page.count == query.limit, let end = page.last?.seq, end < last else { return found }
            query.after = end
        }
    }

    private static func conflict(_ row: HealthChangeEvent, _ other: HealthChangeEvent) -> HealthStorageError {
        func told(_ change: HealthChangeEvent) -> String { "of '\(change.modelId)' at \(change.timestamp.rfc3339)" }
        return HealthStorageError(
            operation: .insert,
            message: "change \(row.seq) \(told(row)) cannot be taken in: the history has another one with this number, "
                + "\(told(other)); numbers are those of one daemon, so import into a history of its own (another file, "
                + "or another history.clickhouse.instance)")
    }
}
