#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Finds partial outages by sequential testing, and their end, once for people and once, quicker, for traffic.
///
/// Failures that follow each other closely without a success between them are one event, so for people only the first
/// of them counts in full; for traffic, where a wrong word is cheap, all do.
struct ErrorDetector: Sendable {
    /// Decides the status.
    private(set) var status = SequentialTest()
    /// Decides the routing verdict.
    private(set) var routing = SequentialTest()
    /// Nats towards "most requests fail" against "half of them do"; it decides between degraded and unhealthy.
    private var severity = 0.0
    private(set) var isSevere = false
    /// The last looks, newest in bit 0, 1 for a failure.
    private(set) var recent: UInt32 = 0
    /// How many of `recent` are filled, at most 32.
    private(set) var recentCount = 0

    /// Looks since they became suspicious.
    private var suspectLooks = 0
    /// Seconds between two regular looks.
    let interval: Double
    private var runs = 0
    private var failuresInRun = 0
    /// Uptime in seconds of the last failure that counted in full.
    private var countedAt = -Double.infinity
    private var noiseFailures = 1.0
    private var noiseLooks = 100.0
    /// What the present suspicion will have taught should it come to nothing.
    private var pendingFailures = 0.0
    private var pendingLooks = 0.0

    /// Looks after which half of what is normal is forgotten.
    private static let memory = 4_000.0

    init(interval: Double) { self.interval = interval }

    var isAlarmed: Bool { status.isAlarmed }
    /// Whether neither test suspects anything.
    var isCalm: Bool { status.isCalm && routing.isCalm }

    /// The share of failures that is normal for this model, within the policy's bounds.
    func normalShare(_ policy: HealthPolicy.Errors) -> Double {
        min(max(noiseFailures / noiseLooks, policy.leastNoise), policy.mostNoise)
    }

    /// Failures and looks since they became suspicious, of the last 32 at most.
    var sinceSuspected: (failures: Int, looks: Int) {
        let looks = min(suspectLooks, recentCount)
        let mask: UInt32 = looks >= 32 ? .max : (1 << UInt32(looks)) - 1
        return ((recent & mask).nonzeroBitCount, looks)
    }

    /// - Parameters:
    ///   - weight: how many independent looks each success is worth to the status: less than one where many requests
    ///     share one moment.
    ///   - pace: looks a second, which the routing threshold rises with.
    mutating func succeed(_ policy: HealthPolicy, times: Int = 1, weight: Double = 1, pace: Double = 0) {
        let p0 = normalShare(policy.errors)
        let n = Double(times)
        failuresInRun = 0
        remember(false, times: times)
        learn(failed: false, weight: n * weight)
        if severity > 0 {
            let towards = log((1 - policy.errors.unhealthyShare) / (1 - policy.errors.bearableShare))
            weigh(severity: n * weight * towards, policy)
        }
        let wasAlarmed = status.isAlarmed
        status.succeed(n * weight, expected: p0, policy.statusNumbers(interval: interval))
        routing.succeed(n, expected: p0, policy.routingNumbers(pace: pace))
        if status.isCalm {
            (runs, suspectLooks) = (0, 0)
            if !wasAlarmed { settleNoise() }
            (pendingFailures, pendingLooks) = (0, 0)
        } else {
            suspectLooks += times
        }
    }

    /// - Parameters:
    ///   - start: uptime in seconds at which the look left.
    ///   - span: seconds within which failures without a success between them are one event.
    ///   - isKnown: a total outage stands, of which a further failure says nothing new.
    /// - Returns: what it added to each statistic, to be given back should it turn out to be no failure.
    @discardableResult
    mutating func fail(
        _ policy: HealthPolicy, startedAt start: Double, span: Double, isKnown: Bool, weight: Double = 1,
        pace: Double = 0
    ) -> (status: Double, routing: Double) {
        let p0 = normalShare(policy.errors)
        let gap = start - countedAt
        if gap > span, !isKnown { failuresInRun = 0 }
        failuresInRun += 1
        suspectLooks += 1
        remember(true, times: 1)
        weigh(severity: weight * log(policy.errors.unhealthyShare / policy.errors.bearableShare), policy)
        var expected = p0
        if isKnown {
            expected = 1
        } else if failuresInRun == 1 {
            countedAt = start
            runs += 1
            learn(failed: true, weight: weight)
        } else {
            // One blip brings both about, unless too much time lies between; of a third it is all but certain.
            expected = failuresInRun == 2 ? p0 + policy.errors.blipShare * (1 - max(gap, 0) / span) : 1
        }
        let added = status.fail(
            weight, expected: expected, mayAlarm: runs >= policy.errors.runs, policy.statusNumbers(interval: interval))
        return (added, routing.fail(1, expected: p0, policy.routingNumbers(pace: pace)))
    }

    /// Lets traffic come back on another rule's word: a total outage is over.
    mutating func readmit() { routing = SequentialTest() }

    /// Keeps traffic away on another rule's word.
    mutating func avoid(_ policy: HealthPolicy) { routing.raise(policy.routingNumbers(pace: 0)) }

    /// Takes up that a total outage is part of an incident that had begun as a partial one, and ends no sooner.
    mutating func raise(_ policy: HealthPolicy) { status.raise(policy.statusNumbers(interval: interval)) }

    /// Gives back what a failure added that was none: the answer was late and good.
    mutating func giveBack(_ added: (status: Double, routing: Double)) {
        status.giveBack(added.status)
        routing.giveBack(added.routing)
    }

    /// Forgets the incident and what led to it; what is normal stays known.
    mutating func reset() {
        status = SequentialTest()
        routing = SequentialTest()
        suspectLooks = 0
        (pendingFailures, pendingLooks) = (0, 0)
        severity = 0
        isSevere = false
        runs = 0
        failuresInRun = 0
        recent = 0
        recentCount = 0
    }

    /// Up to the line it takes to get in, and down to nothing to get out, so that no line is crossed to and fro.
    private mutating func weigh(severity added: Double, _ policy: HealthPolicy) {
        severity = min(max(severity + added, 0), policy.errors.unhealthyThreshold)
        if severity >= policy.errors.unhealthyThreshold { isSevere = true }
        if severity <= 0 { isSevere = false }
    }

    private mutating func remember(_ failed: Bool, times: Int) {
        let times = min(times, 32)
        recent = times == 32 ? (failed ? .max : 0) : recent << UInt32(times) | (failed ? (1 << UInt32(times)) - 1 : 0)
        recentCount = min(32, recentCount + times)
    }

    /// An incident is not normal: what it was like is learnt only once a suspicion has come to nothing.
    private mutating func learn(failed: Bool, weight: Double) {
        pendingLooks += weight
        if failed { pendingFailures += weight }
    }

    private mutating func settleNoise() {
        noiseLooks += pendingLooks
        noiseFailures += pendingFailures
        while noiseLooks > Self.memory {
            noiseLooks /= 2
            noiseFailures /= 2
        }
    }
}
