import Foundation
import Testing

@testable import Health

@Suite struct DetectorTests {
    private let policy = HealthPolicy()

    // MARK: Errors

    @Test func `successes alone never raise anything`() {
        var detector = ErrorDetector()
        for _ in 0..<10_000 { detector.succeed(policy) }
        #expect(detector.statistic == 0)
        #expect(detector.routingStatistic == 0)
        #expect(!detector.isAlarmed)
        #expect(detector.normalShare(policy.errors) == policy.errors.leastNoise)
    }

    @Test func `one run of failures is no partial outage however long it is`() {
        var detector = ErrorDetector()
        for _ in 0..<1_000 { detector.succeed(policy) }
        for _ in 0..<1_000 { detector.fail(policy) }
        #expect(!detector.isAlarmed)
        #expect(detector.statistic < policy.errors.threshold)
    }

    @Test func `the second failure of a run counts for a share and the third for nothing`() {
        var detector = ErrorDetector()
        let p0 = detector.normalShare(policy.errors)
        detector.fail(policy)
        let first = detector.statistic
        #expect(abs(first - log(policy.errors.failureShare / p0)) < 1e-9)
        let p1 = detector.normalShare(policy.errors)
        detector.fail(policy)
        let second = detector.statistic - first
        #expect(abs(second - policy.errors.secondFailureWeight * log(policy.errors.failureShare / p1)) < 1e-9)
        detector.fail(policy)
        #expect(detector.statistic == first + second)
    }

    @Test(arguments: [0.3, 0.5, 0.8])
    func `a share of failures raises the alarm and its end ends it`(_ share: Double) {
        for seed in 1...20 as ClosedRange<UInt64> {
            var random = Seeded(seed)
            var detector = ErrorDetector()
            for _ in 0..<200 { detector.succeed(policy) }
            var looks = 0
            while !detector.isAlarmed, looks < 1_000 {
                looks += 1
                if Double.random(in: 0..<1, using: &random) < share {
                    detector.fail(policy)
                } else {
                    detector.succeed(policy)
                }
            }
            #expect(looks < 150, "seed \(seed): \(looks)")
            var calm = 0
            while detector.isAlarmed, calm < 1_000 {
                calm += 1
                detector.succeed(policy)
            }
            #expect((2...40).contains(calm), "seed \(seed): \(calm)")
            #expect(detector.statistic == 0)
        }
    }

    @Test func `one per cent of noise is learnt and stays quiet`() {
        var random = Seeded(4)
        var detector = ErrorDetector()
        var alarms = 0
        for _ in 0..<20_000 {
            let wasAlarmed = detector.isAlarmed
            if Double.random(in: 0..<1, using: &random) < 0.01 {
                detector.fail(policy)
            } else {
                detector.succeed(policy)
            }
            if detector.isAlarmed, !wasAlarmed { alarms += 1 }
        }
        // Three days and a half at one look in 15 s.
        #expect(alarms <= 4, "\(alarms)")
        let p0 = detector.normalShare(policy.errors)
        #expect((0.007...0.014).contains(p0), "\(p0)")
    }

    @Test func `what is normal stays within the policy's bounds`() {
        var random = Seeded(2)
        var detector = ErrorDetector()
        for _ in 0..<5_000 {
            if Bool.random(using: &random) { detector.fail(policy) } else { detector.succeed(policy) }
            let p0 = detector.normalShare(policy.errors)
            #expect(p0 >= policy.errors.leastNoise && p0 <= policy.errors.mostNoise)
            #expect(detector.statistic >= 0 && detector.statistic <= policy.errors.threshold * 1.5)
            #expect(detector.routingStatistic <= policy.routing.threshold * 1.5)
        }
    }

    @Test func `an outage found elsewhere is over after two successes`() {
        var detector = ErrorDetector()
        for _ in 0..<500 { detector.succeed(policy) }
        for _ in 0..<5 { detector.fail(policy) }
        detector.alarm(share: policy.recovery.outageShare)
        #expect(detector.isAlarmed)
        detector.succeed(policy)
        #expect(detector.isAlarmed)
        detector.succeed(policy)
        #expect(!detector.isAlarmed)
    }

    @Test func `many successes at once are as many successes`() {
        var one = ErrorDetector()
        var many = ErrorDetector()
        one.fail(policy)
        many.fail(policy)
        for _ in 0..<3 { one.succeed(policy) }
        many.succeed(policy, times: 3)
        #expect(abs(one.statistic - many.statistic) < 0.05)
        #expect(one.recent == many.recent)
        #expect(one.recentCount == many.recentCount)
    }

    @Test func `shares are told of as many looks as there are`() {
        var detector = ErrorDetector()
        #expect(detector.share(ofLast: 1) == nil)
        #expect(detector.share(ofLast: 0) == nil)
        for index in 0..<40 { if index % 4 == 0 { detector.fail(policy) } else { detector.succeed(policy) } }
        #expect(detector.share(ofLast: 8) == 0.25)
        #expect(detector.share(ofLast: 32) == 0.25)
        #expect(detector.share(ofLast: 33) == nil)
        #expect(detector.recentFailures == 8)
        #expect(detector.recentCount == 32)
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
