/// Spreads the first probes over the first seconds and all later ones over the interval, save where a written limit of
/// their account leaves less: those take turns from the first probe on.
///
/// The decision and the prober begin by the same one, so that neither waits for the other.
package struct InitialSchedule {
    /// An account with a written limit.
    private struct Limited {
        /// Targets on it, and how many of them have their plan.
        var targets = 0
        var given = 0
        var limit: RequestLimit
        /// Between two probes of one target.
        var every: Duration { Account.every(limit, targets: targets) ?? .zero }
    }

    private let now: Duration
    private let policy: HealthPolicy
    private let total: Int
    private var given = 0
    private var limited: [Account: Limited] = [:]

    /// - Parameters:
    ///   - configs: all models, in any order.
    ///   - now: uptime.
    package init(configs: [ModelConfig], at now: Duration, _ policy: HealthPolicy) {
        self.now = now
        self.policy = policy
        total = configs.reduce(0) { $0 + $1.targets.count + $1.checks.count }
        for config in configs {
            for target in config.targets {
                guard let limit = target.limit, limit.requests > 0 else { continue }
                limited[Account(target, provider: config.provider)] = Limited(limit: limit)
            }
        }
        guard !limited.isEmpty else { return }
        for config in configs {
            for target in config.targets { limited[Account(target, provider: config.provider)]?.targets += 1 }
        }
    }

    /// One plan for each target, then one for each check. To be called once for every model, in the order of their ids.
    package mutating func plans(for config: ModelConfig) -> [ProbePlan] {
        config.targets.map { plan(ProbeKey(config.id, target: $0.name), every: config.interval, $0, of: config) }
            + config.checks.map { check in
                plan(
                    ProbeKey(config.id, target: config.targets.first?.name ?? TargetName.default, check: check.name),
                    every: check.interval, config.targets.first, of: config)
            }
    }

    private mutating func plan(
        _ key: ProbeKey, every: Duration, _ target: ModelTarget?, of config: ModelConfig
    ) -> ProbePlan {
        defer { given += 1 }
        let account = limited.isEmpty ? nil : target.map { Account($0, provider: config.provider) }
        if let account, let limit = limited[account], limit.every > every {
            // A check comes between its target and the next one.
            let turn = key.check == nil ? Double(limit.given) : Double(limit.given) - 0.5
            if key.check == nil { limited[account]?.given += 1 }
            return .initial(
                key, every: limit.every, share: turn / Double(limit.targets), at: now, round: limit.every)
        }
        return .initial(
            key, every: every, share: Double(given) / Double(max(total, 1)), at: now, round: policy.firstRound)
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
