import Health

/// What a recorder knows and decides: what waits, what is being written, whether the store is away.
struct RecorderState: Sendable {
    /// What the writer is to do now.
    enum WriteAction: Sendable {
        case write(Backlog.Batch)
        case wait
    }

    /// The store came back.
    struct Recovery: Sendable, Hashable {
        var outage: Duration
        var attempts: Int
        var droppedMeanwhile: UInt64
    }

    private struct Outage {
        var since: Duration
        var attempts: Int
        var retryAt: Duration
        var droppedBefore: UInt64
    }

    private(set) var backlog: Backlog
    private(set) var missedEvents: UInt64 = 0
    private(set) var written: UInt64 = 0
    private let configuration: Recorder.Configuration
    private var plan = SnapshotPlan()
    private var lastSeq: UInt64?
    private var inFlight: (count: Int, oldest: Duration)?
    private var outage: Outage?
    private var refusedModels: Set<ModelID> = []

    init(_ configuration: Recorder.Configuration) {
        self.configuration = configuration
        backlog = Backlog(capacity: configuration.capacity)
    }

    /// Takes a change in.
    ///
    /// - Returns: events that never arrived, and why rows cannot ever be stored, once per model.
    mutating func absorb(_ event: HealthChangeEvent, _ fleet: FleetHealth, at uptime: Duration)
        -> (gap: EventGap?, refusals: [HealthStorageError])
    {
        var gap: EventGap?
        // The first number of a run may be any; from then on they are without holes.
        if let lastSeq, event.seq > lastSeq + 1 {
            gap = EventGap(from: lastSeq + 1, to: event.seq - 1, restart: false)
            missedEvents += event.seq - 1 - lastSeq
        }
        lastSeq = max(event.seq, lastSeq ?? 0)
        let snapshot = plan.changed(event, in: fleet, uptime: uptime)
        return (gap, add(snapshot.map { [$0] } ?? [], [event], at: uptime))
    }

    /// Looks which models' turn it is.
    mutating func tick(_ fleet: FleetHealth, at now: Moment) -> [HealthStorageError] {
        add(plan.due(in: fleet, at: now), [], at: now.uptime)
    }

    /// - Parameter isLast: nothing more will come, so a batch need not be full.
    mutating func next(at uptime: Duration, isLast: Bool = false) -> WriteAction {
        guard inFlight == nil, isDue(at: uptime) || (isLast && !isBackingOff(at: uptime)), let oldest = backlog.oldest
        else { return .wait }
        let batch = backlog.take(configuration.batchRows)
        inFlight = (batch.count, oldest)
        return .write(batch)
    }

    /// Whether something is being written, or should be.
    func isBusy(at uptime: Duration) -> Bool { inFlight != nil || isDue(at: uptime) }

    private func isBackingOff(at uptime: Duration) -> Bool { outage.map { uptime < $0.retryAt } ?? false }

    private func isDue(at uptime: Duration) -> Bool {
        guard let oldest = backlog.oldest, !isBackingOff(at: uptime) else { return false }
        return outage != nil || backlog.count >= configuration.batchRows
            || uptime >= oldest + configuration.batchWait
    }

    mutating func wrote(_ batch: Backlog.Batch, at uptime: Duration) -> Recovery? {
        inFlight = nil
        written += UInt64(batch.count)
        guard let outage else { return nil }
        self.outage = nil
        return Recovery(
            outage: uptime - outage.since, attempts: outage.attempts,
            droppedMeanwhile: backlog.dropped.total - outage.droppedBefore)
    }

    /// - Returns: whether the store was there until now.
    mutating func failed(_ batch: Backlog.Batch, at uptime: Duration) -> Bool {
        inFlight = nil
        let droppedBefore = outage?.droppedBefore ?? backlog.dropped.total
        backlog.restore(batch)
        let attempts = (outage?.attempts ?? 0) + 1
        let isFirst = outage == nil
        outage = Outage(
            since: outage?.since ?? uptime, attempts: attempts,
            retryAt: uptime + configuration.backoff(afterFailures: attempts), droppedBefore: droppedBefore)
        return isFirst
    }

    /// The write was given up before it came to anything.
    mutating func abandoned(_ batch: Backlog.Batch) {
        inFlight = nil
        backlog.restore(batch)
    }

    /// Tries at once again, however long the back-off still is.
    mutating func forgetBackoff(at uptime: Duration) { outage?.retryAt = uptime }

    /// Gives up on all that waits.
    mutating func abandonRest() -> Int {
        defer { backlog.abandon() }
        return backlog.count
    }

    /// Rows that are not in the store yet.
    var waiting: Int { backlog.count + (inFlight?.count ?? 0) }

    /// The age of the oldest row that is not in the store yet.
    func lag(at uptime: Duration) -> Duration {
        guard let oldest = [inFlight?.oldest, backlog.oldest].compactMap(\.self).min() else { return .zero }
        return max(uptime - oldest, .zero)
    }

    /// Queues what can be stored; what no store ever takes would block the rest for good.
    private mutating func add(
        _ snapshots: [HealthSnapshot], _ changes: [HealthChangeEvent], at uptime: Duration
    ) -> [HealthStorageError] {
        var refusals: [HealthStorageError] = []
        func check(_ model: ModelID, _ storable: () throws(HealthStorageError) -> Void) -> Bool {
            do throws(HealthStorageError) {
                try storable()
                return true
            } catch {
                // Bounded, so that a stream of odd names cannot fill the memory.
                if refusedModels.count < 1_000, refusedModels.insert(model).inserted { refusals.append(error) }
                return false
            }
        }
        let goodSnapshots = snapshots.filter { row in
            check(row.modelId) { () throws(HealthStorageError) in _ = try row.storable() }
        }
        let goodChanges = changes.filter { row in
            check(row.modelId) { () throws(HealthStorageError) in _ = try row.storable() }
        }
        backlog.refuse(snapshots.count - goodSnapshots.count, changes.count - goodChanges.count)
        backlog.add(goodSnapshots, goodChanges, at: uptime)
        return refusals
    }
}
