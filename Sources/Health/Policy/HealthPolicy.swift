/// Every number of the health decision.
///
/// Each is listed with its key, unit and meaning in ``HealthPolicy/parameters``, from which the configuration, its JSON
/// Schema and the reference are made.
public struct HealthPolicy: Sendable, Hashable {
    /// Total outages: every look fails.
    public struct Outage: Sendable, Hashable {
        /// Suspicious looks in a row, the first included, that make an outage.
        public var looks = 5
        /// The same while a model has never had a verdict: it need not be proved to have been good.
        public var firstLooks = 3
        /// When to look again after the first failure, for targets probed more often than every 30 s. The last one is
        /// the least span of an outage: what ends sooner is a blip and keeps quiet.
        public var fastConfirmations: [Duration] = [.seconds(1.6), .seconds(4.5), .seconds(7.4), .seconds(10.2)]
        /// The same for targets probed every 30 s or less often.
        public var slowConfirmations: [Duration] = [.seconds(5), .seconds(17), .seconds(30), .seconds(30.5)]
        public init() {}
    }

    /// Partial outages: a Bernoulli CUSUM over outcomes.
    public struct Errors: Sendable, Hashable {
        /// The failure share worth an alarm (p1).
        public var failureShare = 0.2
        /// The statistic at which the model is degraded (h): higher is quieter and slower.
        public var threshold = 9.0
        /// Bounds of the learnt share of failures that is normal for a model (p0).
        public var leastNoise = 0.005
        public var mostNoise = 0.03
        /// What the second failure of a run counts; further ones count nothing, as they are not independent.
        public var secondFailureWeight = 0.35
        /// Separate runs of failures that an alarm needs.
        public var runs = 2
        /// The failure share of the last looks at which degraded becomes unhealthy.
        public var unhealthyShare = 0.6
        /// Looks that share is taken over.
        public var unhealthyLooks = 10
        public init() {}
    }

    /// Probes that do not come back.
    public struct Overdue: Sendable, Hashable {
        /// A probe in flight longer than this many usual latencies is suspicious …
        public var factor = 3.3
        /// … but not before this time.
        public var minimum: Duration = .seconds(2)
        /// The same once a run of failures is open.
        public var minimumInRun: Duration = .seconds(1.6)
        /// The factor once a run of failures is open.
        public var factorInRun = 1.5
        /// However slow a model usually is, this share of the probe's deadline is late.
        public var shareOfTimeout = 0.7
        /// Probes of one target in flight at once: the late ones and the looks beside them.
        public var inFlight = 4
        /// What a target without a baseline yet is given, in multiples of `minimum`.
        public var unknownFactor = 2.0
        public init() {}
    }

    /// Slowness against the model's own baseline: a CUSUM over log-latency.
    public struct Latency: Sendable, Hashable {
        /// Probes before a baseline counts.
        public var warmup = 12
        /// How much slower is worth an alarm: the factor that the detector is tuned to.
        public var factor = 2.0
        /// The statistic, in baseline deviations, at which the model is degraded.
        public var threshold = 6.0
        /// The least deviation of log-latency assumed, so that a very steady model is not alarmed by trifles.
        public var leastDeviation = 0.25
        /// The time in which the baseline forgets half, which is what lets it follow a daily rhythm.
        public var halfLife: Duration = .seconds(3 * 3_600)
        public init() {}
    }

    /// Back to healthy.
    public struct Recovery: Sendable, Hashable {
        /// The statistic at which an incident is over.
        public var threshold = 4.0
        /// The failure share that successes are held against after a total outage; two successes refute it.
        public var outageShare = 0.95
        public init() {}
    }

    /// The probe breaker: users never test a dead model, and neither do we more than needed.
    public struct Breaker: Sendable, Hashable {
        /// Consecutive failures that open it, once the status is unhealthy.
        public var failures = 5
        /// Between two recovery probes while it is open.
        public var recoveryInterval: Duration = .seconds(15)
        /// From a recovery probe's success to its confirmation.
        public var confirmAfter: Duration = .seconds(2)
        /// The longest back-off of a failing model whose breaker is closed.
        public var longestBackoff: Duration = .seconds(15)
        public init() {}
    }

    /// Answers that are our own doing: wrong key, empty account, wrong request.
    public struct Blocked: Sendable, Hashable {
        /// From the first such answer to the one that confirms it.
        public var confirmAfter: Duration = .seconds(2)
        /// The least interval while it lasts: what only a person can mend needs no hammering.
        public var interval: Duration = .seconds(60)
        /// Rate-limited answers in a row that make a model degraded.
        public var rateLimitedLooks = 2
        /// How far rate limits may stretch the interval.
        public var longestStretch = 4.0
        public init() {}
    }

    /// What may be spent on looking again.
    public struct Budget: Sendable, Hashable {
        /// Extra probes per scheduled probe.
        public var share = 0.06
        /// Extra probes that may be saved up.
        public var burst = 12.0
        public init() {}
    }

    /// Evidence that is too old.
    public struct Staleness: Sendable, Hashable {
        /// Planned intervals without evidence after which nothing is known.
        public var intervals = 3.0
        public var minimum: Duration = .seconds(30)
        public init() {}
    }

    /// Status that changes to and fro.
    public struct Flapping: Sendable, Hashable {
        /// Changes within the time of `observations` that count as flapping.
        public var changes = 4
        /// Intervals; flapping is over when none of them saw a change.
        public var observations = 20
        public init() {}
    }

    /// Whom traffic may be sent to.
    public struct Routing: Sendable, Hashable {
        /// Suspicious looks in a row after which traffic avoids a model.
        public var suspiciousLooks = 3
        /// Failure share and statistic of the quicker detector.
        public var failureShare = 0.25
        public var threshold = 6.0
        public init() {}
    }

    /// What each signal weighs in the score; weights of absent signals are left out of the mean.
    public struct Score: Sendable, Hashable {
        public var availability = 0.3
        public var errors = 0.35
        public var latency = 0.2
        public var freshness = 0.05
        public var quality = 0.1
        public init() {}
    }

    /// "Everything failed at once": the provider or our own network.
    public struct SelfNetwork: Sendable, Hashable {
        /// Distinct hosts off this machine that fail to connect within one interval.
        public var hosts = 3
        public init() {}
    }

    public var outage = Outage()
    public var errors = Errors()
    public var overdue = Overdue()
    public var latency = Latency()
    public var recovery = Recovery()
    public var breaker = Breaker()
    public var blocked = Blocked()
    public var budget = Budget()
    public var staleness = Staleness()
    public var flapping = Flapping()
    public var routing = Routing()
    public var score = Score()
    public var selfNetwork = SelfNetwork()
    /// Probes are moved by up to this share of their interval, so that no rhythm of ours meets one of theirs.
    public var jitter = 0.05
    /// The first round is spread over this time, or one interval where that is less.
    public var firstRound: Duration = .seconds(5)
    /// How long a probe's result is shown as current.
    public var probeResultTTL: Duration = .seconds(30)

    public init() {}
}
