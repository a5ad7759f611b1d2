import Health
import Logging
import Synchronization

/// What was logged of a target's failures.
struct LoggedFailures: Sendable {
    private var last: (cause: Outcome.Cause, status: Int?, at: Duration)?
    /// Of the same kind, since the last line.
    private var unsaid = 0

    /// - Returns: how many of the same were not logged since the last line; `nil` when this one is not logged either.
    mutating func note(_ outcome: Outcome, isFailure: Bool, at now: Duration, every repetition: Duration) -> Int? {
        guard isFailure else {
            last = nil
            unsaid = 0
            return 0
        }
        let isSame = last.map { ($0.cause, $0.status) == (outcome.cause, outcome.httpStatus) } ?? false
        if isSame, let last, now - last.at < repetition {
            unsaid += 1
            return nil
        }
        defer { unsaid = 0 }
        last = (outcome.cause, outcome.httpStatus, now)
        return isSame ? unsaid : 0
    }
}

extension CanaryProber {
    /// Between two lines on a target that goes on failing as it did.
    private static let repetition = Duration.seconds(60)

    /// Failures as errors, what is our own to mend as warnings, once a minute as long as they are the same; the rest for
    /// those who debug.
    func log(_ job: ProbeJob, _ result: ProbeResult) {
        let level: Logger.Level =
            switch result.outcome.class {
            case .ok, .idle: .debug
            case .rateLimited, .credentials, .quota, .misconfigured: .warning
            case .failing, .gone, .gateway, .selfNetwork: .error
            }
        let isFailure = level > .debug
        let now = timekeeper.now.uptime
        let unsaid = job.subject.failures.withLock { failures in
            failures.note(result.outcome, isFailure: isFailure, at: now, every: Self.repetition)
        }
        guard level >= logger.logLevel, let unsaid else { return }
        var metadata: Logger.Metadata = [
            "model_id": "\(job.model.id)", "provider": "\(job.model.provider)", "target": "\(job.target.name)",
            "reason": "\(job.reason.rawValue)", "outcome": "\(result.outcome.class.rawValue)",
        ]
        if unsaid > 0 { metadata["repeated"] = "\(unsaid)" }
        if let check = job.key.check { metadata["check"] = "\(check)" }
        if let status = result.outcome.httpStatus { metadata["http_status"] = "\(status)" }
        if let latency = result.latency { metadata["latency_ms"] = "\(Int(latency.milliseconds.rounded()))" }
        if result.outcome.cause != .none { metadata["cause"] = "\(result.outcome.cause.rawValue)" }
        if !result.outcome.detail.isEmpty { metadata["detail"] = "\(result.outcome.detail)" }
        if let note = result.note { metadata["note"] = "\(note)" }
        logger.log(level: level, result.success ? "Probe completed" : "Probe failed", metadata: metadata)
    }
}
