import Health
import Testing

@testable import History

/// The recorder's decisions, without a clock or a store.
@Suite(.timeLimit(.minutes(5)))
final class RecorderStateTests {
    private var state = RecorderState(.init(capacity: 1_000))

    private func fleet(_ models: [ModelHealthStatus]) -> FleetHealth {
        FleetHealth(revision: 1, at: noon, models: models)
    }

    /// Takes in changes of a model that is not in the fleet, so that one row each waits.
    private func take(_ numbers: ClosedRange<UInt64>, at uptime: Duration) {
        for number in numbers { _ = state.absorb(.sample(number, at: 0), .empty, at: uptime) }
    }

    private func write(at uptime: Duration, isLast: Bool = false) -> Backlog.Batch? {
        guard case .write(let batch) = state.next(at: uptime, isLast: isLast) else { return nil }
        return batch
    }

    @Test
    func `rows wait for company, but not for long`() {
        #expect(write(at: .zero) == nil)
        take(1...99, at: .seconds(1))
        #expect(write(at: .milliseconds(1_499)) == nil)
        #expect(write(at: .milliseconds(1_500))?.count == 99)
    }

    @Test
    func `a hundred rows do not wait`() throws {
        take(1...250, at: .seconds(1))
        for _ in 0..<2 {
            let batch = write(at: .seconds(1))
            #expect(batch?.count == 100)
            // One write at a time.
            #expect(write(at: .seconds(1)) == nil)
            let recovery = state.wrote(try #require(batch), at: .seconds(1))
            #expect(recovery == nil)
        }
        #expect(write(at: .seconds(1)) == nil)
        #expect(write(at: .seconds(1), isLast: true)?.count == 50)
        #expect(state.written == 200)
    }

    @Test
    func `the lag is the age of the oldest row, the one being written included`() throws {
        #expect(state.lag(at: .seconds(9)) == .zero)
        take(1...1, at: .seconds(10))
        #expect(state.lag(at: .seconds(12)) == .seconds(2))
        let batch = try #require(write(at: .seconds(12)))
        take(2...2, at: .seconds(13))
        #expect(state.lag(at: .seconds(15)) == .seconds(5))
        #expect(state.waiting == 2)
        _ = state.wrote(batch, at: .seconds(15))
        #expect(state.lag(at: .seconds(15)) == .seconds(2))
        #expect(state.waiting == 1)
    }

    @Test
    func `attempts back off from one second to thirty`() throws {
        take(1...1, at: .zero)
        var now = Duration.seconds(1)
        var waits: [Duration] = []
        var firsts: [Bool] = []
        for _ in 0..<8 {
            let batch = try #require(write(at: now))
            firsts.append(state.failed(batch, at: now))
            var next = now
            while case .wait = state.next(at: next) { next += .milliseconds(250) }
            // Looking took the batch out: put it back as it was.
            state.abandoned(batch)
            waits.append(next - now)
            now = next
        }
        #expect(waits.map(\.seconds) == [1, 2, 4, 8, 16, 30, 30, 30])
        #expect(firsts == [true] + Array(repeating: false, count: 7))
        let batch = try #require(write(at: now))
        let recovery = state.wrote(batch, at: now + .milliseconds(5))
        #expect(recovery?.attempts == 8)
        #expect(recovery?.outage == now + .milliseconds(5) - .seconds(1))
        // The next outage begins anew.
        take(2...2, at: now)
        let second = try #require(write(at: now + .seconds(1)))
        let isFirst = state.failed(second, at: now + .seconds(1))
        #expect(isFirst)
        #expect(write(at: now + .milliseconds(1_999)) == nil)
        #expect(write(at: now + .seconds(2))?.changes.map(\.seq) == [2])
    }

    @Test
    func `a full batch does not cut a back-off short, the end does`() throws {
        take(1...100, at: .zero)
        let batch = try #require(write(at: .zero))
        _ = state.failed(batch, at: .zero)
        take(101...300, at: .zero)
        #expect(write(at: .milliseconds(500)) == nil)
        state.forgetBackoff(at: .milliseconds(500))
        #expect(write(at: .milliseconds(500))?.count == 100)
    }

    @Test
    func `drops during an outage are told at its end`() throws {
        take(1...1, at: .zero)
        let batch = try #require(write(at: .seconds(1)))
        _ = state.failed(batch, at: .seconds(1))
        take(2...1_200, at: .seconds(1))
        #expect(state.backlog.dropped == .init(snapshots: 0, changes: 200))
        let retry = try #require(write(at: .seconds(2)))
        #expect(retry.changes.first?.seq == 201)
        let recovery = state.wrote(retry, at: .seconds(2))
        #expect(recovery?.droppedMeanwhile == 200)
    }

    @Test(
        arguments: [
            ([500, 501, 502], []), ([1, 3], [EventGap(from: 2, to: 2, restart: false)]),
            (
                [7, 7, 8, 20, 21, 30],
                [EventGap(from: 9, to: 19, restart: false), EventGap(from: 22, to: 29, restart: false)]
            ),
            ([9, 4, 10], []),
        ] as [([UInt64], [EventGap])])
    func `a hole in the numbers is noticed, the first number may be any`(numbers: [UInt64], gaps: [EventGap]) {
        var state = state
        let found = numbers.compactMap { state.absorb(.sample($0, at: 0), .empty, at: .zero).gap }
        #expect(found == gaps)
        #expect(state.missedEvents == gaps.reduce(0) { $0 + $1.to - $1.from + 1 })
    }

    @Test
    func `a row that no store takes is refused once and never queued`() {
        let bad = ModelID(String(repeating: "x", count: 600))
        let first = state.absorb(.sample(1, bad, at: 0), fleet([.sample(bad, .unhealthy)]), at: .zero)
        #expect(first.refusals.count == 1)
        let second = state.absorb(.sample(2, bad, at: 0), .empty, at: .zero)
        #expect(second.refusals.isEmpty)
        #expect(state.waiting == 0)
        #expect(state.backlog.dropped == .init(snapshots: 1, changes: 2))
        let third = state.tick(fleet([.sample(bad), .sample("good")]), at: Moment(uptime: .zero, wall: noon))
        #expect(third.isEmpty)
        #expect(state.waiting == 1)
    }

    @Test
    func `a write given up is no outage`() throws {
        take(1...1, at: .zero)
        let batch = try #require(write(at: .seconds(1)))
        state.abandoned(batch)
        #expect(write(at: .seconds(1))?.count == 1)
    }
}
