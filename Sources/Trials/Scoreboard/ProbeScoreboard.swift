import Health

/// llm-health and the monitors that decide by probes, in the same worlds at the same probe cost.
package struct ProbeScoreboard: Sendable {
    package var setting: TrialSetting

    package init(_ setting: TrialSetting) { self.setting = setting }

    /// The length of a blip in these worlds: what an operator does not want to be told of.
    package var blipLength: Double { setting.interval < 30 ? 10 : 30 }

    package func ours(_ name: String = "llm-health") async -> ProbeScore {
        await score(name) { [setting] in setting.ours(seed: $0) }
    }

    /// The peers, at an interval so much shorter that they spend as much as we do with our extra looks.
    package func peers() async -> [ProbeScore] {
        let interval = setting.interval / (1 + setting.policy.budget.share)
        @Sendable func contestant<Rule: ProbeRule>(_ rule: Rule) -> @Sendable (UInt64) -> RuleContestant<Rule> {
            { seed in
                var chance = Chance(seed: seed)
                return RuleContestant(rule, interval: interval, first: interval * chance.uniform())
            }
        }
        return [
            await score("Gatus 3/2", contestant(GatusRule())),
            await score("Uptime Kuma, 1 retry", contestant(UptimeKumaRule(maxRetries: 1, retryInterval: interval))),
            await score("Uptime Kuma, no retry", contestant(UptimeKumaRule(maxRetries: 0))),
            await score("LiteLLM health check", contestant(LiteLLMHealthCheckRule())),
            await score("llmstatus", contestant(LLMStatusRule())),
            await score("Kubernetes 3/1", contestant(KubernetesRule())),
        ]
    }

    /// False alarms a model-day, and the median delay to a partial outage of 30 %: one point of the frontier.
    func frontierPoint() async -> (alarms: Double, delay: Double) {
        await point { [setting] in setting.ours(seed: $0) }
    }

    /// The same of the peers that know of partial outages at all.
    func peerPoints() async -> [(name: String, alarms: Double, delay: Double)] {
        let interval = setting.interval
        let gatus = await point { RuleContestant(GatusRule(), interval: interval, first: Double($0 % 60)) }
        let kuma = await point {
            RuleContestant(
                UptimeKumaRule(maxRetries: 1, retryInterval: interval), interval: interval, first: Double($0 % 60))
        }
        return [("Gatus 3/2", gatus.alarms, gatus.delay), ("Uptime Kuma, 1 retry", kuma.alarms, kuma.delay)]
    }

    private func point<Monitor: Contestant>(_ make: @escaping @Sendable (UInt64) -> Monitor) async -> (
        alarms: Double, delay: Double
    ) {
        let quiet = await quiet(make, blip: nil)
        let fault = await fault(make, .partial(0.3), 3_600...3_600)
        // None seen: the bound that can be given.
        let alarms = quiet.alarms == 0 ? quiet.upperBound : quiet.alarmsPerDay
        return (alarms, fault.found.quantile(0.5) ?? .infinity)
    }

    private func score<Monitor: Contestant>(_ name: String, _ make: @escaping @Sendable (UInt64) -> Monitor) async
        -> ProbeScore
    {
        var score = ProbeScore(name: name)
        score.quiet = await quiet(make, blip: nil)
        score.refusedBlips = await quiet(make, blip: .refused)
        score.hangingBlips = await quiet(make, blip: .hang)
        score.refused = await fault(make, .refused, 300...900)
        score.hanging = await fault(make, .hang, 300...900)
        score.short = await fault(make, .refused, 90...300)
        for share in ProbeScore.shares { score.partial[share] = await fault(make, .partial(share), 3_600...3_600) }
        return score
    }

    private func quiet<Monitor: Contestant>(_ make: @escaping @Sendable (UInt64) -> Monitor, blip: Trouble?) async
        -> QuietTrial.Result
    {
        var trial = QuietTrial(noise: setting.noise)
        trial.days = setting.scale.days
        if let blip {
            trial.days = (setting.scale.days / 3).rounded(.up)
            trial.blips = 6
            trial.blipLength = blipLength
            trial.blip = blip
        }
        let made = trial
        return await setting.scale.run { made.run(make($0), seed: $0) }.reduce(into: QuietTrial.Result()) { $0.add($1) }
    }

    private func fault<Monitor: Contestant>(
        _ make: @escaping @Sendable (UInt64) -> Monitor, _ trouble: Trouble, _ length: ClosedRange<Double>
    ) async -> FaultTrial.Result {
        var trial = FaultTrial(trouble, noise: setting.noise, length: length, isTotal: length.upperBound < 3_600)
        trial.faults = trial.isTotal ? setting.scale.faults : (setting.scale.faults + 2) / 3
        if trial.isTotal { trial.quiet = 21_600 }
        let made = trial
        return await setting.scale.run { made.run(make($0), seed: $0) }.reduce(into: FaultTrial.Result()) { $0.add($1) }
    }
}
