import Testing

@testable import Health

@Suite struct ScoreTests {
    private static let bands: [(HealthStatus, ClosedRange<Double>)] = [
        (.healthy, 80...100), (.degraded, 40...79), (.unhealthy, 0...39),
    ]

    private func score(
        _ status: HealthStatus, availability: Double? = nil, errorRate: Double? = nil, slowness: Double? = nil,
        age: Double? = nil, quality: Double? = nil, weights: HealthPolicy.Score = .init()
    ) -> Double? {
        Score(
            status: status, availability: availability, errorRate: errorRate, slowness: slowness, age: age,
            quality: quality, weights: weights
        ).value
    }

    @Test func `the unknown has no score, whatever the figures`() {
        #expect(score(.unknown) == nil)
        #expect(score(.unknown, availability: 1, errorRate: 0, slowness: 1, age: 0, quality: 1) == nil)
    }

    @Test(arguments: bands)
    func `no score leaves its status' band`(_ status: HealthStatus, _ band: ClosedRange<Double>) {
        let fractions: [Double?] = [nil, -1, 0, 0.3, 1, 7]
        for availability in fractions {
            for errorRate in fractions {
                for slowness in [nil, 0, 1, 2.5, 100] as [Double?] {
                    for age in [nil, 0, 2, 50] as [Double?] {
                        let value = score(
                            status, availability: availability, errorRate: errorRate, slowness: slowness, age: age,
                            quality: availability)
                        #expect(value.map(band.contains) == true)
                    }
                }
            }
        }
    }

    @Test(arguments: bands)
    func `without any signal it is the best of its band`(_ status: HealthStatus, _ band: ClosedRange<Double>) {
        #expect(score(status) == band.upperBound)
    }

    @Test func `all well is 100 and all ill is the bottom of the band`() {
        #expect(score(.healthy, availability: 1, errorRate: 0, slowness: 1, age: 0, quality: 1) == 100)
        #expect(score(.unhealthy, availability: 0, errorRate: 1, slowness: 4, age: 9, quality: 0) == 0)
    }

    @Test func `it is the weighted mean of the signals present`() {
        // (0.3 · 0.9 + 0.35 · 0.8) / 0.65
        #expect(score(.healthy, availability: 0.9, errorRate: 0.1) == 84.6)
        #expect(score(.degraded, errorRate: 0.25) == 50)
        #expect(score(.degraded, slowness: 2.5) == 50)
        #expect(score(.degraded, age: 2) == 50)
        // (0.3 · 0.5 + 0.1 · 1) / 0.4
        #expect(score(.degraded, availability: 0.5, quality: 1) == 62.5)
    }

    @Test func `a signal without weight says nothing, and no weight at all leaves the top of the band`() {
        var weights = HealthPolicy.Score()
        weights.availability = 0
        #expect(score(.healthy, availability: 0, errorRate: 0, weights: weights) == 100)
        weights.errors = 0
        #expect(score(.degraded, availability: 0, errorRate: 1, weights: weights) == 79)
    }

    @Test func `worse signals never score more`() {
        var last = 101.0
        for rate in stride(from: 0.0, through: 1, by: 0.01) {
            let value = score(.degraded, availability: 0.9, errorRate: rate)!
            #expect(value <= last)
            last = value
        }
    }
}
