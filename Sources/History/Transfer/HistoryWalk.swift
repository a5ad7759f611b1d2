package import Health

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Goes through everything that a store holds, each stretch of time in the finest form that tells all of it.
///
/// A day is handed on as its snapshots when they are all there, else as its minutes, its hours, or its one sum. So nothing
/// comes twice, and nothing that is known is left out; only where sums end and snapshots begin, up to a minute is seen by
/// nobody: the snapshot that vouched for it is gone.
package struct HistoryWalk: Sendable {
    private let store: any HistoryStore
    /// `nil` for all.
    private let models: [ModelID]?
    private let range: TimeRange
    private let retention: Retention?

    /// Changes in one batch.
    private static let page = 10_000

    /// - Parameter retention: what the taker keeps: older than that, a coarser form will do.
    package init(
        _ store: any HistoryStore, models: [ModelID]? = nil, in range: TimeRange? = nil,
        keeping retention: Retention? = nil
    ) {
        self.store = store
        self.models = models
        self.range = range ?? TimeRange(milliseconds: 0..<HistoryLimits.end)
        self.retention = retention
    }

    /// Calls `take` with one batch after the other: the changes of all models first, since they say why.
    package func run(
        progress: (TransferProgress) -> Void = { _ in }, _ take: (HistoryBatch) async throws -> Void
    ) async throws {
        var report = TransferProgress()
        let stored = try await store.models()
        let models = models.map { asked in stored.filter { asked.contains($0) } } ?? stored
        var days: [(model: ModelID, day: RollUp)] = []
        for model in models {
            days += try await store.sums(of: model, in: wholeDays, width: .day).map { (model, $0) }
        }
        report.total = days.count
        progress(report)
        try await changes(of: self.models.map(Set.init)) { batch in
            report.rows += batch.count
            try await take(batch)
        }
        for (model, day) in days {
            try Task.checkCancellation()
            for batch in try await form(of: day, model) where batch.count > 0 {
                report.rows += batch.count
                try await take(batch)
            }
            report.done += 1
            progress(report)
        }
    }

    private func changes(of models: Set<ModelID>?, _ take: (HistoryBatch) async throws -> Void) async throws {
        var query = ChangeQuery(in: range, limit: Self.page)
        while true {
            let page = try await store.changes(query)
            let asked = models.map { models in page.filter { models.contains($0.modelId) } } ?? page
            if !asked.isEmpty { try await take(.changes(asked)) }
            guard page.count == Self.page, let last = page.last else { return }
            query.after = last.seq
        }
    }

    /// One model's day, in the finest form that tells as much as its sum.
    private func form(of day: RollUp, _ model: ModelID) async throws -> [HistoryBatch] {
        let start = day.start.milliseconds
        let whole = start..<start + RollUpWidth.day.milliseconds
        let bounds = whole.clamped(to: range.possible)
        guard !bounds.isEmpty else { return [] }
        let finest = finest(at: start)
        if finest == nil {
            let rows = try await store.history(of: model, in: TimeRange(milliseconds: whole), limit: nil)
            if rows.count >= day.snapshots {
                return [.snapshots(bounds == whole ? rows : rows.filter { bounds.contains($0.timestamp.milliseconds) })]
            }
        }
        for width in [RollUpWidth.minute, .hour] where width >= finest ?? .minute {
            let sums = try await store.sums(of: model, in: whole, width: width)
            guard sums.snapshots >= day.snapshots else { continue }
            return [.sums(sums.filter { bounds.contains($0.start.milliseconds) }, width, model)]
        }
        return bounds == whole ? [.sums([day], .day, model)] : []
    }

    /// `nil` where the taker still keeps snapshots.
    private func finest(at day: Int64) -> RollUpWidth? {
        guard let retention else { return nil }
        let now = store.timekeeper.now.wall.milliseconds
        // Today and yesterday come as they are, whatever is kept of them.
        if day >= RollUpWidth.day.start(of: now) - RollUpWidth.day.milliseconds { return nil }
        func isKept(_ duration: Duration) -> Bool { day >= now - duration.wholeMilliseconds }
        if isKept(retention.snapshots) { return nil }
        return isKept(retention.minutes) ? .minute : isKept(retention.hours) ? .hour : .day
    }

    private var wholeDays: Range<Int64> {
        let day = RollUpWidth.day
        let bounds = range.possible.clamped(to: 0..<HistoryLimits.end)
        return day.start(of: bounds.lowerBound)..<bounds.upperBound.roundedUp(to: day.milliseconds)
    }
}
