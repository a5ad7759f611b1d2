#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// How fast real requests come, and whether they have stopped.
///
/// Times are uptime in seconds.
struct TrafficMeter: Sendable {
    private(set) var lastAt: Double?
    private(set) var lastSuccessAt: Double?
    /// The usual time between two requests; 0 before there were two.
    private(set) var gap = 0.0
    private var count = 0.0
    /// Whether the present silence has been looked into.
    var isSilenceAsked = false

    /// Requests that the usual gap is averaged over.
    private static let memory = 100.0

    mutating func note(_ times: Int, isSuccess: Bool, at uptime: Double) {
        let n = Double(times)
        if let lastAt, count > 0 {
            let sample = max(uptime - lastAt, 0) / n
            // A pause is no usual gap.
            if gap == 0 || sample <= max(30, 20 * gap) {
                let weight = max(1 - pow(1 - 1 / Self.memory, n), n / (count + n))
                gap += min(weight, 1) * (sample - gap)
            }
        }
        count = min(count + n, Self.memory)
        lastAt = max(lastAt ?? uptime, uptime)
        if isSuccess { lastSuccessAt = lastAt }
        isSilenceAsked = false
    }

    /// Requests a second; 0 while none are known.
    var pace: Double { gap > 0 ? 1 / gap : 0 }

    /// How many independent looks one request is worth.
    func weight(_ policy: HealthPolicy.Traffic) -> Double { min(1, gap > 0 ? gap / policy.lookEvery.seconds : 1) }

    /// Whether requests come often enough to stand for probes.
    func isEnough(at uptime: Double, interval: Double, _ policy: HealthPolicy.Traffic) -> Bool {
        guard let lastSuccessAt, count >= Double(policy.enough), gap > 0 else { return false }
        return gap * Double(policy.enough) <= interval && uptime < lastSuccessAt + interval
    }

    /// When a silence is worth a look; `nil` while requests are rare anyway or it has been asked.
    func silenceAt(interval: Double, _ policy: HealthPolicy.Traffic) -> Double? {
        guard !isSilenceAsked, let lastAt, gap > 0, count >= Self.memory / 2 else { return nil }
        let after = max(policy.leastSilence.seconds, policy.silentGaps * gap)
        return after < interval ? lastAt + after : nil
    }
}
