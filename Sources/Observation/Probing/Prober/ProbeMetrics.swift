import Basics
import CoreMetrics
import Health
import Synchronization
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

    /// What one subject counts into, made as it first counts.
    struct Series: Sendable {
        fileprivate var requests: [Int: Counter] = [:]
        fileprivate var duration: CoreMetrics.Timer?
        fileprivate var unknownFinishReasons: Counter?
        fileprivate var inputTokens: Counter?
        fileprivate var outputTokens: Counter?
        fileprivate var checks: [Outcome.Class: Counter] = [:]
    }

    /// Where they go; `nil` for wherever the process sends its metrics.
    private let factory: (any MetricsFactory)?
    private let latenesses: CoreMetrics.Timer

    init(factory: (any MetricsFactory)?) {
        self.factory = factory
        latenesses = Self.lateness.makeTimer(factory: factory)
    }

    /// One exchange came to an end.
    func exchanged(_ job: ProbeJob, _ exchange: Exchange, _ verdict: Verdict) {
        let status = exchange.status ?? 0
        let answer = verdict.answer
        job.subject.series.withLock { series in
            held(&series.requests[status], Self.requests, job, "\(status)", "probe").increment()
            let duration = series.duration ?? Self.duration.makeTimer(labels(job), factory: factory)
            series.duration = duration
            duration.recordNanoseconds(exchange.duration.nanoseconds)
            // Without the word itself: an upstream could make a new series of each answer.
            if verdict.newFinishReason != nil {
                held(&series.unknownFinishReasons, Self.unknownFinishReasons, job).increment()
            }
            if let tokens = answer?.inputTokens, tokens > 0 {
                held(&series.inputTokens, Self.tokens, job, "input").increment(by: Int64(tokens))
            }
            if let tokens = answer?.outputTokens, tokens > 0 {
                held(&series.outputTokens, Self.tokens, job, "output").increment(by: Int64(tokens))
            }
        }
    }

    /// A probe came to a result.
    func checked(_ job: ProbeJob, _ result: ProbeResult) {
        let outcome = result.outcome.class
        job.subject.series.withLock { held(&$0.checks[outcome], Self.checks, job, outcome.rawValue).increment() }
    }

    /// A scheduled probe left so much later than it was due.
    func departed(late: Duration) { latenesses.recordNanoseconds(max(.zero, late).nanoseconds) }

    /// Turns were left out because too many probes of one target were in flight.
    func skipped(_ turns: UInt64) {
        Self.skipped.makeCounter(factory: factory).increment(by: Int64(clamping: turns))
    }

    private func labels(_ job: ProbeJob) -> [String] { [job.model.id.rawValue, job.model.provider] }

    /// The counter that is held, or a new one: finding it by its labels costs more than counting.
    private func held(_ counter: inout Counter?, _ metric: Metric, _ job: ProbeJob, _ values: String...) -> Counter {
        if let counter { return counter }
        let new = metric.makeCounter(labels(job) + values, factory: factory)
        counter = new
        return new
    }
}
