import Health
import NIOCore

/// The newest events, and the fleet that they lead to: what all readers of the live stream share.
///
/// A reader is no more than a position in here, so a slow one costs nothing but itself.
struct LiveLog: Sendable {
    struct Entry: Sendable {
        let event: HealthChangeEvent
        /// The event alone.
        let json: ByteBuffer
        /// The event with its model as it then was.
        let message: LiveMessage
        /// Where the next event of the same model is.
        var successor: Int?
    }

    /// Documents of filtered fleets that are kept; more are made each time they are needed.
    static let maximumVariants = 64

    private let capacity: Int
    private var slots: [Entry] = []
    private var latest: [ModelID: Int] = [:]
    /// The position of the oldest event that is kept; the first event of all has position 0.
    private(set) var start = 0
    /// The position that the next event will get.
    private(set) var end = 0
    private(set) var lastSeq: UInt64
    /// The last event before the log began.
    private let floor: UInt64
    /// The newest fleet there is.
    private(set) var newest: FleetHealth
    /// The fleet as readers are told it.
    private(set) var told: LiveFleet
    /// How often readers were to be told what is new in the fleet; one that joins makes no round.
    var round: UInt64 = 0
    private var bodies: [FleetFilter: ByteBuffer] = [:]
    private var updates: [Difference: LiveMessage?] = [:]

    private struct Difference: Hashable {
        var since: UInt64
        var filter: FleetFilter
    }

    /// - Parameters:
    ///   - capacity: events that are kept.
    ///   - lastSeq: the last event that there was before.
    init(capacity: Int, fleet: FleetHealth = .empty, lastSeq: UInt64) {
        self.capacity = max(1, capacity)
        self.lastSeq = lastSeq
        floor = lastSeq
        newest = fleet
        told = LiveFleet(seq: lastSeq)
    }

    /// Takes an event up that is newer than all before.
    ///
    /// - Returns: whether numbers are missing before it.
    @discardableResult
    mutating func append(_ event: HealthChangeEvent, json: ByteBuffer, model: ByteBuffer?) -> Bool {
        guard event.seq > lastSeq else { return false }
        let isHole = event.seq > lastSeq + 1
        lastSeq = event.seq
        if let before = latest.updateValue(end, forKey: event.modelId), before >= start {
            slots[before % capacity].successor = end
        }
        let entry = Entry(
            event: event, json: json, message: .event(event, json: json, model: model), successor: nil)
        if slots.count < capacity {
            slots.append(entry)
        } else {
            let oldest = slots[start % capacity]
            if oldest.successor == nil { latest[oldest.event.modelId] = nil }
            slots[end % capacity] = entry
            start += 1
        }
        end += 1
        return isHole
    }

    mutating func adopt(_ fleet: FleetHealth) {
        if fleet.revision > newest.revision { newest = fleet }
    }

    mutating func tell(_ fleet: LiveFleet) {
        guard fleet.revision > told.revision else { return }
        told = fleet
        bodies.removeAll(keepingCapacity: true)
        updates.removeAll(keepingCapacity: true)
    }

    subscript(position: Int) -> Entry { slots[position % capacity] }

    /// The number of the oldest event that is kept, or of the next one.
    var firstSeq: UInt64 { start < end ? self[start].event.seq : lastSeq + 1 }

    /// Whether every event after a number is kept.
    func covers(after seq: UInt64) -> Bool {
        if start == 0 { return seq >= floor && seq <= lastSeq }
        return seq <= lastSeq && seq + 1 >= firstSeq
    }

    /// Where the events after a number begin.
    func position(after seq: UInt64) -> Int {
        var low = start
        var high = end
        while low < high {
            let middle = (low + high) / 2
            if self[middle].event.seq <= seq { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// How many of the events from a position on are followed by one of the same model.
    func superseded(from position: Int, matching filter: FleetFilter) -> Int {
        (position..<end).count { self[$0].successor != nil && filter.matches(self[$0].event) }
    }

    /// An event with its model as readers know it, who have been told a later fleet.
    func message(_ event: HealthChangeEvent, json: ByteBuffer) -> LiveMessage {
        .event(event, json: json, model: told.json(of: event.modelId))
    }

    /// The fleet, for a reader that knows the events up to `seq`.
    mutating func fleet(seq: UInt64, _ filter: FleetFilter) -> LiveMessage {
        let body = bodies[filter] ?? told.body(filter)
        if bodies.count < Self.maximumVariants { bodies[filter] = body }
        return LiveMessage(.fleet, seq: seq, json: ByteBuffer(string: #"{"type":"fleet","seq":\#(seq)"#), tail: body)
    }

    /// The difference to an earlier revision; `nil` when there is none to tell.
    mutating func update(since: UInt64, _ filter: FleetFilter) -> LiveMessage? {
        let difference = Difference(since: since, filter: filter)
        if let known = updates[difference] { return known }
        let update = told.update(since: since, filter)
        if updates.count < Self.maximumVariants { updates.updateValue(update, forKey: difference) }
        return update
    }
}
