import Foundation
import Testing

@testable import Trials

@Suite struct OptimalTestTests {
    /// A test, and the threshold and failure share it is tried at.
    struct Case: Sendable, CustomTestStringConvertible {
        var normal: Double
        var design: Double
        var share: Double
        var threshold: Double

        var test: OptimalTest { OptimalTest(normal: normal, design: design) }
        var testDescription: String { "\(share), of \(design) against \(normal) at \(threshold)" }
    }

    static let cases = [
        Case(normal: 0.02, design: 0.2, share: 0.2, threshold: 3),
        Case(normal: 0.02, design: 0.2, share: 0.15, threshold: 4),
        Case(normal: 0.02, design: 0.3, share: 0.3, threshold: 4),
        Case(normal: 0.05, design: 0.5, share: 0.9, threshold: 4),
        Case(normal: 0.1, design: 0.15, share: 0.15, threshold: 2),
        Case(normal: 0.3, design: 0.7, share: 0.5, threshold: 5),
    ]

    // MARK: Against chance

    private struct Sample {
        private var count = 0.0
        private var sum = 0.0
        private var squares = 0.0

        mutating func add(_ value: Int) {
            count += 1
            sum += Double(value)
            squares += Double(value) * Double(value)
        }

        var mean: Double { sum / count }
        var standardError: Double { ((squares / count - mean * mean) / count).squareRoot() }
    }

    /// The CUSUM itself, in nats, of a p1.
    private struct Walk {
        let rise: Double
        let fall: Double
        let threshold: Double

        init(normal: Double, design: Double, threshold: Double) {
            rise = log(design / normal)
            fall = log((1 - design) / (1 - normal))
            self.threshold = threshold
        }

        /// Looks to the alarm; `nil` when there was none in as many as asked for.
        func looks(_ share: Double, from statistic: inout Double, atMost most: Int, _ chance: inout Chance) -> Int? {
            var looks = 0
            while true {
                // Successes until the next failure.
                let successes = min(Int(chance.exponential(rate: -log(1 - share))), most - looks)
                statistic = max(statistic + Double(successes) * fall, 0)
                looks += successes
                guard looks < most else { return nil }
                statistic += rise
                looks += 1
                if statistic >= threshold { return looks }
            }
        }
    }

    private func walk(_ given: Case) -> Walk {
        // Half a unit lower means the same, and no rounding can matter.
        let test = given.test
        return Walk(
            normal: given.normal, design: test.adjusted,
            threshold: ((given.threshold / test.unit).rounded(.up) - 0.5) * test.unit)
    }

    private func fromZero(_ walk: Walk, _ share: Double, seed: UInt64, repetitions: Int = 20_000) -> Sample {
        var chance = Chance(seed: seed)
        var sample = Sample()
        for _ in 0..<repetitions {
            var statistic = 0.0
            if let looks = walk.looks(share, from: &statistic, atMost: .max, &chance) { sample.add(looks) }
        }
        return sample
    }

    @Test(arguments: cases) func `Run length and delay from zero are those of a simulation`(_ given: Case) {
        let quiet = fromZero(walk(given), given.normal, seed: 1)
        let fault = fromZero(walk(given), given.share, seed: 2)
        let exact = given.test.averageRunLength(threshold: given.threshold)
        let delay = given.test.delay(share: given.share, threshold: given.threshold).fromZero
        #expect(abs(quiet.mean - exact) < 3 * quiet.standardError, "\(quiet.mean), not \(exact)")
        #expect(abs(fault.mean - delay) < 3 * fault.standardError, "\(fault.mean), not \(delay)")
    }

    @Test(arguments: cases) func `The delay from the steady state is that of a simulation`(_ given: Case) {
        let walk = walk(given)
        var chance = Chance(seed: 3)
        var sample = Sample()
        for _ in 0..<20_000 {
            var statistic = 0.0
            guard walk.looks(given.normal, from: &statistic, atMost: 200, &chance) == nil else { continue }
            if let looks = walk.looks(given.share, from: &statistic, atMost: .max, &chance) { sample.add(looks) }
        }
        let delay = given.test.delay(share: given.share, threshold: given.threshold).fromSteadyState
        #expect(abs(sample.mean - delay) < 3 * sample.standardError, "\(sample.mean), not \(delay)")
    }

    @Test(arguments: [(0.02, 0.2, 3.0), (0.05, 0.5, 4.0), (0.1, 0.15, 2.0)])
    func `The adjustment of p1 hardly matters`(normal: Double, design: Double, threshold: Double) {
        let sample = fromZero(Walk(normal: normal, design: design, threshold: threshold), normal, seed: 4)
        let exact = OptimalTest(normal: normal, design: design).averageRunLength(threshold: threshold)
        #expect(abs(sample.mean - exact) < 3 * sample.standardError + 0.01 * exact, "\(sample.mean), not \(exact)")
    }

    // MARK: Known values

    @Test(arguments: [0.001, 0.005, 0.02, 0.3], [0.35, 0.6])
    func `The first failure alarms at a tiny threshold`(normal: Double, design: Double) {
        let test = OptimalTest(normal: normal, design: design)
        #expect(abs(test.averageRunLength(threshold: 1e-9) * normal - 1) < 1e-9)
        let delay = test.delay(share: 0.4, threshold: 1e-9)
        #expect(abs(delay.fromZero - 2.5) < 1e-9)
        #expect(abs(delay.fromSteadyState - 2.5) < 1e-9)
        #expect(test.threshold(forRunLength: 1) == test.unit)
    }

    @Test(arguments: [0.005, 0.02, 0.1], [0.15, 0.2, 0.5])
    func `A second failure before zero alarms just above one failure's step`(normal: Double, design: Double) {
        let test = OptimalTest(normal: normal, design: design)
        let threshold = Double(test.up + 1) * test.unit
        // As many successes lead back to zero.
        let back = (Double(test.up) / Double(test.down)).rounded(.up)
        for share in [normal, design, 0.9] {
            let missed = pow(1 - share, back)
            let exact = (2 - missed) / (1 - missed) / share
            #expect(abs(test.delay(share: share, threshold: threshold).fromZero / exact - 1) < 1e-9)
        }
    }

    @Test(arguments: [0.005, 0.02], [0.15, 0.2, 0.3])
    func `When every look fails the steps are counted`(normal: Double, design: Double) {
        let test = OptimalTest(normal: normal, design: design)
        for threshold in [1.0, 4, 8.5] {
            let steps = (threshold / (Double(test.up) * test.unit)).rounded(.up)
            #expect(abs(test.delay(share: 1, threshold: threshold).fromZero - steps) < 1e-9)
        }
    }

    @Test(arguments: cases) func `Without a change the delay is the run length`(_ given: Case) {
        let exact = given.test.averageRunLength(threshold: given.threshold)
        let delay = given.test.delay(share: given.normal, threshold: given.threshold)
        #expect(abs(delay.fromZero / exact - 1) < 1e-12)
        #expect(delay.fromSteadyState < exact)
    }

    @Test(arguments: [0.02, 0.1, 0.3]) func `Shares that hardly differ tell hardly anything`(normal: Double) {
        let step = normal / 1_000
        let test = OptimalTest(normal: normal, design: normal + step)
        #expect(test.adjusted > normal)
        #expect(abs(test.divergence / (step * step / (2 * normal * (1 - normal))) - 1) < 0.01)
        #expect(test.asymptote(runLength: 1_000) > 1e6)
    }

    // MARK: Laws

    @Test(arguments: [0.005, 0.02], [0.15, 0.2, 0.3])
    func `All grow with the threshold, and the run length beyond its exponential`(normal: Double, design: Double) {
        let test = OptimalTest(normal: normal, design: design)
        var last = (length: 0.0, delay: 0.0, steady: 0.0)
        for threshold in stride(from: 0.5, through: 10, by: 0.5) {
            let length = test.averageRunLength(threshold: threshold)
            let delay = test.delay(share: design, threshold: threshold)
            #expect(length >= exp(threshold) && length >= last.length)
            #expect(delay.fromZero >= last.delay && delay.fromSteadyState >= last.steady - 1e-9)
            #expect(delay.fromSteadyState <= delay.fromZero + 1e-9)
            last = (length, delay.fromZero, delay.fromSteadyState)
        }
    }

    @Test(arguments: [0.005, 0.02], [0.15, 0.3])
    func `The delay shrinks with the share`(normal: Double, design: Double) {
        let test = OptimalTest(normal: normal, design: design)
        let delays = [0.1, 0.15, 0.2, 0.3, 0.5, 0.9].map { test.delay(share: $0, threshold: 6).fromZero }
        #expect(zip(delays, delays.dropFirst()).allSatisfy { $0 > $1 })
    }

    @Test(arguments: [0.005, 0.02], [1e3, 1e5, 1e6])
    func `The threshold is the least of its run length`(normal: Double, runLength: Double) {
        let test = OptimalTest(normal: normal, design: 0.2)
        let threshold = test.threshold(forRunLength: runLength)
        #expect(test.averageRunLength(threshold: threshold) >= runLength)
        #expect(test.averageRunLength(threshold: threshold - test.unit) < runLength)
        let boundary = test.boundary(forRunLength: runLength)
        #expect(abs(test.averageRunLength(at: boundary) / runLength - 1) < 1e-6)
    }

    @Test(arguments: [0.005, 0.02], [0.15, 0.2, 0.3])
    func `Half the unit changes nothing by 1 %`(normal: Double, design: Double) {
        let coarse = OptimalTest(normal: normal, design: design)
        let fine = OptimalTest(normal: normal, design: design, fineness: 64)
        #expect(abs(coarse.adjusted / design - 1) < 0.01)
        for runLength in [1e4, 1e5, 1e6] {
            let one = coarse.delay(share: design, runLength: runLength)
            let other = fine.delay(share: design, runLength: runLength)
            #expect(abs(one.fromZero / other.fromZero - 1) < 0.01)
            #expect(abs(one.fromSteadyState / other.fromSteadyState - 1) < 0.01)
        }
        for threshold in [1, 2, 4, 6, 8.5, 10] {
            let one = coarse.averageRunLength(threshold: threshold)
            let other = fine.averageRunLength(threshold: threshold)
            #expect(abs(one / other - 1) < 0.01, "\(one) and \(other) at \(threshold)")
        }
    }

    // MARK: Ours beside it

    @Test(arguments: [0.005, 0.02], [0.15, 0.2, 0.3])
    func `Ours is at most a twentieth behind, and never ahead`(noise: Double, share: Double) {
        for runLength in [1e5, 3e5, 1e6] {
            let result = BareTrial(noise: noise).run(share: share, runLength: runLength)
            #expect(result.ratio > 0.999 && result.ratio <= 1.05)
            #expect(result.steadyRatio > 0.98 && result.steadyRatio <= 1.05)
        }
    }
}
