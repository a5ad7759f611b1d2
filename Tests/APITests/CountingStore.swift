import Foundation
import Health
import History
import Synchronization

/// Counts how often the past is read as a whole, and fails to on demand.
final class CountingStore: HistoryStore {
    let base: any HistoryStore
    private let state = Mutex((reads: 0, failures: 0, isBroken: false))

    init(_ base: any HistoryStore) { self.base = base }

    var reads: Int { state.withLock { $0.reads } }
    /// What readers were told of.
    var failures: Int { state.withLock { $0.failures } }
    func noteFailure() { state.withLock { $0.failures += 1 } }
    var isBroken: Bool {
        get { state.withLock { $0.isBroken } }
        set { state.withLock { $0.isBroken = newValue } }
    }

    var timekeeper: Timekeeper { base.timekeeper }

    /// What a report asks for first.
    func models() async throws(HealthStorageError) -> [ModelID] {
        let isBroken = state.withLock { state in
            state.reads += 1
            return state.isBroken
        }
        // Others get their turn meanwhile.
        for _ in 0..<50 { await Task.yield() }
        if isBroken { throw HealthStorageError(operation: .query, message: "broken on purpose") }
        return try await base.models()
    }

    func append(_ snapshots: [HealthSnapshot], _ changes: [HealthChangeEvent]) async throws(HealthStorageError) {
        try await base.append(snapshots, changes)
    }
    func history(of modelID: ModelID, in range: TimeRange, limit: Int?) async throws(HealthStorageError)
        -> [HealthSnapshot]
    { try await base.history(of: modelID, in: range, limit: limit) }
    func changes(_ query: ChangeQuery) async throws(HealthStorageError) -> [HealthChangeEvent] {
        try await base.changes(query)
    }
    func rollUps(of modelID: ModelID, in range: TimeRange, width: RollUpWidth, hasLatency: Bool)
        async throws(HealthStorageError) -> StoredRollUps
    { try await base.rollUps(of: modelID, in: range, width: width, hasLatency: hasLatency) }
    func append(_ sums: [RollUp], width: RollUpWidth, of modelID: ModelID) async throws(HealthStorageError) -> Int {
        try await base.append(sums, width: width, of: modelID)
    }
    func sumUp(_ range: TimeRange) async throws(HealthStorageError) { try await base.sumUp(range) }
    func lastSeq() async throws(HealthStorageError) -> UInt64 { try await base.lastSeq() }
    func prune(_ retention: Retention, at now: Date) async throws(HealthStorageError) -> PruneReport {
        try await base.prune(retention, at: now)
    }
}
