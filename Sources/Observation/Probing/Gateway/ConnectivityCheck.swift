package import Health
package import NIOCore
import NIOPosix

/// Tells our own network from everyone else's: connects to a place that is always there.
package struct ConnectivityCheck: Sendable {
    /// A host name or address; default `1.1.1.1`; `connectivity.host`.
    package var host: String
    /// Default 443; `connectivity.port`.
    package var port: Int
    /// Default 3 s; `connectivity.timeout`.
    package var timeout: Duration
    private let intake: Intake
    private let timekeeper: Timekeeper
    private let eventLoopGroup: any EventLoopGroup

    package init(
        host: String = "1.1.1.1", port: Int = 443, timeout: Duration = .seconds(3), intake: Intake,
        timekeeper: Timekeeper = .system, eventLoopGroup: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    ) {
        self.host = host
        self.port = port
        self.timeout = timeout
        self.intake = intake
        self.timekeeper = timekeeper
        self.eventLoopGroup = eventLoopGroup
    }

    /// Connects once, sends nothing, and reports what it finds as evidence.
    ///
    /// A refusal says nothing: it may be that of a firewall on our side as well as that of the place.
    /// - Returns: whether a connection stood within the timeout; `nil` for a refusal.
    @discardableResult
    package func check() async -> Bool? {
        let isUp = await connect()
        if let isUp { intake.submit(Evidence(.connectivity(isUp: isUp), source: .probe, at: timekeeper.now)) }
        return isUp
    }

    private func connect() async -> Bool? {
        do {
            let channel = try await ClientBootstrap(group: eventLoopGroup)
                .connectTimeout(TimeAmount(timeout))
                .connect(host: host, port: port).get()
            channel.close(promise: nil)
            return true
        } catch {
            let failure = TransportFailure(error)
            return failure == .refused || failure == .reset ? nil : false
        }
    }
}
