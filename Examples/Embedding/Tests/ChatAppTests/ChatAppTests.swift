import ChatApp
import Foundation
import Health
import LLMHealth
import Logging
import ServiceLifecycle
import Testing

@Suite(.timeLimit(.minutes(1))) struct ChatAppTests {
    struct Refused: Error {}

    @Test func `an application's own requests move the traffic away from a model that fails`() async throws {
        let clock = QuickClock()
        let store = SnapshotStore()
        var options = LLMHealthMonitor.Options()
        // No network here: all that is known is what the application says.
        options.isProbing = false
        options.storage = .custom(store)
        options.timekeeper = Timekeeper(clock, wall: { clock.date })
        let monitor = try await LLMHealthMonitor(
            models: ["good", "flaky"].map { id in
                ModelConfig(id: id, provider: "acme", targets: [ModelTarget(baseURL: "http://127.0.0.1:9", model: "m")])
            }, options: options, logger: Logger(label: "test"))
        var changes = monitor.changes().makeAsyncIterator()
        let group = ServiceGroup(services: [monitor], logger: Logger(label: "test"))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            monitor.record(.ok, of: "flaky", latency: .milliseconds(10))
            await monitor.flush()
            let app = ChatApp(health: monitor) { model, _ in
                guard model == "flaky" else { return "pong" }
                throw Refused()
            }
            // Each request that fails says so, until the application is sent elsewhere: there is nothing yet.
            while monitor.usable.map(\.modelId) == ["flaky"] {
                await #expect(throws: Refused.self) { try await app.answer("ping") }
                try await clock.sleep(for: .seconds(2))
                await monitor.flush()
            }
            await #expect(throws: ChatApp.NoModel.self) { try await app.answer("ping") }
            // Others go on to meet the same.
            while monitor.status(of: "flaky")?.status == .healthy {
                monitor.record(Outcome(.failing, .serverError, httpStatus: 500), of: "flaky")
                try await clock.sleep(for: .seconds(2))
                await monitor.flush()
            }
            var flaky: [HealthStatus] = []
            while flaky.last != .degraded, flaky.last != .unhealthy, let change = await changes.next() {
                if change.modelId == "flaky" { flaky.append(change.currentStatus) }
            }
            #expect(flaky.first == .healthy && flaky.count == 2, "\(flaky)")

            // Another model is known to be good, and takes over.
            monitor.record(.ok, of: "good", latency: .milliseconds(10))
            await monitor.flush()
            #expect(try await app.answer("ping") == "pong")
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
        let always = try TimeRange(from: .distantPast, to: .distantFuture)
        let kept = try await store.history(of: "flaky", in: always)
        #expect(kept.contains { $0.status != .healthy && $0.status != .unknown })
    }
}

/// A clock on which a minute passes in a second.
struct QuickClock: Clock {
    struct Instant: InstantProtocol {
        var offset: Duration
        func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        func duration(to other: Instant) -> Duration { other.offset - offset }
        static func < (a: Instant, b: Instant) -> Bool { a.offset < b.offset }
    }

    private static let pace = 60
    private let clock = ContinuousClock()
    private let start = ContinuousClock.now

    /// What people's clocks would say on it.
    var date: Date { Self.origin + Double(now.offset.components.seconds) }
    private static let origin = Date()

    var now: Instant { Instant(offset: (clock.now - start) * Self.pace) }
    var minimumResolution: Duration { .milliseconds(60) }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        try await clock.sleep(until: start + deadline.offset / Self.pace)
    }
}
