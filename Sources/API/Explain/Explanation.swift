package import Health

#if canImport(FoundationEssentials)
package import FoundationEssentials
#else
package import Foundation
#endif

/// Why a model has its status, for a person: the facts and one paragraph.
package struct Explanation: Sendable {
    var model: ModelHealthStatus
    var text: String

    /// The paragraph: what, since when and why, what is being done, and whether traffic is sent.
    package static func paragraph(on model: ModelHealthStatus, at now: Date) -> String {
        var sentences = [status(model, now), reasons(model), evidence(model, now)]
        sentences.append(contentsOf: targets(model))
        sentences.append(probing(model, now))
        sentences.append(routing(model, now))
        return sentences.filter { !$0.isEmpty }.joined(separator: " ")
    }

    private static func status(_ model: ModelHealthStatus, _ now: Date) -> String {
        let score = model.score.map { ", with a score of \(Int($0.rounded())) out of 100" } ?? ""
        return "\(model.modelId) (\(model.provider)) is \(model.status.rawValue) since "
            + "\(model.since.rfc3339), for \(now.span(since: model.since))\(score)."
    }

    private static func reasons(_ model: ModelHealthStatus) -> String {
        model.reasons.map { reason in
            (reason.target.map { "Target \($0): " } ?? "") + reason.message.sentence
        }.joined(separator: " ")
    }

    private static func evidence(_ model: ModelHealthStatus, _ now: Date) -> String {
        guard let lastCheck = model.lastCheck else { return "Nothing has been heard of it yet." }
        var parts = ["It was last checked \(now.span(since: lastCheck)) ago"]
        if model.consecutiveFailures > 0 {
            parts.append(
                "failed \(model.consecutiveFailures) \(model.consecutiveFailures == 1 ? "time" : "times") in a row")
            parts.append(
                model.lastSuccessfulResponse.map { "last answered \(now.span(since: $0)) ago" }
                    ?? "has not answered yet")
        }
        if let errors = model.errorRate {
            parts.append("failed in \((errors * 100).short) % of the last five minutes' requests")
        }
        if let median = model.latency.p50 { parts.append("takes \(median.short) ms in the median") }
        return parts.joined(separator: ", ") + "."
    }

    private static func targets(_ model: ModelHealthStatus) -> [String] {
        guard model.targets.count > 1 else { return [] }
        let broken = model.targets.filter { $0.status != .healthy }
        guard !broken.isEmpty else { return ["All \(model.targets.count) targets are healthy."] }
        return ["Of \(model.targets.count) targets \(broken.count) \(broken.count == 1 ? "is" : "are") not healthy:"]
            + broken.map { "\($0.name) is \($0.status.rawValue) (\($0.reason))." }
    }

    private static func probing(_ model: ModelHealthStatus, _ now: Date) -> String {
        let next =
            model.nextProbeAt.map {
                $0 > now ? "the next probe goes out in \($0.span(since: now))" : "a probe is due now"
            }
            ?? "no probe is planned"
        return switch model.circuitBreaker.state {
        case .closed: "\(next.capitalizedFirst)."
        case .open: "Its probe breaker is open, so only recovery probes are sent; \(next)."
        case .halfOpen: "Its probe breaker is half open: a recovery probe succeeded and is being confirmed; \(next)."
        }
    }

    private static func routing(_ model: ModelHealthStatus, _ now: Date) -> String {
        let until = model.routing.until.flatMap { $0 > now ? " for another \($0.span(since: now))" : nil } ?? ""
        let reason = model.routing.reason.isEmpty ? "" : " (\(model.routing.reason))"
        return switch model.routing.verdict {
        case .usable: "Traffic may be sent to it."
        case .avoid: "Traffic should go elsewhere\(until)\(reason)."
        case .excluded: "No traffic is to be sent to it\(until)\(reason)."
        }
    }
}

// By hand, so that what nobody knows is an explicit null, as in `ModelHealthStatus`.
extension Explanation: Encodable {
    enum CodingKeys: String, CodingKey {
        case modelId, provider, status, score, since, reasons, routing, consecutiveFailures, lastCheck
        case lastSuccessfulResponse, nextProbeAt, circuitBreaker, targets, lastProbe, text
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(model.modelId, forKey: .modelId)
        try container.encode(model.provider, forKey: .provider)
        try container.encode(model.status, forKey: .status)
        try container.encode(model.score, forKey: .score)
        try container.encode(model.since, forKey: .since)
        try container.encode(model.reasons, forKey: .reasons)
        try container.encode(model.routing, forKey: .routing)
        try container.encode(model.consecutiveFailures, forKey: .consecutiveFailures)
        try container.encode(model.lastCheck, forKey: .lastCheck)
        try container.encode(model.lastSuccessfulResponse, forKey: .lastSuccessfulResponse)
        try container.encode(model.nextProbeAt, forKey: .nextProbeAt)
        try container.encode(model.circuitBreaker, forKey: .circuitBreaker)
        try container.encode(model.targets, forKey: .targets)
        try container.encode(model.probeResult, forKey: .lastProbe)
        try container.encode(text, forKey: .text)
    }
}

extension String {
    fileprivate var sentence: String { last.map { ".!?".contains($0) } ?? true ? self : self + "." }
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
