import HeapModule

/// What to probe when: the timetable that follows the plans of the decision, in the daemon as in simulations and tests.
///
/// A value without clock, task or lock: time is passed in as uptime (``Moment/uptime``). Turns are counted from each
/// plan's anchor, so nothing drifts, however late a probe leaves or its answer comes.
package struct ProbeSchedule: Sendable {
    /// A probe whose time has come.
    package struct Departure: Sendable, Hashable {
        package var key: ProbeKey
        package var reason: ProbeReason
        /// Unique and rising over the life of the schedule.
        package var number: UInt64
        /// When it was due, jitter included: what lateness is measured from.
        package var dueAt: Duration
        /// How many regular turns the key has had, this one included: 1, 2, 3 …
        package var turn: UInt64
        /// Whether the plan wants it streamed; `nil` where it leaves that to the prober.
        package var isStreamed: Bool?

        /// Whether the probe streams: as the plan names it, so that a failure is confirmed in the way it happened; else
        /// every fourth turn.
        package func isStreamed(by streaming: ModelConfig.Streaming) -> Bool {
            switch streaming {
            case .never: false
            case .always: isStreamed ?? true
            case .auto: isStreamed ?? (reason.isRegular && turn % 4 == 0)
            }
        }
    }

    struct Entry: Sendable {
        var plan: ProbePlan
        /// Names the one item of the queue that counts; all older ones are leftovers.
        var version: UInt64
        /// The regular turn up to which everything has left. A probe that left early by jitter has served its turn.
        var served: Duration?
        /// The latest probe that left, and the one before it, which counts again when nothing was sent.
        var left: Leaving?
        var leftBefore: Leaving?
        var turns: UInt64 = 0
        /// Departures in a row that sent nothing.
        var declined = 0
        /// The decision wants no probe until it plans again. Nothing else may leave a key without a next one.
        var isHeld: Bool { plan.next == nil }
        var inFlight: Set<UInt64> = []
        /// What its jitter is drawn from.
        let seed: UInt64
    }

    struct Leaving: Sendable {
        var number: UInt64
        var at: Duration
    }

    private struct Item: Comparable {
        var at: Duration
        var version: UInt64
        var key: ProbeKey

        static func == (a: Item, b: Item) -> Bool { a.version == b.version }
        static func < (a: Item, b: Item) -> Bool { (a.at, a.version) < (b.at, b.version) }
    }

    /// A plan's `every` below this would fire without end.
    static let shortestInterval: Duration = .milliseconds(10)
    /// After a departure that sent nothing the next try comes so soon, and twice as late each time, up to the interval.
    static let firstRetry: Duration = .seconds(2)

    private let jitter: Double
    private let mostInFlight: Int
    var entries: [ProbeKey: Entry] = [:]
    /// The configured interval of each key on the timetable, which plans may stretch.
    var intervals: [ProbeKey: Duration] = [:]
    private var queue = Heap<Item>()
    private var lastVersion: UInt64 = 0
    private var lastNumber: UInt64 = 0
    /// Turns that were left out because too many probes of the key were still in flight.
    package private(set) var skipped: UInt64 = 0

    package init(policy: HealthPolicy) {
        jitter = policy.jitter
        mostInFlight = policy.overdue.inFlight
    }

    /// Everything that is on the timetable.
    package var keys: Set<ProbeKey> { Set(intervals.keys) }

    /// The plan in force.
    package func plan(of key: ProbeKey) -> ProbePlan? { entries[key]?.plan }

    /// Uptime of the latest turn that was taken, whether it came to anything or not.
    package func lastTurn(of key: ProbeKey) -> Duration? { entries[key]?.served }

    /// How many probes of a key are in flight.
    package func inFlight(_ key: ProbeKey) -> Int { entries[key]?.inFlight.count ?? 0 }
    /// The numbers of all that are.
    package var inFlight: [ProbeKey: Set<UInt64>] { entries.mapValues(\.inFlight) }

    // MARK: Time

    /// When the next probe is due; `nil` when nothing is planned.
    package mutating func nextDeadline() -> Duration? {
        while let item = queue.min {
            if entries[item.key]?.version == item.version { return item.at }
            queue.removeMin()
        }
        return nil
    }

    /// Takes out what is due and plans each key's following turn.
    package mutating func due(at now: Duration) -> [Departure] {
        var departures: [Departure] = []
        while let deadline = nextDeadline(), deadline <= now {
            let key = queue.removeMin().key
            guard var entry = entries[key], let nominal = entry.plan.next else { continue }
            let (reason, isStreamed) = (entry.plan.reason, entry.plan.isStreamed)
            let taken = max(now, nominal)
            entry.served = max(entry.served ?? taken, taken)
            entry.plan = entry.plan.following(taken)
            if reason.isRegular { entry.turns += 1 }
            if entry.inFlight.count < mostInFlight {
                lastNumber += 1
                entry.inFlight.insert(lastNumber)
                entry.leftBefore = entry.left
                entry.left = Leaving(number: lastNumber, at: now)
                departures.append(
                    Departure(
                        key: key, reason: reason, number: lastNumber, dueAt: deadline, turn: entry.turns,
                        isStreamed: isStreamed))
            } else {
                skipped += 1
            }
            entries[key] = entry
            enqueue(key)
        }
        return departures
    }

    /// A number for a probe outside the timetable.
    package mutating func takeNumber() -> UInt64 {
        lastNumber += 1
        return lastNumber
    }

    /// Notes that a probe is no longer in flight.
    package mutating func finish(_ key: ProbeKey, number: UInt64) {
        if entries[key]?.inFlight.remove(number) != nil { entries[key]?.declined = 0 }
    }

    // MARK: Plans

    /// Follows a plan from now on; a key that is not registered is left alone.
    ///
    /// Plans travel: by the time one arrives, the look that it asks for may have left. It is not sent twice then.
    package mutating func apply(_ plan: ProbePlan) {
        guard var entry = entries[plan.key] else {
            if intervals[plan.key] != nil { begin(plan) }
            return
        }
        var plan = plan
        plan.every = max(plan.every, Self.shortestInterval)
        if let served = entry.served, plan.anchor <= served {
            // Whoever made the plan cannot know of a turn that jitter has sent out early.
            let isRegular = plan.reason == .scheduled && plan.next == plan.anchor
            plan.anchor = plan.following(served).anchor
            if isRegular { plan.next = plan.anchor }
        }
        if let left = entry.left?.at, let next = plan.next, next <= left { plan = plan.following(left) }
        entry.plan = plan
        entries[plan.key] = entry
        enqueue(plan.key)
    }

    /// Names of the queue's items, leftovers among them.
    var queuedVersions: Set<UInt64> { Set(queue.unordered.map(\.version)) }

    /// Begins the timetable of a key that has none.
    mutating func begin(_ plan: ProbePlan) {
        var plan = plan
        plan.every = max(plan.every, Self.shortestInterval)
        entries[plan.key] = Entry(plan: plan, version: 0, seed: Jitter.seed(of: plan.key))
        enqueue(plan.key)
    }

    /// Forgets every timetable; numbers go on rising.
    package mutating func stop() {
        entries = [:]
        intervals = [:]
        queue = Heap()
    }

    mutating func enqueue(_ key: ProbeKey) {
        guard var entry = entries[key] else { return }
        lastVersion += 1
        entry.version = lastVersion
        entries[key] = entry
        guard let at = departure(of: entry) else { return }
        queue.insert(Item(at: at, version: lastVersion, key: key))
        // Plans that replace others leave items behind: without this a key planned anew every second would pile them up.
        if queue.count > 4 * entries.count + 64 {
            let current = queue.unordered.filter { entries[$0.key]?.version == $0.version }
            queue = Heap(current)
        }
    }

    /// When the next probe leaves.
    private func departure(of entry: Entry) -> Duration? {
        entry.plan.departure(jitter: jitter, seed: entry.seed)
    }
}
