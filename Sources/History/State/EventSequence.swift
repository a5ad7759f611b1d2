package import Health
package import Logging
import Synchronization

/// Hands out event numbers one by one, from blocks that were reserved before.
///
/// The next block is reserved while a quarter of the last is left, so that a disk that is full for a while stops
/// nothing. Should it last longer, numbers go on beyond what is reserved: an event that cannot be told is worse than
/// a number that might come again after a kill.
package final class EventSequence: Sendable {
    /// Numbers reserved at a time; at most so many are skipped by a restart.
    package static let blockSize = 1_000

    private struct State {
        var next: UInt64
        var reserved: UInt64
        /// Do not ask a store that failed for every single event.
        var askAgainAt: UInt64 = 0
        var isFailing = false
    }

    private let numbers: any EventNumbers
    private let logger: Logger
    private let state: Mutex<State>
    /// What the restart skipped; `nil` when nothing was.
    package let gap: EventGap?

    /// - Parameter lastUsed: the highest number that history holds (``HistoryStore/lastSeq()``).
    package init(_ numbers: any EventNumbers, lastUsed: UInt64, logger: Logger) throws(HealthStorageError) {
        let block = try numbers.reserve(Self.blockSize, after: lastUsed)
        self.numbers = numbers
        self.logger = logger
        gap = EventGap.atRestart(lastUsed: lastUsed, next: block.lowerBound)
        state = Mutex(State(next: block.lowerBound, reserved: block.upperBound))
    }

    /// The number that ``next()`` will return.
    package var upcoming: UInt64 { state.withLock { $0.next } }

    /// A number that no event of any run has had; each is higher by one than the one before.
    package func next() -> UInt64 {
        state.withLock { state in
            let number = state.next
            state.next += 1
            if state.reserved < number + UInt64(Self.blockSize / 4), number >= state.askAgainAt { refill(&state) }
            return number
        }
    }

    private func refill(_ state: inout State) {
        do throws(HealthStorageError) {
            let floor = max(state.reserved, state.next - 1)
            state.reserved = try numbers.reserve(Self.blockSize, after: floor).upperBound
            if state.isFailing { logger.notice("event numbers can be reserved again") }
            state.isFailing = false
        } catch {
            if !state.isFailing {
                logger.error(
                    "event numbers cannot be reserved; they may repeat should the daemon be killed now",
                    metadata: ["error": "\(error)"])
            }
            state.isFailing = true
            state.askAgainAt = state.next + 10
        }
    }
}
