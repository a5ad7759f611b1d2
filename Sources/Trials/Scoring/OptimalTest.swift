import Foundation

/// The quickest test there is of a failure share against what is normal, both known: what ours is measured against.
///
/// It is the Bernoulli CUSUM of exactly this pair (Page 1954). Among all tests with the same mean time between false
/// alarms none has a shorter worst mean delay (Moustakides 1986), which is the one from zero. As by Reynolds and
/// Stoumbos (1999) its steps are made whole multiples of one unit, by a minute change of the share it is designed for,
/// so that its run length and its delay follow exactly from a Markov chain.
///
/// The nearer the two shares, the more states: some hundred for those of models, some ten thousand for 2 % and 3 %.
package struct OptimalTest: Sendable {
    /// Mean number of looks from the onset to the alarm, the alarming one included.
    package struct Delay: Sendable, Hashable {
        /// When the statistic is zero at the onset: the worst case.
        package var fromZero: Double
        /// When all has been normal for long, and no alarm was raised.
        package var fromSteadyState: Double
    }

    /// The failure share that is normal (p0).
    package let normal: Double
    /// The failure share it is meant for (p1).
    package let design: Double
    /// The p1 that its steps are those of.
    package let adjusted: Double
    /// Nats a unit.
    package let unit: Double
    /// Units that a failure adds.
    package let up: Int
    /// Units that a success takes away.
    package let down: Int

    /// - Parameters:
    ///   - normal: p0, above 0.
    ///   - design: p1, above `normal` and below 1.
    ///   - fineness: most units that a success takes away; the more, the closer the adjusted p1 is to p1.
    package init(normal: Double, design: Double, fineness: Int = 32) {
        precondition(0 < normal && normal < design && design < 1 && fineness > 0)
        self.normal = normal
        let (up, down) = Self.steps(
            Self.ratio(normal, design), below: (1 - normal) / normal, in: (fineness + 1) / 2...fineness)
        (self.up, self.down) = (up, down)
        self.design = design
        adjusted = Self.share(normal: normal, ratio: Double(up) / Double(down))
        unit = log((1 - normal) / (1 - adjusted)) / Double(down)
    }

    /// How many successes a failure weighs.
    private static func ratio(_ p0: Double, _ p1: Double) -> Double { log(p1 / p0) / log((1 - p0) / (1 - p1)) }

    /// The fraction nearest to a ratio with one of these denominators, and below the limit, at which p1 would be p0.
    private static func steps(
        _ ratio: Double, below limit: Double, in denominators: ClosedRange<Int>
    ) -> (up: Int, down: Int) {
        var best = (up: 1, down: 1)
        var least = Double.infinity
        for down in denominators {
            let most = Int((Double(down) * limit).rounded(.up)) - 1
            let up = max(min(Int((ratio * Double(down)).rounded()), most), 1)
            let error = abs(Double(up) / Double(down) / ratio - 1)
            if error < least { (best, least) = ((up, down), error) }
        }
        return best
    }

    /// The p1 of which a failure weighs as many successes: the higher it is, the fewer.
    private static func share(normal: Double, ratio: Double) -> Double {
        var low = normal
        var high = 1.0
        for _ in 0..<100 {
            let middle = (low + high) / 2
            if Self.ratio(normal, middle) > ratio { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }

    /// Nats that a look tells on the mean when p1 is the truth: the divergence of the two shares.
    package var divergence: Double {
        design * log(design / normal) + (1 - design) * log((1 - design) / (1 - normal))
    }

    /// What the delay nears, as a ratio, when run lengths grow (Lorden 1971). No bound: at those in use the exact delay
    /// is well below, since a failure is a great step.
    package func asymptote(runLength: Double) -> Double { log(runLength) / divergence }

    // MARK: At a threshold

    /// Mean number of looks to a false alarm, from zero.
    package func averageRunLength(threshold: Double) -> Double { averageRunLength(at: boundary(threshold)) }

    /// - Parameter share: the true failure share from the onset on.
    package func delay(share: Double, threshold: Double) -> Delay { delay(share: share, at: boundary(threshold)) }

    /// The least threshold in nats whose run length is at least this.
    package func threshold(forRunLength runLength: Double) -> Double { Double(level(runLength)) * unit }

    // MARK: At a run length

    /// The delay at exactly this run length.
    ///
    /// Run lengths grow with the threshold in steps. Between two, the alarm just at the lower is left to chance, as the
    /// proof of optimality has it too, so that two tests can be compared at the same run length.
    package func delay(share: Double, runLength: Double) -> Delay {
        delay(share: share, at: boundary(forRunLength: runLength))
    }

    func boundary(forRunLength runLength: Double) -> AlarmChain.Boundary {
        var boundary = AlarmChain.Boundary(level: level(runLength))
        guard boundary.level > 1 else { return boundary }
        // The run length is a quotient of two linear functions of the chance, which three of its values settle.
        let values = [0, 0.5, 1].map { averageRunLength(at: AlarmChain.Boundary(level: boundary.level, passes: $0)) }
        let rising = (runLength - values[0]) * (values[2] - values[1])
        let falling = (values[2] - runLength) * (values[1] - values[0])
        boundary.passes = min(max(rising / (rising + falling), 0), 1)
        return boundary
    }

    func averageRunLength(at boundary: AlarmChain.Boundary) -> Double { chain(normal, boundary).steps()[0] }

    // MARK: The chain

    private func chain(_ share: Double, _ boundary: AlarmChain.Boundary) -> AlarmChain {
        AlarmChain(share: share, up: up, down: down, boundary: boundary)
    }

    private func boundary(_ threshold: Double) -> AlarmChain.Boundary {
        AlarmChain.Boundary(level: max(Int((threshold / unit - 1e-6).rounded(.up)), 1))
    }

    private func delay(share: Double, at boundary: AlarmChain.Boundary) -> Delay {
        let steps = chain(share, boundary).steps()
        let steady = chain(normal, boundary).steadyState()
        return Delay(fromZero: steps[0], fromSteadyState: zip(steady, steps).reduce(0) { $0 + $1.0 * $1.1 })
    }

    /// The least level whose run length is at least this; that of a threshold h is at least exp(h), which bounds it.
    private func level(_ runLength: Double) -> Int {
        var low = 0
        var high = max(Int((log(runLength) / unit).rounded(.up)), 1)
        while high - low > 1 {
            let middle = (low + high) / 2
            let reached = averageRunLength(at: AlarmChain.Boundary(level: middle))
            if reached < runLength { low = middle } else { high = middle }
        }
        return high
    }
}
