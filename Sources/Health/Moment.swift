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
        let (whole, atto) = components
        // Divided, not multiplied: 1e-18 is no binary number and would show in the last digit.
        return Double(whole) + Double(atto) / 1e18
    }
    /// The duration in milliseconds, as a floating-point number.
    public var milliseconds: Double {
        let (whole, atto) = components
        return Double(whole) * 1_000 + Double(atto) / 1e15
    }
}
