import Basics
import Foundation
import Testing

@testable import Simulator

@Suite(.timeLimit(.minutes(5)))
struct BehaviorTests {
    @Test func `a behaviour with a lifetime gives way to the one before it`() {
        var state = BehaviorState(.failing(.cut))
        state.set(.hang.lasting(.seconds(30)), at: .seconds(10))
        state.set(.failing(.reset).lasting(.seconds(5)), at: .seconds(20))
        #expect(state.meet(at: .seconds(24)).fault == .reset)
        #expect(state.meet(at: .seconds(25)).fault == .hang)
        #expect(state.meet(at: .seconds(39)).fault == .hang)
        #expect(state.meet(at: .seconds(40)).fault == .cut)
    }

    @Test func `a lifetime that ends within another one does not bring the other back`() {
        var state = BehaviorState(.ok)
        state.set(.hang.lasting(.seconds(10)), at: .zero)
        state.set(.failing(.reset).lasting(.seconds(30)), at: .seconds(5))
        #expect(state.meet(at: .seconds(20)).fault == .reset)
        #expect(state.meet(at: .seconds(35)).fault == nil)
    }

    @Test func `a behaviour without a lifetime replaces all of them`() {
        var state = BehaviorState(.ok)
        state.set(.hang.lasting(.seconds(10)), at: .zero)
        state.set(.failing(.cut), at: .seconds(5))
        #expect(state.meet(at: .seconds(60)).fault == .cut)
    }

    @Test func `only the first requests fail, counted from the change`() {
        var state = BehaviorState(Behavior(fault: .close, failFirst: 2))
        #expect((0..<4).map { _ in state.meet(at: .zero).fault } == [.close, .close, nil, nil])
        state.set(Behavior(fault: .close, failFirst: 1), at: .zero)
        #expect((0..<2).map { _ in state.meet(at: .zero).fault } == [.close, nil])
    }

    @Test(arguments: [0, 0.01, 0.3, 1])
    func `the share of requests that fail is the one asked for, the same in each run`(share: Double) {
        func run() -> [Bool] {
            var state = BehaviorState(.failing(.cut, share: share, seed: 11))
            return (0..<20_000).map { _ in state.meet(at: .zero).fault != nil }
        }
        let hits = run()
        let seen = Double(hits.count { $0 }) / Double(hits.count)
        // Four standard deviations.
        #expect(abs(seen - share) <= 4 * (share * (1 - share) / Double(hits.count)).squareRoot())
        #expect(run() == hits)
    }

    @Test func `a lognormal latency has its median and its 95th percentile`() {
        var generator = SeededGenerator(seed: 3)
        let latency = Latency.logNormal(median: .milliseconds(400), p95: .milliseconds(1200))
        let sample = (0..<20_000).map { _ in latency.sample(using: &generator).milliseconds }.sorted()
        #expect(abs(sample[10_000] - 400) < 15)
        #expect(abs(sample[19_000] - 1200) < 60)
    }

    @Test func `a uniform latency stays within its bounds and fills them`() {
        var generator = SeededGenerator(seed: 3)
        let latency = Latency.uniform(.milliseconds(100), .milliseconds(200))
        let sample = (0..<5000).map { _ in latency.sample(using: &generator).milliseconds }
        #expect(sample.allSatisfy { (100...200).contains($0) })
        #expect((sample.min() ?? 0) < 101 && (sample.max() ?? 0) > 199)
    }

    @Test(arguments: [
        Behavior.ok, .hang, .stalling(after: 4), .failing(.quota), .failing(.cut, share: 0.25, seed: 9),
        .slow(.uniform(.milliseconds(10), .seconds(2))),
        .slow(.logNormal(median: .milliseconds(5), p95: .milliseconds(50))),
        .limited(RateLimit(requests: 3, per: .seconds(60))), .failing(.answer(CannedAnswer(status: 500, body: "x"))),
        Behavior(
            fault: .close, failFirst: 2, latency: .fixed(.milliseconds(20)), chunkInterval: .milliseconds(3),
            servedModel: "b", text: "a b", lifetime: .seconds(30)),
    ])
    func `a behaviour survives JSON`(behavior: Behavior) throws {
        let data = try JSONEncoder().encode(behavior)
        #expect(try JSONDecoder().decode(Behavior.self, from: data) == behavior)
    }

    @Test(arguments: [
        ("500ms", 0.5), ("20s", 20), ("1m30s", 90), ("2h", 7200), ("0", 0), ("0s", 0), ("1.5s", 1.5),
        ("250us", 0.00025),
    ])
    func `a duration is read and written`(text: String, seconds: Double) throws {
        let duration = try #require(DurationText.parse(text, asGo: true))
        #expect(abs(duration.seconds - seconds) < 1e-9)
        #expect(DurationText.parse(DurationText.write(duration), asGo: true) == duration)
    }

    @Test(arguments: ["", "20", "s", "1x", "-1s", "1s2", "1..2s", "1e9h", "99999999999999999999h"])
    func `what is no duration is refused`(text: String) {
        #expect(DurationText.parse(text, asGo: true) == nil)
    }
}
