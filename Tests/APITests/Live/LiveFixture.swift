import Foundation
import Health
import History
import Logging
import ServiceLifecycle
import TestSupport
import Testing

@testable import API

/// An API that listens, whose time stands still until a test moves it.
struct LiveFixture: Sendable {
    let fixture: Fixture
    let history: MemoryHistory?

    var time: ManualTime { fixture.time }
    var feed: LiveFeed { fixture.api.feed }

    init(
        models: [ModelHealthStatus] = LiveFixture.models(3),
        configuration: APIConfiguration = APIConfiguration(port: 0),
        history: MemoryHistory? = MemoryHistory()
    ) {
        self.history = history
        fixture = Fixture(models: models, configuration: configuration, storage: history)
    }

    static func configuration(_ live: LiveLimits = LiveLimits(), tokens: [APIToken] = [], origins: [String] = [])
        -> APIConfiguration
    {
        APIConfiguration(port: 0, tokens: tokens, allowedOrigins: origins, live: live)
    }

    static func model(_ number: Int, _ status: HealthStatus = .healthy, score: Double = 90) -> ModelHealthStatus {
        ModelHealthStatus(
            modelId: ModelID("m\(number)"), provider: number.isMultiple(of: 2) ? "even" : "odd", status: status,
            score: score, reasons: [HealthReason(.passing, "All probes succeed.")], since: Fixture.start,
            routing: RoutingVerdict(.usable, reason: "healthy"))
    }

    static func models(_ count: Int) -> [ModelHealthStatus] { (0..<count).map { model($0) } }

    static func event(
        _ seq: UInt64, _ number: Int = 0, from: HealthStatus = .healthy, to: HealthStatus = .degraded
    ) -> HealthChangeEvent {
        HealthChangeEvent(
            seq: seq, modelId: ModelID("m\(number)"), provider: number.isMultiple(of: 2) ? "even" : "odd",
            previousStatus: from, currentStatus: to, timestamp: Fixture.start + Double(seq),
            reasons: [HealthReason(.errors, "Event \(seq).")])
    }

    /// Publishes events, and a fleet in which their models are as they say.
    func publish(_ events: HealthChangeEvent...) { publish(events) }

    func publish(_ events: [HealthChangeEvent]) {
        let fleet = fixture.publisher.fleet
        var models = fleet.models
        for event in events {
            guard let index = models.firstIndex(where: { $0.modelId == event.modelId }) else { continue }
            models[index].status = event.currentStatus
            models[index].score = Double(event.seq % 100)
        }
        publish(models, events)
    }

    func publish(_ models: [ModelHealthStatus], _ events: [HealthChangeEvent] = []) {
        let fleet = fixture.publisher.fleet
        fixture.publisher.publish(
            FleetHealth(revision: fleet.revision + 1, at: fixture.time.timekeeper.now.wall, models: models),
            events: events)
    }

    /// Runs the server on a free port while `body` runs, then shuts it down and waits for its end.
    func serve(_ body: @Sendable @escaping (_ port: Int) async throws -> Void) async throws {
        let (ports, source) = AsyncStream.makeStream(of: Int.self, bufferingPolicy: .bufferingNewest(1))
        let server = APIServer(fixture.api, logger: Fixture.logger()) { port in
            source.yield(port)
            source.finish()
        }
        let group = ServiceGroup(
            configuration: .init(
                services: [
                    .init(
                        service: Running { try await server.run() },
                        successTerminationBehavior: .gracefullyShutdownGroup)
                ], logger: Fixture.logger()))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                defer { source.finish() }
                try await group.run()
            }
            let port = try #require(await ports.first { _ in true })
            do {
                try await body(port)
            } catch {
                tasks.cancelAll()
                throw error
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    private struct Running: Service {
        let body: @Sendable () async throws -> Void
        func run() async throws { try await body() }
    }
}

extension JSONValue {
    var kind: String { self["type"]?.string ?? "" }
    /// The number of the event in an event's message.
    var eventSeq: Double? { self["event"]?["seq"]?.number }
    var modelIDs: [String] { self["models"]?.array?.compactMap { $0["modelId"]?.string } ?? [] }
}
