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
        let share = Double(given) / Double(max(total, 1))
        given += 1
        let first = now.uptime + min(every, policy.firstRound) * share
        var anchor = now.uptime + every * share
        // The second turn comes between half and one and a half intervals after the first.
        while anchor < first + every / 2 { anchor += every }
        return ProbePlan(key: key, next: first, anchor: anchor, every: every, reason: .scheduled)
    }
}
