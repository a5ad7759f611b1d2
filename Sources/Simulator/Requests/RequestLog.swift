import Synchronization

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The requests that the faces have seen, in memory: a ring whose overflow is counted.
final class RequestLog: Sendable {
    private let state: Mutex<State>
    private let clock: SimulatorClock
    private let capacity: Int
    /// Gets every record when its request ends; the executable writes them to a file.
    private let ended: AsyncStream<RequestRecord>.Continuation?

    private struct State: Sendable {
        var ring: [RequestRecord] = []
        /// The number of the next request.
        var next = 1
        /// Records that were overwritten before they were asked for or cleared.
        var overwritten = 0
        /// Requests up to this number were cleared.
        var clearedTo = 0
        var undelivered = 0
        /// Those who wait for a request, by a number of their own.
        var waiters: [Int: AsyncStream<RequestRecord>.Continuation] = [:]
        var nextWaiter = 0
    }

    init(capacity: Int, clock: SimulatorClock, ended: AsyncStream<RequestRecord>.Continuation? = nil) {
        self.capacity = max(1, capacity)
        self.clock = clock
        self.ended = ended
        state = Mutex(State())
    }

    /// Writes down a request that has just arrived and numbers it.
    func arrived(_ incoming: Incoming, on face: Face) -> Int {
        let now = clock.now
        var record = RequestRecord(
            number: 0, face: face, receivedAt: Date(), receivedAtMs: now.milliseconds, method: incoming.method,
            path: incoming.target, kind: .init(method: incoming.method, path: incoming.path),
            model: incoming.json?["model"]?.string, stream: incoming.json?["stream"]?.bool ?? false,
            headers: HeaderDigest.digest(incoming.headers),
            body: String(decoding: incoming.body.prefix(2048), as: UTF8.self), isFromGateway: incoming.isFromGateway,
            loadedModel: false)
        return state.withLock { state in
            record.number = state.next
            state.next += 1
            if state.ring.count < capacity {
                state.ring.append(record)
            } else {
                let slot = (record.number - 1) % capacity
                if state.ring[slot].number > state.clearedTo { state.overwritten += 1 }
                state.ring[slot] = record
            }
            Self.tell(record, state)
            return record.number
        }
    }

    /// Notes that a request has loaded a model.
    func loadedModel(_ number: Int) { change(number) { $0.loadedModel = true } }

    /// Notes how a request ended.
    func ended(_ number: Int, status: Int?, _ ending: RequestRecord.Ending) {
        let now = clock.now
        let record = change(number) {
            $0.endedAtMs = now.milliseconds
            $0.status = status
            $0.ending = ending
        }
        guard let record, let ended else { return }
        if case .dropped = ended.yield(record) { state.withLock { $0.undelivered += 1 } }
    }

    @discardableResult
    private func change(_ number: Int, _ body: (inout RequestRecord) -> Void) -> RequestRecord? {
        state.withLock { state in
            let slot = (number - 1) % capacity
            guard state.ring.indices.contains(slot), state.ring[slot].number == number else { return nil }
            body(&state.ring[slot])
            Self.tell(state.ring[slot], state)
            return state.ring[slot]
        }
    }

    private static func tell(_ record: RequestRecord, _ state: borrowing State) {
        for waiter in state.waiters.values { waiter.yield(record) }
    }

    /// Changes that wait for somebody who looks for a request; beyond that the oldest are lost to him.
    private static let waiterBound = 16_384

    /// The first request that fits, now or as soon as one comes or changes so. Throws `CancellationError`.
    func request(where fits: @Sendable (RequestRecord) -> Bool) async throws -> RequestRecord {
        let (changes, continuation) = AsyncStream<RequestRecord>.makeStream(
            bufferingPolicy: .bufferingNewest(Self.waiterBound))
        // Listening begins before looking, so that nothing falls in between.
        let id = state.withLock { state in
            state.nextWaiter += 1
            state.waiters[state.nextWaiter] = continuation
            return state.nextWaiter
        }
        defer { state.withLock { _ = $0.waiters.removeValue(forKey: id) } }
        if let record = records(since: 0).first(where: fits) { return record }
        for await record in changes where fits(record) { return record }
        throw CancellationError()
    }

    /// The records above a number that are still there, in order.
    func records(since number: Int) -> [RequestRecord] {
        state.withLock { state in
            let floor = max(number, state.clearedTo)
            guard state.ring.count == capacity else { return state.ring.filter { $0.number > floor } }
            let oldest = (state.next - 1) % capacity
            return (state.ring[oldest...] + state.ring[..<oldest]).filter { $0.number > floor }
        }
    }

    /// Forgets all records; numbers go on.
    func clear() {
        state.withLock { state in
            state.clearedTo = state.next - 1
            state.overwritten = 0
        }
    }

    /// How many requests came, were overwritten, and could not be handed on to the writer of the log file.
    var counts: (seen: Int, overwritten: Int, undelivered: Int) {
        state.withLock { ($0.next - 1, $0.overwritten, $0.undelivered) }
    }
}
