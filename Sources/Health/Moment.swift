#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// An instant, on the clock that decisions use and on the one that people read.
///
/// Decisions compare `uptime` alone, so a wall clock that jumps an hour changes nothing but the dates shown.
/// In a replay both come from the recorded evidence.
public struct Moment: Sendable, Hashable, Comparable {
    /// Monotonic time since an origin that stays the same for the life of the engine.
    public var uptime: Duration
    /// Wall-clock time, for display and storage only.
    public var wall: Date

    /// `uptime`: of the monotonic clock that all moments of one process share.
    public init(uptime: Duration, wall: Date) {
        self.uptime = uptime
        self.wall = wall
    }

    public static func < (a: Moment, b: Moment) -> Bool { a.uptime < b.uptime }
    public static func + (moment: Moment, duration: Duration) -> Moment {
        Moment(uptime: moment.uptime + duration, wall: moment.wall + duration.seconds)
    }
    public static func - (a: Moment, b: Moment) -> Duration { a.uptime - b.uptime }
}

extension Duration {
    /// The duration in seconds, as a floating-point number.
    public var seconds: Double {
        let (whole, atto) = parts
        // Divided, not multiplied: 1e-18 is no binary number and would show in the last digit.
        return Double(whole) + Double(atto) / 1e18
    }
    /// The duration in milliseconds, as a floating-point number.
    public var milliseconds: Double {
        let (whole, atto) = parts
        return Double(whole) * 1_000 + Double(atto) / 1e15
    }

    /// What `components` is, without its division of 128 bits, which takes longer than most decisions.
    private var parts: (whole: Int64, atto: Int64) {
        let attoseconds = attoseconds
        let estimate =
            (Double(Int64(truncatingIfNeeded: attoseconds >> 64)) * 0x1p64
                + Double(UInt64(truncatingIfNeeded: attoseconds))) / 1e18
        var whole = Int64(estimate.rounded(.towardZero))
        var rest = Int64(truncatingIfNeeded: attoseconds - Int128(whole) * 1_000_000_000_000_000_000)
        // The estimate may have been rounded over a whole second.
        if rest < 0, attoseconds > 0 {
            whole -= 1
            rest += 1_000_000_000_000_000_000
        } else if rest > 0, attoseconds < 0 {
            whole += 1
            rest -= 1_000_000_000_000_000_000
        }
        return (whole, rest)
    }
}
