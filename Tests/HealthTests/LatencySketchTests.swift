import Foundation
import Health
import Testing

@Suite struct LatencySketchTests {
    private static let quantiles = [0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 1]

    /// Named shapes of latency, in seconds.
    private static let shapes = [
        "constant", "uniform", "exponential", "log-normal", "two humps", "a long tail", "integers",
    ]

    private static func value(_ shape: String, _ random: inout Seeded) -> Double {
        func uniform() -> Double { Double.random(in: 0.0001..<1, using: &random) }
        func normal() -> Double { (-2 * log(uniform())).squareRoot() * cos(2 * .pi * uniform()) }
        switch shape {
        case "constant": return 0.6
        case "uniform": return uniform() * 10
        case "exponential": return -log(uniform())
        case "log-normal": return exp(normal() * 1.5 - 1)
        case "two humps": return Bool.random(using: &random) ? 0.05 * (1 + 0.1 * uniform()) : 8 + uniform()
        case "a long tail": return min(0.01 / uniform(), 3_000)
        default: return Double(Int.random(in: 1...500, using: &random)) / 1_000
        }
    }

    private static func exact(_ sorted: [Double], _ q: Double) -> Double {
        sorted[max(Int((q * Double(sorted.count)).rounded(.up)), 1) - 1]
    }

    @Test(arguments: shapes, [1, 2, 3] as [UInt64])
    func `every quantile is within one per cent of the exact one`(_ shape: String, _ seed: UInt64) {
        var random = Seeded(seed)
        for size in [1, 2, 7, 100, 2_000] {
            var sketch = LatencySketch()
            let values = (0..<size).map { _ in Self.value(shape, &random) }
            for value in values { sketch.record(value) }
            let sorted = values.sorted()
            #expect(sketch.count == UInt64(size))
            for q in Self.quantiles {
                let exact = Self.exact(sorted, q)
                let told = sketch.quantile(q)!
                #expect(
                    abs(told - exact) <= exact * (LatencySketch.relativeError + 1e-9),
                    "\(shape) \(size) q\(q): \(told) for \(exact)")
            }
        }
    }

    @Test(arguments: shapes) func `merging is the same as recording everything`(_ shape: String) {
        var random = Seeded(9)
        var all = LatencySketch()
        var parts = [LatencySketch](repeating: LatencySketch(), count: 5)
        for index in 0..<1_000 {
            let value = Self.value(shape, &random)
            all.record(value)
            parts[index % 5].record(value)
        }
        var merged = LatencySketch()
        for part in parts.reversed() { merged.merge(part) }
        #expect(merged == all)
        merged.merge(LatencySketch())
        #expect(merged == all)
    }

    @Test func `recording many at once is recording each`() {
        var one = LatencySketch()
        var many = LatencySketch()
        for _ in 0..<250 { one.record(0.25) }
        many.record(0.25, times: 250)
        #expect(one == many)
    }

    @Test func `empty has no quantile, and is empty again after removing all`() {
        var sketch = LatencySketch()
        #expect(sketch.isEmpty)
        #expect(sketch.quantile(0.5) == nil)
        #expect(sketch.percentiles == LatencyPercentiles())
        sketch.record(1)
        #expect(!sketch.isEmpty)
        sketch.removeAll()
        #expect(sketch == LatencySketch())
    }

    @Test(arguments: [.nan, .infinity, -.infinity, .signalingNaN] as [Double])
    func `what is no number is ignored`(_ value: Double) {
        var sketch = LatencySketch()
        sketch.record(value)
        #expect(sketch.isEmpty)
    }

    @Test func `no or fewer than no values change nothing`() {
        var sketch = LatencySketch()
        sketch.record(1, times: 0)
        sketch.record(1, times: -3)
        #expect(sketch.isEmpty)
    }

    private static let extremes: [(Double, Double)] = [
        (-1, 10e-6), (0, 10e-6), (1e-300, 10e-6), (10e-6, 10e-6), (3_600, 3_600), (1e9, 3_600),
        (Double.greatestFiniteMagnitude, 3_600),
    ]

    @Test(arguments: extremes)
    func `extremes are counted in the outermost buckets`(_ value: Double, _ told: Double) {
        var sketch = LatencySketch()
        sketch.record(value)
        #expect(sketch.count == 1)
        #expect(abs(sketch.quantile(0.5)! - told) <= told * 0.0202)
    }

    @Test func `four thousand million at once are as many`() {
        var sketch = LatencySketch()
        sketch.record(1, times: .max)
        sketch.record(2)
        #expect(sketch.count == UInt64(UInt32.max) + 1)
        #expect(abs(sketch.quantile(0.5)! - 1) < 0.0101)
        #expect(abs(sketch.quantile(1)! - 2) < 0.0201)
    }

    @Test func `percentiles are milliseconds`() {
        var sketch = LatencySketch()
        for index in 1...100 { sketch.record(Double(index) / 100) }
        let percentiles = sketch.percentiles
        #expect(abs(percentiles.p50! - 500) <= 5.001)
        #expect(abs(percentiles.p90! - 900) <= 9.001)
        #expect(abs(percentiles.p99! - 990) <= 9.901)
    }
}
