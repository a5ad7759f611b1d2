import Basics
import Health
import Synchronization

/// Makes one probe: builds the request, sends it, judges the answer, and learns from a refusal once.
struct ProbeRunner: Sendable {
    let egress: Egress
    let limits: CanaryProber.Limits
    let timekeeper: Timekeeper
    let lessons: LessonBook
    let metrics: ProbeMetrics
    /// In which names the targets answer.
    let echoes = EchoBook()
    /// What a probe of a local model has to say, asked as it departs.
    var stay: @Sendable (ModelTarget, ModelConfig) -> LocalStay? = { _, _ in nil }

    /// - Throws: only when the task is cancelled. A model that fails, and a probe that cannot be built, is a result.
    func run(_ job: ProbeJob, _ scope: FlightScope) async throws(CancellationError) -> ProbeResult {
        let started = ContinuousClock.now
        var result = ProbeResult(
            modelId: job.model.id, target: job.target.name, outcome: .ok, startedAt: timekeeper.now.wall)
        var known = lessons.lessons(for: job.target, of: job.model.id)
        var verdict: Verdict
        do {
            var (exchange, judged) = try await attempt(job, known, timeout: job.config.timeout, scope)
            let rest = job.config.timeout - (ContinuousClock.now - started)
            // A refusal may name what to do otherwise: do it at once, within the same deadline.
            if rest > .milliseconds(100), let lesson = lesson(in: judged, exchange, job, known) {
                (exchange, judged) = try await attempt(job, lesson, timeout: rest, scope)
                var learnt: Lessons? = lesson
                if judged.outcome.class == .misconfigured {
                    // The same refusal again: the lesson was wrong. Another one: it was right, and here is the next.
                    learnt = self.lesson(in: judged, exchange, job, lesson)
                }
                if let learnt {
                    known = learnt
                    lessons.remember(learnt, for: job.target, of: job.model.id)
                    judged.notes.insert("learnt from a refusal", at: 0)
                }
            }
            verdict = judged
            result.phases = exchange.phases
            result.phases.firstToken = judged.firstToken
            result.latency = judged.endedAt ?? exchange.duration
            result.isStreamed = exchange.isEventStream
        } catch let refusal as ProbeRefusal {
            verdict = Verdict(outcome: Outcome(.misconfigured, .badRequest, detail: refusal.message))
        } catch {
            throw CancellationError()
        }
        result.outcome = verdict.outcome
        result.allowance = verdict.allowance
        result.inputTokens = verdict.answer?.inputTokens
        result.outputTokens = verdict.answer?.outputTokens
        result.answeredModel = verdict.answer?.model
        let notes = verdict.notes + [known.note].compactMap { $0 }
        result.note = notes.isEmpty ? nil : notes.joined(separator: "; ")
        return result
    }

    private func lesson(
        in verdict: Verdict, _ exchange: Exchange, _ job: ProbeJob, _ known: Lessons
    ) -> Lessons? {
        verdict.error.flatMap { error in
            // An error inside a 200 teaches what the same error with its own status would.
            let status = exchange.status ?? 0
            return known.learning(
                from: error, status: (200..<300).contains(status) ? error.impliedStatus ?? status : status,
                isTokenFieldOpen: job.target.tokenLimit == .auto,
                isStreamed: known.streaming.map { $0 == .always } ?? job.isStreamed)
        }
    }

    /// Keeps only what was learnt of these models.
    func keep(_ models: [ModelID: ModelConfig]) {
        lessons.keep(models)
        echoes.keep(models)
    }

    private func attempt(
        _ job: ProbeJob, _ known: Lessons, timeout: Duration, _ scope: FlightScope
    ) async throws -> (Exchange, Verdict) {
        var ask = ProbeAsk(
            model: job.model, target: job.target, config: job.config, check: job.check,
            isStreamed: job.isStreamed, lessons: known, nonce: Self.hex(UInt64.random(in: .min ... .max)))
        ask.config.timeout = timeout
        ask.stay = stay(job.target, job.model)
        var isAnswered = false
        defer { ask.stay?.ended(isAnswered) }
        let trace = "canary-\(Self.hex(UInt64.random(in: .min ... .max)))"
        let (request, redactor) = try request(job.subject, ask, trace: trace)
        let exchange = try await TimedRequest(
            request: request, timeout: timeout, stallAfter: timeout * limits.stallShare, scope: scope
        ).send(by: egress, egress.workers[job.worker])
        isAnswered = exchange.failure == nil
        let context = ProbeContext(
            provider: job.model.provider, model: job.target.model, mode: job.model.mode,
            gateway: job.target.gateway, host: request.host.text, timeout: timeout, redactor: redactor,
            now: timekeeper.now.wall, usualName: echoes.usualName(of: job.target, of: job.model.id),
            answersAs: job.model.answersAs, onOtherModel: job.model.onOtherModel)
        let classifier = ProbeClassifier(context: context, dialect: ProbeDialects.dialect(of: job.target))
        var verdict =
            exchange.body.count <= Self.quickBody
            ? classifier.verdict(on: exchange)
            : await withTaskExecutorPreference(globalConcurrentExecutor) { classifier.verdict(on: exchange) }
        let isAnswer = verdict.outcome.class == .ok
        let isOther = verdict.outcome.class == .failing && verdict.outcome.cause == .otherModelAnswered
        if isAnswer || isOther, let name = verdict.answer?.model, !name.isEmpty {
            echoes.heard(name, isOwn: classifier.accepts(name), from: job.target, of: job.model.id)
        }
        metrics.exchanged(job, exchange, verdict)
        if let check = job.check {
            verdict = CheckJudge(check: check, redactor: redactor).verdict(on: exchange, plain: verdict)
        }
        return (exchange, verdict)
    }

    /// The request of a probe and what to hide in its answers; built only where the latest one asks for something else.
    private func request(
        _ subject: ProbeSubject, _ ask: ProbeAsk, trace: String
    ) throws(ProbeRefusal) -> (ProbeRequest, Redactor) {
        if ask.stay == nil, let prepared = subject.request.withLock(\.self), prepared.fits(ask) {
            return (prepared.copy(nonce: ask.nonce, trace: trace), prepared.redactor)
        }
        let prepared = try PreparedRequest(ask, trace: trace)
        if ask.stay == nil { subject.request.withLock { $0 = prepared } }
        return (prepared.copy(nonce: ask.nonce, trace: trace), prepared.redactor)
    }

    /// Larger answers are not judged on the event loop, where other probes would wait for it.
    private static let quickBody = 1 << 18

    private static func hex(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
