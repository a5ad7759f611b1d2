import Health
import Logging
import Observation
import Synchronization
import TestSupport
import Testing

@testable import LLMHealth

@Suite(.timeLimit(.minutes(5))) struct TimetableWatchTests {
    private static func model(_ id: ModelID, runtime: LocalRuntime? = nil) -> ModelConfig {
        ModelConfig(
            id: id, provider: "p", targets: [ModelTarget(baseURL: "http://127.0.0.1:1", model: id.rawValue)],
            interval: .seconds(10), localRuntime: runtime)
    }

    @Test func `a model that nobody probes is told once three intervals are over, and planned anew`() async throws {
        let time = ManualTime()
        let timekeeper = time.timekeeper
        let egress = try Egress()
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let prober = CanaryProber(
            egress: egress, intake: Intake(), timekeeper: timekeeper, logger: logger)
        try await prober.startScheduledProbes([Self.model("a"), Self.model("b"), Self.model("idle", runtime: .ollama)])
        let watch = TimetableWatch(
            prober: prober, timekeeper: timekeeper, logger: logger, isProbeable: { $0.localRuntime == nil })
        // Nothing runs the prober: whatever it has planned, nothing leaves.
        for _ in 0..<15 {
            watch.look()
            #expect(watch.overdue.isEmpty)
            time.advance(by: .seconds(2))
        }
        time.advance(by: .seconds(2))
        watch.look()
        #expect(watch.overdue.map(\.modelID) == ["a", "b"])
        #expect(
            TimetableWatch.sentence(watch.overdue) == "2 models have had no probe for three intervals: a, b")
        #expect(prober.standings.first { $0.key.modelID == "a" }?.next == timekeeper.now.uptime)
        await egress.shutdown()
    }

    @Test func `what holds a model that is loaded is overruled`() async throws {
        let time = ManualTime()
        let timekeeper = time.timekeeper
        let egress = try Egress()
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let prober = CanaryProber(egress: egress, intake: Intake(), timekeeper: timekeeper, logger: logger)
        try await prober.startScheduledProbes([Self.model("m", runtime: .ollama)])
        let held = ProbePlan(key: ProbeKey("m"), next: nil, anchor: .zero, every: .seconds(10), reason: .scheduled)
        prober.plan([held])
        let isLoaded = Mutex(false)
        let watch = TimetableWatch(
            prober: prober, timekeeper: timekeeper, logger: logger, isProbeable: { _ in isLoaded.withLock { $0 } })
        time.advance(by: .seconds(500))
        watch.look()
        #expect(watch.overdue.isEmpty, "it is not loaded")
        isLoaded.withLock { $0 = true }
        watch.look()
        time.advance(by: .seconds(29))
        watch.look()
        #expect(watch.overdue.isEmpty)
        time.advance(by: .seconds(2))
        watch.look()
        #expect(watch.overdue == [ProbeKey("m")])
        #expect(prober.standings.first?.next == timekeeper.now.uptime)
        await egress.shutdown()
    }
}
