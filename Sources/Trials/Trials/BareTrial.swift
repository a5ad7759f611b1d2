import Health

/// What our detector loses by not knowing how bad a fault will be: its bare CUSUM, as designed, against the quickest
/// test of the true share, at looks that are evenly spaced and independent. Both know what is normal.
///
/// Exact, without a draw.
package struct BareTrial: Sendable {
    /// The failure share that is normal.
    package var noise: Double
    /// The failure share that ours is designed for.
    package var design = HealthPolicy().errors.failureShare
    /// How fine the lattice is.
    package var fineness = 32

    package struct Result: Sendable {
        /// In looks, at the same run length.
        package var ours: OptimalTest.Delay
        package var optimal: OptimalTest.Delay
        /// The delay of a test that knows the share, by Lorden's asymptote.
        package var asymptote: Double

        /// How many times longer ours takes from zero, which is the worst case.
        package var ratio: Double { ours.fromZero / optimal.fromZero }
        /// The same when all has been normal for long.
        package var steadyRatio: Double { ours.fromSteadyState / optimal.fromSteadyState }
    }

    package init(noise: Double) { self.noise = noise }

    /// - Parameters:
    ///   - share: the true failure share of the fault.
    ///   - runLength: mean number of looks to a false alarm.
    package func run(share: Double, runLength: Double) -> Result {
        let ours = OptimalTest(normal: noise, design: design, fineness: fineness)
        let optimal = OptimalTest(normal: noise, design: share, fineness: fineness)
        return Result(
            ours: ours.delay(share: share, runLength: runLength),
            optimal: optimal.delay(share: share, runLength: runLength),
            asymptote: optimal.asymptote(runLength: runLength))
    }
}
