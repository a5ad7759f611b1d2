#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A sequential test of "a share of the looks fails" against "no more than normal", and of its end.
///
/// Upward it is a Bernoulli CUSUM (Page 1954): a failure adds ln(p1/p0), a success adds ln((1−p1)/(1−p0)), never below
/// zero, alarm at the threshold. Downward, once alarmed, the same of "normal again" against "still the share seen in
/// this incident". Both statistics are in nats.
struct SequentialTest: Sendable {
    struct Numbers {
        /// The failure share worth an alarm (p1).
        var failureShare: Double
        /// The statistic at which the alarm is raised.
        var threshold: Double
        /// The downward statistic at which it ends.
        var recoveryThreshold: Double
    }

    /// Nats towards an alarm; 0 when nothing is suspicious.
    private(set) var statistic = 0.0
    private(set) var isAlarmed = false
    /// Nats towards the end of the alarm.
    private(set) var recovery = 0.0
    /// The failure share that the end is tested against.
    private var share = 0.0
    /// Weighed looks, and failures among them, since the statistic last left zero.
    private var looks = 0.0
    private var failures = 0.0

    /// Whether nothing is suspicious.
    var isCalm: Bool { statistic == 0 && !isAlarmed }

    /// - Parameters:
    ///   - weight: how many independent looks it is worth.
    ///   - expected: the failure share that is normal of such a look (p0).
    ///   - numbers: asked for only while something is suspicious.
    mutating func succeed(_ weight: Double, expected: Double, _ numbers: @autoclosure () -> Numbers) {
        looks += weight
        if isAlarmed {
            recovery += weight * log((1 - expected) / (1 - share))
            if recovery >= numbers().recoveryThreshold { self = SequentialTest() }
        } else if statistic > 0 {
            statistic += weight * log((1 - numbers().failureShare) / (1 - expected))
            if statistic <= 0 { self = SequentialTest() }
        } else {
            looks = 0
        }
    }

    /// - Parameters:
    ///   - weight: how many independent looks it is worth.
    ///   - expected: the failure share that is normal of such a look (p0); 1 for one that says nothing new.
    ///   - mayAlarm: false where one run of failures alone must not raise the alarm.
    /// - Returns: what it added, to be given back should the failure turn out to be none.
    @discardableResult
    mutating func fail(_ weight: Double, expected: Double, mayAlarm: Bool = true, _ numbers: Numbers) -> Double {
        looks += weight
        failures += weight
        let added = weight * max(0, log(numbers.failureShare / expected))
        statistic = min(statistic + added, numbers.threshold * 1.5)
        if isAlarmed {
            recovery = 0
            share = min(max(failures / looks, numbers.failureShare), 0.95)
        } else if statistic >= numbers.threshold, mayAlarm {
            raise(numbers)
        }
        return added
    }

    /// Raises the alarm on another rule's word.
    mutating func raise(_ numbers: Numbers) {
        guard !isAlarmed else { return }
        isAlarmed = true
        recovery = 0
        share = min(max(looks > 0 ? failures / looks : 0, numbers.failureShare), 0.95)
    }

    /// Gives back what a failure added that was none.
    mutating func giveBack(_ added: Double) {
        failures = max(0, failures - 1)
        statistic = max(0, statistic - added)
        if statistic == 0, !isAlarmed { self = SequentialTest() }
    }
}
