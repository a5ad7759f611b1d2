package import Health
package import Logging
import Metrics
import ServiceLifecycle
import Synchronization
import Telemetry

#if canImport(FoundationEssentials)
package import FoundationEssentials
#else
package import Foundation
#endif

/// A store whose rows wait on disk while it is away, and come after in their order.
///
/// Writing never waits for the store beneath longer than one attempt: what it does not take is put on disk, and so is
/// everything that comes behind it until the last of it is in the store. Reading goes to the store.
package final class SpillingHistory: HistoryStore, Service {
    private struct State {
        /// Why the store beneath was away at the last attempt; `nil` when it was there.
        var trouble: HealthStorageError?
        var failures = 0
    }

    private let base: any HistoryStore
    private let folder: SpillFolder
    private let logger: Logger
    private let onState: Recorder.StateReport
    private let backoff: Recorder.Configuration
    private let state = Mutex(State())
    private let waitingRows = RecorderMetrics.spilled.makeGauge()
    private let lostRows = RecorderMetrics.dropped.makeCounter("spilled")
    private let reportedLosses = Mutex(0)
    private let woken: AsyncStream<Void>
    private let waker: AsyncStream<Void>.Continuation

    /// - Parameter onState: told when the store beneath goes away and when everything that waited is in it.
    package init(
        _ base: any HistoryStore, spill folder: SpillFolder, logger: Logger,
        backoff: Recorder.Configuration = .init(), onState: @escaping Recorder.StateReport = { _, _ in }
    ) {
        self.base = base
        self.folder = folder
        self.logger = logger
        self.backoff = backoff
        self.onState = onState
        (woken, waker) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        waitingRows.record(folder.rows)
        lostRows.increment(by: 0)
        // What an earlier run left behind.
        if !folder.isEmpty { waker.yield() }
    }

    package var timekeeper: Timekeeper { base.timekeeper }

    /// Whether the store beneath did not take rows at the last attempt.
    package var isAway: Bool { state.withLock { $0.trouble != nil } }

    package var lag: Duration {
        folder.oldest.map { .seconds(max(timekeeper.now.wall.timeIntervalSince($0), 0)) } ?? .zero
    }

    package func append(_ snapshots: [HealthSnapshot], _ changes: [HealthChangeEvent])
        async throws(HealthStorageError)
    {
        if folder.isEmpty {
            do throws(HealthStorageError) {
                try await base.append(snapshots, changes)
                // Where nothing could wait on disk either, nobody else notices.
                noteRecovery()
                return
            } catch {
                if error.isCancellation { throw error }
                noteTrouble(error)
            }
        }
        try folder.append(snapshots, changes, at: timekeeper.now.wall)
        report()
        waker.yield()
    }

    /// Brings what waits to the store, until the service group shuts down; what is left then waits for the next start.
    package func run() async throws {
        await cancelWhenGracefulShutdown { await self.drainWheneverWoken() }
        // A service that returns by itself would end the whole group.
        try? await gracefulShutdown()
    }

    private func drainWheneverWoken() async {
        for await _ in woken {
            while !Task.isCancelled, let batch = folder.first() {
                do throws(HealthStorageError) {
                    try await base.append(batch.snapshots, batch.changes)
                    folder.remove(batch)
                    state.withLock { $0.failures = 0 }
                    report()
                } catch {
                    if error.isCancellation { return }
                    noteTrouble(error)
                    let failures = state.withLock { state in
                        state.failures += 1
                        return state.failures
                    }
                    do { try await timekeeper.sleep(for: backoff.backoff(afterFailures: failures)) } catch { return }
                }
            }
            if folder.isEmpty { noteRecovery() }
        }
    }

    private func noteTrouble(_ error: HealthStorageError) {
        let isFirst = state.withLock { state in
            defer { state.trouble = error }
            return state.trouble == nil
        }
        guard isFirst else { return }
        logger.error(
            "The history cannot be written; rows wait on disk and writing is tried again",
            metadata: ["error": "\(error)", "folder": "\(folder.path)"])
        onState(false, "\(error)")
    }

    private func noteRecovery() {
        let wasAway = state.withLock { state in
            defer { state = State() }
            return state.trouble != nil
        }
        guard wasAway else { return }
        logger.notice("The history can be written again, and all that waited is in it")
        onState(true, "the history is being written")
    }

    private func report() {
        waitingRows.record(folder.rows)
        let losses = folder.losses.rows
        let last = reportedLosses.withLock { last in
            defer { last = losses }
            return last
        }
        guard losses > last else { return }
        lostRows.increment(by: Int64(losses - last))
        logger.error(
            "Rows that waited on disk are lost: there was no more room for them", metadata: ["rows": "\(losses - last)"]
        )
    }

    // MARK: Reading

    package func history(of modelID: ModelID, in range: TimeRange, limit: Int?) async throws(HealthStorageError)
        -> [HealthSnapshot]
    {
        try await base.history(of: modelID, in: range, limit: limit)
    }

    package func changes(_ query: ChangeQuery) async throws(HealthStorageError) -> [HealthChangeEvent] {
        try await base.changes(query)
    }

    package func rollUps(of modelID: ModelID, in range: TimeRange, width: RollUpWidth, hasLatency: Bool)
        async throws(HealthStorageError) -> StoredRollUps
    {
        try await base.rollUps(of: modelID, in: range, width: width, hasLatency: hasLatency)
    }

    package func append(_ sums: [RollUp], width: RollUpWidth, of modelID: ModelID)
        async throws(HealthStorageError) -> Int
    {
        try await base.append(sums, width: width, of: modelID)
    }

    package func sumUp(_ range: TimeRange) async throws(HealthStorageError) { try await base.sumUp(range) }

    package func lastSeq() async throws(HealthStorageError) -> UInt64 { try await base.lastSeq() }

    package func models() async throws(HealthStorageError) -> [ModelID] { try await base.models() }

    package func prune(_ retention: Retention, at now: Date) async throws(HealthStorageError) -> PruneReport {
        try await base.prune(retention, at: now)
    }
}
