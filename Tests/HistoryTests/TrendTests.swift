import Foundation
import Health
import Testing

@testable import History

/// Buckets and directions as pure functions.
@Suite(.timeLimit(.minutes(5)))
struct TrendTests {
    @Test(
        arguments: [
            ([], nil, nil), ([(5, 1)], 5, 5), ([(1, 1), (3, 1)], 2, 2), ([(1, 1), (2, 1), (9, 1)], 2, 4),
            ([(1, 1), (2, 1), (9, 98)], 9, 8.85), ([(9, 0), (1, 2), (2, 2)], 1.5, 1.5), ([(1, 0), (3, 0)], 2, 2),
            ([(10, 5), (1, 5), (7, 0)], 5.5, 5.5),
        ] as [([(Double, Double)], Double?, Double?)])
    func `the middle and the mean are weighted`(items: [(Double, Double)], median: Double?, mean: Double?) {
        var values = WeightedValues()
        for (value, weight) in items { values.add(value, weight: weight) }
        values.add(nil, weight: 1_000)
        #expect(values.median == median)
        #expect(values.mean == mean)
    }

    @Test
    func `each snapshot falls into one bucket, borders into the later one`() throws {
        var trends = try TrendBuckets(range: .from(0, to: 30), count: 3)
        for time in [-0.001, 0, 9.999, 10, 19.999, 20, 29.999, 30] {
            trends.add(HealthSnapshot.sample(at: time, requests: 1).metrics, at: .at(time))
        }
        let empty = StatusTimeline(modelId: "m", range: .from(0, to: 30), periods: [])
        #expect(trends.finish("m", along: empty).buckets.map(\.requestCount) == [2, 2, 2])
    }

    @Test
    func `a bucket without requests still shows the figures of its snapshots`() throws {
        var trends = try TrendBuckets(range: .from(0, to: 30), count: 1)
        for p50 in [10.0, 20, 90] {
            trends.add(HealthSnapshot.sample(at: 1, p50: p50, requests: 0).metrics, at: .at(1))
        }
        let empty = StatusTimeline(modelId: "m", range: .from(0, to: 30), periods: [])
        let bucket = try #require(trends.finish("m", along: empty).buckets.first)
        #expect(bucket.latency.p50 == 20)
        #expect(bucket.requestCount == 0)
    }

    @Test(arguments: [1, 2, 3, 7, 60, 999, 10_000])
    func `buckets cover the range without overlap`(count: Int) throws {
        let range = TimeRange.from(0, to: 3_601.237)
        let empty = StatusTimeline(modelId: "m", range: range, periods: [])
        let buckets = try TrendBuckets(range: range, count: count).finish("m", along: empty).buckets
        #expect(buckets.count == count)
        #expect(buckets.first?.start == range.from)
        for (one, next) in zip(buckets, buckets.dropFirst()) {
            #expect(abs(next.start.timeIntervalSince(one.start) - one.width) < 1e-5)
        }
        #expect(abs(try #require(buckets.last).start.timeIntervalSince(range.to) + buckets[0].width) < 1e-5)
    }

    struct Way: CustomTestStringConvertible {
        var name: String
        var older: [Double?]
        var newer: [Double?]
        var expected: HealthTrends.Direction
        var testDescription: String { name }
    }

    private func buckets(_ way: Way, requests: Int, _ set: (inout HealthTrends.Bucket, Double?) -> Void)
        -> [HealthTrends.Bucket]
    {
        (way.older + way.newer).enumerated().map { index, value in
            var bucket = HealthTrends.Bucket(
                start: .at(Double(index) * 60), width: 60, latency: .init(), errorRate: nil, availability: nil,
                requestCount: requests, worstStatus: nil)
            set(&bucket, value)
            return bucket
        }
    }

    @Test(
        arguments: [
            Way(name: "equal", older: [100, 100, 100], newer: [100, 100, 100], expected: .steady),
            Way(name: "9 % slower", older: [100, 100, 100], newer: [109, 109, 109], expected: .steady),
            Way(name: "20 % slower", older: [100, 100, 100], newer: [120, 120, 120], expected: .worsening),
            Way(name: "20 % faster", older: [100, 100, 100], newer: [80, 80, 80], expected: .improving),
            Way(name: "one slow bucket", older: [100, 100, 100], newer: [100, 9_000, 100], expected: .steady),
            Way(name: "within a millisecond", older: [3, 3, 3], newer: [4, 4, 4], expected: .steady),
            Way(
                name: "noise only", older: [60, 150, 90, 130, 75, 140], newer: [80, 160, 95, 145, 70, 150],
                expected: .steady),
            Way(
                name: "a move beyond the noise", older: [60, 150, 90, 130, 75, 140],
                newer: [480, 600, 550, 470, 640, 500], expected: .worsening),
            Way(name: "holes", older: [100, nil, 100, nil], newer: [nil, 200, nil, 200], expected: .worsening),
            Way(name: "too little before", older: [100, nil, nil], newer: [200, 200, 200], expected: .unknown),
            Way(name: "too little after", older: [100, 100, 100], newer: [nil, nil, 200], expected: .unknown),
            Way(name: "nothing", older: [], newer: [], expected: .unknown),
        ])
    func `latency goes the way of the medians`(way: Way) {
        let row = buckets(way, requests: 10) { $0.latency.p50 = $1 }
        #expect(TrendDirection.latency(row) == way.expected)
    }

    @Test(
        arguments: [
            Way(name: "no errors", older: [0, 0, 0], newer: [0, 0, 0], expected: .steady),
            Way(name: "half a percent", older: [0, 0, 0], newer: [0.005, 0.005, 0.005], expected: .steady),
            Way(name: "errors begin", older: [0, 0, 0], newer: [0.2, 0.2, 0.2], expected: .worsening),
            Way(name: "errors end", older: [0.2, 0.2, 0.2], newer: [0, 0, 0], expected: .improving),
            Way(name: "one broken bucket", older: [0, 0, 0], newer: [0, 1, 0], expected: .worsening),
            Way(name: "all fail", older: [1, 1], newer: [1, 1], expected: .steady),
        ])
    func `errors go the way of their shares`(way: Way) {
        let row = buckets(way, requests: 100) { $0.errorRate = $1 }
        #expect(TrendDirection.errorRate(row) == way.expected)
    }

    @Test
    func `a difference that few requests explain is none`() {
        let way = Way(name: "", older: [0.1, 0.1], newer: [0.25, 0.25], expected: .steady)
        #expect(TrendDirection.errorRate(buckets(way, requests: 10) { $0.errorRate = $1 }) == .steady)
        #expect(TrendDirection.errorRate(buckets(way, requests: 1_000) { $0.errorRate = $1 }) == .worsening)
        #expect(TrendDirection.errorRate(buckets(way, requests: 0) { $0.errorRate = $1 }) == .steady)
    }

    @Test(
        arguments: [
            Way(name: "always up", older: [1, 1], newer: [1, 1], expected: .steady),
            Way(name: "down", older: [1, 1], newer: [0.9, 1], expected: .worsening),
            Way(name: "up again", older: [0, 0.5], newer: [1, 1], expected: .improving),
            Way(name: "not observed", older: [nil, nil], newer: [1, 1], expected: .unknown),
        ])
    func `availability goes the way of its means`(way: Way) {
        #expect(TrendDirection.availability(buckets(way, requests: 1) { $0.availability = $1 }) == way.expected)
    }
}
