package import Health

#if canImport(FoundationEssentials)
package import FoundationEssentials
#else
package import Foundation
#endif

/// A store of somebody else's behind the protocol of ours: it keeps snapshots and answers what it offers.
package struct AdaptedHistory: HistoryStore {
    package let timekeeper: Timekeeper
    private let service: any HealthStorageService

    package init(_ service: any HealthStorageService, timekeeper: Timekeeper) {
        self.service = service
        self.timekeeper = timekeeper
    }

    package func append(_ snapshots: [HealthSnapshot], _ changes: [HealthChangeEvent])
        async throws(HealthStorageError)
    {
        for snapshot in snapshots { try await service.store(snapshot) }
    }

    package func history(of modelID: ModelID, in range: TimeRange, limit: Int?) async throws(HealthStorageError)
        -> [HealthSnapshot]
    {
        let snapshots = try await service.history(of: modelID, in: range)
        return limit.map { Array(snapshots.suffix($0)) } ?? snapshots
    }

    package func trends(of modelID: ModelID, over window: Duration) async throws(HealthStorageError) -> HealthTrends {
        try await service.trends(of: modelID, over: window)
    }

    // What it is not asked for: sums and changes are ours.

    package func changes(_ query: ChangeQuery) async throws(HealthStorageError) -> [HealthChangeEvent] { [] }

    package func rollUps(of modelID: ModelID, in range: TimeRange, width: RollUpWidth, hasLatency: Bool)
        async throws(HealthStorageError) -> StoredRollUps
    { StoredRollUps([], until: range.from) }

    package func append(_ sums: [RollUp], width: RollUpWidth, of modelID: ModelID)
        async throws(HealthStorageError) -> Int
    { 0 }

    package func sumUp(_ range: TimeRange) async throws(HealthStorageError) {}

    package func lastSeq() async throws(HealthStorageError) -> UInt64 { 0 }

    package func models() async throws(HealthStorageError) -> [ModelID] { [] }

    package func prune(_ retention: Retention, at now: Date) async throws(HealthStorageError) -> PruneReport {
        PruneReport()
    }
}
