/// Spreads the first probes over the first seconds and all later ones over the interval.
struct InitialSchedule {
    private let now: Moment
    private let policy: HealthPolicy
    private let total: Int
    private var given = 0

    init(configs: [ModelConfig], at now: Moment, _ policy: HealthPolicy) {
        self.now = now
        self.policy = policy
        total = configs.reduce(0) { $0 + $1.targets.count + $1.checks.count }
    }

    /// One plan for each target, then one for each check. To be called once for every model, in one order.
    mutating func plans(for config: ModelConfig) -> [ProbePlan] {
        config.targets.map { plan(ProbeKey(config.id, target: $0.name), every: config.interval) }
            + config.checks.map { check in
                plan(
                    ProbeKey(config.id, target: config.targets.first?.name ?? TargetName.default, check: check.name),
                    every: check.interval)
            }
    }

    private mutating func plan(_ key: ProbeKey, every: Duration) -> ProbePlan {
        defer { given += 1 }
        return .initial(
            key, every: every, share: Double(given) / Double(max(total, 1)), at: now.uptime, round: policy.firstRound)
    }
}

extension ProbePlan {
    /// The first plan of a key, at its place among others.
    ///
    /// - Parameters:
    ///   - share: its place in the round, 0 for the first and towards 1 for the last.
    ///   - now: uptime.
    ///   - round: how long the first round takes, where that is shorter than `every`.
    package static func initial(
        _ key: ProbeKey, every: Duration, share: Double, at now: Duration, round: Duration
    ) -> ProbePlan {
        let first = now + min(every, round) * share
        var anchor = now + every * share
        // The second turn comes between half and one and a half intervals after the first.
        if anchor < first + every / 2 { anchor += every }
        return ProbePlan(key: key, next: first, anchor: anchor, every: every, reason: .scheduled)
    }
}
