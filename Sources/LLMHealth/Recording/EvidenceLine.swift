import Health

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// One line of a recording, as `replay` reads it.
struct EvidenceLine: Encodable {
    var at: Date
    var startedAt: Date?
    var modelId: ModelID
    var target: String?
    var provider: String
    var outcome: Outcome.Class
    var cause: Outcome.Cause?
    var detail: String?
    var count: Int?
    var latencyMs: Double?
    var source: Evidence.Source

    /// What a piece of evidence comes to in a recording; nothing where it says nothing of a model's health by itself.
    static func lines(_ evidence: Evidence, provider: (ModelID) -> String) -> [EvidenceLine] {
        func line(_ key: ProbeKey, _ outcome: Outcome, count: Int = 1, latency: Duration? = nil, startedAt: Date? = nil)
            -> EvidenceLine
        {
            EvidenceLine(
                at: evidence.at.wall, startedAt: startedAt, modelId: key.modelID,
                target: key.target == TargetName.default ? nil : key.target, provider: provider(key.modelID),
                outcome: outcome.class, cause: outcome.cause == .none ? nil : outcome.cause,
                detail: outcome.detail.isEmpty ? nil : outcome.detail, count: count == 1 ? nil : count,
                latencyMs: latency?.milliseconds, source: evidence.source)
        }
        switch evidence.kind {
        case .probeFinished(let key, _, let result):
            // Checks of the operator's own are not what a policy is tried on.
            guard key.check == nil, !result.isCached else { return [] }
            let startedAt = min(result.startedAt, evidence.at.wall)
            return [line(key, result.outcome, latency: result.latency, startedAt: startedAt)]
        case .outcomes(let key, let outcome, let count, let latency):
            return [line(key, outcome, count: count, latency: latency)]
        case .traffic(let key, let batch):
            var lines: [EvidenceLine] = []
            if batch.successes > 0 {
                let median = batch.latency.quantile(0.5).map { Duration.seconds($0) }
                lines.append(line(key, Outcome(.ok, .none), count: batch.successes, latency: median))
            }
            if batch.failures > 0 {
                lines.append(line(key, batch.failure ?? Outcome(.failing, .other), count: batch.failures))
            }
            if batch.limited > 0 {
                lines.append(line(key, batch.limit ?? Outcome(.rateLimited, .rateLimit), count: batch.limited))
            }
            return lines
        case .probeStarted, .probeCancelled, .load, .local, .runtime, .gateway, .connectivity, .component: return []
        }
    }
}
