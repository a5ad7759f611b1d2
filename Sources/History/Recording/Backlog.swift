package import Health

/// Rows that wait to be written, at most so many. When it is full the oldest snapshots go first; changes go only when
/// no snapshot is left.
package struct Backlog: Sendable {
    /// Rows that are written together.
    package struct Batch: Sendable {
        package var snapshots: [HealthSnapshot] = []
        package var changes: [HealthChangeEvent] = []
        /// Uptime at which its oldest row was queued.
        package var oldest: Duration = .zero

        package var count: Int { snapshots.count + changes.count }
        package var isEmpty: Bool { count == 0 }
    }

    /// Rows that found no room, since the start.
    package struct Dropped: Sendable, Hashable {
        package var snapshots: UInt64 = 0
        package var changes: UInt64 = 0

        package var total: UInt64 { snapshots + changes }
    }

    package let capacity: Int
    package private(set) var dropped = Dropped()
    /// What could not be written is tried again as it was: the store may have taken it and its answer been lost, and
    /// then knows the same batch again.
    private var again = Batch()
    private var snapshots = Queue<HealthSnapshot>()
    private var changes = Queue<HealthChangeEvent>()

    /// - Parameter capacity: rows of both kinds together.
    package init(capacity: Int) { self.capacity = max(capacity, 1) }

    package var count: Int { again.count + snapshots.count + changes.count }
    package var isEmpty: Bool { count == 0 }

    /// Uptime at which the oldest waiting row was queued.
    package var oldest: Duration? {
        [again.isEmpty ? nil : again.oldest, snapshots.first?.queued, changes.first?.queued].compactMap(\.self).min()
    }

    package mutating func add(
        _ newSnapshots: [HealthSnapshot], _ newChanges: [HealthChangeEvent], at uptime: Duration
    ) {
        for row in newSnapshots { snapshots.append(row, queued: uptime) }
        for row in newChanges { changes.append(row, queued: uptime) }
        trim()
    }

    /// Takes out what is to be written next: what was put back, as it was; else changes before snapshots, older before
    /// newer.
    package mutating func take(_ limit: Int) -> Batch {
        guard again.isEmpty else {
            defer { again = Batch() }
            return again
        }
        var batch = Batch()
        batch.oldest = oldest ?? .zero
        batch.changes = changes.removeFirst(limit)
        batch.snapshots = snapshots.removeFirst(limit - batch.changes.count)
        return batch
    }

    /// Puts back the batch that was taken last and could not be written.
    package mutating func restore(_ batch: Batch) {
        again = batch
        trim()
    }

    /// Counts rows that no store would take.
    mutating func refuse(_ snapshots: Int, _ changes: Int) {
        dropped.snapshots += UInt64(snapshots)
        dropped.changes += UInt64(changes)
    }

    /// Gives up on all that waits, and counts it.
    package mutating func abandon() {
        dropped.snapshots += UInt64(again.snapshots.count + snapshots.removeFirst(snapshots.count).count)
        dropped.changes += UInt64(again.changes.count + changes.removeFirst(changes.count).count)
        again = Batch()
    }

    private mutating func trim() {
        guard count > capacity else { return }
        // All of a kind at once: with a part of it, it would be another batch.
        dropped.snapshots += UInt64(again.snapshots.count)
        again.snapshots = []
        guard count > capacity else { return }
        dropped.snapshots += UInt64(snapshots.removeFirst(count - capacity).count)
        guard count > capacity else { return }
        dropped.changes += UInt64(again.changes.count)
        again.changes = []
        guard count > capacity else { return }
        dropped.changes += UInt64(changes.removeFirst(count - capacity).count)
    }
}

/// An array from whose front it costs nothing to take.
private struct Queue<Element: Sendable>: Sendable {
    private var items: [(element: Element, queued: Duration)?] = []
    private var start = 0

    var count: Int { items.count - start }
    var first: (element: Element, queued: Duration)? { start < items.count ? items[start] : nil }

    mutating func append(_ element: Element, queued: Duration) { items.append((element, queued)) }

    /// At most `limit` from the front.
    mutating func removeFirst(_ limit: Int) -> [Element] {
        let end = start + min(max(limit, 0), count)
        var taken: [Element] = []
        taken.reserveCapacity(end - start)
        for index in start..<end {
            if let item = items[index] { taken.append(item.element) }
            items[index] = nil
        }
        start = end
        if start == items.count {
            items.removeAll(keepingCapacity: start < 1_024)
            start = 0
        } else if start > 512, start > items.count / 2 {
            items.removeFirst(start)
            start = 0
        }
        return taken
    }
}
