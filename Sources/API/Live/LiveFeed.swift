import Health
import History
import Logging
import NIOCore
import Synchronization

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Turns publications into the messages of the live stream, once for all readers, and wakes them.
///
/// WebSockets live on their event loops, which are woken once for all their sockets; a loop that is busy is not woken
/// again, so that its sockets then take several messages in one go.
final class LiveFeed: Sendable {
    typealias Socket = NIOLoopBound<LiveSocket>

    let limits: LiveLimits
    let timekeeper: Timekeeper
    let metrics = LiveMetrics()
    private let encoder: FleetEncoder
    private let past: (any HistoryStore)?
    private let items: AsyncStream<FleetPublisher.Item>
    private let log: Mutex<LiveLog>
    /// Held while the fleet is encoded, by nobody who must not wait.
    private let settling = Mutex<Duration?>(nil)
    private let readers = Mutex(LiveReaders())

    /// Publications that may wait to be encoded.
    static let itemBuffer = 256
    /// A fleet that was encoded so short a time ago serves a new reader as well: the events after it follow.
    static let freshness = Duration.milliseconds(250)

    init(
        publisher: FleetPublisher, past: (any HistoryStore)?, limits: LiveLimits, timekeeper: Timekeeper,
        encoder: FleetEncoder = FleetEncoder()
    ) {
        self.encoder = encoder
        self.past = past
        self.limits = limits
        self.timekeeper = timekeeper
        // Listening begins before the state is read, so nothing is missed; what comes twice is recognised.
        items = publisher.items(buffer: Self.itemBuffer)
        let lastSeq = publisher.lastSeq
        log = Mutex(LiveLog(capacity: limits.kept, fleet: publisher.fleet, lastSeq: lastSeq))
    }

    /// Encodes and tells what is published, until the task is cancelled.
    func run(logger: Logger) async {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.tick(logger: logger) }
            for await item in items { take(item, logger: logger) }
            // The publisher was closed; sockets still have to be looked after.
        }
    }

    // MARK: Publications

    private func take(_ item: FleetPublisher.Item, logger: Logger) {
        let json = HealthJSON.encoder()
        var rows: [(event: HealthChangeEvent, json: ByteBuffer, model: ByteBuffer?)] = []
        for event in item.events {
            do {
                let model = try item.fleet[event.modelId].map { try encoder.encode($0).json }
                rows.append((event, ByteBuffer(bytes: try json.encode(event)), model))
            } catch {
                logger.error("An event could not be encoded", metadata: ["error": "\(error)", "seq": "\(event.seq)"])
            }
        }
        // At once: a fleet is told together with the number of the last event that is part of it.
        let isHole = log.withLock { [rows] log in
            var isHole = false
            for row in rows { isHole = log.append(row.event, json: row.json, model: row.model) || isHole }
            log.adopt(item.fleet)
            return isHole
        }
        // Who is told that events are lost needs the state that they led to.
        if isHole { settle(logger: logger) }
        if !rows.isEmpty { wake() }
    }

    private func tick(logger: Logger) async {
        while true {
            do { try await timekeeper.sleep(for: limits.updateInterval) } catch { return }
            guard readers.withLock({ !$0.isEmpty }) else { continue }
            settle(logger: logger)
            log.withLock { $0.round += 1 }
            let now = timekeeper.now.uptime
            let (loops, streams) = readers.withLock { ($0.sockets, $0.streams) }
            for (loop, sockets) in loops {
                loop.execute { for socket in sockets { socket.value.tick(at: now) } }
            }
            for stream in streams { stream.yield() }
        }
    }

    /// Encodes the newest fleet, unless that was done a moment ago.
    func freshen(logger: Logger) {
        let now = timekeeper.now.uptime
        settle(unlessSince: now - Self.freshness, logger: logger)
    }

    private func settle(unlessSince recent: Duration? = nil, logger: Logger) {
        settling.withLock { settledAt in
            if let recent, let settledAt, settledAt > recent { return }
            let (fleet, seq, position, old) = log.withLock { ($0.newest, $0.lastSeq, $0.end, $0.told) }
            settledAt = timekeeper.now.uptime
            guard fleet.revision > old.revision else { return }
            do {
                let new = try old.renewed(fleet, seq: seq, position: position, by: encoder)
                log.withLock { $0.tell(new) }
            } catch {
                logger.error("The fleet could not be encoded", metadata: ["error": "\(error)"])
            }
        }
    }

    private func wake() {
        let (loops, streams) = readers.withLock { ($0.loopsToWake(), $0.streams) }
        for loop in loops {
            loop.execute { [self] in
                let sockets = readers.withLock { $0.wake(loop) }
                for socket in sockets { socket.value.wake() }
            }
        }
        for stream in streams { stream.yield() }
    }

    /// The newest event that readers can get.
    var lastSeq: UInt64 { log.withLock { $0.lastSeq } }

    /// Whether an event of this number is kept in memory.
    func holds(_ seq: UInt64) -> Bool {
        log.withLock { log in
            let position = log.position(after: seq - 1)
            return position < log.end && log[position].event.seq == seq
        }
    }

    // MARK: Readers

    func next(_ subscription: inout Subscription) -> Subscription.Action {
        log.withLock { subscription.next(&$0) }
    }

    /// The events after a number as they are stored.
    func page(after seq: UInt64, logger: Logger) async -> HistoryPage {
        guard let past else { return HistoryPage(rows: [], hasFailed: true) }
        do {
            let events = try await past.changes(ChangeQuery(after: seq, limit: max(2, limits.page)))
            let encoder = HealthJSON.encoder()
            return HistoryPage(
                rows: try events.map { .init(event: $0, json: ByteBuffer(bytes: try encoder.encode($0))) })
        } catch {
            logger.error("Missed events could not be read", metadata: ["error": "\(error)"])
            return HistoryPage(rows: [], hasFailed: true)
        }
    }

    /// Whether one more stream may be opened.
    var hasRoom: Bool { readers.withLock { $0.count < limits.streams } }

    /// Takes a place; `false` when there is none. Each one that was taken must be left.
    func enter(_ transport: LiveMetrics.Transport) -> Bool {
        let count = readers.withLock { $0.enter(transport, limit: limits.streams) }
        guard let count else {
            metrics.reportRefusal()
            return false
        }
        metrics.report(open: count, over: transport)
        return true
    }

    func leave(_ transport: LiveMetrics.Transport) {
        metrics.report(open: readers.withLock { $0.leave(transport) }, over: transport)
    }

    func join(_ socket: LiveSocket, on loop: any EventLoop) -> Int {
        let bound = NIOLoopBound(socket, eventLoop: loop)
        return readers.withLock { $0.join(bound, on: loop) }
    }

    func part(_ id: Int, from loop: any EventLoop) { readers.withLock { $0.part(id, from: loop) } }

    /// Signals whenever there may be something new, until its end is told.
    func signals() -> (AsyncStream<Void>, end: AsyncStream<Void>.Continuation) {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let id = readers.withLock { $0.join(continuation) }
        continuation.onTermination = { [weak self] _ in self?.readers.withLock { $0.part(stream: id) } }
        return (stream, continuation)
    }
}
