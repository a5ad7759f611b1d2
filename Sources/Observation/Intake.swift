package import Health
import Synchronization

/// The only thing a source knows of the rest: where its evidence goes. Bounded, and it counts what it drops.
package final class Intake: Sendable {
    /// What arrives, in order; to be read by one reader.
    package let evidence: AsyncStream<Evidence>
    private let continuation: AsyncStream<Evidence>.Continuation
    private let counters = Mutex<(received: UInt64, dropped: UInt64)>((0, 0))

    /// - Parameter capacity: how much may wait; a burst beyond it is dropped, newest first, and counted.
    package init(capacity: Int = 65_536) {
        (evidence, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(capacity))
    }

    /// Never waits.
    package func submit(_ item: Evidence) {
        let isDropped = if case .dropped = continuation.yield(item) { true } else { false }
        counters.withLock { counters in
            counters.received += 1
            if isDropped { counters.dropped += 1 }
        }
    }

    /// How much was submitted and how much of it was dropped because the reader fell behind.
    package var counts: (received: UInt64, dropped: UInt64) { counters.withLock { $0 } }

    /// Ends the stream once what waits has been read.
    package func finish() { continuation.finish() }
}
