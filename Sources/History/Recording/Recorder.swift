package import Health
package import Logging
import ServiceLifecycle
import Synchronization
package import Telemetry

/// Writes what the publisher publishes to the store, in batches, and never makes the publisher wait.
///
/// A store that is away costs nothing but rows that wait, a bounded number of them; it is tried again with back-off.
/// To be started before the Monitor and so stopped after it: what waits is then written.
package final class Recorder: Service {
    /// The metrics that storing counts.
    package static let countedMetrics = RecorderMetrics.all

    /// Told when the store goes away (`false` and why) and when it is there (`true`); also once at the first write.
    package typealias StateReport = @Sendable (_ isUp: Bool, _ detail: String) -> Void

    private struct Shared {
        var core: RecorderState
        var reportedDrops = Backlog.Dropped()
        var isUp: Bool?
    }

    private let publisher: FleetPublisher
    private let store: any HistoryStore
    private let timekeeper: Timekeeper
    private let logger: Logger
    private let configuration: Configuration
    private let onState: StateReport
    private let metrics = RecorderMetrics()
    private let shared: Mutex<Shared>
    private let events: AsyncStream<HealthChangeEvent>

    /// Listens from here on, so that nothing published before `run()` is missed.
    package init(
        publisher: FleetPublisher, store: any HistoryStore, timekeeper: Timekeeper, logger: Logger,
        configuration: Configuration = .init(), onState: @escaping StateReport = { _, _ in }
    ) {
        self.publisher = publisher
        self.store = store
        self.timekeeper = timekeeper
        self.logger = logger
        self.configuration = configuration
        self.onState = onState
        shared = Mutex(Shared(core: RecorderState(configuration)))
        // Events and not whole publications: a burst of those would hold a fleet each.
        events = publisher.events(buffer: configuration.eventBuffer)
    }

    /// The age of the oldest row that is not in the store yet; zero when all are.
    package var lag: Duration {
        let uptime = timekeeper.now.uptime
        return max(shared.withLock { $0.core.lag(at: uptime) }, store.lag)
    }

    /// Rows that are not in the store yet.
    package var waitingRows: Int { shared.withLock { $0.core.waiting } }
    /// Whether something is being written, or should be by now.
    var isBusy: Bool {
        let uptime = timekeeper.now.uptime
        return shared.withLock { $0.core.isBusy(at: uptime) }
    }

    /// Rows written so far.
    package var writtenRows: UInt64 { shared.withLock { $0.core.written } }
    /// Rows that found no room or that no store takes, so far.
    package var dropped: Backlog.Dropped { shared.withLock { $0.core.backlog.dropped } }
    /// Change events that never arrived because the recorder fell behind, so far.
    package var missedEvents: UInt64 { shared.withLock { $0.core.missedEvents } }

    /// Records until the publisher closes or the service group shuts down; returns when the group asks it to.
    package func run() async throws {
        await record()
        // A service that returns by itself would end the whole group.
        try? await gracefulShutdown()
    }

    /// Records until the publisher closes, the service group shuts down or the task is cancelled; then writes what
    /// waits, within ``Configuration/drainLimit``.
    package func record() async {
        let (wake, waker) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.keepTime(waker) }
            group.addTask { await self.write(whenWoken: wake) }
            group.addTask { await self.prune() }
            // Cancelled, the stream still hands over what it holds before it ends.
            await self.listenUntilShutdown(waker)
            group.cancelAll()
        }
        await drain()
    }

    private func listenUntilShutdown(_ waker: AsyncStream<Void>.Continuation) async {
        await cancelWhenGracefulShutdown {
            for await event in self.events { self.absorb(event, waker) }
        }
    }

    private func absorb(_ event: HealthChangeEvent, _ waker: AsyncStream<Void>.Continuation) {
        let uptime = timekeeper.now.uptime
        let fleet = publisher.fleet
        let ((gap, refusals), isFull) = shared.withLock { shared in
            let result = shared.core.absorb(event, fleet, at: uptime)
            return (result, shared.core.backlog.count >= configuration.batchRows)
        }
        if isFull { waker.yield() }
        if let gap {
            logger.error(
                "Change events are missing from the history: the recorder fell behind",
                metadata: ["from": "\(gap.from)", "to": "\(gap.to)"])
        }
        report(refusals)
    }

    private func keepTime(_ waker: AsyncStream<Void>.Continuation) async {
        var next = timekeeper.now.uptime
        while !Task.isCancelled {
            let now = timekeeper.now
            let fleet = publisher.fleet
            let (refusals, lag) = shared.withLock { ($0.core.tick(fleet, at: now), $0.core.lag(at: now.uptime)) }
            report(refusals)
            reportDrops()
            metrics.report(lag: max(lag, store.lag))
            waker.yield()
            next = max(next + configuration.tick, now.uptime)
            do { try await timekeeper.sleep(until: next) } catch { return }
        }
    }

    private func write(whenWoken wake: AsyncStream<Void>) async {
        for await _ in wake {
            while !Task.isCancelled, await writeOnce() {}
        }
    }

    private func prune() async {
        guard let retention = configuration.retention else { return }
        await Pruner(
            store: store, retention: retention, interval: configuration.pruneInterval, timekeeper: timekeeper,
            logger: logger
        ).run()
    }

    /// - Returns: whether there may be more to write at once.
    private func writeOnce(isLast: Bool = false) async -> Bool {
        let uptime = timekeeper.now.uptime
        guard case .write(let batch) = shared.withLock({ $0.core.next(at: uptime, isLast: isLast) }) else {
            return false
        }
        do throws(HealthStorageError) {
            try await store.append(batch.snapshots, batch.changes)
            wrote(batch)
            return true
        } catch {
            failed(batch, error)
            return false
        }
    }

    private func wrote(_ batch: Backlog.Batch) {
        let uptime = timekeeper.now.uptime
        let (recovery, wasUp, lag) = shared.withLock { shared in
            defer { shared.isUp = true }
            return (shared.core.wrote(batch, at: uptime), shared.isUp, shared.core.lag(at: uptime))
        }
        metrics.report(rows: batch.count)
        metrics.report(lag: max(lag, store.lag))
        if let recovery {
            logger.notice(
                "The history can be written again",
                metadata: [
                    "outageSeconds": "\(recovery.outage.seconds)", "attempts": "\(recovery.attempts)",
                    "droppedRows": "\(recovery.droppedMeanwhile)",
                ])
        }
        if wasUp != true { onState(true, "the history is being written") }
    }

    private func failed(_ batch: Backlog.Batch, _ error: HealthStorageError) {
        if error.isCancellation {
            shared.withLock { $0.core.abandoned(batch) }
            return
        }
        let uptime = timekeeper.now.uptime
        let isFirst = shared.withLock { shared in
            defer { shared.isUp = false }
            return shared.core.failed(batch, at: uptime)
        }
        reportDrops()
        guard isFirst else { return }
        logger.error(
            "The history cannot be written; rows wait and writing is tried again", metadata: ["error": "\(error)"])
        onState(false, "\(error)")
    }

    /// Writes what waits, and gives up when the time is over.
    private func drain() async {
        // A task of its own, awaited here: the last rows are worth a moment also to a caller who has cancelled.
        await Task {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.writeRest() }
                group.addTask { try? await self.timekeeper.sleep(for: self.configuration.drainLimit) }
                await group.next()
                group.cancelAll()
            }
        }.value
        let lost = shared.withLock { $0.core.abandonRest() }
        reportDrops()
        metrics.report(lag: .zero)
        if lost > 0 {
            logger.error("Rows of the history were not written before the end", metadata: ["rows": "\(lost)"])
        }
    }

    private func writeRest() async {
        while !Task.isCancelled {
            let uptime = timekeeper.now.uptime
            shared.withLock { $0.core.forgetBackoff(at: uptime) }
            while await writeOnce(isLast: true) {}
            guard waitingRows > 0 else { return }
            do { try await timekeeper.sleep(for: configuration.tick) } catch { return }
        }
    }

    private func report(_ refusals: [HealthStorageError]) {
        for error in refusals {
            logger.warning("A model's history is not stored", metadata: ["error": "\(error)"])
        }
    }

    private func reportDrops() {
        let (dropped, last) = shared.withLock { shared in
            defer { shared.reportedDrops = shared.core.backlog.dropped }
            return (shared.core.backlog.dropped, shared.reportedDrops)
        }
        metrics.report(dropped: dropped, since: last)
    }
}
