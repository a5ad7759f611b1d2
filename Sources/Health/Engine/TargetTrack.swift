import Basics

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
            let place = Host(of: target.baseURL)
            host = place.name
            isLoopback = place.isLoopback
            address = gateway == nil ? place.text : nil
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
    /// How many ended probes are remembered.
    static let mostEnded = 8
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
    /// What its jitter is drawn from.
    let jitterSeed: UInt64
    /// The first turn of the regular schedule that no look has left for.
    var unserved: Duration?
    /// Whether the plan was the regular one when it was last made.
    var isOnGrid = false
    var flights: [Flight] = []
    /// Numbers of the latest probes that have ended: evidence that comes twice is weighed once.
    var endedNumbers: [UInt64] = []
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
        jitterSeed = Jitter.seed(of: key)
        phase = plan.anchor
        budget = policy.budget.burst
    }

    /// Uptime at which its next probe leaves.
    func departure(_ policy: HealthPolicy) -> Duration? {
        plan.departure(jitter: policy.jitter, seed: jitterSeed)
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
        if let next = plan.next { consider((next + missedAfter(policy)).seconds + 0.001) }
        if let traffic = traffic?.meter {
            if let silence = traffic.silenceAt(interval: interval, policy.traffic) { consider(silence) }
            if let success = traffic.lastSuccessAt { consider(success + interval) }
        }
        return due
    }
}
