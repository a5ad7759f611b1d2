import Health

/// Slowness: steps to be found, and a daily rhythm that is none.
package struct LatencyScoreboard: Sendable {
    package var setting: TrialSetting

    package init(_ setting: TrialSetting) { self.setting = setting }

    package func table() async -> ScoreTable {
        var rows: [[String]] = []
        for (name, trouble) in [
            ("step to ×3", Trouble.slow(3)), ("step to ×2", .slow(2)), ("ramp to ×3 within the hour", .ramp(3)),
        ] {
            var trial = FaultTrial(trouble, noise: setting.noise, length: 3_600...3_600, isTotal: false)
            trial.faults = setting.scale.faults
            let made = trial
            let result = await setting.run { made.run($0, seed: $1) }.reduce(into: FaultTrial.Result()) { $0.add($1) }
            rows.append([
                name, "\(result.faults)",
                [0.5, 0.95, 0.99].map { ScoreTable.seconds(result.found.quantile($0)) }.joined(separator: " / "),
                ScoreTable.percent(result.found.share(within: 3_600)), "–",
            ])
        }
        for rhythm in [1.0, 2] {
            var trial = QuietTrial(noise: setting.noise)
            trial.days = setting.scale.days
            trial.rhythm = rhythm
            let made = trial
            let result = await setting.run { made.run($0, seed: $1) }.reduce(into: QuietTrial.Result()) { $0.add($1) }
            rows.append([
                rhythm == 1 ? "nothing" : "daily rhythm of ×2", "–", "–", "–",
                "\(ScoreTable.rate(result.alarmsPerDay)) (\(ScoreTable.rate(result.upperBound)))",
            ])
        }
        return ScoreTable(
            title: "Slowness, probing every \(Int(setting.interval)) s",
            columns: [
                "what happens", "how often", "degraded after: median / p95 / p99", "found",
                "false alarms /model-day (95 % bound)",
            ], rows: rows)
    }
}
