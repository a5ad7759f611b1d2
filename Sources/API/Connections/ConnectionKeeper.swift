import Health
import HummingbirdCore
import Logging
import Metrics
import NIOCore
import Synchronization
import Telemetry

/// Keeps the number of open connections within bounds, whoever opens them.
final class ConnectionKeeper: Sendable {
    private struct State {
        var table: ConnectionTable<ObjectIdentifier>
        var channels: [ObjectIdentifier: any Channel] = [:]
        var closed: UInt64 = 0
        var lastTold: ContinuousClock.Instant?
    }

    /// Connections beyond the limit that may be open for the moment it takes to close others.
    static let slack = 8
    private static let tellEvery = Duration.seconds(60)
    static let closedConnections = Metric.counter(
        "llm_health_api_connections_closed_total", "Silent connections closed to make room for new ones.")

    let limit: Int
    private let state: Mutex<State>
    private let logger: Logger
    private let counter = ConnectionKeeper.closedConnections.makeCounter()

    init(limit: Int, logger: Logger) {
        self.limit = max(1, limit)
        self.logger = logger
        state = Mutex(State(table: ConnectionTable(limit: limit)))
    }

    var count: Int { state.withLock(\.table.count) }
    /// How many silent connections were closed to make room.
    var closed: UInt64 { state.withLock(\.closed) }

    /// Takes a connection in, and closes the one that has been silent longest where there are too many.
    func admit(_ channel: any Channel) {
        let key = ObjectIdentifier(channel)
        let (leaving, isNews) = state.withLock { state -> ((any Channel)?, Bool) in
            state.channels[key] = channel
            guard let leaving = state.table.open(key) else { return (nil, false) }
            state.closed += 1
            let now = ContinuousClock.now
            let isNews = state.lastTold.map { now - $0 >= Self.tellEvery } ?? true
            if isNews { state.lastTold = now }
            return (state.channels[leaving], isNews)
        }
        channel.closeFuture.whenComplete { [weak self] _ in
            self?.state.withLock { state in
                state.table.close(key)
                state.channels[key] = nil
            }
        }
        guard let leaving else { return }
        leaving.close(promise: nil)
        counter.increment()
        if isNews {
            logger.warning(
                "The API has as many connections as it may have; those that are silent longest are closed for new ones",
                metadata: ["limit": "\(limit)"])
        }
    }

    func becomeBusy(_ channel: any Channel) {
        state.withLock { $0.table.becomeBusy(ObjectIdentifier(channel)) }
    }

    func becomeSilent(_ channel: any Channel) {
        state.withLock { $0.table.becomeSilent(ObjectIdentifier(channel)) }
    }
}

/// Stops accepting while closing has not kept up; called on the listener's loop.
struct AcceptanceRule: AvailableConnectionsDelegate {
    let limit: Int
    private var open = 0

    init(limit: Int) { self.limit = limit }

    mutating func connectionOpened() { open += 1 }
    mutating func connectionClosed() { open -= 1 }
    func isAcceptingNewConnections() -> Bool { open < limit }
}
