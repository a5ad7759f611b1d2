#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// All that is known of one target of a model, or of one of its custom checks.
///
/// It weighs looks (answers, failures, overdue probes) and says what to look at next; it never asks what time it is.
struct TargetTrack: Sendable {
    /// A probe that left and has not come back.
    struct Flight: Sendable {
        var number: UInt64
        var startedAt: Moment
        /// What its lateness has added to the statistics; `nil` while it is not late.
        var charge: Charge?
    }
    /// How the target is reached.
    struct Way: Sendable {
        let gateway: String?
        /// The host that connections go to, and whether it is this machine.
        let host: String
        let isLoopback: Bool

        init(_ target: ModelTarget) {
            gateway = target.gateway?.gateway
            host = target.baseURL.urlHost
            isLoopback = host.isLoopbackHost
        }
    }
    typealias Charge = (status: Double, routing: Double)
    /// Suspicious looks without a success between them.
    struct Run: Sendable {
        /// When the first of them left.
        var startedAt: Moment
        /// When the latest of them left.
        var lastStart: Moment
        var looks = 0
        /// Probes among the looks.
        var probes = 0
        /// Probes that left since it was noticed.
        var asked = 0
    }
    /// Answers that say nothing of the provider: ours or the gateway's doing, or a rate limit.
    struct Blockade: Sendable {
        var outcome: Outcome
        var since: Moment
        var looks = 1
        /// Whether a second look, or the lack of any earlier verdict, has made it certain.
        var isDecided = false
    }
    enum Breaker: Sendable, Equatable {
        case closed
        case open(since: Moment)
        /// - Parameter failures: looks that have failed since the first success.
        case halfOpen(since: Moment, failures: Int)
    }

    /// More than a prober keeps in flight, manual probes included.
    static let mostFlights = 16

    let key: ProbeKey
    let way: Way
    /// Seconds between scheduled probes.
    let interval: Double
    /// Seconds that a probe may take.
    let timeout: Double
    /// Uptime of turn 0 of the regular schedule.
    let phase: Duration

    var plan: ProbePlan
    /// Whether the plan was the regular one when it was last made.
    var isOnGrid = false
    var flights: [Flight] = []
    var run: Run?
    private(set) var rareBlockade = Rare<Blockade>()
    var breaker = Breaker.closed
    var errors: ErrorDetector
    var latency = LatencyDetector()
    var firstToken = LatencyDetector()
    var rareTraffic = Rare<TrafficTrack>()
    /// A total outage stands.
    var isOut = false
    /// Successes since the last suspicious look of an outage.
    var recovered = 0
    var hasVerdict = false
    var hasSucceeded = false
    /// When the looks became suspicious; `nil` when they are not.
    var suspectedAt: Moment?
    /// Extra probes that may be spent; below zero when an outage has been confirmed on credit.
    var budget: Double
    /// Seconds of the present back-off; 0 when there is none.
    var backoff = 0.0
    var lastStart: Moment?
    var lastLook: Moment?
    private var rareFailure = Rare<Outcome>()

    init(
        key: ProbeKey, target: ModelTarget, interval: Duration, timeout: Duration, plan: ProbePlan, policy: HealthPolicy
    ) {
        self.key = key
        way = Way(target)
        self.interval = interval.seconds
        errors = ErrorDetector(interval: interval.seconds)
        self.timeout = timeout.seconds
        self.plan = plan
        phase = plan.anchor
        budget = policy.budget.burst
    }

    var blockade: Blockade? {
        get { rareBlockade.value }
        set { rareBlockade = Rare(newValue) }
    }
    /// Real requests, if there were any.
    var traffic: TrafficTrack? { rareTraffic.value }
    var lastFailure: Outcome? {
        get { rareFailure.value }
        set { rareFailure = Rare(newValue) }
    }

    var consecutiveFailures: Int { run?.looks ?? 0 }
    /// Whether it is probed often enough for the quicker rhythm.
    var isFast: Bool { interval < 30 }

    // MARK: Probes

    mutating func started(_ number: UInt64, reason: ProbeReason, at now: Moment, _ policy: HealthPolicy) {
        // Ends that were lost on the way must not pile up.
        if flights.count >= Self.mostFlights { flights.removeFirst() }
        flights.append(Flight(number: number, startedAt: now))
        lastStart = now
        run?.asked += 1
        if let silence = traffic?.meter.silenceAt(interval: interval, policy.traffic), silence <= now.uptime.seconds {
            rareTraffic.update { $0.meter.isSilenceAsked = true }
        }
        switch reason {
        case .scheduled:
            // Turns that traffic has saved may be spent on looking again.
            let turns = plan.every.seconds / interval
            budget = min(policy.budget.burst, budget + max(turns - 1, 0) + policy.budget.share * turns)
        case .confirmation, .overdue:
            budget = max(-Double(confirmations(policy).count), budget - 1)
        default: break
        }
        // A person's probe leaves the schedule alone; a turn sent out early by jitter has been served.
        if reason != .manual {
            plan = plan.following(reason == plan.reason ? max(now.uptime, plan.next ?? now.uptime) : now.uptime)
        }
    }

    mutating func cancelled(_ number: UInt64) { flights.removeAll { $0.number == number } }

    /// Weighs the end of a probe.
    mutating func finished(_ number: UInt64, _ result: ProbeResult, at now: Moment, _ policy: HealthPolicy) {
        let flight = flights.firstIndex { $0.number == number }.map { flights.remove(at: $0) }
        // Its start was lost on the way.
        if flight == nil { run?.asked += 1 }
        let outcome = result.outcome
        if outcome.class != .idle { lastLook = now }
        switch outcome.class {
        case .ok:
            if let charge = flight?.charge { errors.giveBack(charge) }
            if let latency = result.latency {
                self.latency.record(latency.seconds, at: now.uptime.seconds, policy.latency)
            }
            if let firstToken = result.phases.firstToken {
                self.firstToken.record(firstToken.seconds, at: now.uptime.seconds, policy.latency)
            }
            errors.succeed(policy)
            succeed(startedAt: flight?.startedAt, at: now, policy)
        case .failing:
            blockade = nil
            lastFailure = outcome
            if flight?.charge == nil {
                let start = flight?.startedAt ?? now
                suspect(since: start, isProbe: true)
                errors.fail(policy, startedAt: start.uptime.seconds, span: leastSpan(policy), isKnown: isOut)
            }
            decide(at: now, policy)
        case .rateLimited, .credentials, .quota, .misconfigured, .gone, .gateway, .selfNetwork:
            if let charge = flight?.charge { errors.giveBack(charge) }
            obstruct(outcome, at: now, policy)
        case .idle:
            break
        }
    }

    /// Counts flights that are late. - Returns: whether any was.
    mutating func countOverdue(at now: Moment, _ policy: HealthPolicy) -> Bool {
        var isAny = false
        for index in flights.indices where flights[index].charge == nil {
            let late = (now - flights[index].startedAt).seconds
            guard late >= overdueAfter(policy) else { continue }
            suspect(since: flights[index].startedAt, isProbe: true)
            flights[index].charge = errors.fail(
                policy, startedAt: flights[index].startedAt.uptime.seconds, span: leastSpan(policy), isKnown: isOut)
            isAny = true
            lastFailure = Outcome(.failing, .timeout, detail: "no answer after \(late.shortSeconds)")
        }
        if isAny { decide(at: now, policy) }
        return isAny
    }

    /// Seconds after which a probe in flight is suspicious.
    func overdueAfter(_ policy: HealthPolicy) -> Double {
        let least = (run == nil ? policy.overdue.minimum : policy.overdue.minimumInRun).seconds
        guard let usual = latency.usual(policy.latency) else { return least * policy.overdue.unknownFactor }
        let factor = run == nil ? policy.overdue.factor : policy.overdue.factorInRun
        // A slow model's hang must not wait for the deadline, nor a usual answer count as late.
        let most = max(timeout * policy.overdue.shareOfTimeout, usual * policy.overdue.factorInRun)
        return max(least, min(usual * factor, most))
    }

    /// Uptime in seconds, later than `settled`, at which time alone may change something.
    mutating func nextDue(after settled: Moment, _ policy: HealthPolicy) -> Double {
        var due = Double.infinity
        let now = settled.uptime.seconds
        func consider(_ at: Double) { if at > now, at < due { due = at } }
        if flights.contains(where: { $0.charge == nil }) {
            let late = overdueAfter(policy)
            for flight in flights where flight.charge == nil { due = min(due, flight.startedAt.uptime.seconds + late) }
        }
        if let seen = freshest { consider((seen + staleAfter(policy)).uptime.seconds + 0.001) }
        if let traffic = traffic?.meter {
            if let silence = traffic.silenceAt(interval: interval, policy.traffic) { consider(silence) }
            if let success = traffic.lastSuccessAt { consider(success + interval) }
        }
        return due
    }

    // MARK: What a look means

    /// - Parameter start: when the look left, where that is known: one from before a run does not end it.
    mutating func succeed(startedAt start: Moment?, at now: Moment, _ policy: HealthPolicy) {
        blockade = nil
        hasSucceeded = true
        if let run, let start, start < run.startedAt { return conclude(at: now, policy) }
        run = nil
        backoff = 0
        hasVerdict = true
        if isOut {
            recovered += 1
            if recovered >= policy.recovery.outageSuccesses {
                isOut = false
                breaker = .closed
                if !errors.isAlarmed { errors.readmit() }
            } else if case .open(let since) = breaker {
                breaker = .halfOpen(since: since, failures: 0)
            }
        }
        conclude(at: now, policy)
    }

    mutating func suspect(since start: Moment, isProbe: Bool, times: Int = 1) {
        var run = self.run ?? Run(startedAt: start, lastStart: start)
        run.startedAt = min(run.startedAt, start)
        run.lastStart = max(run.lastStart, start)
        run.looks += times
        if isProbe { run.probes += times }
        self.run = run
        recovered = 0
    }

    mutating func obstruct(_ outcome: Outcome, at now: Moment, _ policy: HealthPolicy) {
        if blockade?.outcome.class == outcome.class {
            blockade?.looks += 1
            blockade?.outcome = outcome
        } else {
            blockade = Blockade(outcome: outcome, since: now)
        }
        let looks = outcome.class == .rateLimited ? policy.blocked.rateLimitedLooks : 2
        // Who asks for more than an interval leaves no second look to wait for.
        let isLong = outcome.class == .rateLimited && (outcome.retryAfter ?? .zero) >= .seconds(interval)
        if !hasVerdict || isLong || (blockade?.looks ?? 0) >= looks {
            blockade?.isDecided = true
            hasVerdict = true
        }
    }

    // MARK: Decisions

    /// The outage rule: enough suspicious looks over enough time, without a success.
    mutating func decide(at now: Moment, _ policy: HealthPolicy) {
        if let run, !isOut {
            let offsets = confirmations(policy)
            let looks = min(hasVerdict ? .max : policy.outage.firstLooks, offsets.count + 1)
            let last = offsets.prefix(max(looks - 1, 1)).last
            // A timer's grain is not worth another look.
            let span = (last ?? .zero) - .milliseconds(50)
            if run.looks >= looks, run.lastStart - run.startedAt >= span {
                isOut = true
                hasVerdict = true
                if let suspectedAt, suspectedAt < run.startedAt { errors.raise(policy) }
            }
        }
        if let run, isOut || run.probes >= policy.routing.suspiciousLooks || isTooLong(run, policy) {
            errors.avoid(policy)
        }
        if isOut {
            backoff = min(max(backoff * 2, 2), policy.breaker.longestBackoff.seconds)
            switch breaker {
            case .closed where consecutiveFailures >= policy.breaker.failures: breaker = .open(since: now)
            case .halfOpen(let since, let failures):
                // One failure on the way back may be noise.
                breaker =
                    failures + 1 >= policy.breaker.halfOpenFailures
                    ? .open(since: since) : .halfOpen(since: since, failures: failures + 1)
            default: break
            }
        }
        conclude(at: now, policy)
    }

    /// Whether so many failures in a row, of probes and requests alike, are too unlikely to be noise.
    private func isTooLong(_ run: Run, _ policy: HealthPolicy) -> Bool {
        let surprise = log(policy.routing.outageShare / errors.normalShare(policy.errors))
        return Double(run.looks) * surprise >= policy.routing.outageThreshold + max(log(traffic?.meter.pace ?? 0), 0)
    }

    private mutating func conclude(at now: Moment, _ policy: HealthPolicy) {
        suspectedAt = errors.status.isCalm && run == nil ? nil : suspectedAt ?? run?.startedAt ?? now
    }

    /// Seconds that an outage lasts at least; what ends sooner is a blip.
    func leastSpan(_ policy: HealthPolicy) -> Double { confirmations(policy).last?.seconds ?? 0 }

    func confirmations(_ policy: HealthPolicy) -> [Duration] {
        isFast ? policy.outage.fastConfirmations : policy.outage.slowConfirmations
    }

    /// Forgets suspicions that were not the provider's doing.
    mutating func forgive() {
        run = nil
        for index in flights.indices { flights[index].charge = (0, 0) }
        // A partial outage that stood before stands.
        guard !errors.isAlarmed else { return }
        errors.reset()
        suspectedAt = nil
    }

    /// Forgets what was found, not what is usual: the runtime has loaded or unloaded the model since.
    mutating func renew() {
        run = nil
        blockade = nil
        flights = []
        breaker = .closed
        backoff = 0
        isOut = false
        hasVerdict = false
        suspectedAt = nil
        lastLook = nil
        errors.reset()
    }
}

extension String {
    /// The host of a URL, lower-case, without brackets, port and user.
    var urlHost: String {
        var rest = self[...]
        if let scheme = rest.firstRange(of: "://") { rest = rest[scheme.upperBound...] }
        rest = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        if let at = rest.lastIndex(of: "@") { rest = rest[rest.index(after: at)...] }
        if rest.first == "[" { return rest.dropFirst().prefix { $0 != "]" }.lowercased() }
        return rest.prefix { $0 != ":" }.lowercased()
    }

    var isLoopbackHost: Bool { self == "localhost" || self == "::1" || hasPrefix("127.") }
}
