package import Health
import Synchronization

/// The only thing a source knows of the rest: where its evidence goes. Bounded, and it counts what it drops.
package final class Intake: Sendable {
    /// What arrives, in order; to be read by one reader.
    package let evidence: AsyncStream<Evidence>
    private let continuation: AsyncStream<Evidence>.Continuation
    private struct State {
        var received: UInt64 = 0
        var dropped: UInt64 = 0
        /// What goes on its way with the next evidence.
        var held: [Evidence] = []
        /// Whether somebody will call `release()` for what is held.
        var isReleaseComing = false
    }
    private let state = Mutex(State())

    /// - Parameter capacity: how much may wait; a burst beyond it is dropped, newest first, and counted.
    package init(capacity: Int = 65_536) {
        (evidence, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(capacity))
    }

    /// Never waits.
    package func submit(_ item: Evidence) {
        state.withLock { state in
            release(&state)
            pass(item, &state)
        }
    }

    /// Takes what may wait a moment for the next evidence, before which it arrives: waking the reader costs more than
    /// weighing it does.
    ///
    /// - Returns: whether ``release()`` has to be called soon; not where that is on its way already.
    package func submitWithNext(_ item: Evidence) -> Bool {
        state.withLock { state in
            state.held.append(item)
            defer { state.isReleaseComing = true }
            return !state.isReleaseComing
        }
    }

    /// Sends what was held on its way.
    package func release() {
        state.withLock { state in
            state.isReleaseComing = false
            release(&state)
        }
    }

    private func release(_ state: inout State) {
        for item in state.held { pass(item, &state) }
        if !state.held.isEmpty { state.held.removeAll(keepingCapacity: true) }
    }

    private func pass(_ item: Evidence, _ state: inout State) {
        state.received += 1
        if case .dropped = continuation.yield(item) { state.dropped += 1 }
    }

    /// How much was submitted and how much of it was dropped because the reader fell behind.
    package var counts: (received: UInt64, dropped: UInt64) { state.withLock { ($0.received, $0.dropped) } }

    /// Ends the stream once what waits has been read.
    package func finish() {
        release()
        continuation.finish()
    }
}
