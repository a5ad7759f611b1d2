extension HealthPolicy {
    /// One tunable number: where it stands, what it means, and its key under `policy:` in the configuration.
    public struct Parameter: Sendable {
        /// Where the value is, by its kind, with the values that are allowed.
        public enum Path: Sendable {
            /// A real number.
            case number(any WritableKeyPath<HealthPolicy, Double> & Sendable, in: ClosedRange<Double>)
            /// A whole number.
            case count(any WritableKeyPath<HealthPolicy, Int> & Sendable, in: ClosedRange<Int>)
            /// A duration.
            case duration(any WritableKeyPath<HealthPolicy, Duration> & Sendable)
            /// Durations in their order.
            case durations(any WritableKeyPath<HealthPolicy, [Duration]> & Sendable)
        }

        /// `group.name`, or a bare name.
        public var key: String
        /// What one unit of the value is; empty for a plain number.
        public var unit: String
        /// What it decides, as the end of a sentence.
        public var meaning: String
        /// Where the value is.
        public var path: Path
    }

    /// Every number of the policy.
    public static let parameters: [Parameter] = [
        count(
            "outage.firstLooks", "looks",
            "suspicious looks in a row that make an outage before a model's first verdict",
            \.outage.firstLooks, 1...100),
        durations(
            "outage.fastConfirmations",
            "when to look again, from the start of the first failed look, for targets probed more often than every 30 s",
            \.outage.fastConfirmations),
        durations(
            "outage.slowConfirmations", "the same for targets probed every 30 s or less often",
            \.outage.slowConfirmations),
        number("errors.failureShare", "fraction", "the failure share worth an alarm", \.errors.failureShare, 0.01...1),
        number(
            "errors.threshold", "nats", "the statistic at which a model is degraded, at a look a minute",
            \.errors.threshold, 0.1...100),
        number(
            "errors.perDoubling", "nats", "added to the threshold for each doubling of the pace", \.errors.perDoubling,
            0...10),
        number(
            "errors.leastNoise", "fraction", "least normal failure share of a model", \.errors.leastNoise, 1e-6...0.5),
        number("errors.mostNoise", "fraction", "most normal failure share of a model", \.errors.mostNoise, 1e-6...0.5),
        number(
            "errors.blipShare", "fraction", "how probable it is that a failure is a blip's", \.errors.blipShare, 0...1),
        count("errors.runs", "runs", "separate runs of failures that an alarm needs", \.errors.runs, 1...100),
        number(
            "errors.followUpLevel", "nats", "the statistic above which extra looks go out, when few are left",
            \.errors.followUpLevel, 0.1...100),
        number("errors.followUpFloor", "nats", "the same when many are left", \.errors.followUpFloor, 0.01...100),
        duration(
            "errors.fastFollowUp", "between such looks, for targets probed more often than every 30 s",
            \.errors.fastFollowUp),
        duration("errors.slowFollowUp", "the same for all others", \.errors.slowFollowUp),
        number(
            "errors.unhealthyShare", "fraction", "failure share that is unhealthy, not just degraded",
            \.errors.unhealthyShare, 0.01...0.999),
        number(
            "errors.bearableShare", "fraction", "failure share that it is tested against", \.errors.bearableShare,
            0.01...0.999),
        number(
            "errors.unhealthyThreshold", "nats", "the statistic at which degraded becomes unhealthy",
            \.errors.unhealthyThreshold, 0.1...100),
        number("overdue.factor", "×", "usual latencies after which a probe is overdue", \.overdue.factor, 1...1_000),
        number(
            "overdue.factorInRun", "×", "the same once a run of failures is open", \.overdue.factorInRun, 1...1_000),
        number(
            "overdue.shareOfTimeout", "fraction", "of a probe's deadline that is late however slow a model usually is",
            \.overdue.shareOfTimeout, 0.1...1),
        duration("overdue.minimum", "no probe is overdue sooner", \.overdue.minimum),
        duration("overdue.minimumInRun", "the same once a run of failures is open", \.overdue.minimumInRun),
        count("overdue.inFlight", "probes", "probes of one target in flight at once", \.overdue.inFlight, 1...8),
        number(
            "overdue.unknownFactor", "×", "of the minimum, for a target without a baseline", \.overdue.unknownFactor,
            1...100),
        duration(
            "overdue.patience", "how long an overdue probe that succeeded lets others take as long", \.overdue.patience),
        count("latency.warmup", "probes", "probes before a baseline counts", \.latency.warmup, 2...10_000),
        number("latency.factor", "×", "how much slower is worth an alarm", \.latency.factor, 1.05...100),
        number(
            "latency.threshold", "deviations", "the statistic at which a model is slow", \.latency.threshold,
            0.1...1_000),
        number(
            "latency.leastDeviation", "nats", "least deviation of log-latency assumed", \.latency.leastDeviation,
            0.01...10),
        duration(
            "latency.leastDifference", "less than this above the usual is never slow", \.latency.leastDifference),
        duration("latency.halfLife", "the time in which the baseline forgets half", \.latency.halfLife),
        number(
            "latency.patience", "×", "how much longer that time is while the model is slow", \.latency.patience,
            1...1_000),
        count(
            "recovery.outageSuccesses", "looks", "successes in a row that end a total outage",
            \.recovery.outageSuccesses, 1...100),
        number(
            "recovery.threshold", "nats", "the statistic at which a partial outage is over", \.recovery.threshold,
            0.1...100),
        number(
            "recovery.hope", "nats", "the statistic above which looks follow each other more quickly", \.recovery.hope,
            0...100),
        count(
            "breaker.failures", "probes", "consecutive failures that open the breaker", \.breaker.failures, 1...1_000),
        duration(
            "breaker.recoveryInterval", "the first wait of an outage, or the target's interval where that is shorter",
            \.breaker.recoveryInterval),
        number("breaker.growth", "×", "by which it grows with each probe that fails", \.breaker.growth, 1...10),
        duration("breaker.confirmAfter", "from a recovery probe's success to its confirmation", \.breaker.confirmAfter),
        count(
            "breaker.halfOpenFailures", "probes", "failures after such a success that open it again",
            \.breaker.halfOpenFailures, 1...100),
        duration(
            "breaker.longestBackoff", "the longest wait of an outage, or the target's interval where that is longer",
            \.breaker.longestBackoff),
        duration("blocked.confirmAfter", "from a refusal to the look that confirms it", \.blocked.confirmAfter),
        duration("blocked.interval", "least interval while a refusal lasts", \.blocked.interval),
        count(
            "blocked.rateLimitedLooks", "looks", "rate-limited answers in a row that make a model degraded",
            \.blocked.rateLimitedLooks, 1...100),
        number(
            "blocked.longestStretch", "×", "how far rate limits may stretch the interval", \.blocked.longestStretch,
            1...100),
        duration(
            "blocked.longestWait", "the longest wait that a provider's word alone brings about", \.blocked.longestWait),
        number("budget.share", "fraction", "extra probes per scheduled probe", \.budget.share, 0...1),
        number("budget.burst", "probes", "extra probes that may be saved up", \.budget.burst, 0...1_000),
        number(
            "staleness.intervals", "intervals", "without evidence until nothing is known", \.staleness.intervals,
            1...100),
        duration("staleness.minimum", "evidence is never stale sooner", \.staleness.minimum),
        count("flapping.changes", "changes", "that count as flapping", \.flapping.changes, 2...100),
        count(
            "flapping.observations", "intervals", "within which the changes are counted", \.flapping.observations,
            2...1_000),
        count(
            "routing.suspiciousLooks", "looks", "suspicious probes in a row after which traffic avoids a model",
            \.routing.suspiciousLooks, 1...100),
        number(
            "routing.failureShare", "fraction", "failure share of the quicker detector", \.routing.failureShare,
            0.01...1),
        number(
            "routing.threshold", "nats", "statistic of the quicker detector at one look a second",
            \.routing.threshold, 0.1...100),
        number(
            "routing.outageShare", "fraction", "failure share of a total outage", \.routing.outageShare, 0.5...0.999),
        number(
            "routing.outageThreshold", "nats", "statistic of failures in a row at one look a second",
            \.routing.outageThreshold, 0.1...100),
        number(
            "routing.recoveryThreshold", "nats", "the statistic at which traffic may come back",
            \.routing.recoveryThreshold, 0.1...100),
        number(
            "routing.burstLevel", "nats", "the statistic above which looks follow each other quickly, under traffic",
            \.routing.burstLevel, 0.1...100),
        duration("routing.burstInterval", "between such looks", \.routing.burstInterval),
        duration(
            "traffic.lookEvery", "requests of this time count as one independent look for the status",
            \.traffic.lookEvery),
        count(
            "traffic.enough", "requests", "per probe interval that let probing slow down", \.traffic.enough,
            1...1_000_000),
        duration("traffic.slowestInterval", "the interval that it slows down to", \.traffic.slowestInterval),
        number(
            "traffic.silentGaps", "gaps", "usual gaps between requests after which a silence is looked into",
            \.traffic.silentGaps, 2...1_000),
        duration("traffic.leastSilence", "no silence is shorter", \.traffic.leastSilence),
        number("score.availability", "weight", "of the 24 h availability", \.score.availability, 0...1),
        number("score.errors", "weight", "of the error rate", \.score.errors, 0...1),
        number("score.latency", "weight", "of the latency against the baseline", \.score.latency, 0...1),
        number("score.freshness", "weight", "of the age of the evidence", \.score.freshness, 0...1),
        number("score.quality", "weight", "of the custom checks", \.score.quality, 0...1),
        number(
            "rollUp.unhealthyShare", "fraction", "of unhealthy models above which a provider is unhealthy",
            \.rollUp.unhealthyShare, 0...1),
        number(
            "rollUp.degradedShare", "fraction", "of models not healthy from which a provider or the fleet is degraded",
            \.rollUp.degradedShare, 0...1),
        count(
            "selfNetwork.hosts", "hosts", "that fall silent together before our own network is suspected",
            \.selfNetwork.hosts, 1...1_000),
        duration(
            "shared.wait", "how long a verdict waits for whether the gateway, host or network lives", \.shared.wait),
        duration("shared.askAgain", "between two questions about one gateway", \.shared.askAgain),
        count(
            "shared.models", "models", "of one host that are silent together before the host is down",
            \.shared.models, 2...1_000),
        number("jitter", "fraction", "of the interval by which probes are moved", \.jitter, 0...0.5),
        duration("firstRound", "the time over which the first round is spread", \.firstRound),
        duration("probeResultTTL", "how long a probe's result is shown as current", \.probeResultTTL),
    ]

    private static func number(
        _ key: String, _ unit: String, _ meaning: String, _ path: any WritableKeyPath<HealthPolicy, Double> & Sendable,
        _ range: ClosedRange<Double>
    ) -> Parameter {
        Parameter(key: key, unit: unit, meaning: meaning, path: .number(path, in: range))
    }

    private static func count(
        _ key: String, _ unit: String, _ meaning: String, _ path: any WritableKeyPath<HealthPolicy, Int> & Sendable,
        _ range: ClosedRange<Int>
    ) -> Parameter {
        Parameter(key: key, unit: unit, meaning: meaning, path: .count(path, in: range))
    }

    private static func duration(
        _ key: String, _ meaning: String, _ path: any WritableKeyPath<HealthPolicy, Duration> & Sendable
    ) -> Parameter {
        Parameter(key: key, unit: "duration", meaning: meaning, path: .duration(path))
    }

    private static func durations(
        _ key: String, _ meaning: String, _ path: any WritableKeyPath<HealthPolicy, [Duration]> & Sendable
    ) -> Parameter {
        Parameter(key: key, unit: "durations", meaning: meaning, path: .durations(path))
    }
}
