import Health

/// How many probes wait at each server, and which servers say that they are queueing: of ours no more than two wait there,
/// in front of users.
struct ServerQueues: Sendable {
    /// Probes of ours that wait at one server that is queueing.
    static let mostWaiting = 2
    /// For how long a server counts as queueing after it has last said so.
    static let memory = Duration.seconds(20)

    private var inFlight: [String: Int] = [:]
    private var queueing: [String: Duration] = [:]

    mutating func enter(_ server: String?) {
        if let server { inFlight[server, default: 0] += 1 }
    }

    mutating func leave(_ server: String?) {
        guard let server, let count = inFlight[server] else { return }
        inFlight[server] = count > 1 ? count - 1 : nil
        // Nobody of ours waits there any more: whether it still queues the next one finds out.
        if count <= 1 { queueing[server] = nil }
    }

    mutating func note(_ load: ServerLoad, of server: String, at now: Duration) {
        if load.isQueueing {
            queueing[server] = now
        } else if load.running != nil || load.waiting != nil {
            queueing[server] = nil
        }
    }

    func isQueueing(_ server: String?) -> Bool { server.map { queueing[$0] != nil } ?? false }

    /// Whether a server is spared further probes for now.
    ///
    /// Only while probes of ours are in flight there, so that the end of one always lets the next go.
    func isFull(_ server: String?, at now: Duration) -> Bool {
        guard let server, let said = queueing[server], now - said < Self.memory else { return false }
        return inFlight[server] ?? 0 >= Self.mostWaiting
    }
}

extension ServerLoad {
    /// Whether it says that it has more requests than it works on at once.
    var isQueueing: Bool {
        if let waiting, waiting > 0 { return true }
        guard let running, let slots, slots > 0 else { return false }
        return running >= slots
    }
}
