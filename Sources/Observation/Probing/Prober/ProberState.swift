import DequeModule
import Health

/// What the prober knows at an instant; every change of it happens here, under the prober's lock.
struct ProberState: Sendable {
    /// A probe in flight.
    struct Flight: Sendable {
        var job: ProbeJob
        var scope: FlightScope
        var leftAt: Duration
    }
    /// What becomes of a call for a probe.
    enum Opening: Sendable {
        case recent(ProbeResult)
        case wait(caller: UInt64)
        /// `run()` has ended, so nobody will make the probe.
        case ended
        case unknownModel
    }
    typealias Told = ManualCalls.Told

    /// Up to so many in flight one worker is enough, and its connections are all that is kept.
    private static let mostOnFirstWorker = 64

    private let limits: CanaryProber.Limits
    /// How many workers send.
    private let workers: Int
    private let resultTTL: Duration
    var schedule: ProbeSchedule
    private(set) var models: [ModelID: ModelConfig] = [:] {
        didSet { subjects = subjects.filter { $0.value.model == models[$0.key.modelID] } }
    }
    /// Those that were probed so far.
    private var subjects: [ProbeKey: ProbeSubject] = [:]
    var manual = ManualCalls()
    /// Ends with `run()`.
    private(set) var wake: AsyncStream<Void>.Continuation?
    private var hasEnded = false
    /// Due, but more are in flight than may be, or their server is busy.
    private var waiting: Deque<ProbeJob> = []
    private var flights: [UInt64: Flight] = [:]
    /// Probes that have waited so long that their servers are asked how loaded they are.
    var late: [ProbeJob] = []
    private(set) var queues = ServerQueues()
    /// When each key of the timetable was last looked at: a probe left, or there was nothing to send.
    private var looks: [ProbeKey: Duration] = [:]
    private var results: [ModelID: (result: ProbeResult, at: Duration)] = [:]
    /// Uptimes at which a timer will wake the loop.
    private var timers: Set<Duration> = []
    private var reportedSkips: UInt64 = 0
    /// Who waits for which flights to end.
    private var landings: [(numbers: Set<UInt64>, waiter: CheckedContinuation<Void, Never>)] = []

    init(policy: HealthPolicy, limits: CanaryProber.Limits, workers: Int = 1) {
        self.limits = limits
        self.workers = workers
        resultTTL = policy.probeResultTTL
        schedule = ProbeSchedule(policy: policy)
    }

    var counts: CanaryProber.Counts {
        CanaryProber.Counts(skipped: schedule.skipped, inFlight: flights.count, waiting: waiting.count)
    }

    // MARK: The loop

    /// - Returns: false when the loop runs already.
    mutating func begin(_ wake: AsyncStream<Void>.Continuation) -> Bool {
        guard self.wake == nil else { return false }
        self.wake = wake
        hasEnded = false
        timers = []
        return true
    }

    /// The loop has ended. - Returns: everyone who still waits for a probe.
    mutating func end() -> [Told] {
        wake = nil
        hasEnded = true
        for job in waiting { schedule.finish(job.key, number: job.number) }
        waiting = []
        return manual.end()
    }

    /// What leaves now, whose servers are to be asked, and when to wake the loop again if no timer does yet.
    mutating func depart(
        at now: Duration
    ) -> (flights: [(ProbeJob, FlightScope)], late: [ProbeJob], timer: Duration?, skipped: UInt64) {
        defer { late = [] }
        for departure in schedule.due(at: now) {
            if let job = job(for: departure) {
                waiting.append(job)
            } else {
                schedule.decline(departure, at: now)
            }
        }
        let leaving = launch(at: now)
        let skipped = schedule.skipped - reportedSkips
        reportedSkips = schedule.skipped
        var timer = schedule.nextDeadline()
        if let deadline = timer, timers.contains(where: { $0 <= deadline }) { timer = nil }
        if let timer { timers.insert(timer) }
        return (leaving, late, timer, skipped)
    }

    /// Whether something is due before any timer rings.
    var isTimerLate: Bool {
        mutating get {
            guard let deadline = schedule.nextDeadline() else { return false }
            return !timers.contains { $0 <= deadline }
        }
    }

    mutating func disarm(_ timer: Duration) { timers.remove(timer) }

    /// Takes out of the line what may leave: as many as there is room for, and no more to a busy server than it is spared.
    private mutating func launch(at now: Duration) -> [(ProbeJob, FlightScope)] {
        var leaving: [(ProbeJob, FlightScope)] = []
        var staying: [ProbeJob] = []
        while flights.count < limits.maxConcurrent, var job = waiting.popFirst() {
            if job.reason != .manual, queues.isFull(job.server, at: now) {
                if job.isExtra, let departure = job.departure {
                    schedule.decline(departure, at: now)
                } else {
                    staying.append(job)
                }
                continue
            }
            job.worker = flights.count < Self.mostOnFirstWorker ? 0 : flights.count % workers
            let scope = FlightScope()
            flights[job.number] = Flight(job: job, scope: scope, leftAt: now)
            queues.enter(job.server)
            if job.departure != nil { looks[job.key] = now }
            leaving.append((job, scope))
        }
        if !staying.isEmpty { waiting.insert(contentsOf: staying, at: 0) }
        return leaving
    }

    private mutating func job(for departure: ProbeSchedule.Departure) -> ProbeJob? {
        let key = departure.key
        guard let subject = subject(key) else { return nil }
        return ProbeJob(
            subject, number: departure.number, reason: departure.reason, config: subject.model.probe,
            isStreamed: key.check == nil && departure.isStreamed(by: subject.model.streaming), departure: departure)
    }

    /// What a key of the timetable stands for now; `nil` when the configuration has it no more.
    private mutating func subject(_ key: ProbeKey) -> ProbeSubject? {
        if let subject = subjects[key] { return subject }
        guard let model = models[key.modelID], let target = model.targets.first(where: { $0.name == key.target }) else {
            return nil
        }
        let check = key.check.flatMap { name in model.checks.first { $0.name == name } }
        if key.check != nil, check == nil { return nil }
        let subject = ProbeSubject(model, target: target, check: check)
        subjects[key] = subject
        return subject
    }

    /// Nothing was sent: the model must not be probed now. Its timetable goes on.
    mutating func decline(_ job: ProbeJob, at now: Duration) {
        guard let departure = job.departure else { return }
        looks[job.key] = now
        schedule.decline(departure, at: now)
    }

    /// What a server says of its load.
    mutating func note(_ load: ServerLoad, of server: String, at now: Duration) {
        queues.note(load, of: server, at: now)
    }

    // MARK: Results

    mutating func record(_ job: ProbeJob, _ result: ProbeResult, at now: Duration) -> [Told] {
        if job.key.check == nil, result.outcome.class != .idle { results[job.model.id] = (result, now) }
        return manual.finish(job.number, result, at: now)
    }

    /// A probe has ended, whichever way.
    /// - Returns: who is to be told what, who waited for this, and whether more wants to leave.
    mutating func land(
        _ job: ProbeJob, at now: Duration
    ) -> (told: [Told], landed: [CheckedContinuation<Void, Never>], isMoreWaiting: Bool) {
        if flights.removeValue(forKey: job.number) != nil { queues.leave(job.server) }
        schedule.finish(job.key, number: job.number)
        for index in landings.indices { landings[index].numbers.remove(job.number) }
        let landed = landings.filter(\.numbers.isEmpty).map(\.waiter)
        landings.removeAll(where: \.numbers.isEmpty)
        // Nothing is told here unless the probe was cancelled before it had a result.
        return (manual.finish(job.number, nil, at: now), landed, !waiting.isEmpty)
    }

    func lastResult(of modelID: ModelID, at now: Duration) -> ProbeResult? {
        guard let (result, at) = results[modelID], now - at < resultTTL else { return nil }
        return result
    }

    // MARK: Models

    /// Makes models known that are not on the timetable; those that are stay as they are.
    mutating func register(_ models: [ModelConfig]) {
        let scheduled = Set(schedule.keys.map(\.modelID))
        let new = models.filter { !scheduled.contains($0.id) }
        self.models.merge(new.map { ($0.id, $0) }) { $1 }
    }

    /// Takes up the models to be probed, in place of those that there were.
    ///
    /// - Parameter plans: what new ones begin with; none where the decision's are on the way.
    /// - Returns: what is in flight to models and targets that are gone or are others now, and who is to be told that
    ///   nothing comes.
    mutating func start(
        _ models: [ModelConfig], plans: [ProbePlan] = [], at now: Duration
    ) -> (flights: [FlightScope], told: [Told]) {
        self.models = Dictionary(models.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
        schedule.register(models, beginningWith: plans)
        results = results.filter { self.models[$0.key] != nil }
        let keys = schedule.keys
        looks = Dictionary(uniqueKeysWithValues: keys.map { ($0, looks[$0] ?? now) })
        let dropped = waiting.filter { !keys.contains($0.key) }
        waiting = Deque(
            waiting.filter { keys.contains($0.key) }.map { job in
                // What has not left goes where the new configuration says.
                guard let departure = job.departure, let renewed = self.job(for: departure) else { return job }
                return renewed
            })
        let outdated = flights.values.filter { flight in
            guard keys.contains(flight.job.key) else { return true }
            guard flight.job.departure != nil, let model = self.models[flight.job.key.modelID] else {
                return false
            }
            return !model.targets.contains(flight.job.target)
        }
        return (outdated.map(\.scope), dropped.flatMap { manual.finish($0.number, nil, at: now) })
    }

    /// - Returns: what is in flight, by number, and who is to be told that nothing comes.
    mutating func stop() -> (flights: [UInt64: FlightScope], told: [Told]) {
        schedule.stop()
        waiting = []
        looks = [:]
        return (flights.mapValues(\.scope), manual.end())
    }

    /// - Returns: true when none of these is in flight; else the waiter is told when that is so.
    mutating func awaitLanding(of numbers: Set<UInt64>, _ waiter: CheckedContinuation<Void, Never>) -> Bool {
        let rest = numbers.filter { flights[$0] != nil }
        if !rest.isEmpty { landings.append((rest, waiter)) }
        return rest.isEmpty
    }

    // MARK: Calls

    mutating func ask(_ wish: ManualCalls.Wish, at now: Duration) -> Opening {
        guard !hasEnded else { return .ended }
        guard let model = models[wish.modelID], !model.targets.isEmpty else { return .unknownModel }
        if let result = manual.recentAnswer(to: wish, at: now, within: limits.manualReuse) { return .recent(result) }
        if !manual.isUnderWay(wish) {
            let jobs = model.targets.compactMap { target in
                subject(ProbeKey(model.id, target: target.name)).map {
                    ProbeJob(
                        $0, number: schedule.takeNumber(), reason: .manual, config: wish.config,
                        isStreamed: model.streaming == .always)
                }
            }
            manual.begin(wish, numbers: jobs.map(\.number))
            // Somebody waits for these: before what the schedule has in line.
            waiting.insert(contentsOf: jobs, at: 0)
        }
        return .wait(caller: manual.attend(wish))
    }

    /// A caller gave up. - Returns: whom to tell, and the probes that nobody waits for any more.
    mutating func abandon(_ wish: ManualCalls.Wish, caller: UInt64) -> (told: Told?, scopes: [FlightScope]) {
        let (told, orphans) = manual.leave(wish, caller: caller)
        waiting.removeAll { orphans.contains($0.number) }
        return (told, orphans.compactMap { flights[$0]?.scope })
    }

    // MARK: The watch

    /// How each target stands in the timetable, for whoever watches that none is forgotten.
    var standings: [ProbeStanding] {
        var busyUntil: [ProbeKey: Duration] = [:]
        for flight in flights.values where flight.job.departure != nil {
            let end = flight.leftAt + flight.job.config.timeout
            busyUntil[flight.job.key] = max(busyUntil[flight.job.key] ?? end, end)
        }
        let inLine = Dictionary(waiting.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
        return models.values.flatMap { model in
            model.targets.compactMap { target in
                let key = ProbeKey(model.id, target: target.name)
                // Known, but on no timetable: probed on demand alone.
                guard let look = looks[key] else { return nil }
                let plan = schedule.plan(of: key)
                return ProbeStanding(
                    key: key, model: model, pace: max(plan?.every ?? .zero, model.interval), lastLook: look,
                    next: plan?.next, busyUntil: busyUntil[key], isInLine: inLine[key] != nil,
                    isSparing: inLine[key].map { queues.isQueueing($0.server) } ?? false)
            }
        }
    }

    /// Plans keys that were forgotten, unless they are on their way.
    mutating func planAnew(_ keys: [ProbeKey], at now: Duration) {
        for key in keys where looks[key] != nil && schedule.inFlight(key) == 0 { schedule.planAnew(key, at: now) }
    }

    /// Whether everything that is in flight or in line is known as such to the timetable, and nothing else is: a number
    /// left behind would block its key for good.
    var isBalanced: Bool {
        var numbers: [ProbeKey: Set<UInt64>] = [:]
        for job in flights.values.map(\.job) + Array(waiting) where job.departure != nil {
            numbers[job.key, default: []].insert(job.number)
        }
        return schedule.inFlight.allSatisfy { key, inFlight in inFlight.isSubset(of: numbers[key] ?? []) }
    }
}
