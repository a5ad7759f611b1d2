import Health
import Logging
import Observation
import Synchronization

/// The prober with the decision behind it, as the daemon has them: timetable, request, verdict, evidence, status.
struct ProberRun {
    let url: String

    /// - Parameters:
    ///   - count: how many models are probed.
    ///   - interval: how often each.
    func measure(models count: Int, every interval: Duration, for duration: Duration) async throws -> (
        milliseconds: Double, perSecond: Double
    ) {
        let models = (0..<count).map { index in
            ModelConfig(
                id: ModelID("model-\(index)"), provider: "benchmark",
                targets: [ModelTarget(baseURL: url, model: "gpt-4o-mini", key: Secret("sk-benchmark-0123456789"))],
                interval: interval, streaming: .never)
        }
        let egress = try Egress()
        let intake = Intake()
        let timekeeper = Timekeeper.system
        let logger = Logger(label: "probe-benchmark") { label in
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = .critical
            return handler
        }
        let prober = CanaryProber(egress: egress, intake: intake, timekeeper: timekeeper, logger: logger)
        let report = try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await prober.run() }
            let done = Counter()
            group.addTask {
                var engine = HealthEngine(policy: HealthPolicy())
                try prober.watch(models)
                prober.plan(engine.configure(models, at: timekeeper.now).plans)
                for await evidence in intake.evidence {
                    if case .probeFinished(_, _, let result) = evidence.kind {
                        if result.success { done.add() }
                    }
                    prober.plan(engine.absorb(evidence, at: timekeeper.now).plans)
                }
            }
            // The first round connects and learns.
            try await Task.sleep(for: .seconds(3))
            let before = done.value
            let usage = Usage.now()
            try await Task.sleep(for: duration)
            let report = usage.report(done.value - before)
            intake.finish()
            group.cancelAll()
            return report
        }
        await egress.shutdown()
        return report
    }
}

private final class Counter: Sendable {
    private let count = Atomic(0)
    var value: Int { count.load(ordering: .relaxed) }
    func add() { count.add(1, ordering: .relaxed) }
}
