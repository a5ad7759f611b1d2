import CoreMetrics
import Health

/// The prober's metrics, all in one place, with the names of design §5.
struct ProbeMetrics: Sendable {
    /// Where they go; `nil` for wherever the process sends its metrics.
    let factory: (any MetricsFactory)?

    /// One exchange came to an end.
    func exchanged(_ job: ProbeJob, _ exchange: Exchange, _ verdict: Verdict) {
        let model = dimensions(job)
        count("llm_requests_total", model + [("status", "\(exchange.status ?? 0)"), ("source", "probe")])
        time("llm_probe_duration_seconds", exchange.duration, model)
        // Without the word itself: an upstream could make a new series of each answer.
        if verdict.newFinishReason != nil { count("llm_probe_unknown_finish_reasons_total", model) }
        for (kind, tokens) in [("input", verdict.answer?.inputTokens), ("output", verdict.answer?.outputTokens)] {
            guard let tokens, tokens > 0 else { continue }
            count("llm_probe_tokens_total", model + [("kind", kind)], by: Int64(tokens))
        }
    }

    /// A probe came to a result.
    func checked(_ job: ProbeJob, _ result: ProbeResult) {
        count("llm_health_checks_total", dimensions(job) + [("outcome", result.outcome.class.rawValue)])
    }

    /// A scheduled probe left so much later than it was due.
    func departed(late: Duration) { time("llm_probe_schedule_lateness_seconds", max(.zero, late), []) }

    /// Turns were left out because too many probes of one target were in flight.
    func skipped(_ turns: UInt64) { count("llm_probes_skipped_total", [], by: Int64(clamping: turns)) }

    private func dimensions(_ job: ProbeJob) -> [(String, String)] {
        [("model_id", job.model.id.rawValue), ("provider", job.model.provider)]
    }

    private func count(_ label: String, _ dimensions: [(String, String)], by amount: Int64 = 1) {
        Counter(label: label, dimensions: dimensions, factory: factory ?? MetricsSystem.factory).increment(by: amount)
    }

    private func time(_ label: String, _ duration: Duration, _ dimensions: [(String, String)]) {
        Timer(label: label, dimensions: dimensions, factory: factory ?? MetricsSystem.factory)
            .recordNanoseconds(duration.nanoseconds)
    }
}

extension Duration {
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, isOver) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return isOver ? (seconds < 0 ? .min : .max) : product + attoseconds / 1_000_000_000
    }
}
