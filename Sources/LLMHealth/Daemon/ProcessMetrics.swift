import API
import CoreMetrics
import History
import Observation
import Synchronization
import Telemetry

/// The process's own metrics, which `/metrics` shows beside those of the fleet.
public enum ProcessMetrics {
    private static let registry = Mutex<PrometheusRegistry?>(nil)

    /// Makes the daemon's registry the one that swift-metrics writes to. Once a process, before anything is counted; a
    /// program that has a metrics system of its own leaves this out.
    public static func bootstrap() {
        let isFirst = registry.withLock { registry in
            guard registry == nil else { return false }
            registry = PrometheusRegistry(metrics: counted)
            return true
        }
        guard isFirst, let registry = registry.withLock({ $0 }) else { return }
        MetricsSystem.bootstrap(registry)
    }

    /// What was counted so far; empty without ``bootstrap()``.
    static var families: [MetricFamily] { registry.withLock { $0 }?.families ?? [] }

    /// Every metric that code counts; each is declared where it is counted.
    private static let counted: [Metric] =
        CanaryProber.countedMetrics + Recorder.countedMetrics + HealthAPI.countedMetrics + ProcessWatch.countedMetrics
        + [
            DecisionLoop.statusChanges, EvidenceLog.dropped, TimetableWatch.overdueModels,
            PrometheusRegistry.refusedSeries,
        ]

    /// Every metric of `/metrics`, sorted by name: those that are counted, and those of the fleet.
    static let all = (counted + HealthAPI.fleetMetrics).sorted { $0.name < $1.name }
}
