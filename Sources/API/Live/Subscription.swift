import Health
import NIOCore

/// One reader of the live stream: says what it gets next. A pure state machine over the log.
///
/// The reader is a position, so it takes what is there at its own pace: first the fleet, then the events that it
/// missed, from the history and from memory, each once, then what happens. Numbers that nobody can give it any more are
/// announced and followed by a fresh fleet. One that is too far behind gets only the latest event of each model.
struct Subscription: Sendable {
    enum Action: Sendable {
        case send(LiveMessage)
        /// A page of the history is needed: the events after this number; ``take(_:)`` takes it.
        case read(after: UInt64)
        /// Nothing is to be told, or a page is on its way.
        case wait
    }

    /// Where the next event comes from.
    private enum Source {
        case history
        case log(Int)
    }

    let filter: FleetFilter
    private let limits: LiveLimits
    /// The last event that was sent, or passed over.
    private(set) var cursor: UInt64?
    private var source: Source?
    private var page: ArraySlice<HistoryPage.Row> = []
    private var isReading = false
    private var hasReadAll = false
    private var hasFailed = false
    /// Whether the event at the cursor is known to have been: then a hole behind it is a restart's.
    private var isCursorKnown = false
    private var owesFleet = false
    /// The fleet that was told last.
    private var toldRevision: UInt64 = 0
    private var toldPosition = 0
    private var toldRound: UInt64 = 0
    /// Positions below are of events that the reader asked for, all of them.
    private var replayEnd = 0
    /// Up to here only the latest event of each model is sent.
    private var coalescingEnd = 0
    /// Events that were left out since this was last asked.
    private var leftOut = 0

    /// - Parameter after: the last event that the reader knows; `nil` to begin now.
    init(filter: FleetFilter = FleetFilter(), after: UInt64? = nil, limits: LiveLimits = LiveLimits()) {
        self.filter = filter
        self.limits = limits
        cursor = after
    }

    /// How many events were left out since this was last asked.
    mutating func takeLeftOut() -> Int {
        defer { leftOut = 0 }
        return leftOut
    }

    /// Takes the page that ``Action/read(after:)`` asked for.
    mutating func take(_ page: HistoryPage) {
        guard isReading, let cursor else { return }
        isReading = false
        hasFailed = hasFailed || page.hasFailed
        if page.rows.first?.event.seq == cursor { isCursorKnown = true }
        self.page = page.rows.drop { $0.event.seq <= cursor }
        // Rows may come while a page is sent, so only a page without any is the end.
        hasReadAll = self.page.isEmpty
    }

    /// What the reader gets next; to be asked until there is nothing, and again after every change of the log.
    mutating func next(_ log: inout LiveLog) -> Action {
        guard let source, let cursor else { return begin(&log) }
        if owesFleet { return .send(fleet(&log, seq: cursor)) }
        switch source {
        case .history: return nextOfHistory(&log, after: cursor)
        case .log(let position): return nextOfLog(&log, at: position, after: cursor)
        }
    }

    private mutating func begin(_ log: inout LiveLog) -> Action {
        let start = cursor ?? log.told.seq
        replayEnd = log.end
        if cursor == nil {
            replayEnd = 0
            source = .log(max(log.start, log.told.position))
        } else if start > log.lastSeq || log.covers(after: start) || log.lastSeq - start > UInt64(limits.replay) {
            isCursorKnown = log.covers(after: start)
            source = .log(log.position(after: start))
        } else {
            source = .history
        }
        cursor = start
        return .send(fleet(&log, seq: start))
    }

    private mutating func nextOfHistory(_ log: inout LiveLog, after cursor: UInt64) -> Action {
        if isReading { return .wait }
        if let row = page.first {
            if let gap = gap(before: row.event.seq, after: cursor, isRestart: isCursorKnown) { return gap }
            page.removeFirst()
            self.cursor = row.event.seq
            isCursorKnown = true
            guard filter.matches(row.event) else { return next(&log) }
            return .send(log.message(row.event, json: row.json))
        }
        guard hasReadAll || log.covers(after: cursor) else {
            isReading = true
            // The event at the cursor once more, to see whether it was ever stored.
            return .read(after: isCursorKnown || cursor == 0 ? cursor : cursor - 1)
        }
        source = .log(log.position(after: cursor))
        replayEnd = log.end
        return next(&log)
    }

    private mutating func nextOfLog(_ log: inout LiveLog, at place: Int, after cursor: UInt64) -> Action {
        var position = place
        var cursor = cursor
        if cursor > log.lastSeq {
            // The reader knows numbers that have not been given out: they began anew.
            self.cursor = log.lastSeq
            source = .log(log.end)
            owesFleet = true
            return .send(.gap((from: 1, to: log.lastSeq), isRestart: true))
        }
        if position < log.start, position < replayEnd {
            hasReadAll = false
            source = .history
            return next(&log)
        }
        let isBehind = position >= max(replayEnd, coalescingEnd) && log.end - position > limits.lag
        if isBehind || position < log.start { return coalesce(&log, from: position) }
        while position < log.end {
            let entry = log[position]
            let isRestart = isCursorKnown && position == 0 && !hasFailed
            if let gap = gap(before: entry.event.seq, after: cursor, isRestart: isRestart) {
                source = .log(position)
                return gap
            }
            cursor = entry.event.seq
            position += 1
            self.cursor = cursor
            source = .log(position)
            guard filter.matches(entry.event) else { continue }
            if position <= coalescingEnd, let successor = entry.successor, successor < coalescingEnd { continue }
            return .send(position > toldPosition ? entry.message : log.message(entry.event, json: entry.json))
        }
        if let gap = gap(before: log.lastSeq + 1, after: cursor, isRestart: isCursorKnown && !hasFailed) { return gap }
        return update(&log, at: position)
    }

    private mutating func coalesce(_ log: inout LiveLog, from place: Int) -> Action {
        let position = max(place, log.start)
        let dropped = position - place + log.superseded(from: position, matching: filter)
        if position > place { cursor = log.firstSeq - 1 }
        source = .log(position)
        coalescingEnd = log.end
        leftOut += dropped
        return dropped > 0 ? .send(.coalesced(dropped: dropped)) : next(&log)
    }

    private mutating func update(_ log: inout LiveLog, at position: Int) -> Action {
        guard log.round > toldRound, position >= log.told.position else { return .wait }
        toldRound = log.round
        guard log.told.revision > toldRevision else { return .wait }
        guard log.told.remembers(toldRevision) else { return .send(fleet(&log, seq: cursor ?? log.told.seq)) }
        let since = toldRevision
        toldRevision = log.told.revision
        toldPosition = log.told.position
        return log.update(since: since, filter).map { .send($0) } ?? .wait
    }

    private mutating func fleet(_ log: inout LiveLog, seq: UInt64) -> LiveMessage {
        owesFleet = false
        toldRound = log.round
        toldRevision = log.told.revision
        toldPosition = log.told.position
        return log.fleet(seq: seq, filter)
    }

    /// Announces numbers that are missing between the cursor and the next event.
    private mutating func gap(before seq: UInt64, after cursor: UInt64, isRestart: Bool) -> Action? {
        guard seq > cursor + 1 else { return nil }
        self.cursor = seq - 1
        owesFleet = true
        return .send(.gap((from: cursor + 1, to: seq - 1), isRestart: isRestart))
    }
}

/// Part of the history, as a subscription takes it.
struct HistoryPage: Sendable {
    struct Row: Sendable {
        var event: HealthChangeEvent
        var json: ByteBuffer
    }

    /// In the order of their numbers.
    var rows: [Row]
    /// Whether there could be more that were not read.
    var hasFailed = false
}
