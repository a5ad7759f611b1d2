/// What real requests of a target have come to, beside their outcomes.
struct TrafficTrack: Sendable {
    var meter = TrafficMeter()
    /// The share of them that the provider's rate limit refuses.
    var limits = SequentialTest()
    var lastLimit: Outcome?
}

extension TargetTrack {
    /// Weighs outcomes of real requests, or recorded ones without a start.
    ///
    /// Requests that come together share their fate, so each is worth less than a probe to the status; the routing
    /// verdict takes each for one.
    /// - Parameters:
    ///   - successes: how many succeeded.
    ///   - failures: how many failed; taken to be spread evenly among the successes.
    mutating func weigh(successes: Int, failures: Int, _ failure: Outcome, at now: Moment, _ policy: HealthPolicy) {
        guard successes + failures > 0 else { return }
        note(successes + failures, isSuccess: successes > 0, at: now)
        looked(at: now, policy)
        let meter = traffic?.meter ?? TrafficMeter()
        let (weight, pace) = (meter.weight(policy.traffic), meter.pace)
        if failures > 0 {
            setRefusalPast()
            lastFailure = failure
        }
        // However many there are, a hundred stretches tell how they lie.
        let stretches = min(failures, 100) + 1
        var (goodLeft, badLeft) = (successes, failures)
        for stretch in 0..<stretches {
            let good = goodLeft / (stretches - stretch)
            goodLeft -= good
            if good > 0 {
                wasLastGood = true
                errors.succeed(policy, times: good, weight: weight, pace: pace)
                // Who says that users stream?
                succeed(startedAt: nil, isStreamed: false, at: now, policy)
            }
            guard stretch < stretches - 1 else { break }
            let bad = badLeft / (stretches - 1 - stretch)
            badLeft -= bad
            suspect(since: now, isProbe: false, times: bad)
            run?.ended += bad
            wasLastGood = false
            if !failure.isSilence { run?.isSilent = false }
            for _ in 0..<min(bad, 50) {
                errors.fail(
                    policy, startedAt: now.uptime.seconds, span: leastSpan(policy), isKnown: isOut, weight: weight,
                    pace: pace)
            }
            decide(at: now, policy)
        }
        boxedTraffic.update {
            $0.limits.succeed(
                Double(successes + failures) * weight, expected: policy.errors.mostNoise,
                policy.statusNumbers(interval: interval))
        }
    }

    /// Weighs real requests that the provider's rate limit refused: a share of them degrades, none of them moves a probe.
    mutating func limited(_ times: Int, _ outcome: Outcome, at now: Moment, _ policy: HealthPolicy) {
        guard times > 0 else { return }
        note(times, isSuccess: false, at: now)
        looked(at: now, policy)
        let numbers = policy.statusNumbers(interval: interval)
        boxedTraffic.update {
            $0.lastLimit = outcome
            let weight = Double(min(times, 1_000)) * $0.meter.weight(policy.traffic)
            $0.limits.fail(weight, expected: policy.errors.mostNoise, numbers)
        }
    }

    /// Weighs recorded probes, of which nobody knows when they left.
    mutating func looked(
        _ outcome: Outcome, times: Int, latency: Duration?, at now: Moment, _ policy: HealthPolicy
    ) {
        let result = ProbeResult(
            modelId: key.modelID, target: key.target, outcome: outcome, latency: latency, startedAt: now.wall)
        // More than this many in one instant cannot change the verdict any further.
        for _ in 0..<min(times, 1_000) { finished(0, result, at: now, policy) }
    }

    private mutating func note(_ times: Int, isSuccess: Bool, at now: Moment) {
        if boxedTraffic.isNone { boxedTraffic = Boxed(TrafficTrack()) }
        boxedTraffic.update { $0.meter.note(times, isSuccess: isSuccess, at: now.uptime.seconds) }
    }
}
