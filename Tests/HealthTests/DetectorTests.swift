import Foundation
import Testing

@testable import Health

@Suite struct DetectorTests {
    private let policy = HealthPolicy()

    // MARK: Errors

    /// Looks a minute apart, as far as anything asks.
    private struct Looks {
        var detector: ErrorDetector
        let policy: HealthPolicy
        private(set) var time = 0.0
        private let spacing: Double

        init(interval: Double = 15, spacing: Double? = nil, policy: HealthPolicy = HealthPolicy(), successes: Int = 0) {
            detector = ErrorDetector(interval: interval)
            self.policy = policy
            self.spacing = spacing ?? interval
            for _ in 0..<successes { succeed() }
        }

        mutating func succeed() {
            time += spacing
            detector.succeed(policy)
        }

        mutating func fail(isKnown: Bool = false) {
            time += spacing
            detector.fail(policy, startedAt: time, span: 10.2, isKnown: isKnown)
        }
    }

    @Test func `successes alone never raise anything`() {
        let looks = Looks(successes: 10_000)
        #expect(looks.detector.status.isCalm)
        #expect(looks.detector.routing.isCalm)
        #expect(looks.detector.normalShare(policy.errors) == policy.errors.leastNoise)
    }

    @Test func `one run of failures within a blip's time is no partial outage however many there are`() {
        var looks = Looks(spacing: 0.01, successes: 1_000)
        for _ in 0..<1_000 { looks.fail() }
        #expect(!looks.detector.isAlarmed)
        #expect(looks.detector.status.statistic < policy.statusNumbers(interval: 15).threshold)
        #expect(looks.detector.routing.isAlarmed)
    }

    @Test func `a failure soon after another tells less, and a third nothing`() {
        var looks = Looks(spacing: 2, successes: 2_000)
        let p0 = looks.detector.normalShare(policy.errors)
        looks.fail()
        let first = looks.detector.status.statistic
        #expect(abs(first - log(policy.errors.failureShare / p0)) < 1e-9)
        looks.fail()
        let second = looks.detector.status.statistic - first
        let expected = p0 + policy.errors.blipShare * (1 - 2 / 10.2)
        #expect(abs(second - log(policy.errors.failureShare / expected)) < 1e-9)
        looks.fail()
        #expect(looks.detector.status.statistic == first + second)
    }

    @Test func `failures further apart than a blip count in full although nothing succeeded between`() {
        var looks = Looks(interval: 60, successes: 2_000)
        looks.fail()
        let first = looks.detector.status.statistic
        looks.fail()
        #expect(abs(looks.detector.status.statistic - 2 * first) < 1e-9)
        // Of a total outage that stands a further one says nothing new.
        looks.fail(isKnown: true)
        #expect(abs(looks.detector.status.statistic - 2 * first) < 1e-9)
    }

    @Test(arguments: [0.3, 0.5, 0.8])
    func `a share of failures raises the alarm and its end ends it`(_ share: Double) {
        for seed in 1...20 as ClosedRange<UInt64> {
            var random = Seeded(seed)
            var looks = Looks(successes: 200)
            var count = 0
            while !looks.detector.isAlarmed, count < 1_000 {
                count += 1
                if Double.random(in: 0..<1, using: &random) < share { looks.fail() } else { looks.succeed() }
            }
            #expect(count < 150, "seed \(seed): \(count)")
            var calm = 0
            while looks.detector.isAlarmed, calm < 1_000 {
                calm += 1
                looks.succeed()
            }
            #expect((3...60).contains(calm), "seed \(seed): \(calm)")
            #expect(looks.detector.status.isCalm)
        }
    }

    @Test func `one per cent of noise is learnt and stays quiet`() {
        var random = Seeded(4)
        var looks = Looks()
        var alarms = 0
        for _ in 0..<20_000 {
            let wasAlarmed = looks.detector.isAlarmed
            if Double.random(in: 0..<1, using: &random) < 0.01 { looks.fail() } else { looks.succeed() }
            if looks.detector.isAlarmed, !wasAlarmed { alarms += 1 }
        }
        // Three days and a half at one look in 15 s.
        #expect(alarms <= 1, "\(alarms)")
        let p0 = looks.detector.normalShare(policy.errors)
        #expect((0.007...0.014).contains(p0), "\(p0)")
    }

    @Test func `an incident is not taken for normal`() {
        var random = Seeded(8)
        var looks = Looks(successes: 3_000)
        for _ in 0..<500 {
            if Double.random(in: 0..<1, using: &random) < 0.3 { looks.fail() } else { looks.succeed() }
        }
        #expect(looks.detector.isAlarmed)
        #expect(looks.detector.normalShare(policy.errors) == policy.errors.leastNoise)
    }

    @Test func `what is normal stays within the policy's bounds`() {
        var random = Seeded(2)
        var looks = Looks()
        for _ in 0..<5_000 {
            if Double.random(in: 0..<1, using: &random) < 0.06 { looks.fail() } else { looks.succeed() }
            let p0 = looks.detector.normalShare(policy.errors)
            #expect(p0 >= policy.errors.leastNoise && p0 <= policy.errors.mostNoise)
            let most = policy.statusNumbers(interval: 15).threshold * 1.5
            #expect(looks.detector.status.statistic >= 0 && looks.detector.status.statistic <= most)
        }
        #expect(looks.detector.normalShare(policy.errors) == policy.errors.mostNoise)
    }

    @Test func `who looks more often needs more`() {
        let threshold = [60, 30, 15, 5].map { policy.statusNumbers(interval: $0).threshold }
        #expect(threshold == threshold.sorted())
        #expect(abs(threshold[2] - threshold[0] - 2 * policy.errors.perDoubling) < 1e-9)
        let rise = policy.routingNumbers(pace: 100).threshold - policy.routingNumbers(pace: 1).threshold
        #expect(abs(rise - log(100)) < 1e-9)
        #expect(policy.routingNumbers(pace: 0).threshold == policy.routing.threshold)
    }

    @Test func `a failure that was none is given back`() {
        var looks = Looks(successes: 500)
        let before = looks.detector.status.statistic
        let added = looks.detector.fail(policy, startedAt: 9_000, span: 10.2, isKnown: false)
        #expect(looks.detector.status.statistic > before)
        looks.detector.giveBack(added)
        #expect(looks.detector.status.isCalm)
        #expect(looks.detector.routing.isCalm)
    }

    @Test func `many successes at once are as many successes`() {
        var one = Looks(successes: 100)
        one.fail()
        var many = one
        for _ in 0..<3 { one.succeed() }
        many.detector.succeed(policy, times: 3)
        #expect(abs(one.detector.status.statistic - many.detector.status.statistic) < 1e-9)
        #expect(one.detector.recent == many.detector.recent)
        #expect(one.detector.recentCount == many.detector.recentCount)
    }

    @Test(arguments: [(0.3, false), (0.45, false), (0.9, true), (1, true)])
    func `what fails most of the time is severe, what fails half of it is not`(_ share: Double, _ isSevere: Bool) {
        var random = Seeded(7)
        var looks = Looks(successes: 100)
        var changes = 0
        for _ in 0..<240 {
            let before = looks.detector.isSevere
            if Double.random(in: 0..<1, using: &random) < share { looks.fail() } else { looks.succeed() }
            if looks.detector.isSevere != before { changes += 1 }
        }
        #expect(looks.detector.isSevere == isSevere)
        #expect(changes == (isSevere ? 1 : 0))
        for _ in 0..<30 { looks.succeed() }
        #expect(!looks.detector.isSevere)
    }

    @Test func `failures are counted from where the suspicion began`() {
        var looks = Looks()
        for index in 0..<40 { if index % 4 == 0 { looks.fail() } else { looks.succeed() } }
        #expect(looks.detector.recentCount == 32)
        #expect(looks.detector.sinceSuspected == (8, 32))
    }

    // MARK: Latency

    private func detector(usual: Double, looks: Int = 100) -> LatencyDetector {
        var random = Seeded(6)
        var detector = LatencyDetector()
        for index in 0..<looks {
            detector.record(
                usual * Double.random(in: 0.9...1.1, using: &random), at: Double(index) * 15, policy.latency)
        }
        return detector
    }

    @Test func `there is no usual latency before the warm-up`() {
        #expect(detector(usual: 1, looks: policy.latency.warmup - 1).usual(policy.latency) == nil)
        let usual = detector(usual: 1, looks: policy.latency.warmup).usual(policy.latency)
        #expect(usual.map { abs($0 - 1) < 0.1 } == true)
    }

    @Test(arguments: [2.5, 3, 5, 50] as [Double])
    func `a step is found in a few looks and its end too`(_ factor: Double) {
        var detector = detector(usual: 0.6)
        var looks = 0
        while !detector.isAlarmed, looks < 100 {
            looks += 1
            detector.record(0.6 * factor, at: 1_500 + Double(looks) * 15, policy.latency)
        }
        #expect((2...12).contains(looks), "\(looks)")
        var calm = 0
        while detector.isAlarmed, calm < 100 {
            calm += 1
            detector.record(0.6, at: 3_000 + Double(calm) * 15, policy.latency)
        }
        #expect((2...12).contains(calm), "\(calm)")
    }

    @Test func `one wild sample is no trend`() {
        var detector = detector(usual: 0.6)
        detector.record(3_600, at: 1_600, policy.latency)
        #expect(!detector.isAlarmed)
        #expect(detector.usual(policy.latency).map { $0 < 0.63 } == true)
    }

    @Test func `faster is never slow, and nothing at all is no division by zero`() {
        var detector = detector(usual: 0.6)
        for index in 0..<100 { detector.record(0, at: 1_600 + Double(index), policy.latency) }
        #expect(!detector.isAlarmed)
        #expect(detector.usual(policy.latency).map { $0.isFinite && $0 > 0 } == true)
    }

    @Test func `time that stands still or goes back is survived`() {
        var detector = detector(usual: 0.6)
        for _ in 0..<100 { detector.record(0.6, at: 0, policy.latency) }
        #expect(!detector.isAlarmed)
        #expect(detector.usual(policy.latency).map { abs($0 - 0.6) < 0.1 } == true)
    }

    // MARK: Flapping

    private func observe(
        _ flaps: inout FlapDetector, _ status: HealthStatus, at time: Double, isRestless: Bool = false
    ) -> Bool {
        flaps.observe(status, isRestless: isRestless, at: time, span: 300, changes: 4)
    }

    @Test func `the fourth change within the span is flapping and the third is not`() {
        var flaps = FlapDetector()
        var told: [Bool] = []
        for index in 0..<6 {
            told.append(observe(&flaps, index % 2 == 0 ? .healthy : .unhealthy, at: Double(index) * 60))
        }
        // The first observation is no change.
        #expect(told == [false, false, false, false, true, true])
    }

    @Test func `slow changes are none`() {
        var flaps = FlapDetector()
        for index in 0..<100 {
            #expect(!observe(&flaps, index % 2 == 0 ? .healthy : .degraded, at: Double(index) * 101))
        }
    }

    @Test func `unknown is neither a change nor an end`() {
        var flaps = FlapDetector()
        for index in 0..<20 {
            #expect(!observe(&flaps, index % 2 == 0 ? .healthy : .unknown, at: Double(index)))
        }
    }

    @Test func `quiet for as long as the span ends it, and it can begin again`() {
        var flaps = FlapDetector()
        for round in [0.0, 10_000] {
            for index in 0..<5 {
                _ = observe(&flaps, index % 2 == 0 ? .healthy : .unhealthy, at: round + Double(index) * 10)
            }
            #expect(flaps.isFlapping)
            #expect(observe(&flaps, .healthy, at: round + 40 + 299))
            #expect(observe(&flaps, .healthy, at: round + 40 + 300, isRestless: true))
            #expect(observe(&flaps, .healthy, at: round + 340 + 300))
            #expect(!observe(&flaps, .healthy, at: round + 340 + 301))
        }
    }
}
