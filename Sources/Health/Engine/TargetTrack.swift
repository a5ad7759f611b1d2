#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// All that is known of one target of a model, or of one of its custom checks.
///
/// It weighs looks (answers, failures, overdue probes) and says what to look at next; it never asks what time it is.
struct TargetTrack: Sendable {
    /// A probe that left and has not come back.
    struct Flight: Sendable {
        var number: UInt64
        var startedAt: Moment
        /// Whether its lateness has been counted as a suspicious look.
        var isCounted = false
    }
    /// Suspicious looks without a success between them.
    struct Run: Sendable {
        var startedAt: Moment
        var looks = 0
        /// Probes that left since it began.
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
        case halfOpen(since: Moment)
    }

    /// More than a prober keeps in flight, manual probes included.
    static let mostFlights = 16

    let key: ProbeKey
    let gateway: String?
    /// The host that connections go to, and whether it is this machine.
    let host: String
    let isLoopback: Bool
    /// Seconds between scheduled probes.
    let interval: Double
    /// Seconds that a probe may take.
    let timeout: Double
    /// Uptime of turn 0 of the regular schedule.
    let phase: Duration

    var plan: ProbePlan
    var flights: [Flight] = []
    var run: Run?
    var blockade: Blockade?
    var breaker = Breaker.closed
    var errors = ErrorDetector()
    var latency = LatencyDetector()
    /// A total outage stands; `errors` tests its end.
    var isOut = false
    /// A partial outage is bad enough to be called unhealthy.
    var isSevere = false
    var hasVerdict = false
    var hasSucceeded = false
    /// Extra probes that may be spent.
    var budget: Double
    /// Seconds of the present back-off; 0 when there is none.
    var backoff = 0.0
    var lastStart: Moment?
    var lastLook: Moment?
    var lastFailure: Outcome?

    init(
        key: ProbeKey, target: ModelTarget, interval: Duration, timeout: Duration, plan: ProbePlan, policy: HealthPolicy
    ) {
        self.key = key
        gateway = target.gateway?.gateway
        host = target.baseURL.urlHost
        isLoopback = host.isLoopbackHost
        self.interval = interval.seconds
        self.timeout = timeout.seconds
        self.plan = plan
        phase = plan.anchor
        budget = policy.budget.burst
    }

    var consecutiveFailures: Int { run?.looks ?? 0 }

    // MARK: Looks

    mutating func started(_ number: UInt64, reason: ProbeReason, at now: Moment, _ policy: HealthPolicy) {
        // Ends that were lost on the way must not pile up.
        if flights.count >= Self.mostFlights { flights.removeFirst() }
        flights.append(Flight(number: number, startedAt: now))
        lastStart = now
        run?.asked += 1
        // A person's probe leaves the schedule alone; a turn sent out early by jitter has been served.
        if reason != .manual {
            plan = plan.following(reason == plan.reason ? max(now.uptime, plan.next ?? now.uptime) : now.uptime)
        }
        switch reason {
        case .scheduled: budget = min(policy.budget.burst, budget + policy.budget.share)
        case .confirmation, .overdue: budget = max(0, budget - 1)
        default: break
        }
    }

    mutating func cancelled(_ number: UInt64) { flights.removeAll { $0.number == number } }

    /// Weighs the end of a probe.
    mutating func finished(_ number: UInt64, _ result: ProbeResult, at now: Moment, _ policy: HealthPolicy) {
        let flight = flights.first { $0.number == number }
        // Its start was lost on the way.
        if flight == nil { run?.asked += 1 }
        flights.removeAll { $0.number == number }
        weigh(
            result.outcome, count: 1, latency: result.latency?.seconds, isCounted: flight?.isCounted ?? false, at: now,
            policy)
    }

    /// Weighs outcomes of any source.
    ///
    /// - Parameter isCounted: the look was already counted as overdue.
    mutating func weigh(
        _ outcome: Outcome, count: Int, latency seconds: Double?, isCounted: Bool = false, at now: Moment,
        _ policy: HealthPolicy
    ) {
        if outcome.class != .idle { lastLook = now }
        switch outcome.class {
        case .ok:
            succeed(count: count, latency: seconds, at: now, policy)
        case .failing:
            blockade = nil
            lastFailure = outcome
            for _ in 0..<min(count, 1_000) {
                if !isCounted { suspect(at: now) }
                errors.fail(policy)
            }
            decide(at: now, policy)
        case .rateLimited, .credentials, .quota, .misconfigured, .gone, .gateway, .selfNetwork:
            obstruct(outcome, at: now, policy)
        case .idle:
            break
        }
    }

    private mutating func succeed(count: Int, latency seconds: Double?, at now: Moment, _ policy: HealthPolicy) {
        run = nil
        blockade = nil
        backoff = 0
        hasSucceeded = true
        hasVerdict = true
        errors.succeed(policy, times: count)
        if let seconds { latency.record(seconds, at: now.uptime.seconds, policy.latency) }
        if !errors.isAlarmed {
            isOut = false
            isSevere = false
            breaker = .closed
        } else if case .open(let since) = breaker {
            breaker = .halfOpen(since: since)
        }
        updateSeverity(policy)
    }

    private mutating func obstruct(_ outcome: Outcome, at now: Moment, _ policy: HealthPolicy) {
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

    /// Counts flights that are late. - Returns: whether any was.
    mutating func countOverdue(at now: Moment, _ policy: HealthPolicy) -> Bool {
        var isAny = false
        for index in flights.indices where !flights[index].isCounted {
            let late = (now - flights[index].startedAt).seconds
            guard late >= overdueAfter(policy) else { continue }
            flights[index].isCounted = true
            suspect(at: now)
            isAny = true
            lastFailure = Outcome(
                .failing, .timeout, detail: "no answer after \(late.shortSeconds)")
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

    private mutating func suspect(at now: Moment) {
        if run == nil { run = Run(startedAt: now) }
        run?.looks += 1
    }

    // MARK: Decisions

    /// The outage rule: enough suspicious looks over enough time, without a success.
    private mutating func decide(at now: Moment, _ policy: HealthPolicy) {
        if let run, !isOut {
            let offsets = confirmations(policy)
            let looks = hasVerdict ? policy.outage.looks : policy.outage.firstLooks
            let last = hasVerdict ? offsets.last : offsets.prefix(max(looks - 1, 1)).last
            // A timer's grain is not worth another look.
            let span = (last ?? .zero) - .milliseconds(50)
            if run.looks >= looks, now - run.startedAt >= span {
                isOut = true
                hasVerdict = true
                errors.alarm(share: policy.recovery.outageShare)
            }
        }
        if isOut {
            backoff = min(max(backoff * 2, 2), policy.breaker.longestBackoff.seconds)
            switch breaker {
            case .closed where consecutiveFailures >= policy.breaker.failures: breaker = .open(since: now)
            case .halfOpen(let since): breaker = .open(since: since)
            default: break
            }
        }
        updateSeverity(policy)
    }

    private mutating func updateSeverity(_ policy: HealthPolicy) {
        guard errors.isAlarmed, let share = errors.share(ofLast: policy.errors.unhealthyLooks) else { return }
        // Down to half the share it takes to get in, so that the line is not crossed to and fro.
        if share >= policy.errors.unhealthyShare { isSevere = true }
        if share < policy.errors.unhealthyShare / 2 { isSevere = false }
    }

    func confirmations(_ policy: HealthPolicy) -> [Duration] {
        interval < 30 ? policy.outage.fastConfirmations : policy.outage.slowConfirmations
    }

    /// Forgets suspicions that were not the provider's doing.
    mutating func forgive() {
        run = nil
        for index in flights.indices { flights[index].isCounted = true }
        // A partial outage that stood before stands.
        guard !errors.isAlarmed else { return }
        errors.reset()
    }

    /// Forgets what was found, not what is usual: the runtime has loaded or unloaded the model since.
    mutating func renew() {
        run = nil
        blockade = nil
        flights = []
        breaker = .closed
        backoff = 0
        isOut = false
        isSevere = false
        hasVerdict = false
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
