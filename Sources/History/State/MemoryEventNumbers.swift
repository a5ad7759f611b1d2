package import Health
import Synchronization

/// Event numbers for as long as the process lives: for tests, and for a one-off `check`.
package final class MemoryEventNumbers: EventNumbers {
    private let last: Mutex<UInt64>

    package init(last: UInt64 = 0) { self.last = Mutex(last) }

    package func reserve(_ count: Int, after used: UInt64) throws(HealthStorageError) -> ClosedRange<UInt64> {
        let range = last.withLock { last -> ClosedRange<UInt64>? in
            let from = max(last, used)
            let (end, overflow) = from.addingReportingOverflow(UInt64(max(count, 0)))
            guard count >= 1, !overflow else { return nil }
            last = end
            return (from + 1)...end
        }
        guard let range else {
            throw HealthStorageError(
                operation: .insert, message: "cannot reserve \(count) event numbers after \(used)")
        }
        return range
    }
}
