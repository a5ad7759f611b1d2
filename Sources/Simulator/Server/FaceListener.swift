import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import Synchronization

/// A port on loopback that serves one face, and can be closed and opened again while the simulator runs.
final class FaceListener: Sendable {
    let name: String
    private let host: String
    private let http: HTTP1Channel
    private let state: Mutex<State>

    /// A bound port, ready to be served.
    typealias Accepting = NIOAsyncChannel<any Channel, Never>

    private struct State: Sendable {
        /// The port that was asked for, and after the first binding the one that was got.
        var port: Int
        var server: (any Channel)?
        #if os(Linux)
        /// Keeps the port while the face is closed.
        var reservation: PortReservation?
        #endif
        var connections: [ObjectIdentifier: any Channel] = [:]
    }

    init(name: String, host: String, port: Int, exchange: RequestExchange) {
        self.name = name
        self.host = host
        http = HTTP1Channel { request, writer, channel in
            try await exchange.respond(to: request, writer, channel)
        }
        state = Mutex(State(port: port))
    }

    /// The bound port; 0 before the first binding when any port would do.
    var port: Int { state.withLock(\.port) }
    var isListening: Bool { state.withLock { $0.server != nil } }
    var url: String { "http://\(host.contains(":") ? "[\(host)]" : host):\(port)" }

    /// Binds the port. A face that was closed gets the port that it had.
    func bind() async throws -> Accepting {
        let accepting: Accepting
        var wanted = port
        do {
            wanted = try reserve()
            accepting = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .serverChannelOption(.backlog, value: 1024)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
                // Nothing is read before somebody serves the connection; see `handle`.
                .childChannelOption(.autoRead, value: false)
                .bind(host: host, port: wanted) { [self] channel in
                    admit(channel)
                    return channel.eventLoop.makeSucceededFuture(channel)
                }
        } catch {
            throw SimulatorError(
                "\(name): cannot listen on \(host):\(wanted) (\(error)); choose another port, or 0 for any")
        }
        state.withLock { state in
            state.server = accepting.channel
            state.port = accepting.channel.localAddress?.port ?? wanted
        }
        return accepting
    }

    /// The port to bind: on Linux one that is ours from now on, though the face may stop listening.
    private func reserve() throws -> Int {
        #if os(Linux)
        try state.withLock { state in
            if state.reservation == nil { state.reservation = try PortReservation(host: host, port: state.port) }
            state.port = state.reservation?.port ?? state.port
        }
        #endif
        return port
    }

    /// Serves the connections of a bound port until it is closed or the task is cancelled.
    func serve(_ accepting: Accepting) async {
        await withDiscardingTaskGroup { group in
            do {
                try await accepting.executeThenClose { inbound in
                    for try await connection in inbound {
                        group.addTask { await self.handle(connection) }
                    }
                }
            } catch {
                // The port is gone, closed or cancelled; its connections end with it.
            }
        }
        state.withLock { state in
            if state.server === accepting.channel { state.server = nil }
        }
    }

    /// Stops listening and cuts all connections: from now on the port refuses.
    func close() async {
        let (server, connections) = state.withLock { state in
            defer {
                state.server = nil
                state.connections = [:]
            }
            return (state.server, Array(state.connections.values))
        }
        // Closing what is closed already is an error without consequence.
        try? await server?.close().get()
        for connection in connections { connection.close(promise: nil) }
    }

    private static let silentLogger = Logger(label: "simulator", factory: { _ in SwiftLogNoOpLogHandler() })

    private func admit(_ channel: any Channel) {
        let id = ObjectIdentifier(channel)
        state.withLock { $0.connections[id] = channel }
        channel.closeFuture.whenComplete { [weak self] _ in
            _ = self?.state.withLock { $0.connections.removeValue(forKey: id) }
        }
    }

    /// Serves one connection.
    ///
    /// When the client hangs up, whatever is being answered is cancelled, and when the simulator stops, the connection is
    /// closed: a hanging model outlives neither.
    private func handle(_ channel: any Channel) async {
        // Set up here and not when it was accepted: a connection that nobody gets round to serving, because the port
        // closes meanwhile, must not leave a half-made stream behind.
        let http = http
        guard
            let connection = try? await channel.eventLoop.flatSubmit({
                http.setup(channel: channel, logger: Self.silentLogger)
            }).get()
        else { return channel.close(promise: nil) }
        // Fails only for a connection that is gone, which serving it then finds out.
        channel.setOption(.autoRead, value: true).whenFailure { _ in }
        let (hungUp, continuation) = AsyncStream<Never>.makeStream(bufferingPolicy: .bufferingOldest(1))
        connection.channel.closeFuture.whenComplete { _ in continuation.finish() }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.http.handle(value: connection, logger: Self.silentLogger) }
            group.addTask {
                for await _ in hungUp {}
                connection.channel.close(promise: nil)
            }
            await group.next()
            group.cancelAll()
        }
    }
}
