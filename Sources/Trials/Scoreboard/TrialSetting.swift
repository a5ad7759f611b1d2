package import Health

/// What a scoreboard's worlds, and our own part in them, are like.
package struct TrialSetting: Sendable {
    /// Seconds between two regular looks.
    package var interval: Double
    /// The share of looks that fail for no reason.
    package var noise: Double
    package var policy: HealthPolicy
    package var scale: TrialScale

    package init(interval: Double, noise: Double, policy: HealthPolicy = HealthPolicy(), scale: TrialScale) {
        self.interval = interval
        self.noise = noise
        self.policy = policy
        self.scale = scale
    }

    /// The real decision, as it lives through one seed's world.
    func ours(seed: UInt64) -> EngineContestant {
        EngineContestant(interval: interval, policy: policy, seed: seed &* 7_919)
    }

    /// Lets the real decision live every life.
    func run<Result: Sendable>(_ life: @escaping @Sendable (EngineContestant, UInt64) -> Result) async -> [Result] {
        await scale.run { [self] in life(ours(seed: $0), $0) }
    }
}
