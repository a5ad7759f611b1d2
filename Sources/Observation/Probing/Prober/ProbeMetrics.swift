import CoreMetrics
import Health

/// The prober's metrics, all in one place, with the names of design §5.
struct ProbeMetrics: Sendable {
    /// One exchange came to an end.
    func exchanged(_ errand: ProbeErrand, _ exchange: Exchange, _ verdict: Verdict) {
        let model = [("model_id", errand.model.id.rawValue), ("provider", errand.model.provider)]
        Counter(
            label: "llm_requests_total",
            dimensions: model + [("status", "\(exchange.status ?? 0)"), ("source", "probe")]
        ).increment()
        Timer(label: "llm_probe_duration_seconds", dimensions: model)
            .recordNanoseconds(exchange.duration.nanoseconds)
        for (kind, count) in [("input", verdict.answer?.inputTokens), ("output", verdict.answer?.outputTokens)] {
            guard let count, count > 0 else { continue }
            Counter(label: "llm_probe_tokens_total", dimensions: model + [("kind", kind)]).increment(by: count)
        }
    }

    /// A probe came to a result.
    func checked(_ errand: ProbeErrand, _ result: ProbeResult) {
        Counter(
            label: "llm_health_checks_total",
            dimensions: [
                ("model_id", errand.model.id.rawValue), ("provider", errand.model.provider),
                ("outcome", result.outcome.class.rawValue), ("reason", errand.reason.rawValue),
            ]
        ).increment()
    }

    /// A scheduled probe left so much later than it was due.
    func departed(late: Duration) {
        Timer(label: "llm_probe_schedule_lateness_seconds", dimensions: [])
            .recordNanoseconds(max(.zero, late).nanoseconds)
    }

    /// Turns were left out because too many probes of one target were in flight.
    func skipped(_ count: UInt64) {
        Counter(label: "llm_probes_skipped_total", dimensions: []).increment(by: Int64(clamping: count))
    }
}

extension Duration {
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, isOver) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return isOver ? (seconds < 0 ? .min : .max) : product + attoseconds / 1_000_000_000
    }
}
