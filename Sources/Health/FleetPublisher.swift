import Synchronization

/// The newest state of the fleet, and its changes for whoever listens.
///
/// The Monitor is the only writer. Reading copies an immutable value under a lock held for a few instructions, so a
/// reader never waits for evidence to be weighed. Each listener has a buffer of its own; one that falls behind loses
/// its oldest items, which it sees as a hole in the events' numbers and which are counted here.
public final class FleetPublisher: Sendable {
    /// One publication.
    public struct Item: Sendable {
        /// All models as of this publication.
        public var fleet: FleetHealth
        /// In the order of their numbers; empty when only figures moved.
        public var events: [HealthChangeEvent]
    }

    private enum Listener {
        case items(AsyncStream<Item>.Continuation)
        case events(AsyncStream<HealthChangeEvent>.Continuation)
        case fleets(AsyncStream<FleetHealth>.Continuation)

        /// - Returns: how many elements the listener has lost by this.
        func hand(_ item: Item) -> UInt64 {
            switch self {
            case .items(let continuation):
                if case .dropped = continuation.yield(item) { return 1 } else { return 0 }
            case .fleets(let continuation):
                // Who reads fleets wants the newest: what is passed over is not lost.
                continuation.yield(item.fleet)
                return 0
            case .events(let continuation):
                return item.events.reduce(0) { lost, event in
                    if case .dropped = continuation.yield(event) { lost + 1 } else { lost }
                }
            }
        }

        func finish() {
            switch self {
            case .items(let continuation): continuation.finish()
            case .events(let continuation): continuation.finish()
            case .fleets(let continuation): continuation.finish()
            }
        }
    }

    private struct State {
        var fleet = FleetHealth.empty
        var lastSeq: UInt64
        var listeners: [Int: Listener] = [:]
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
            for listener in state.listeners.values { state.dropped += listener.hand(item) }
        }
    }

    /// Publications from now on, at most `buffer` of them waiting. Ends when the publisher is closed.
    public func items(buffer: Int) -> AsyncStream<Item> {
        let (stream, continuation) = AsyncStream.makeStream(of: Item.self, bufferingPolicy: .bufferingNewest(buffer))
        listen(.items(continuation)) { leave in continuation.onTermination = { _ in leave() } }
        return stream
    }

    /// Events from now on, at most `buffer` of them waiting. Ends when the publisher is closed.
    public func events(buffer: Int) -> AsyncStream<HealthChangeEvent> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: HealthChangeEvent.self, bufferingPolicy: .bufferingNewest(buffer))
        listen(.events(continuation)) { leave in continuation.onTermination = { _ in leave() } }
        return stream
    }

    /// The fleet at each publication from now on, the newest `buffer` of them waiting. Ends when the publisher is closed.
    public func fleets(buffer: Int = 1) -> AsyncStream<FleetHealth> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: FleetHealth.self, bufferingPolicy: .bufferingNewest(buffer))
        listen(.fleets(continuation)) { leave in continuation.onTermination = { _ in leave() } }
        return stream
    }

    private func listen(_ listener: Listener, onLeave: (@escaping @Sendable () -> Void) -> Void) {
        let id: Int? = state.withLock { state in
            guard !state.isClosed else { return nil }
            state.nextListener += 1
            state.listeners[state.nextListener] = listener
            return state.nextListener
        }
        guard let id else { return listener.finish() }
        onLeave { [weak self] in _ = self?.state.withLock { $0.listeners.removeValue(forKey: id) } }
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
