import Health
import Logging
import Observation
import ServiceLifecycle

/// Keeps parts of others running: one that fails is told as a component, and run again.
struct Supervisor: Sendable {
    let intake: Intake
    let timekeeper: Timekeeper
    let logger: Logger

    func watch(_ source: any EvidenceSource) -> any EvidenceSource {
        Supervised(kind: .source, name: source.name, supervisor: self) { try await source.run() }
    }

    func watch(_ sink: any HealthSink) -> any HealthSink {
        Supervised(kind: .sink, name: sink.name, supervisor: self) { try await sink.run() }
    }
}

/// A part that is run again when it fails.
private struct Supervised: EvidenceSource, HealthSink {
    private static let firstWait = Duration.seconds(1)
    private static let longestWait = Duration.seconds(60)
    /// What has run for so long is well again.
    private static let settledAfter = Duration.seconds(10)

    let kind: ComponentStatus.Kind
    let name: String
    let supervisor: Supervisor
    let body: @Sendable () async throws -> Void

    func run() async throws {
        await cancelWhenGracefulShutdown { await keepRunning() }
    }

    private func keepRunning() async {
        var wait = Self.firstWait
        while !Task.isCancelled {
            let begin = supervisor.timekeeper.now
            do {
                try await runOnce(after: begin)
                // It has done its work, and the group goes on.
                try? await gracefulShutdown()
                return
            } catch {
                if Task.isCancelled { return }
                if supervisor.timekeeper.now - begin > Self.settledAfter { wait = Self.firstWait }
                report(isUp: false, "It failed: \(error). It is run again in \(Int(wait.seconds)) s.")
                supervisor.logger.error(
                    "A part failed and is run again",
                    metadata: ["\(kind.rawValue)": "\(name)", "error": "\(error)", "wait_s": "\(wait.seconds)"])
            }
            do { try await supervisor.timekeeper.sleep(for: wait) } catch { return }
            wait = min(wait * 2, Self.longestWait)
        }
    }

    private func runOnce(after begin: Moment) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await supervisor.timekeeper.sleep(for: Self.settledAfter)
                report(isUp: true, "Running.")
                try? await gracefulShutdown()
            }
            group.addTask { try await body() }
            defer { group.cancelAll() }
            try await group.next()
            if !Task.isCancelled { report(isUp: true, "Running.") }
        }
    }

    private func report(isUp: Bool, _ detail: String) {
        supervisor.intake.submit(
            Evidence(
                .component(kind, name: name, isUp: isUp, detail: detail), source: .daemon,
                at: supervisor.timekeeper.now))
    }
}
