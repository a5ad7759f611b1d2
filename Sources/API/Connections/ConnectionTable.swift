/// Which connections are open, and which of them goes when there are too many: the one that has been silent longest.
///
/// A connection is busy from the head of a request to the end of its answer; a live stream is busy as long as it lasts.
/// Busy ones are never chosen, so that no number of idle connections keeps a request from being answered.
struct ConnectionTable<Key: Hashable & Sendable>: Sendable {
    private struct Entry: Sendable {
        /// When it fell silent, in the order of all such moments; `nil` while it is busy.
        var turn: UInt64?
        var isLeaving = false
    }

    let limit: Int
    private var entries: [Key: Entry] = [:]
    /// Silent connections in their order; those that have become busy or closed since are skipped.
    private var queue: [(turn: UInt64, key: Key)] = []
    private var head = 0
    private var nextTurn: UInt64 = 0

    init(limit: Int) { self.limit = max(1, limit) }

    var count: Int { entries.count }

    /// A connection is open. - Returns: the one to be closed for it.
    mutating func open(_ key: Key) -> Key? {
        entries[key] = Entry()
        line(up: key)
        guard entries.count - leaving > limit else { return nil }
        return evict(besides: key)
    }

    mutating func becomeBusy(_ key: Key) { entries[key]?.turn = nil }

    mutating func becomeSilent(_ key: Key) {
        guard entries[key] != nil else { return }
        line(up: key)
    }

    mutating func close(_ key: Key) {
        guard let entry = entries.removeValue(forKey: key) else { return }
        if entry.isLeaving { leaving -= 1 }
    }

    /// How many were chosen and have not closed yet.
    private var leaving = 0

    private mutating func line(up key: Key) {
        nextTurn += 1
        entries[key]?.turn = nextTurn
        queue.append((nextTurn, key))
        if head > 1_024, head > queue.count / 2 {
            queue.removeFirst(head)
            head = 0
        }
    }

    private mutating func evict(besides newest: Key) -> Key? {
        while head < queue.count {
            let (turn, key) = queue[head]
            guard key != newest || entries[key]?.turn != turn else { return nil }
            head += 1
            guard let entry = entries[key], entry.turn == turn, !entry.isLeaving else { continue }
            entries[key]?.isLeaving = true
            leaving += 1
            return key
        }
        return nil
    }
}
