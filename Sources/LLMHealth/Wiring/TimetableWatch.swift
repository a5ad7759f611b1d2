import Health
import Logging
import Metrics
import Observation
import ServiceLifecycle
import Synchronization
import Telemetry

/// Watches that no model drops out of the timetable of probes: one that could be probed and was not for three intervals is
/// told in `/readyz`, in a metric and in the log, and is planned anew.
///
/// It looks from outside, at what has left and not at what is planned, so that it also sees what nobody thought of.
final class TimetableWatch: EvidenceSource {
    let name = "timetable"

    private struct State {
        var watch = ProbeWatch()
        var overdue: [ProbeKey] = []
    }

    private static let interval = Duration.seconds(2)
    static let overdueModels = Metric.gauge(
        "llm_probe_overdue_models", "Models that could be probed and have had no probe for three intervals.")

    private let prober: CanaryProber
    private let timekeeper: Timekeeper
    private let logger: Logger
    private let isProbeable: @Sendable (ModelConfig) -> Bool
    private let state = Mutex(State())

    /// - Parameter isProbeable: whether a model may be probed now, as far as is known without asking anybody.
    init(
        prober: CanaryProber, timekeeper: Timekeeper, logger: Logger,
        isProbeable: @escaping @Sendable (ModelConfig) -> Bool
    ) {
        self.prober = prober
        self.timekeeper = timekeeper
        self.logger = logger
        self.isProbeable = isProbeable
    }

    /// What should have been probed and was not, as of the last look.
    var overdue: [ProbeKey] { state.withLock(\.overdue) }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                self.look()
                do { try await self.timekeeper.sleep(for: Self.interval) } catch { return }
            }
        }
    }

    func look() {
        let standings = prober.standings
        let now = timekeeper.now.uptime
        let finding = state.withLock { state in
            let finding = state.watch.look(at: standings, isProbeable: isProbeable, at: now)
            state.overdue = finding.overdue
            return finding
        }
        Self.overdueModels.makeGauge().record(Set(finding.overdue.map(\.modelID)).count)
        prober.planAnew(finding.overdue)
        for key in finding.found {
            let standing = standings.first { $0.key == key }
            logger.error(
                "A model has had no probe for three intervals; it is planned anew",
                metadata: [
                    "model_id": "\(key.modelID)", "target": "\(key.target)",
                    "since_s": "\(standing.map { Int((now - $0.lastLook).seconds) } ?? 0)",
                    "waits": "\(standing?.isInLine == true ? "for room among the probes in flight" : "for nothing")",
                ])
        }
    }

    /// One sentence for `/readyz`.
    static func sentence(_ overdue: [ProbeKey]) -> String {
        let models = Set(overdue.map(\.modelID.rawValue)).sorted()
        let named = models.prefix(3).joined(separator: ", ") + (models.count > 3 ? ", …" : "")
        let count = models.count == 1 ? "1 model has" : "\(models.count) models have"
        return "\(count) had no probe for three intervals: \(named)"
    }
}
