/// What one contestant that probes came to in every trial.
package struct ProbeScore: Sendable {
    package var name: String
    /// Nothing wrong but noise.
    package var quiet = QuietTrial.Result()
    /// Noise, and six blips a day.
    package var refusedBlips = QuietTrial.Result()
    package var hangingBlips = QuietTrial.Result()
    package var refused = FaultTrial.Result()
    package var hanging = FaultTrial.Result()
    /// Outages of 90 s to 5 min.
    package var short = FaultTrial.Result()
    /// Partial outages of an hour, by the share that fails.
    package var partial: [Double: FaultTrial.Result] = [:]

    package static let shares = [0.05, 0.1, 0.15, 0.3, 0.5]
    /// Prompt and answer of one canary.
    package static let tokensPerLook = 24.0

    package var looksPerDay: Double { Double(quiet.looks) / max(quiet.days, 1e-9) }
}

/// How much is run, and of which seeds: one split of them is for tuning, another for scoring.
package struct TrialScale: Sendable {
    /// Lives of a model run side by side; each has a seed of its own.
    package var lives: Int
    /// Days without a fault in each life, with blips about a third as many.
    package var days: Double
    /// Total outages of each kind in each life, partial ones about a third as many.
    package var faults: Int
    /// Months that fleets of ten models live through with everything going wrong.
    package var fleetMonths: Int
    package var firstSeed: UInt64

    /// - Parameter firstSeed: scoring begins at a million; tuning stays below.
    package init(lives: Int, days: Double, faults: Int, fleetMonths: Int = 1, firstSeed: UInt64 = 1_000_000) {
        self.lives = lives
        self.days = days
        self.faults = faults
        self.fleetMonths = fleetMonths
        self.firstSeed = firstSeed
    }

    /// What every figure in the documentation was made with; a thousand model-years with everything going wrong.
    package static let full = TrialScale(lives: 50, days: 200, faults: 100, fleetMonths: 1_217)
    /// Seconds rather than minutes.
    package static let quick = TrialScale(lives: 4, days: 50, faults: 50, fleetMonths: 7)

    /// Runs every life on all cores and adds up what they came to, in the order of their seeds.
    func run<Result: Sendable>(_ life: @escaping @Sendable (UInt64) -> Result) async -> [Result] {
        await withTaskGroup(of: (Int, Result).self) { group in
            for index in 0..<lives {
                let seed = firstSeed + UInt64(index)
                group.addTask { (index, life(seed)) }
            }
            var results: [(Int, Result)] = []
            for await result in group { results.append(result) }
            return results.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }
}
