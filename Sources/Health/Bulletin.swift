import Synchronization

/// The newest state of the fleet, and its changes for whoever listens.
///
/// The Monitor is the only writer. Reading copies an immutable value under a lock held for a few instructions, so a
/// reader never waits for evidence to be weighed. Each listener has a buffer of its own; one that falls behind loses
/// its oldest items, which it sees as a hole in the events' numbers and which are counted here.
public final class Bulletin: Sendable {
    /// One publication.
    public struct Item: Sendable {
        public var fleet: FleetHealth
        /// In the order of their numbers; empty when only figures moved.
        public var events: [HealthChangeEvent]
    }

    private struct State {
        var fleet = FleetHealth.empty
        var lastSeq: UInt64
        var listeners: [Int: AsyncStream<Item>.Continuation] = [:]
        var nextListener = 0
        var dropped: UInt64 = 0
        var isClosed = false
    }

    private let state: Mutex<State>

    /// - Parameter lastSeq: the number of the last event before this run.
    public init(lastSeq: UInt64 = 0) {
        state = Mutex(State(lastSeq: lastSeq))
    }

    /// The fleet as of the last publication.
    public var fleet: FleetHealth { state.withLock { $0.fleet } }

    /// The number of the newest event.
    public var lastSeq: UInt64 { state.withLock { $0.lastSeq } }

    /// How many items slow listeners have lost so far.
    public var droppedItems: UInt64 { state.withLock { $0.dropped } }

    /// How many listen now.
    public var listenerCount: Int { state.withLock { $0.listeners.count } }

    /// Replaces the fleet and tells the listeners.
    public func publish(_ fleet: FleetHealth, events: [HealthChangeEvent]) {
        let item = Item(fleet: fleet, events: events)
        state.withLock { state in
            state.fleet = fleet
            state.lastSeq = events.last?.seq ?? state.lastSeq
            for continuation in state.listeners.values {
                if case .dropped = continuation.yield(item) { state.dropped += 1 }
            }
        }
    }

    /// Publications from now on, at most `buffer` of them waiting. Ends when the bulletin is closed.
    public func items(buffer: Int) -> AsyncStream<Item> {
        let (stream, continuation) = AsyncStream.makeStream(of: Item.self, bufferingPolicy: .bufferingNewest(buffer))
        let id: Int? = state.withLock { state in
            guard !state.isClosed else { return nil }
            state.nextListener += 1
            state.listeners[state.nextListener] = continuation
            return state.nextListener
        }
        guard let id else {
            continuation.finish()
            return stream
        }
        continuation.onTermination = { [weak self] _ in
            _ = self?.state.withLock { $0.listeners.removeValue(forKey: id) }
        }
        return stream
    }

    /// Ends every listener's stream, once: the last publication has been made.
    public func close() {
        let listeners = state.withLock { state in
            state.isClosed = true
            defer { state.listeners.removeAll() }
            return Array(state.listeners.values)
        }
        for listener in listeners { listener.finish() }
    }
}
