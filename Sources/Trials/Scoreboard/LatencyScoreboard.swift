package import Health

/// Slowness: steps to be found, and a daily rhythm that is none.
package struct LatencyScoreboard: Sendable {
    package var interval: Double
    package var noise: Double
    package var policy: HealthPolicy
    package var scale: TrialScale

    package init(interval: Double, noise: Double, policy: HealthPolicy = HealthPolicy(), scale: TrialScale) {
        self.interval = interval
        self.noise = noise
        self.policy = policy
        self.scale = scale
    }

    package func table() async -> ScoreTable {
        var rows: [[String]] = []
        for (name, trouble) in [
            ("step to ×3", Trouble.slow(3)), ("step to ×2", .slow(2)), ("ramp to ×3 within the hour", .ramp(3)),
        ] {
            var trial = FaultTrial(trouble, noise: noise, length: 3_600...3_600, isTotal: false)
            trial.faults = scale.faults
            let made = trial
            let result = await run { made.run($0, seed: $1) }.reduce(into: FaultTrial.Result()) { $0.add($1) }
            rows.append([
                name, "\(result.faults)",
                [0.5, 0.95, 0.99].map { ScoreTable.seconds(result.found.quantile($0)) }.joined(separator: " / "),
                ScoreTable.percent(result.found.share(within: 3_600)), "–",
            ])
        }
        for rhythm in [1.0, 2] {
            var trial = QuietTrial(noise: noise)
            trial.days = scale.days
            trial.rhythm = rhythm
            let made = trial
            let result = await run { made.run($0, seed: $1) }.reduce(into: QuietTrial.Result()) { $0.add($1) }
            rows.append([
                rhythm == 1 ? "nothing" : "daily rhythm of ×2", "–", "–", "–",
                "\(ScoreTable.rate(result.alarmsPerDay)) (\(ScoreTable.rate(result.upperBound)))",
            ])
        }
        return ScoreTable(
            title: "Slowness, probing every \(Int(interval)) s",
            columns: [
                "what happens", "how often", "degraded after: median / p95 / p99", "found",
                "false alarms /model-day (95 % bound)",
            ], rows: rows)
    }

    private func run<Result: Sendable>(_ life: @escaping @Sendable (EngineContestant, UInt64) -> Result) async
        -> [Result]
    {
        let (interval, policy) = (interval, policy)
        return await scale.run { life(EngineContestant(interval: interval, policy: policy, seed: $0 &* 7_919), $0) }
    }
}
