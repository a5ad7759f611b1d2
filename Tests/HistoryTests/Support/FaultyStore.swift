import Foundation
import Health
import History
import Synchronization

/// Makes the store beneath fail or hang on demand, and notes what it was asked to write.
final class FaultyStore: HistoryStore {
    enum Fault: Sendable, Hashable { case none, fails, hangs }

    struct Attempt: Sendable {
        var snapshots: Int
        var changes: Int
        var succeeded: Bool
    }

    private struct State {
        var fault = Fault.none
        var attempts: [Attempt] = []
        var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    static let failure = HealthStorageError(operation: .insert, message: "history.db: the disk is full")

    let base: any HistoryStore
    private let state = Mutex(State())

    init(_ base: any HistoryStore) { self.base = base }

    var timekeeper: Timekeeper { base.timekeeper }

    var fault: Fault {
        get { state.withLock { $0.fault } }
        set { state.withLock { $0.fault = newValue } }
    }

    var attempts: [Attempt] { state.withLock { $0.attempts } }

    /// Waits until so many writes have been tried.
    func attempts(atLeast count: Int) async {
        await withCheckedContinuation { continuation in
            let isReady = state.withLock { state in
                if state.attempts.count >= count { return true }
                state.watchers.append((count, continuation))
                return false
            }
            if isReady { continuation.resume() }
        }
    }

    func append(_ snapshots: [HealthSnapshot], _ changes: [HealthChangeEvent]) async throws(HealthStorageError) {
        switch fault {
        case .none: break
        case .fails:
            note(snapshots, changes, succeeded: false)
            throw Self.failure
        case .hangs:
            // Held, so that only cancellation ends the wait.
            let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
            defer { continuation.finish() }
            for await _ in stream {}
            note(snapshots, changes, succeeded: false)
            throw .cancellation(.insert)
        }
        try await base.append(snapshots, changes)
        note(snapshots, changes, succeeded: true)
    }

    private func note(_ snapshots: [HealthSnapshot], _ changes: [HealthChangeEvent], succeeded: Bool) {
        let ready = state.withLock { state in
            state.attempts.append(
                Attempt(snapshots: snapshots.count, changes: changes.count, succeeded: succeeded))
            let ready = state.watchers.filter { $0.count <= state.attempts.count }
            state.watchers.removeAll { $0.count <= state.attempts.count }
            return ready
        }
        for watcher in ready { watcher.continuation.resume() }
    }

    func history(of modelID: ModelID, in range: TimeRange, limit: Int?) async throws(HealthStorageError)
        -> [HealthSnapshot]
    {
        if fault == .fails { throw HealthStorageError(operation: .query, message: "history.db: the disk is full") }
        return try await base.history(of: modelID, in: range, limit: limit)
    }

    func changes(_ query: ChangeQuery) async throws(HealthStorageError) -> [HealthChangeEvent] {
        try await base.changes(query)
    }

    func rollUps(of modelID: ModelID, in range: TimeRange, width: RollUpWidth, hasLatency: Bool)
        async throws(HealthStorageError)
        -> StoredRollUps
    {
        if fault == .fails { throw HealthStorageError(operation: .aggregate, message: "history.db: the disk is full") }
        return try await base.rollUps(of: modelID, in: range, width: width, hasLatency: hasLatency)
    }

    func append(_ sums: [RollUp], width: RollUpWidth, of modelID: ModelID)
        async throws(HealthStorageError) -> Int
    {
        try await base.append(sums, width: width, of: modelID)
    }

    func sumUp(_ range: TimeRange) async throws(HealthStorageError) { try await base.sumUp(range) }

    func models() async throws(HealthStorageError) -> [ModelID] { try await base.models() }

    func lastSeq() async throws(HealthStorageError) -> UInt64 { try await base.lastSeq() }

    func prune(_ retention: Retention, at now: Date) async throws(HealthStorageError) -> PruneReport {
        try await base.prune(retention, at: now)
    }
}
