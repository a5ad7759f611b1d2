import CoreMetrics
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
            registry = PrometheusRegistry(descriptions: descriptions)
            return true
        }
        guard isFirst, let registry = registry.withLock({ $0 }) else { return }
        MetricsSystem.bootstrap(registry)
    }

    /// Prometheus text; empty without ``bootstrap()``.
    static var text: String { registry.withLock { $0 }?.render() ?? "" }

    private static let probeBuckets = [0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 7.5, 10, 15, 30, 60]

    private static let descriptions = [
        MetricDescription(
            "llm_requests_total", "Requests and probes by the HTTP status they ended with; 0 for no answer."),
        MetricDescription(
            "llm_probe_duration_seconds", "From sending a probe to the end of its answer.", buckets: probeBuckets),
        MetricDescription("llm_probe_tokens_total", "Tokens that probes have used."),
        MetricDescription(
            "llm_probe_unknown_finish_reasons_total", "Answers that ended for a reason that is not known; they count."),
        MetricDescription(
            "llm_probe_overdue_models", "Models that could be probed and have had no probe for three intervals."),
        MetricDescription("llm_health_checks_total", "Health checks by what they came to."),
        MetricDescription("llm_health_status_changes_total", "Changes of health status, by the status entered."),
        MetricDescription("llm_health_storage_lag_seconds", "Age of the oldest row that is not stored yet."),
        MetricDescription("llm_health_storage_rows_total", "Rows stored."),
        MetricDescription("llm_health_storage_spilled_rows", "Rows that wait on disk because the store is away."),
        MetricDescription("llm_health_storage_dropped_total", "Rows given up because the store was away too long."),
        MetricDescription("process_open_fds", "File descriptors that are open."),
        MetricDescription("process_max_fds", "File descriptors that may be open."),
        MetricDescription(
            "llm_health_api_connections_closed_total", "Silent connections closed to make room for new ones."),
        MetricDescription("llm_health_streams", "Live streams that are open, by transport."),
        MetricDescription("llm_health_streams_refused_total", "Live streams refused because enough were open."),
        MetricDescription("llm_health_streams_cut_total", "Live streams that the daemon ended, by reason."),
        MetricDescription("llm_health_stream_messages_total", "Messages sent on live streams, by transport."),
        MetricDescription(
            "llm_health_stream_coalesced_events_total", "Events left out for readers that were too far behind."),
        MetricDescription(
            "llm_probe_schedule_lateness_seconds", "How late probes left.",
            buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5]),
    ]
}
