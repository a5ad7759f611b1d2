import Foundation
import Testing

@testable import Health

@Suite struct WindowTests {
    // MARK: Outcomes

    @Test func `an empty window has no rate`() {
        var window = OutcomeWindow()
        #expect(window.summary(at: 0).errorRate == nil)
        #expect(window.summary(at: 1e6).latency.isEmpty)
    }

    @Test func `outcomes fall off five minutes to five and a half after they came`() {
        for start in stride(from: 1_000.0, to: 1_060, by: 1) {
            var window = OutcomeWindow()
            window.record(successes: 3, failures: 1, latency: 0.5, firstToken: 0.1, at: start)
            #expect(window.summary(at: start).errorRate == 0.25)
            #expect(window.summary(at: start + OutcomeWindow.length).successes == 3, "start \(start)")
            #expect(window.summary(at: start + OutcomeWindow.length + 60).errorRate == nil, "start \(start)")
            #expect(window.summary(at: start + OutcomeWindow.length + 60).latency.isEmpty)
        }
    }

    @Test func `what comes out of order is counted and nothing is lost`() {
        var window = OutcomeWindow()
        for time in [600.0, 540, 610, 300, 605, -40] {
            window.record(successes: 1, failures: 1, latency: 1, at: time)
        }
        let summary = window.summary(at: 610)
        #expect(summary.successes == 6)
        #expect(summary.failures == 6)
        #expect(summary.latency.count == 6)
    }

    @Test func `a long silence empties it and it goes on`() {
        var window = OutcomeWindow()
        for second in 0..<300 { window.record(successes: 1, failures: 0, latency: 0.2, at: Double(second)) }
        window.record(successes: 0, failures: 1, latency: nil, at: 90_000)
        #expect(window.summary(at: 90_000).errorRate == 1)
        #expect(window.summary(at: 90_000).latency.isEmpty)
    }

    @Test func `it agrees with counting by hand`() {
        var random = Seeded(21)
        var window = OutcomeWindow()
        var all: [(slot: Int, isFailure: Bool)] = []
        var now = 0.0
        for _ in 0..<600 {
            now += Double.random(in: 0..<3, using: &random)
            let isFailure = Int.random(in: 0..<4, using: &random) == 0
            window.record(
                successes: isFailure ? 0 : 1, failures: isFailure ? 1 : 0, latency: isFailure ? nil : 0.3, at: now)
            all.append((Int(now / 60), isFailure))
            let counted = all.filter { $0.slot > Int(now / 60) - 6 }
            let summary = window.summary(at: now)
            #expect(summary.failures == counted.filter(\.isFailure).count)
            #expect(summary.successes == counted.filter { !$0.isFailure }.count)
        }
    }

    // MARK: Availability

    @Test func `nothing observed is nil`() {
        var window = AvailabilityWindow()
        #expect(window.availability(at: 100) == nil)
        window.advance(to: 200, .unobserved)
        #expect(window.availability(at: 5_000) == nil)
    }

    /// Lets the state hold, a minute at a time, as the ticks do.
    private func hold(_ window: inout AvailabilityWindow, _ state: AvailabilityWindow.State, from: Double, to: Double) {
        for time in stride(from: from, through: to, by: 60) { window.advance(to: time, state) }
        window.advance(to: to, state)
    }

    @Test func `unknown and idle time is left out of both sides`() {
        var window = AvailabilityWindow()
        hold(&window, .up, from: 0, to: 3_000)
        hold(&window, .unobserved, from: 3_000, to: 50_000)
        hold(&window, .down, from: 50_000, to: 51_000)
        #expect(abs(window.availability(at: 51_000)! - 0.75) < 1e-6)
        window.advance(to: 51_000, .unobserved)
        #expect(abs(window.availability(at: 60_000)! - 0.75) < 1e-6)
    }

    @Test func `time counts under the state that held in it`() {
        var window = AvailabilityWindow()
        window.advance(to: 10, .up)
        window.advance(to: 20, .down)
        #expect(window.availability(at: 20) == 1)
        #expect(abs(window.availability(at: 30)! - 0.5) < 1e-6)
    }

    @Test(arguments: [0, 1, 1_799, 1_799.999, 1_800, 1_800.001, 3_600, 86_399, 86_400] as [Double])
    func `slot edges neither lose nor double time`(_ start: Double) {
        var window = AvailabilityWindow()
        window.advance(to: start, .up)
        hold(&window, .up, from: start, to: start + 4_500)
        window.advance(to: start + 4_500, .down)
        hold(&window, .down, from: start + 4_500, to: start + 6_000)
        #expect(abs(window.availability(at: start + 6_000)! - 0.75) < 1e-5)
    }

    @Test func `an incident is forgotten after a day and not before`() {
        var window = AvailabilityWindow()
        hold(&window, .down, from: 0, to: 3_600)
        hold(&window, .up, from: 3_600, to: 23 * 3_600)
        #expect(abs(window.availability(at: 23 * 3_600)! - 22.0 / 23) < 1e-4)
        hold(&window, .up, from: 23 * 3_600, to: 25.5 * 3_600)
        #expect(window.availability(at: 25.5 * 3_600) == 1)
    }

    @Test func `what a history tells of the day before counts as if it had been seen`() {
        var window = AvailabilityWindow()
        // The process is 100 s old; its history reaches back beyond uptime 0.
        window.recall(from: -7_300, to: -3_700, isDown: false)
        window.recall(from: -3_700, to: -100, isDown: true)
        window.advance(to: 100, .up)
        #expect(abs(window.availability(at: 100)! - 0.5) < 1e-5)
        hold(&window, .up, from: 100, to: 3_700)
        #expect(abs(window.availability(at: 3_700)! - 2.0 / 3) < 1e-4)
        // A day later it is forgotten.
        hold(&window, .up, from: 3_700, to: 90_000)
        #expect(window.availability(at: 90_000) == 1)
    }

    @Test func `all down is 0`() {
        var window = AvailabilityWindow()
        hold(&window, .down, from: 7, to: 100_000)
        #expect(window.availability(at: 100_000) == 0)
    }

    @Test func `time that goes backwards counts nothing twice`() {
        var window = AvailabilityWindow()
        hold(&window, .up, from: 0, to: 600)
        window.advance(to: 300, .down)
        window.advance(to: 600, .up)
        #expect(window.availability(at: 600) == 1)
        hold(&window, .down, from: 600, to: 1_200)
        let half = window.availability(at: 1_200)!
        #expect(abs(half - 0.5) < 0.06)
        #expect(window.availability(at: 400) == half)
    }

    @Test func `it stays within 0…1 whatever happens`() {
        for seed in 1...10 as ClosedRange<UInt64> {
            var random = Seeded(seed)
            var window = AvailabilityWindow()
            var now = 0.0
            for _ in 0..<1_000 {
                now += Double.random(in: -100..<2_000, using: &random)
                window.advance(to: now, [.up, .down, .unobserved].randomElement(using: &random)!)
                let value = window.availability(at: now + Double.random(in: -50..<50, using: &random))
                #expect(value.map { (0...1).contains($0) } ?? true)
            }
        }
    }
}

@Suite struct DurationTests {
    @Test(arguments: [
        Duration.zero, .milliseconds(412), .seconds(1), .seconds(-1), .milliseconds(-1_500), .seconds(86_400 * 400),
        .seconds(123_456.789), .nanoseconds(1),
        Duration(secondsComponent: 99, attosecondsComponent: 999_999_999_999_999_999),
        Duration(secondsComponent: -99, attosecondsComponent: -999_999_999_999_999_999),
    ])
    func `seconds are what the components say, and come back from a duration as they went in`(_ duration: Duration) {
        let (whole, atto) = duration.components
        #expect(duration.seconds == Double(whole) + Double(atto) / 1e18)
        #expect(duration.milliseconds == Double(whole) * 1_000 + Double(atto) / 1e15)
        #expect(Duration.seconds(duration.seconds).seconds == duration.seconds)
    }
}
