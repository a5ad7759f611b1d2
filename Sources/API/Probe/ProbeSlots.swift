import Synchronization

/// How many immediate checks may still begin.
final class ProbeSlots: Sendable {
    let limit: Int
    private let free: Mutex<Int>

    init(_ limit: Int) {
        self.limit = max(1, limit)
        free = Mutex(self.limit)
    }

    /// Runs `body` in a slot; `nil` when none is free.
    func withSlot<Value>(_ body: () async throws -> Value) async rethrows -> Value? {
        let isTaken = free.withLock { free in
            guard free > 0 else { return false }
            free -= 1
            return true
        }
        guard isTaken else { return nil }
        defer { free.withLock { $0 += 1 } }
        return try await body()
    }
}
