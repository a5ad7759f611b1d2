import Foundation
import Health
import LLMHealth
import Logging
import ServiceLifecycle
import Simulator
import Synchronization
import TestSupport
import Testing

/// The monitor as a program embeds it: the public products only.
@Suite(.timeLimit(.minutes(2))) struct LLMHealthMonitorTests {
    private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private static func model(_ id: ModelID, at url: String = "http://127.0.0.1:9") -> ModelConfig {
        ModelConfig(
            id: id, provider: "acme", targets: [ModelTarget(baseURL: url, model: id.rawValue)], interval: .seconds(5))
    }

    /// Runs a monitor in a group of the program's own for as long as `body` takes.
    private static func running<R: Sendable>(
        _ models: [ModelConfig], _ options: LLMHealthMonitor.Options,
        _ body: @escaping @Sendable (LLMHealthMonitor) async throws -> R
    ) async throws -> R {
        let monitor = try await LLMHealthMonitor(models: models, options: options, logger: logger)
        let changes = monitor.changes()
        let publications = monitor.publications()
        let group = ServiceGroup(configuration: .init(services: [.init(service: monitor)], logger: logger))
        return try await withThrowingTaskGroup(of: R?.self) { tasks in
            tasks.addTask {
                try await group.run()
                return nil
            }
            tasks.addTask {
                // Running once it has published.
                for await _ in publications { break }
                let result = try await body(monitor)
                await group.triggerGracefulShutdown()
                return result
            }
            var result: R?
            while let next = try await tasks.next() { result = next ?? result }
            // Ended with the monitor.
            for await _ in changes {}
            return try #require(result)
        }
    }

    /// Without a network: all that is known is what the program says.
    private static func unprobed(_ time: ManualTime) -> LLMHealthMonitor.Options {
        var options = LLMHealthMonitor.Options()
        options.isProbing = false
        options.timekeeper = time.timekeeper
        return options
    }

    /// Lets everybody who waits for a time wait, then lets it pass.
    private static func pass(_ duration: Duration, on time: ManualTime, _ monitor: LLMHealthMonitor) async {
        await monitor.flush()
        // The decision, the recorder and what prunes.
        await time.sleepers(atLeast: 3)
        time.advance(by: duration)
    }

    @Test func `an application's own requests make a model degraded, and the change comes`() async throws {
        let time = ManualTime()
        let store = OwnStore()
        var options = Self.unprobed(time)
        options.storage = .custom(store)
        try await Self.running([Self.model("a"), Self.model("b")], options) { monitor in
            var changes = monitor.changes().makeAsyncIterator()
            #expect(monitor.status(of: "a")?.status == .unknown && monitor.status(of: "c") == nil)
            for turn in 0..<120 {
                let isFailing = turn > 60 && turn.isMultiple(of: 3)
                monitor.record(isFailing ? Outcome(.failing, .serverError, httpStatus: 500) : .ok, of: "a")
                monitor.record(.ok, of: "b", latency: .milliseconds(20))
                await Self.pass(.seconds(2), on: time, monitor)
            }
            await monitor.flush()
            #expect(monitor.status(of: "a")?.status == .degraded)
            #expect(monitor.status(of: "a")?.reasons.first?.code == .errors)
            #expect(monitor.usable.map(\.modelId) == ["b"])
            var seen: [HealthStatus] = []
            while seen.last != .degraded, let change = await changes.next() {
                if change.modelId == "a" { seen.append(change.currentStatus) }
            }
            #expect(seen == [.healthy, .degraded])
        }
        let kept = store.snapshots.withLock { $0 }
        #expect(kept.contains { $0.modelId == "a" && $0.status == .degraded })
    }

    @Test func `the past is answered by the store that was given`() async throws {
        let store = OwnStore()
        var options = Self.unprobed(ManualTime())
        options.storage = .custom(store)
        try await Self.running([Self.model("a")], options) { monitor in
            monitor.record(.ok, of: "a")
            await monitor.flush()
            let range = try TimeRange(from: .distantPast, to: .distantFuture)
            _ = try await monitor.history(of: "a", in: range)
            await #expect(throws: HealthStorageError.self) {
                try await monitor.trends(of: "a", over: .seconds(60))
            }
            // The monitor itself asks for the day before its start.
            let asked = store.asked.withLock { $0 }.filter { $0 != .day }
            #expect(asked == [.history(range), .trends(.seconds(60))])
        }
    }

    @Test func `without a store of its own the past is in memory`() async throws {
        let time = ManualTime()
        try await Self.running([Self.model("a")], Self.unprobed(time)) { monitor in
            for _ in 0..<40 {
                monitor.record(.ok, of: "a", latency: .milliseconds(30))
                await Self.pass(.seconds(2), on: time, monitor)
            }
            let range = try TimeRange(from: .distantPast, to: .distantFuture)
            var snapshots: [HealthSnapshot] = []
            while snapshots.isEmpty {
                await Self.pass(.milliseconds(500), on: time, monitor)
                snapshots = try await monitor.history(of: "a", in: range)
            }
            #expect(snapshots.allSatisfy { $0.modelId == "a" })
        }
    }

    @Test func `a check probes now, and a model that nobody watches is an error`() async throws {
        try await withSimulator(SimulatorConfiguration(models: [SimulatedModel("a")])) { simulator in
            let url = simulator.openAI.url
            var options = LLMHealthMonitor.Options()
            options.policy.firstRound = .zero
            try await Self.running([Self.model("a", at: url)], options) { monitor in
                let results = try await monitor.check(["a"])
                #expect(results.map(\.success) == [true])
                // On a busy machine it may be a slow one.
                #expect([.healthy, .degraded].contains(monitor.status(of: "a")?.status))
                await #expect(throws: HealthCheckError.self) { try await monitor.check(["z"]) }
            }
        }
    }

    @Test func `models come and go, and models that make no sense change nothing`() async throws {
        try await Self.running([Self.model("a"), Self.model("b")], Self.unprobed(ManualTime())) { monitor in
            monitor.record(.ok, of: "a")
            await monitor.flush()
            let publications = monitor.publications()
            try monitor.watch([Self.model("a"), Self.model("c")])
            for await fleet in publications where fleet["c"] != nil { break }
            #expect(monitor.status(of: "b") == nil && monitor.status(of: "a")?.status == .healthy)
            #expect(throws: StartError.self) { try monitor.watch([Self.model("a"), Self.model("a")]) }
            #expect(monitor.fleet.models.map(\.modelId) == ["a", "c"])
        }
        await #expect(throws: StartError.self) {
            _ = try await LLMHealthMonitor(
                models: [ModelConfig(id: "a", provider: "p", targets: [])], logger: Self.logger)
        }
    }

    @Test func `a monitor that is made and never run leaves nothing open`() async throws {
        for _ in 0..<3 { _ = try await LLMHealthMonitor(models: [Self.model("a")], logger: Self.logger) }
    }

    @Test func `a source that fails is told and run again, and ends nothing`() async throws {
        let time = ManualTime()
        let runs = Mutex(0)
        var options = Self.unprobed(time)
        options.sources = { evidence in
            [
                Source(name: "app") {
                    let run = runs.withLock { runs in
                        runs += 1
                        return runs
                    }
                    if run == 1 { throw Trouble() }
                    let now = time.timekeeper.now
                    evidence.submit(
                        Evidence(.outcomes(ProbeKey("a"), .ok, count: 1, latency: nil), source: .traffic, at: now))
                }
            ]
        }
        try await Self.running([Self.model("a")], options) { monitor in
            func component() -> ComponentStatus? {
                monitor.fleet.summary.components.first { $0.kind == .source && $0.name == "app" }
            }
            while component()?.status != .unhealthy {
                await Self.pass(.milliseconds(200), on: time, monitor)
            }
            #expect(component()?.reason.contains("no luck") == true, "\(component()?.reason ?? "")")
            while component()?.status != .healthy || monitor.status(of: "a")?.status != .healthy {
                await Self.pass(.milliseconds(200), on: time, monitor)
            }
        }
    }

    @Test func `a notifier that fails gets the same change again`() async throws {
        let time = ManualTime()
        let notifier = Notifier()
        var options = Self.unprobed(time)
        options.notifiers = [notifier]
        try await Self.running([Self.model("a")], options) { monitor in
            monitor.record(.ok, of: "a")
            while notifier.told.withLock({ $0.count }) < 2 {
                await Self.pass(.milliseconds(200), on: time, monitor)
            }
            let told = notifier.told.withLock { $0 }
            #expect(told.map(\.seq) == [told[0].seq, told[0].seq] && told[0].currentStatus == .healthy)
        }
    }
}

private struct Trouble: Error, CustomStringConvertible {
    var description: String { "no luck" }
}

private struct Source: EvidenceSource {
    let name: String
    let body: @Sendable () async throws -> Void
    func run() async throws { try await body() }
}

private final class Notifier: HealthNotifier {
    let name = "pager"
    let told = Mutex<[HealthChangeEvent]>([])

    func notify(of change: HealthChangeEvent) async throws {
        let isFirst = told.withLock { told in
            told.append(change)
            return told.count == 1
        }
        if isFirst { throw Trouble() }
    }
}

private final class OwnStore: HealthStorageService {
    let snapshots = Mutex<[HealthSnapshot]>([])
    enum Question: Sendable, Equatable {
        case history(TimeRange)
        case trends(Duration)
        /// The last 24 hours.
        case day
    }
    let asked = Mutex<[Question]>([])

    func store(_ snapshot: HealthSnapshot) async throws(HealthStorageError) {
        snapshots.withLock { $0.append(snapshot) }
    }

    func history(of modelID: ModelID, in range: TimeRange) async throws(HealthStorageError) -> [HealthSnapshot] {
        let isDay = range.to.timeIntervalSince(range.from) < 2 * 86_400
        asked.withLock { $0.append(isDay ? .day : .history(range)) }
        return snapshots.withLock { $0.filter { $0.modelId == modelID } }
    }

    func trends(of modelID: ModelID, over window: Duration) async throws(HealthStorageError) -> HealthTrends {
        asked.withLock { $0.append(.trends(window)) }
        throw HealthStorageError(operation: .aggregate, message: "no trends are kept")
    }
}
