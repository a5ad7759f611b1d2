#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension ModelTrack {
    /// What people and programs are shown.
    mutating func rendered(at now: Moment, _ policy: HealthPolicy) -> ModelHealthStatus {
        renderedAt = now
        isDirty = false
        let uptime = now.uptime.seconds
        let summary = window.summary(at: uptime)
        let up = availability.availability(at: uptime)
        let next = targets.indices.compactMap { targets[$0].departure(policy) }.min().map { max($0, now.uptime) }
        // The best target speaks for the model here too.
        let best =
            targets.first { $0.breaker == .closed && $0.run == nil } ?? targets.first { $0.breaker == .closed }
            ?? targets.first
        var breaker = best?.breakerStatus ?? CircuitBreakerStatus(state: .closed)
        if breaker.state != .closed { breaker.openUntil = best?.plan.next.map { now.wall(at: $0) } }
        let usual = targets.compactMap { $0.latency.usual(policy.latency) }.min()
        return ModelHealthStatus(
            modelId: config.id, provider: config.provider, status: status,
            score: Score(
                status: status, availability: up, errorRate: summary.errorRate,
                slowness: summary.latency.quantile(0.5).flatMap { median in usual.map { median / $0 } },
                age: lastCheck.map { (now - $0) / config.interval }, quality: quality, weights: policy.score
            ).value,
            reasons: reasons, since: since.wall, routing: routing(at: now),
            latency: summary.latency.percentiles,
            timeToFirstTokenMs: summary.firstToken.percentiles.p50,
            errorRate: summary.errorRate, availability: up, lastCheck: lastCheck?.wall,
            lastSuccessfulResponse: lastSuccess?.wall,
            consecutiveFailures: targets.map(\.consecutiveFailures).min() ?? 0,
            nextProbeAt: next.map { now.wall(at: max($0, now.uptime)) }, circuitBreaker: breaker,
            probeResult: currentProbe(at: now, policy), requestTotal: requestTotal,
            targets: targetHealth(at: now, policy),
            metadata: metadata)
    }

    /// The same where what is shown has moved or aged, or it is its turn; else `nil`.
    mutating func renderedAnew(at now: Moment, isTurn: Bool, _ policy: HealthPolicy) -> ModelHealthStatus? {
        guard isDirty || isTurn || isOld(at: now, policy) else { return nil }
        return rendered(at: now, policy)
    }

    private func currentProbe(at now: Moment, _ policy: HealthPolicy) -> ProbeResult? {
        guard let lastProbe, let lastProbeAt, now - lastProbeAt <= policy.probeResultTTL else { return nil }
        return lastProbe
    }

    /// The share of the custom checks' weight that passes; `nil` without checks.
    private var quality: Double? {
        let total = config.checks.reduce(0) { $0 + $1.weight }
        guard total > 0 else { return nil }
        let failing = zip(checks, config.checks).reduce(0) { sum, pair in
            sum + (pair.0.isOut || pair.0.errors.isAlarmed ? pair.1.weight : 0)
        }
        return 1 - failing / total
    }

    private func targetHealth(at now: Moment, _ policy: HealthPolicy) -> [TargetHealth] {
        targets.map { target in
            let verdict = target.verdict(at: now, isGatewayDown: false, policy)
            return TargetHealth(
                name: target.key.target, status: verdict.status,
                reason: verdict.message.isEmpty ? verdict.code.rawValue : verdict.message,
                consecutiveFailures: target.consecutiveFailures, circuitBreaker: target.breakerStatus)
        }
    }

    private var metadata: [String: JSONValue] {
        var metadata: [String: JSONValue] = ["mode": .string(config.mode.rawValue)]
        if !config.capabilities.isEmpty { metadata["capabilities"] = .array(config.capabilities.map { .string($0) }) }
        if config.isDiscovered { metadata["discovered"] = true }
        if let local {
            metadata["state"] = .string(local.state.rawValue)
            metadata["runtime"] = config.localRuntime.map { .string($0.rawValue) }
            metadata["cpu"] = .bool(local.isOnCPU)
            if let size = local.sizeBytes { metadata["sizeBytes"] = .number(Double(size)) }
            metadata.merge(local.details) { ours, _ in ours }
        }
        if let note = lastProbe?.note { metadata["note"] = .string(note) }
        return metadata
    }

    /// Whom to send traffic to: quicker than the status, and cheap to be wrong.
    private func routing(at now: Moment) -> RoutingVerdict {
        let verdict = routingVerdict
        let isQuicker = verdict == .avoid && status == .healthy && reasons[0].code == .passing
        let until = targets.compactMap(\.plan.next).min().map { now.wall(at: $0) }
        return RoutingVerdict(
            verdict,
            reason: isQuicker ? "Several probes failed just now; it is being probed again." : reasons[0].message,
            until: verdict == .avoid && reasons[0].code != .idle ? until : nil)
    }

    /// The verdict without its reason.
    var routingVerdict: RoutingVerdict.Verdict {
        switch reasons[0].code {
        case .credentials, .quota, .misconfigured, .retired, .removed, .disabled: return .excluded
        case .idle, .rateLimited, .overloaded, .streaming: return .avoid
        default: break
        }
        guard status == .healthy || status == .degraded else { return .avoid }
        // Down to the last target that requests may be sent to.
        return targets.allSatisfy { $0.errors.routing.isAlarmed || $0.isOut || $0.errors.isAlarmed } ? .avoid : .usable
    }
}

extension Moment {
    /// What the wall clock will say at an uptime.
    func wall(at uptime: Duration) -> Date { wall + (uptime - self.uptime).seconds }
}
