#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// The one clock of a daemon, shared by all parts so that their moments can be compared; tests own a manual one.
public struct Timekeeper: Sendable {
    private let read: @Sendable () -> Moment
    private let wait: @Sendable (Duration) async throws -> Void
    /// Whether its time passes as the machine's does, so that any timer of the machine's may be used in place of
    /// ``sleep(until:)``.
    package private(set) var isSystem = false

    /// - Parameters:
    ///   - clock: what uptime counts on and sleeps by; uptime 0 is now.
    ///   - wall: what people's clocks say.
    public init(_ clock: some Clock<Duration>, wall: @escaping @Sendable () -> Date = { Date() }) {
        let origin = clock.now
        read = { Moment(uptime: origin.duration(to: clock.now), wall: wall()) }
        wait = { uptime in
            let rest = uptime - origin.duration(to: clock.now)
            if rest > .zero { try await clock.sleep(for: rest) }
        }
    }

    /// The machine's own clocks.
    public static var system: Timekeeper {
        var timekeeper = Timekeeper(ContinuousClock())
        timekeeper.isSystem = true
        return timekeeper
    }

    /// Both clocks, read together.
    public var now: Moment { read() }

    /// Sleeps until an uptime; throws `CancellationError` when cancelled.
    public func sleep(until uptime: Duration) async throws { try await wait(uptime) }

    /// Sleeps for a time; throws `CancellationError` when cancelled.
    public func sleep(for duration: Duration) async throws { try await wait(read().uptime + duration) }
}
