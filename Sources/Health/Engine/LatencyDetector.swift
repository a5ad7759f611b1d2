#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Finds slowness against a model's own baseline: a CUSUM over standardised log-latency, both ways.
///
/// The baseline forgets with a half-life well below a day, so a daily rhythm moves it and a step does not.
struct LatencyDetector: Sendable {
    private(set) var isAlarmed = false
    private(set) var samples = 0
    /// The latest latency in seconds.
    private(set) var recent: Double?
    private var mean = 0.0
    private var variance = 0.0
    private var up = 0.0
    private var down = 0.0
    private var lastAt = 0.0

    /// The usual latency in seconds; `nil` before the baseline counts.
    func usual(_ policy: HealthPolicy.Latency) -> Double? { samples >= policy.warmup ? exp(mean) : nil }

    mutating func record(_ seconds: Double, at uptime: Double, _ policy: HealthPolicy.Latency) {
        let value = log(max(seconds, 1e-6))
        recent = seconds
        defer { lastAt = uptime }
        guard samples >= policy.warmup else { return learn(value, weight: 1 / Double(samples + 1)) }
        let deviation = max(variance.squareRoot(), policy.leastDeviation)
        // One wild sample is no trend: it counts at most three deviations.
        var z = min(max((value - mean) / deviation, -3), 3)
        // Nor is what nobody can feel.
        if seconds - exp(mean) < policy.leastDifference.seconds { z = min(z, 0) }
        let drift = log(policy.factor) / (2 * deviation)
        up = max(0, up + z - drift)
        down = isAlarmed ? max(0, down + drift - z) : 0
        if up >= policy.threshold {
            isAlarmed = true
            up = policy.threshold
        }
        if isAlarmed, down >= policy.threshold {
            isAlarmed = false
            up = 0
            down = 0
        }
        let age = max(uptime - lastAt, 0)
        let halfLife = policy.halfLife.seconds * (isAlarmed ? policy.patience : 1)
        learn(mean + z * deviation, weight: max(1 - exp2(-age / halfLife), 1e-6))
    }

    private mutating func learn(_ value: Double, weight: Double) {
        samples += 1
        let difference = value - mean
        mean += weight * difference
        variance = (1 - weight) * (variance + weight * difference * difference)
    }
}
