import Basics
import Foundation
import Health
import Testing

@testable import Trials

@Suite struct InvariantTests {
    /// Every trouble at three paces; `simulate invariants` runs far more.
    @Test(arguments: [(300.0, 15.0, 1...4), (60, 3, 5...8), (15, 1, 9...12)])
    func `whatever goes wrong, the rules hold`(_ interval: Double, _ days: Double, _ seeds: ClosedRange<Int>) async {
        var trial = InvariantTrial()
        trial.interval = interval
        trial.days = days
        let result = await trial.run(lives: seeds.count, policy: HealthPolicy(), firstSeed: UInt64(seeds.lowerBound))
        #expect(result.violations.isEmpty, "\(result.report.joined(separator: "\n"))")
        // It was no empty exercise.
        #expect(result.events > 50)
        #expect(result.checks > 50_000)
    }

    /// Every kind of answer after every other, on a model that is known and on one that is not; `simulate invariants`
    /// plays the other patterns too.
    @Test(arguments: [SequenceTrial.Pattern.turns, .stays], [true, false])
    func `whatever follows whatever, the rules hold`(_ pattern: SequenceTrial.Pattern, _ isKnown: Bool) {
        var broken: [Invariant: [String]] = [:]
        for (first, second) in Self.pairs {
            // What is known is behind a gateway, what is not is reached directly.
            let gateway = isKnown ? "portkey" : nil
            for violation in SequenceTrial().run(first, then: second, pattern, isKnown: isKnown, gateway: gateway) {
                broken[violation.rule, default: []].append("\(first.words) then \(second.words): \(violation)")
            }
        }
        for (rule, examples) in broken.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            Issue.record("\(rule.rawValue), \(examples.count) times: \(examples[0])")
        }
    }

    private static var pairs: [(Outcome, Outcome)] {
        Outcome.samples.flatMap { first in Outcome.samples.map { (first, $0) } }
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
        #expect(result.counts[.budget] ?? 0 > 0, "\(result.report)")
    }
}

extension Outcome {
    fileprivate var words: String { "\(`class`.rawValue)/\(cause.rawValue)\(retryAfter.map { ", wait \($0)" } ?? "")" }
}
