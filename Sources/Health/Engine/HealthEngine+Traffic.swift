extension HealthEngine {
    /// Requests that one piece of evidence may stand for.
    private static let mostAtOnce = 1_000_000

    /// Weighs outcomes that no probe of ours brought: of real requests, or recorded ones.
    mutating func absorb(
        _ outcome: Outcome, count: Int, latency: Duration?, of key: ProbeKey, from source: Evidence.Source,
        at now: Moment, into actions: inout Actions
    ) {
        guard let index = positions[key.modelID], count > 0 else { return }
        let policy = policy
        let count = min(count, Self.mostAtOnce)
        let outcome = models[index].hidden(outcome, of: key, sharedFaults) ?? outcome
        let isTraffic = source == .traffic || source == .telemetry
        let isKnown = models[index].withTrack(key) { target in
            guard isTraffic else { return target.looked(outcome, times: count, latency: latency, at: now, policy) }
            switch outcome.class {
            case .ok: target.weigh(successes: count, failures: 0, outcome, at: now, policy)
            case .failing: target.weigh(successes: 0, failures: count, outcome, at: now, policy)
            case .rateLimited: target.limited(count, outcome, at: now, policy)
            // What a sender did wrong says nothing of the model; what we do wrong a probe finds out.
            default: break
            }
        }
        guard isKnown else { return }
        models[index].count(outcome, times: count, latency: latency?.seconds, probe: nil, at: now)
        settle(index, at: now, into: &actions)
    }

    /// Weighs what metrics tell of a stretch of time.
    mutating func absorb(_ batch: TrafficBatch, of key: ProbeKey, at now: Moment, into actions: inout Actions) {
        guard let index = positions[key.modelID] else { return }
        let policy = policy
        let successes = min(max(batch.successes, 0), Self.mostAtOnce)
        var failures = min(max(batch.failures, 0), Self.mostAtOnce)
        var failure = batch.failure ?? Outcome(.failing, .other)
        failure = models[index].hidden(failure, of: key, sharedFaults) ?? failure
        if failure.class != .failing { failures = 0 }
        let limited = min(max(batch.limited, 0), Self.mostAtOnce)
        let limit = batch.limit ?? Outcome(.rateLimited, .rateLimit)
        let isKnown = models[index].withTrack(key) {
            $0.weigh(successes: successes, failures: failures, failure, at: now, policy)
            $0.limited(limited, limit, at: now, policy)
        }
        guard isKnown, successes + failures + limited > 0 else { return }
        models[index].count(batch, successes: successes, failures: failures, limited: limited, at: now)
        settle(index, at: now, into: &actions)
    }
}
