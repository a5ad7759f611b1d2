import Basics

/// Deterministic jitter: the same key and turn always get the same share, in any process.
package enum Jitter {
    /// A number that stands for a key .
    package static func seed(of key: ProbeKey) -> UInt64 {
        var hash = FNV1a()
        for part in [key.modelID.rawValue, key.target, key.check ?? ""] {
            hash.combine(part.utf8)
            // So that "ab" + "c" is another key than "a" + "bc".
            hash.combine(0xff as UInt8)
        }
        return hash.value
    }

    /// −1…1 for the turn at an uptime, to the millisecond: however a turn was counted, it is the same one.
    package static func share(_ seed: UInt64, turn: Duration) -> Double {
        let milliseconds = Int64((turn.seconds * 1_000).rounded())
        let bits = mixed(seed &+ UInt64(bitPattern: milliseconds) &* 0x9e37_79b9_7f4a_7c15)
        return Double(bits >> 11) / Double(1 << 52) - 1
    }

    /// The finaliser of SplitMix64: every bit of the input moves every bit of the output.
    private static func mixed(_ value: UInt64) -> UInt64 {
        var value = value
        value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
        return value ^ (value >> 31)
    }
}

extension ProbePlan {
    /// Uptime at which the next probe leaves by this plan: regular turns are moved by the jitter, which never adds up.
    ///
    /// The prober sends by it and the decision shows it, so that what is shown is what happens.
    /// - Parameters:
    ///   - jitter: the largest share of `every` that a turn is moved by, either way (`policy.jitter`).
    ///   - seed: of the key, for who asks often.
    package func departure(jitter: Double, seed: UInt64? = nil) -> Duration? {
        guard let next else { return nil }
        guard reason == .scheduled, next == anchor else { return next }
        return max(.zero, next + every * (jitter * Jitter.share(seed ?? Jitter.seed(of: key), turn: next)))
    }

    /// Whether the next probe leaves by then.
    package func isDue(at now: Duration, jitter: Double, seed: UInt64? = nil) -> Bool {
        // Most are further off than any jitter.
        guard let next, next - every * jitter <= now else { return false }
        return departure(jitter: jitter, seed: seed).map { $0 <= now } ?? false
    }
}
