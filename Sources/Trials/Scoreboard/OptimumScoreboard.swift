import Health

/// Ours against the quickest test there is: the exact optimum that knows both shares, at the same rate of false alarms.
package struct OptimumScoreboard: Sendable {
    package var setting: TrialSetting

    package init(_ setting: TrialSetting) { self.setting = setting }

    package static func table(_ rows: [[String]], interval: Double) -> ScoreTable {
        ScoreTable(
            title: "Looks until found, beside the exact optimum, probing every \(Int(interval)) s",
            columns: [
                "", "failing", "looks to a false alarm", "optimum", "bare detector (× optimum)",
                "as shipped (× optimum)", "Lorden's ln(ARL)/KL",
            ], rows: rows)
    }

    /// The mean delays in looks; a run length that no false alarm was seen in counts as one.
    package func rows(_ name: String) async -> [[String]] {
        var trial = QuietTrial(noise: setting.noise)
        trial.days = setting.scale.days
        let quiet = await setting.run { [trial] in trial.run($0, seed: $1) }.reduce(into: QuietTrial.Result()) {
            $0.add($1)
        }
        let runLength = Double(quiet.looks) / Double(max(quiet.alarms, 1))
        var rows: [[String]] = []
        for share in [0.15, 0.3] {
            var trial = FaultTrial(.partial(share), noise: setting.noise, length: 14_400...14_400, isTotal: false)
            trial.faults = setting.scale.faults
            let fault = await setting.run { [trial] in trial.run($0, seed: $1) }.reduce(into: FaultTrial.Result()) {
                $0.add($1)
            }
            var bare = BareTrial(noise: setting.noise)
            bare.design = setting.policy.errors.failureShare
            let exact = bare.run(share: share, runLength: runLength)
            let optimum = exact.optimal.fromSteadyState
            rows.append([
                name, ScoreTable.percent(share), ScoreTable.number(runLength, 0), ScoreTable.number(optimum, 1),
                "\(ScoreTable.number(exact.ours.fromSteadyState, 1)) (\(ScoreTable.number(exact.steadyRatio, 3)))",
                "\(ScoreTable.number(fault.looks.mean, 1)) (\(ScoreTable.number(fault.looks.mean / optimum, 2)))",
                ScoreTable.number(exact.asymptote, 1),
            ])
        }
        return rows
    }
}
