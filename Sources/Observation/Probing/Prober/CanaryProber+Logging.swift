import Health
import Logging

extension CanaryProber {
    /// One line a probe: failures as errors, what is our own to mend as warnings, the rest for information.
    func log(_ job: ProbeJob, _ result: ProbeResult) {
        let level: Logger.Level =
            switch result.outcome.class {
            case .ok: .info
            case .idle: .debug
            case .rateLimited, .credentials, .quota, .misconfigured: .warning
            case .failing, .gone, .gateway, .selfNetwork: .error
            }
        guard level >= logger.logLevel else { return }
        var metadata: Logger.Metadata = [
            "model_id": "\(job.model.id)", "provider": "\(job.model.provider)", "target": "\(job.target.name)",
            "reason": "\(job.reason.rawValue)", "outcome": "\(result.outcome.class.rawValue)",
        ]
        if let check = job.key.check { metadata["check"] = "\(check)" }
        if let status = result.outcome.httpStatus { metadata["http_status"] = "\(status)" }
        if let latency = result.latency { metadata["latency_ms"] = "\(Int(latency.milliseconds.rounded()))" }
        if result.outcome.cause != .none { metadata["cause"] = "\(result.outcome.cause.rawValue)" }
        if !result.outcome.detail.isEmpty { metadata["detail"] = "\(result.outcome.detail)" }
        if let note = result.note { metadata["note"] = "\(note)" }
        logger.log(level: level, result.success ? "Probe completed" : "Probe failed", metadata: metadata)
    }
}
