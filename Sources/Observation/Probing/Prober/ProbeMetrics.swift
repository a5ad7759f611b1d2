import Basics
import CoreMetrics
import Health
import Telemetry

/// The prober's metrics.
struct ProbeMetrics: Sendable {
    private static let requests = Metric.counter(
        "llm_requests_total", "Requests and probes by the HTTP status they ended with; 0 for no answer.",
        labels: ["model_id", "provider", "status", "source"])
    private static let duration = Metric.histogram(
        "llm_probe_duration_seconds", "From sending a probe to the end of its answer.",
        labels: ["model_id", "provider"], buckets: [0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 7.5, 10, 15, 30, 60])
    private static let tokens = Metric.counter(
        "llm_probe_tokens_total", "Tokens that probes have used.", labels: ["model_id", "provider", "kind"])
    private static let unknownFinishReasons = Metric.counter(
        "llm_probe_unknown_finish_reasons_total", "Answers that ended for a reason that is not known; they count.",
        labels: ["model_id", "provider"])
    private static let checks = Metric.counter(
        "llm_health_checks_total", "Health checks by what they came to.", labels: ["model_id", "provider", "outcome"])
    private static let lateness = Metric.histogram(
        "llm_probe_schedule_lateness_seconds", "How late probes left.",
        buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5])
    private static let skipped = Metric.counter(
        "llm_probes_skipped_total", "Turns left out because too many probes of one target were in flight.")

    static let all = [requests, duration, tokens, unknownFinishReasons, checks, lateness, skipped]

    /// Where they go; `nil` for wherever the process sends its metrics.
    let factory: (any MetricsFactory)?

    /// One exchange came to an end.
    func exchanged(_ job: ProbeJob, _ exchange: Exchange, _ verdict: Verdict) {
        let model = labels(job)
        count(Self.requests, model + ["\(exchange.status ?? 0)", "probe"])
        time(Self.duration, exchange.duration, model)
        // Without the word itself: an upstream could make a new series of each answer.
        if verdict.newFinishReason != nil { count(Self.unknownFinishReasons, model) }
        for (kind, tokens) in [("input", verdict.answer?.inputTokens), ("output", verdict.answer?.outputTokens)] {
            guard let tokens, tokens > 0 else { continue }
            count(Self.tokens, model + [kind], by: Int64(tokens))
        }
    }

    /// A probe came to a result.
    func checked(_ job: ProbeJob, _ result: ProbeResult) {
        count(Self.checks, labels(job) + [result.outcome.class.rawValue])
    }

    /// A scheduled probe left so much later than it was due.
    func departed(late: Duration) { time(Self.lateness, max(.zero, late), []) }

    /// Turns were left out because too many probes of one target were in flight.
    func skipped(_ turns: UInt64) { count(Self.skipped, [], by: Int64(clamping: turns)) }

    private func labels(_ job: ProbeJob) -> [String] { [job.model.id.rawValue, job.model.provider] }

    private func count(_ metric: Metric, _ values: [String], by amount: Int64 = 1) {
        metric.makeCounter(values, factory: factory).increment(by: amount)
    }

    private func time(_ metric: Metric, _ duration: Duration, _ values: [String]) {
        metric.makeTimer(values, factory: factory).recordNanoseconds(duration.nanoseconds)
    }
}
