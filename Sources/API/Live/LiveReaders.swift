import NIOCore

/// Who reads the live stream, and where.
struct LiveReaders {
    private struct Group {
        let loop: any EventLoop
        var sockets: [Int: LiveFeed.Socket] = [:]
        var isWakePending = false
    }

    private var groups: [ObjectIdentifier: Group] = [:]
    private var signals: [Int: AsyncStream<Void>.Continuation] = [:]
    private var places: [LiveMetrics.Transport: Int] = [:]
    private var nextID = 0

    var count: Int { places.values.reduce(0, +) }
    var isEmpty: Bool { groups.isEmpty && signals.isEmpty }
    var streams: [AsyncStream<Void>.Continuation] { Array(signals.values) }
    var sockets: [(any EventLoop, [LiveFeed.Socket])] { groups.values.map { ($0.loop, Array($0.sockets.values)) } }

    mutating func enter(_ transport: LiveMetrics.Transport, limit: Int) -> Int? {
        guard count < limit else { return nil }
        places[transport, default: 0] += 1
        return places[transport]
    }

    mutating func leave(_ transport: LiveMetrics.Transport) -> Int {
        places[transport, default: 0] -= 1
        return places[transport, default: 0]
    }

    mutating func join(_ socket: LiveFeed.Socket, on loop: any EventLoop) -> Int {
        nextID += 1
        groups[ObjectIdentifier(loop), default: Group(loop: loop)].sockets[nextID] = socket
        return nextID
    }

    mutating func part(_ id: Int, from loop: any EventLoop) {
        let key = ObjectIdentifier(loop)
        groups[key]?.sockets[id] = nil
        if groups[key]?.sockets.isEmpty == true { groups[key] = nil }
    }

    mutating func join(_ signal: AsyncStream<Void>.Continuation) -> Int {
        nextID += 1
        signals[nextID] = signal
        return nextID
    }

    mutating func part(stream id: Int) { signals[id] = nil }

    /// The loops that do not know yet that there is something new.
    mutating func loopsToWake() -> [any EventLoop] {
        var loops: [any EventLoop] = []
        for (key, group) in groups where !group.isWakePending {
            groups[key]?.isWakePending = true
            loops.append(group.loop)
        }
        return loops
    }

    /// The sockets of a loop that has woken.
    mutating func wake(_ loop: any EventLoop) -> [LiveFeed.Socket] {
        let key = ObjectIdentifier(loop)
        groups[key]?.isWakePending = false
        return groups[key].map { Array($0.sockets.values) } ?? []
    }
}
