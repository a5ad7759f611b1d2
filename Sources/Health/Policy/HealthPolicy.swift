#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Every number of the health decision.
///
/// Each is listed with its key, unit and meaning in ``HealthPolicy/parameters``, from which the configuration, its JSON
/// Schema and the reference are made.
public struct HealthPolicy: Sendable, Hashable {
    /// Total outages: every look fails.
    public struct Outage: Sendable, Hashable {
        /// Suspicious looks in a row that make an outage while a model has never had a verdict: it need not be proved to
        /// have been good.
        public var firstLooks = 3
        /// When to look again, counted from the start of the first look that failed, for targets probed more often than
        /// every 30 s. When the first and all of these fail, it is an outage. The last one is the least span of an outage:
        /// what ends sooner is a blip and keeps quiet.
        public var fastConfirmations: [Duration] = [
            .seconds(0.8), .seconds(1.6), .seconds(4.5), .seconds(7.4), .seconds(10.2),
        ]
        /// The same for targets probed every 30 s or less often.
        public var slowConfirmations: [Duration] = [
            .seconds(12), .seconds(20), .seconds(26), .seconds(30.2), .seconds(30.5),
        ]
        /// The standard values.
        public init() {}
    }

    /// Partial outages: a Bernoulli CUSUM over outcomes.
    public struct Errors: Sendable, Hashable {
        /// The failure share worth an alarm (p1).
        public var failureShare = 0.2
        /// The statistic at which the model is degraded (h), for one look a minute: higher is quieter and slower.
        public var threshold = 9.1
        /// What is added to it for each doubling of the pace, so that who looks more often is not alarmed more often by
        /// mistake.
        public var perDoubling = 0.25
        /// Bounds of the learnt share of failures that is normal for a model (p0).
        public var leastNoise = 0.005
        /// The most that failures by chance are taken for, 0…1.
        public var mostNoise = 0.03
        /// How probable it is that a failure is a blip's, which the looks just after it then share: a second failure in
        /// the least span of an outage tells accordingly less, the more the sooner it comes, and further ones nothing.
        public var blipShare = 0.1
        /// Separate runs of failures that an alarm needs.
        public var runs = 2
        /// While the statistic is above this, and no run of failures is open, extra looks go out, when few are left …
        public var followUpLevel = 4.0
        /// … and above this when many are …
        public var followUpFloor = 0.3
        /// … this long after the last one, for targets probed more often than every 30 s …
        public var fastFollowUp: Duration = .seconds(1)
        /// … and this long for all others.
        public var slowFollowUp: Duration = .seconds(5)
        /// A partial outage is unhealthy when this share of failures explains it better …
        public var unhealthyShare = 0.8
        /// … than this one does, which is bad and yet bearable …
        public var bearableShare = 0.5
        /// … by this statistic. It must fall back to zero to be merely degraded again.
        public var unhealthyThreshold = 6.0
        /// The standard values.
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
        public var inFlight = 6
        /// What a target without a baseline yet is given, in multiples of `minimum`.
        public var unknownFactor = 1.4
        /// After an overdue probe has succeeded, none is overdue for this long before twice what that one took.
        public var patience: Duration = .seconds(300)
        /// The standard values.
        public init() {}
    }

    /// Slowness against the model's own baseline: a CUSUM over log-latency.
    public struct Latency: Sendable, Hashable {
        /// Probes before a baseline counts.
        public var warmup = 12
        /// How much slower is worth an alarm: the factor that the detector is tuned to.
        public var factor = 2.0
        /// The statistic, in baseline deviations, at which the model is degraded.
        public var threshold = 8.0
        /// The least deviation of log-latency assumed, so that a very steady model is not alarmed by trifles.
        public var leastDeviation = 0.25
        /// Less than this above the usual is never slow: nobody feels it, however large the factor.
        public var leastDifference: Duration = .milliseconds(250)
        /// The time in which the baseline forgets half: short enough to follow a daily rhythm, long enough to stand
        /// beside a step.
        public var halfLife: Duration = .seconds(45 * 60)
        /// The same while the model is slow, in multiples: what is slow does not become usual within hours.
        public var patience = 16.0
        /// The standard values.
        public init() {}
    }

    /// Back to healthy.
    public struct Recovery: Sendable, Hashable {
        /// Successes in a row that end a total outage.
        public var outageSuccesses = 2
        /// The downward statistic at which a partial outage is over.
        public var threshold = 12.0
        /// The downward statistic above which looks follow each other more quickly.
        public var hope = 2.4
        /// The standard values.
        public init() {}
    }

    /// The probe breaker: users never test a dead model, and neither do we more than needed.
    public struct Breaker: Sendable, Hashable {
        /// Consecutive failures that open it, once the status is unhealthy.
        public var failures = 5
        /// The first wait of an outage, or the target's own interval where that is shorter …
        public var recoveryInterval: Duration = .seconds(15)
        /// … which grows by this factor with each probe that fails …
        public var growth = 1.5
        /// … up to this, or the target's own interval where that is longer.
        public var longestBackoff: Duration = .seconds(25)
        /// From a recovery probe's success to its confirmation.
        public var confirmAfter: Duration = .seconds(2)
        /// Failures after such a success that open it again.
        public var halfOpenFailures = 3
        /// The standard values.
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
        /// The longest wait that a provider's word alone (`retry-after`) brings about; an announced allowance that is
        /// used up is waited for until its reset, up to a day and an hour.
        public var longestWait: Duration = .seconds(300)
        /// The standard values.
        public init() {}
    }

    /// What may be spent on looking again.
    public struct Budget: Sendable, Hashable {
        /// Extra probes per scheduled probe.
        public var share = 0.058
        /// Extra probes that may be saved up.
        public var burst = 96.0
        /// The standard values.
        public init() {}
    }

    /// Evidence that is too old.
    public struct Staleness: Sendable, Hashable {
        /// Planned intervals without evidence after which nothing is known.
        public var intervals = 3.0
        /// Evidence is stale after this at the earliest.
        public var minimum: Duration = .seconds(30)
        /// The standard values.
        public init() {}
    }

    /// Status that changes to and fro.
    public struct Flapping: Sendable, Hashable {
        /// Changes within the time of `observations` that count as flapping.
        public var changes = 4
        /// Intervals; flapping is over when none of them saw a change.
        public var observations = 20
        /// The standard values.
        public init() {}
    }

    /// Whom traffic may be sent to.
    public struct Routing: Sendable, Hashable {
        /// Suspicious probes in a row after which traffic avoids a model.
        public var suspiciousLooks = 3
        /// Failure share and statistic of the quicker detector. The threshold holds for one look a second; it rises with
        /// the logarithm of the pace, so that busy models are not avoided more often by mistake.
        public var failureShare = 0.25
        /// The statistic at which routing avoids a model.
        public var threshold = 14.0
        /// Failure share and statistic of failures in a row: so many that this share explains them better than noise does,
        /// and traffic avoids the model.
        public var outageShare = 0.9
        /// The statistic at which a run of failures is an outage to routing.
        public var outageThreshold = 13.0
        /// The downward statistic at which traffic may come back.
        public var recoveryThreshold = 8.0
        /// Above this statistic, while there is traffic, looks follow each other quickly …
        public var burstLevel = 4.0
        /// … at this distance, until the verdict is clear.
        public var burstInterval: Duration = .milliseconds(200)
        /// The standard values.
        public init() {}
    }

    /// Real requests, as evidence beside the probes.
    public struct Traffic: Sendable, Hashable {
        /// Requests of one such time count as one independent look for the status: they share their fate.
        public var lookEvery: Duration = .seconds(2)
        /// Requests per probe interval that prove health well enough to probe less often …
        public var enough = 3
        /// … at this interval.
        public var slowestInterval: Duration = .seconds(60)
        /// Usual gaps between requests without one, after which the silence is looked into.
        public var silentGaps = 10.0
        /// No silence is shorter.
        public var leastSilence: Duration = .seconds(2)
        /// The standard values.
        public init() {}
    }

    /// What each signal weighs in the score; weights of absent signals are left out of the mean.
    public struct Score: Sendable, Hashable {
        /// The weight of the availability.
        public var availability = 0.3
        /// The weight of the share of failures.
        public var errors = 0.35
        /// The weight of slowness.
        public var latency = 0.2
        /// The weight of the evidence's age.
        public var freshness = 0.05
        /// The weight of custom checks.
        public var quality = 0.1
        /// The standard values.
        public init() {}
    }

    /// From many statuses to one.
    public struct RollUp: Sendable, Hashable {
        /// A provider is unhealthy when more than this share of its models is.
        public var unhealthyShare = 0.5
        /// A provider or the fleet is degraded from this share of models that are not healthy.
        public var degradedShare = 0.2
        /// The standard values.
        public init() {}
    }

    /// "Everything failed at once": the provider or our own network.
    public struct SelfNetwork: Sendable, Hashable {
        /// Distinct hosts off this machine that fall silent within one interval, while none answers.
        public var hosts = 3
        /// The standard values.
        public init() {}
    }

    /// What several models depend on: a gateway, a host, our own network.
    public struct Shared: Sendable, Hashable {
        /// How long a verdict waits for the answer to whether what is shared lives.
        public var wait: Duration = .seconds(5)
        /// Between two such questions about the same gateway.
        public var askAgain: Duration = .seconds(3)
        /// Models of one host that must be silent together before it is the host that is down.
        public var models = 2
        /// The standard values.
        public init() {}
    }

    /// When failures are an outage.
    public var outage = Outage()
    /// When failures are a partial outage.
    public var errors = Errors()
    /// When a probe that has not come back counts.
    public var overdue = Overdue()
    /// When an answer is slow.
    public var latency = Latency()
    /// When an outage or a partial outage is over.
    public var recovery = Recovery()
    /// How an outage is looked at.
    public var breaker = Breaker()
    /// How a refusal is looked at.
    public var blocked = Blocked()
    /// How many looks beside the schedule there may be.
    public var budget = Budget()
    /// When nothing is known any more.
    public var staleness = Staleness()
    /// When a status changes too often.
    public var flapping = Flapping()
    /// When traffic is to avoid a model.
    public var routing = Routing()
    /// How real requests count.
    public var traffic = Traffic()
    /// How the score is weighted.
    public var score = Score()
    /// When a provider is in trouble as a whole.
    public var rollUp = RollUp()
    /// When our own network is suspected.
    public var selfNetwork = SelfNetwork()
    /// When a fault is shared by several models.
    public var shared = Shared()
    /// Probes are moved by up to this share of their interval, so that no rhythm of ours meets one of theirs.
    public var jitter = 0.05
    /// The first round is spread over this time, or one interval where that is less.
    public var firstRound: Duration = .seconds(5)
    /// How long a probe's result is shown as current.
    public var probeResultTTL: Duration = .seconds(30)

    /// The standard values.
    public init() {}
}

extension HealthPolicy {
    /// What the test that decides the status goes by.
    ///
    /// - Parameter interval: seconds between two regular looks.
    func statusNumbers(interval: Double) -> SequentialTest.Numbers {
        SequentialTest.Numbers(
            failureShare: errors.failureShare,
            threshold: max(errors.threshold + errors.perDoubling * log2(60 / interval), 1),
            recoveryThreshold: recovery.threshold)
    }

    /// What the test that decides the routing verdict goes by.
    ///
    /// - Parameter pace: looks a second.
    func routingNumbers(pace: Double) -> SequentialTest.Numbers {
        SequentialTest.Numbers(
            failureShare: routing.failureShare, threshold: routing.threshold + max(log(pace), 0),
            recoveryThreshold: routing.recoveryThreshold)
    }
}
