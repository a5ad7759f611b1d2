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
        var isStreamed = false
        /// What its lateness has added to the statistics; `nil` while it is not late.
        var charge: Charge?
    }
    /// How the target is reached.
    struct Way: Sendable {
        let gateway: String?
        /// The host that connections go to, and whether it is this machine.
        let host: String
        let isLoopback: Bool
        /// `host:port` of a server that is asked directly; `nil` behind a gateway, which has a liveness of its own.
        let address: String?

        init(_ target: ModelTarget) {
            gateway = target.gateway?.gateway
            host = target.baseURL.urlHost
            isLoopback = host.isLoopbackHost
            address = gateway == nil ? target.baseURL.urlAuthority : nil
        }
    }
    typealias Charge = (status: Double, routing: Double)
    /// Suspicious looks without a success between them.
    struct Run: Sendable {
        /// When the first of them left.
        var startedAt: Moment
        /// When the latest of them left.
        var lastStart: Moment
        /// When the first of those left that followed each other closely up to now: whoever has answered since is alive.
        var burstStart: Moment
        var looks = 0
        /// Probes among the looks.
        var probes = 0
        /// Probes that left since it was noticed.
        var asked = 0
        /// Looks that came back, rather than being merely late.
        var ended = 0
        /// Whether no look of it brought an HTTP status: nobody answered, so it may be the gateway, host or network.
        var isSilent = true
        /// When others were looked at because of it, to learn whether they are silent too.
        var othersAskedAt: Moment?
        /// Whether every look of it streamed.
        var isStreamed = true
        /// Whether a plain request has succeeded since it began, all its own looks being streamed.
        var isPlainAlive = false
    }
    /// Answers that say nothing of the provider: ours or the gateway's doing, or a rate limit.
    struct Refusal: Sendable {
        var outcome: Outcome
        var since: Moment
        var looks = 1
        /// Whether a second look, or the lack of any earlier verdict, has made it certain.
        var isDecided = false
        /// A later look has failed otherwise. What it came to holds until a success or an outage says better: a failing
        /// look never improves a status.
        var isPast = false
    }
    enum Breaker: Sendable, Equatable {
        case closed
        case open(since: Moment)
        /// - Parameter failures: looks that have failed since the first success.
        case halfOpen(since: Moment, failures: Int)
    }

    /// More than a prober keeps in flight, manual probes included.
    static let mostFlights = 16
    /// The end of a probe comes at most so long after its deadline.
    static let grace = Duration.seconds(5)

    let key: ProbeKey
    let way: Way
    /// Seconds between scheduled probes.
    let interval: Double
    /// Seconds that a probe may take.
    let timeout: Double
    /// Whether some of its probes stream and some do not.
    let variesManner: Bool
    /// The account that its requests are counted on, and its place among the account's targets.
    var account = Account.Place()
    /// What it shares with other targets.
    var shared = SharedTracks.Place()
    /// Uptime of turn 0 of the regular schedule.
    let phase: Duration

    var plan: ProbePlan
    /// Whether the plan was the regular one when it was last made.
    var isOnGrid = false
    var flights: [Flight] = []
    var run: Run?
    private(set) var boxedRefusal = Boxed<Refusal>()
    var boxedStream = Boxed<StreamTrack>()
    var boxedLoad = Boxed<LoadTrack>()
    var boxedOther = Boxed<OtherModelTrack>()
    var breaker = Breaker.closed
    var errors: ErrorDetector
    var latency = LatencyDetector()
    var firstToken = LatencyDetector()
    var boxedTraffic = Boxed<TrafficTrack>()
    /// A total outage stands.
    var isOut = false
    /// Successes since the last suspicious look of an outage.
    var recovered = 0
    var hasVerdict = false
    var hasSucceeded = false
    /// Whether a look has succeeded since the start, since we were blind or refused, or since evidence ran out: the ground
    /// that `healthy` stands on.
    var isGrounded = false
    /// Whether the newest evidence is a success: no other brings a better status about.
    var wasLastGood = false
    /// Since when a verdict waits for whether what it shares with others lives; whether it is to wait.
    var heldSince: Moment?
    var isHeld = false
    var isHeldForNetwork = false
    /// When it is to be looked at beside the schedule because what it depends on has come back, or its neighbours are
    /// silent.
    var wantedAt: Moment?
    /// Evidence is not missed before this: the next look is put off by ourselves.
    var patientUntil: Moment?
    /// Evidence comes no more often than this, whatever is planned; zero where it comes as planned.
    var evidenceEvery: Duration = .zero
    /// A planned probe never left, and another one is planned in its place.
    var isMissed = false
    /// No look has come back since what it depends on is there again.
    var isUnseen = false
    /// When the looks became suspicious; `nil` when they are not.
    var suspectedAt: Moment?
    /// Extra probes that may be spent; below zero when an outage has been confirmed on credit.
    var budget: Double
    /// Seconds of the present back-off; 0 when there is none.
    var backoff = 0.0
    /// Looks since the last failure that were meant to see the end of an incident.
    var endingLooks = 0
    /// An overdue probe that succeeded took this many seconds, and until when others may take as long.
    var patience: (seconds: Double, until: Moment)?
    var lastStart: Moment?
    var lastLook: Moment?
    /// When a probe last came back: what users' requests come to moves no probe.
    var lastEnd: Moment?
    private var boxedFailure = Boxed<Outcome>()

    init(
        key: ProbeKey, target: ModelTarget, interval: Duration, timeout: Duration, plan: ProbePlan,
        policy: HealthPolicy,
        variesManner: Bool = false
    ) {
        self.key = key
        way = Way(target)
        self.interval = interval.seconds
        errors = ErrorDetector(interval: interval.seconds)
        self.timeout = timeout.seconds
        self.variesManner = variesManner
        self.plan = plan
        phase = plan.anchor
        budget = policy.budget.burst
    }

    var refusal: Refusal? {
        get { boxedRefusal.value }
        set { boxedRefusal = Boxed(newValue) }
    }
    /// Real requests, if there were any.
    var traffic: TrafficTrack? { boxedTraffic.value }
    var lastFailure: Outcome? {
        get { boxedFailure.value }
        set { boxedFailure = Boxed(newValue) }
    }

    var consecutiveFailures: Int { run?.looks ?? 0 }
    /// Whether it is probed often enough for the quicker rhythm.
    var isFast: Bool { interval < 30 }

    // MARK: Probes

    mutating func started(
        _ number: UInt64, reason: ProbeReason, isStreamed: Bool = false, at now: Moment, _ policy: HealthPolicy
    ) {
        // Ends that were lost on the way must not pile up.
        if flights.count >= Self.mostFlights { flights.removeFirst() }
        flights.append(Flight(number: number, startedAt: now, isStreamed: isStreamed))
        lastStart = now
        let isWanted = wantedAt != nil
        if reason != .manual { wantedAt = nil }
        isMissed = false
        if reason == .confirmation, run == nil { endingLooks += 1 }
        run?.asked += 1
        if let silence = traffic?.meter.silenceAt(interval: interval, policy.traffic), silence <= now.uptime.seconds {
            boxedTraffic.update { $0.meter.isSilenceAsked = true }
        }
        switch reason {
        // A look that others have asked for earns nothing.
        case .scheduled where !isWanted:
            // Turns that traffic has saved may be spent on looking again.
            let turns = plan.every.seconds / interval
            budget = min(policy.budget.burst, budget + max(turns - 1, 0) + policy.budget.share * turns)
        default: spend(reason, policy)
        }
        // A person's probe leaves the schedule alone; a turn sent out early by jitter has been served.
        if reason != .manual {
            // What is further off than half an interval is another turn than this one.
            var turn = plan.next.flatMap { $0 - now.uptime <= plan.every * 0.5 ? $0 : nil } ?? now.uptime
            if turn < now.uptime, plan.next == plan.anchor {
                // The start of that one was lost on the way; this may be the one after it, sent out early.
                let next = plan.following(now.uptime).anchor
                if next - now.uptime <= plan.every * policy.jitter { turn = next }
            }
            plan = plan.following(reason == plan.reason ? max(now.uptime, turn) : now.uptime)
        }
    }

    /// Looks beside the regular ones cost what is left for them.
    private mutating func spend(_ reason: ProbeReason, _ policy: HealthPolicy) {
        guard reason == .confirmation || reason == .overdue else { return }
        budget = max(-Double(confirmations(policy).count), budget - 1)
    }

    /// A look has come back whose start was lost on the way: it is the one that was planned.
    private mutating func foundStart(of result: ProbeResult, at now: Moment, _ policy: HealthPolicy) {
        run?.asked += 1
        let left = now + (.zero - (result.latency ?? .zero))
        if lastStart.map({ $0 < left }) ?? true { lastStart = left }
        guard let next = plan.next, next <= now.uptime else { return }
        spend(plan.reason, policy)
        plan = plan.following(now.uptime)
    }

    mutating func cancelled(_ number: UInt64) { flights.removeAll { $0.number == number } }

    /// Weighs the end of a probe.
    mutating func finished(_ number: UInt64, _ result: ProbeResult, at now: Moment, _ policy: HealthPolicy) {
        dropLost(at: now)
        let flight = flights.firstIndex { $0.number == number }.map { flights.remove(at: $0) }
        if flight == nil { foundStart(of: result, at: now, policy) }
        let outcome = result.outcome
        if !outcome.isSilence { boxedLoad.update { $0.hear(at: now) } }
        if outcome.class != .idle {
            looked(at: now, policy)
            lastEnd = now
        }
        wasLastGood = outcome.class == .ok || outcome.class == .idle
        if isUnseen {
            isUnseen = false
            // Whatever it was before we were blind, it answers.
            if outcome.class == .ok { endOutage() }
        }
        switch outcome.class {
        case .ok:
            succeeded(flight, result, at: now, policy)
        case .failing:
            if isQueued(flight, outcome, at: now) { return wait(flight, outcome, at: now, policy) }
            setRefusalPast()
            if noteStream(flight, isSuccess: false, outcome) { return }
            lastFailure = outcome
            if flight?.charge == nil {
                let start = flight?.startedAt ?? now
                suspect(since: start, isProbe: true, isStreamed: flight?.isStreamed ?? result.isStreamed)
                errors.fail(policy, startedAt: start.uptime.seconds, span: leastSpan(policy), isKnown: isOut)
            }
            run?.ended += 1
            if !outcome.isSilence { run?.isSilent = false }
            decide(at: now, policy)
        case .rateLimited, .credentials, .quota, .misconfigured, .gone, .gateway, .selfNetwork:
            if let charge = flight?.charge { errors.giveBack(charge) }
            obstruct(outcome, at: now, policy)
        case .idle:
            break
        }
    }

    private mutating func succeeded(_ flight: Flight?, _ result: ProbeResult, at now: Moment, _ policy: HealthPolicy) {
        if let charge = flight?.charge { errors.giveBack(charge) }
        if let latency = result.latency {
            let wasLate = flight.map { (now - $0.startedAt).seconds >= overdueAfter(policy) } ?? false
            note(latency, wasLate: flight?.charge != nil, at: now, policy)
            noteServed(wasLate: wasLate, at: now)
            self.latency.record(latency.seconds, at: now.uptime.seconds, policy.latency)
        }
        if let firstToken = result.phases.firstToken {
            self.firstToken.record(firstToken.seconds, at: now.uptime.seconds, policy.latency)
        }
        noteAnsweringModel(result.outcome)
        _ = noteStream(flight, isSuccess: true, result.outcome)
        errors.succeed(policy)
        succeed(startedAt: flight?.startedAt, isStreamed: flight?.isStreamed ?? result.isStreamed, at: now, policy)
    }

    /// Takes up that there is evidence again. What lay further back than evidence may is no ground any more.
    mutating func looked(at now: Moment, _ policy: HealthPolicy) {
        if isStale(at: now, policy) { isGrounded = false }
        lastLook = now
    }

    /// Forgets flights that must have ended: their ends were lost on the way.
    mutating func dropLost(at now: Moment) {
        let longest = Duration.seconds(timeout) + Self.grace
        guard flights.contains(where: { now - $0.startedAt > longest }) else { return }
        flights.removeAll { now - $0.startedAt > longest }
    }

    /// Counts flights that are late. - Returns: whether any was.
    mutating func countOverdue(at now: Moment, _ policy: HealthPolicy) -> Bool {
        dropLost(at: now)
        guard flights.contains(where: { $0.charge == nil }) else { return false }
        // Whoever told how busy it was and tells nothing any more is given no more patience.
        let isFrontSilent = isFrontSilent(at: now)
        let due = isFrontSilent ? LoadTrack.freshness.seconds : overdueAfter(policy)
        guard flights.contains(where: { $0.charge == nil && (now - $0.startedAt).seconds >= due }) else { return false }
        // It waits in a queue that moves.
        if isQueueing(at: now) {
            markOverloaded(at: now)
            return false
        }
        var isAny = false
        for index in flights.indices where flights[index].charge == nil {
            let due = isFrontSilent ? LoadTrack.freshness.seconds : overdueAfter(policy)
            guard (now - flights[index].startedAt).seconds >= due else { continue }
            if flights[index].isStreamed, boxedStream.value?.isBroken == true {
                flights[index].charge = (0, 0)
                continue
            }
            suspect(since: flights[index].startedAt, isProbe: true, isStreamed: flights[index].isStreamed)
            flights[index].charge = errors.fail(
                policy, startedAt: flights[index].startedAt.uptime.seconds, span: leastSpan(policy), isKnown: isOut)
            isAny = true
        }
        guard isAny else { return false }
        wasLastGood = false
        setRefusalPast()
        let longest = flights.map { (now - $0.startedAt).seconds }.max() ?? due
        lastFailure = Outcome(.failing, .timeout, detail: "no answer after \(longest.shortSeconds)")
        decide(at: now, policy)
        return true
    }

    /// Seconds after which a probe in flight is suspicious.
    func overdueAfter(_ policy: HealthPolicy) -> Double {
        // It was as late before, and answered.
        max(usuallyOverdueAfter(policy), patience?.seconds ?? 0)
    }

    private func usuallyOverdueAfter(_ policy: HealthPolicy) -> Double {
        let least = (run == nil ? policy.overdue.minimum : policy.overdue.minimumInRun).seconds
        guard let usual = latency.usual(policy.latency) else { return least * policy.overdue.unknownFactor }
        let factor = run == nil ? policy.overdue.factor : policy.overdue.factorInRun
        // A slow model's hang must not wait for the deadline, nor a usual answer count as late.
        let most = max(timeout * policy.overdue.shareOfTimeout, usual * policy.overdue.factorInRun)
        return max(least, min(usual * factor, most))
    }

    /// Learns from how long a good answer took.
    private mutating func note(_ latency: Duration, wasLate: Bool, at now: Moment, _ policy: HealthPolicy) {
        if wasLate || patience != nil && latency.seconds >= usuallyOverdueAfter(policy) {
            let seconds = max(latency.seconds * 2, patience?.seconds ?? 0)
            patience = (seconds, now + policy.overdue.patience)
        } else if let patience, now >= patience.until {
            self.patience = nil
        }
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
        if let first = flights.first {
            consider((first.startedAt + .seconds(timeout) + Self.grace).uptime.seconds + 0.001)
        }
        if let patientUntil { consider(patientUntil.uptime.seconds + 0.001) }
        if let seen = lastLook { consider((seen + staleAfter(policy)).uptime.seconds + 0.001) }
        if heldSince != nil { consider(now + 0.2) }
        if let frontDue { consider(frontDue.uptime.seconds) }
        if let silentOutageAt = silentOutageAt(policy) { consider(silentOutageAt.uptime.seconds + 0.001) }
        if let next = plan.next { consider((next + missedAfter(policy)).seconds) }
        if let traffic = traffic?.meter {
            if let silence = traffic.silenceAt(interval: interval, policy.traffic) { consider(silence) }
            if let success = traffic.lastSuccessAt { consider(success + interval) }
        }
        return due
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

    /// `host:port` of a URL, lower-case; the port of the scheme where it names none.
    var urlAuthority: String {
        var rest = self[...]
        var port = "80"
        if let scheme = rest.firstRange(of: "://") {
            if rest[..<scheme.lowerBound].lowercased() == "https" { port = "443" }
            rest = rest[scheme.upperBound...]
        }
        rest = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        if let at = rest.lastIndex(of: "@") { rest = rest[rest.index(after: at)...] }
        let behindBrackets = rest.lastIndex(of: "]").map { rest[$0...] } ?? rest
        let hasPort = behindBrackets.contains(":")
        return hasPort ? rest.lowercased() : "\(rest.lowercased()):\(port)"
    }

    var isLoopbackHost: Bool { self == "localhost" || self == "::1" || hasPrefix("127.") }
}
