#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Finds partial outages by sequential testing, and their end by the same test turned round.
///
/// Upward: a Bernoulli CUSUM of "the failure share is p1" against "it is the model's normal p0" (Page 1954). Failures
/// of one run are not independent, so only the first counts in full. Downward, once alarmed: a CUSUM of "p0 again"
/// against "still the share seen in the incident".
struct ErrorDetector: Sendable {
    /// The upward statistic, in nats; 0 when nothing is suspicious.
    private(set) var statistic = 0.0
    /// A quicker one with the routing policy's numbers.
    private(set) var routingStatistic = 0.0
    /// Whether a partial outage stands.
    private(set) var isAlarmed = false
    /// The last looks, newest in bit 0, 1 for a failure.
    private(set) var recent: UInt32 = 0
    /// How many of `recent` are filled, at most 32.
    private(set) var recentCount = 0

    private var runs = 0
    private var failuresInRun = 0
    private var recovery = 0.0
    /// The failure share that recovery is tested against.
    private var incidentShare = 0.0
    private var noiseFailures = 1.0
    private var noiseLooks = 100.0

    /// The share of failures that is normal for this model, within the policy's bounds.
    func normalShare(_ policy: HealthPolicy.Errors) -> Double {
        min(max(noiseFailures / noiseLooks, policy.leastNoise), policy.mostNoise)
    }

    /// The failure share of the last `looks` looks; `nil` before there are as many.
    func share(ofLast looks: Int) -> Double? {
        guard recentCount >= looks, looks > 0 else { return nil }
        let mask: UInt32 = looks >= 32 ? .max : (1 << UInt32(looks)) - 1
        return Double((recent & mask).nonzeroBitCount) / Double(looks)
    }

    /// Failures among the looks remembered.
    var recentFailures: Int { recent.nonzeroBitCount }

    mutating func succeed(_ policy: HealthPolicy, times: Int = 1) {
        let p0 = normalShare(policy.errors)
        let n = Double(times)
        if failuresInRun > 0 { failuresInRun = 0 }
        remember(false, times: times)
        statistic = max(0, statistic + n * log((1 - policy.errors.failureShare) / (1 - p0)))
        routingStatistic = max(0, routingStatistic + n * log((1 - policy.routing.failureShare) / (1 - p0)))
        if statistic == 0 { runs = 0 }
        guard isAlarmed else { return learn(failed: false, times: n) }
        recovery += n * log((1 - p0) / (1 - incidentShare))
        if recovery >= policy.recovery.threshold { reset() }
    }

    mutating func fail(_ policy: HealthPolicy) {
        let p0 = normalShare(policy.errors)
        failuresInRun += 1
        remember(true, times: 1)
        let weight = failuresInRun == 1 ? 1 : failuresInRun == 2 ? policy.errors.secondFailureWeight : 0
        if failuresInRun == 1 { runs += 1 }
        statistic = min(
            statistic + weight * log(policy.errors.failureShare / p0), policy.errors.threshold * 1.5)
        routingStatistic = min(
            routingStatistic + weight * log(policy.routing.failureShare / p0), policy.routing.threshold * 1.5)
        if isAlarmed {
            recovery = max(0, recovery + log(p0 / incidentShare))
            incidentShare = min(max(incidentShare, share(ofLast: min(recentCount, 10)) ?? 0), 0.95)
        } else {
            if failuresInRun == 1 { learn(failed: true, times: 1) }
            if statistic >= policy.errors.threshold, runs >= policy.errors.runs {
                alarm(share: policy.errors.failureShare)
            }
        }
    }

    /// Takes up an incident that another rule has found, so that its end is tested against `share`.
    mutating func alarm(share: Double) {
        if !isAlarmed { recovery = 0 }
        isAlarmed = true
        incidentShare = max(incidentShare, share)
    }

    /// Forgets the incident and what led to it; what is normal stays known.
    mutating func reset() {
        statistic = 0
        routingStatistic = 0
        isAlarmed = false
        runs = 0
        failuresInRun = 0
        recovery = 0
        incidentShare = 0
        recent = 0
        recentCount = 0
    }

    private mutating func remember(_ failed: Bool, times: Int) {
        for _ in 0..<min(times, 32) { recent = recent << 1 | (failed ? 1 : 0) }
        recentCount = min(32, recentCount + min(times, 32))
    }

    private mutating func learn(failed: Bool, times: Double) {
        if noiseLooks > 2_000 {
            noiseLooks /= 2
            noiseFailures /= 2
        }
        noiseLooks += times
        if failed { noiseFailures += 1 }
    }
}
