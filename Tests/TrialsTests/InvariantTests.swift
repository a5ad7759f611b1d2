import Foundation
import Health
import Testing

@testable import Trials

@Suite struct InvariantTests {
    /// Five model-years: mostly slow probing, which is as full of trouble and quicker to run.
    @Test(arguments: [(300.0, 60.0, 1...4), (60, 12, 5...8), (15, 3, 9...12)])
    func `whatever goes wrong, the rules hold`(_ interval: Double, _ days: Double, _ seeds: ClosedRange<Int>) async {
        var trial = InvariantTrial()
        trial.interval = interval
        trial.days = days
        let result = await trial.run(lives: seeds.count, policy: HealthPolicy(), firstSeed: UInt64(seeds.lowerBound))
        #expect(result.violations.isEmpty, "\(result.violations.prefix(5))")
        // It was no empty exercise.
        #expect(result.events > 50)
        #expect(result.checks > 50_000)
    }

    @Test func `the same seed gives the same events, byte for byte`() {
        var trial = InvariantTrial()
        trial.days = 5
        let first = trial.run(seed: 77)
        #expect(first.fingerprint == trial.run(seed: 77).fingerprint)
        #expect(first.events > 20)
        #expect(first.fingerprint != trial.run(seed: 78).fingerprint)
    }

    @Test func `a policy that spends more than it may is found out`() {
        var spender = HealthPolicy()
        spender.budget.share = 0.5
        spender.budget.burst = 1_000
        var trial = InvariantTrial()
        trial.days = 10
        let result = trial.run(policy: spender, judgedBy: HealthPolicy(), seed: 5)
        #expect(result.violations.contains { $0.contains("extra probes") }, "\(result.violations)")
    }
}
