#if canImport(FoundationEssentials)
package import FoundationEssentials
#else
package import Foundation
#endif

/// The time that a simulator lives in: a duration since its start.
///
/// A value around any `Clock<Duration>`, so that tests can hand in a clock that they move by hand.
package struct SimulatorClock: Sendable {
    private let read: @Sendable () -> Duration
    private let wait: @Sendable (Duration) async throws -> Void
    private let date: @Sendable () -> Date

    /// Starts at zero now.
    /// - Parameter wall: what the clock on the wall says; for dates in answers.
    package init<C: Clock<Duration>>(_ clock: C, wall: @escaping @Sendable () -> Date = { Date() }) {
        date = wall
        let origin = clock.now
        read = { origin.duration(to: clock.now) }
        wait = { try await clock.sleep(until: origin.advanced(by: $0), tolerance: nil) }
    }

    /// The time since the start.
    package var now: Duration { read() }

    /// What the clock on the wall says.
    package var wall: Date { date() }

    /// Sleeps until a time since the start; throws `CancellationError` when cancelled.
    package func sleep(until instant: Duration) async throws {
        if instant > now { try await wait(instant) }
    }

    /// Sleeps for a while; throws `CancellationError` when cancelled.
    package func sleep(for duration: Duration) async throws {
        if duration > .zero { try await wait(now + duration) }
    }

    /// Does nothing until the task is cancelled, then throws.
    static func silence() async throws -> Never {
        let (stream, continuation) = AsyncStream<Never>.makeStream(bufferingPolicy: .bufferingOldest(1))
        for await _ in stream {}
        continuation.finish()
        throw CancellationError()
    }
}
