import NIOCore
import NIOPosix
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A TCP server on loopback that answers each request byte by byte as a test says, well-formed or not.
final class ProbingPeer: Sendable {
    enum Step: Sendable {
        case send(String)
        /// So long nothing; on the peer's event loop, no test waits for it.
        case wait(Duration)
        case close
        case reset
    }

    struct Seen: Sendable {
        /// `POST /v1/chat/completions`
        var line: String
        var headers: [String: String]
        var body: String
    }

    private struct State {
        var seen: [Seen] = []
        var connections: [ObjectIdentifier: any Channel] = [:]
        var accepted = 0
        var server: (any Channel)?
        var waiters: [(isReady: @Sendable (Int, Int) -> Bool, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())
    private let script: @Sendable (Seen, Int) -> [Step]

    /// - Parameter script: what to do with a request and its number, from 0; nothing leaves the request unanswered.
    init(_ script: @escaping @Sendable (Seen, Int) -> [Step]) { self.script = script }

    var port: Int { state.withLock { $0.server?.localAddress?.port ?? 0 } }
    var url: String { "http://127.0.0.1:\(port)" }
    var seen: [Seen] { state.withLock(\.seen) }
    var accepted: Int { state.withLock(\.accepted) }
    var openConnections: Int { state.withLock(\.connections.count) }

    /// A whole answer.
    static func answer(
        _ body: String, status: String = "200 OK", type: String = "application/json", headers: [String] = []
    ) -> [Step] {
        let lines = ["HTTP/1.1 \(status)", "content-type: \(type)", "content-length: \(body.utf8.count)"] + headers
        return [.send(lines.joined(separator: "\r\n") + "\r\n\r\n" + body)]
    }

    /// The head of a stream that ends with its connection.
    static let streamHead = Step.send("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n")

    static let pong = answer(
        #"{"model":"m","choices":[{"message":{"content":"pong"}}],"usage":{"prompt_tokens":3,"completion_tokens":1}}"#)

    func start() async throws {
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 1_024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    self.admit(channel)
                    try channel.pipeline.syncOperations.addHandler(Handler(peer: self))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        state.withLock { $0.server = server }
    }

    func stop() async {
        let channels = state.withLock { Array($0.connections.values) + [$0.server].compactMap { $0 } }
        for channel in channels { try? await channel.close().get() }
    }

    /// Returns once so many requests were seen in all.
    func saw(_ count: Int) async { await wait { seen, _ in seen >= count } }

    /// Returns once a connection is open.
    func isConnected() async { await wait { _, open in open > 0 } }

    /// Returns once requests were seen and no connection is open any more.
    func isQuiet() async { await wait { seen, open in seen > 0 && open == 0 } }

    private func wait(_ isReady: @escaping @Sendable (Int, Int) -> Bool) async {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let isNow = state.withLock { state in
                if isReady(state.seen.count, state.connections.count) { return true }
                state.waiters.append((isReady, continuation))
                return false
            }
            if isNow { continuation.resume() }
        }
    }

    private func change(_ change: (inout State) -> Void) {
        let ready = state.withLock { state in
            change(&state)
            let (seen, open) = (state.seen.count, state.connections.count)
            let ready = state.waiters.filter { $0.isReady(seen, open) }.map(\.continuation)
            state.waiters.removeAll { $0.isReady(seen, open) }
            return ready
        }
        for continuation in ready { continuation.resume() }
    }

    private func admit(_ channel: any Channel) {
        change {
            $0.accepted += 1
            $0.connections[ObjectIdentifier(channel)] = channel
        }
        channel.closeFuture.whenComplete { _ in
            self.change { $0.connections[ObjectIdentifier(channel)] = nil }
        }
    }

    private func meet(_ seen: Seen, on channel: any Channel) {
        let number = state.withLock(\.seen.count)
        change { $0.seen.append(seen) }
        perform(script(seen, number)[...], on: channel)
    }

    private func perform(_ steps: ArraySlice<Step>, on channel: any Channel) {
        guard let step = steps.first else { return }
        let rest = steps.dropFirst()
        switch step {
        case .send(let text):
            channel.writeAndFlush(ByteBuffer(string: text), promise: nil)
            perform(rest, on: channel)
        case .wait(let time): channel.eventLoop.scheduleTask(in: TimeAmount(time)) { self.perform(rest, on: channel) }
        case .close: channel.close(promise: nil)
        case .reset:
            // Closing with a linger of 0 sends RST instead of FIN.
            guard let socket = channel as? any SocketOptionProvider else { return channel.close(promise: nil) }
            socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenComplete { _ in channel.close(promise: nil) }
        }
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let peer: ProbingPeer
        private var bytes: [UInt8] = []

        init(peer: ProbingPeer) { self.peer = peer }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            bytes += Array(unwrapInboundIn(data).readableBytesView)
            let text = String(decoding: bytes, as: UTF8.self)
            guard let end = text.firstRange(of: "\r\n\r\n") else { return }
            let lines = text[..<end.lowerBound].split(separator: "\r\n")
            var headers: [String: String] = [:]
            for line in lines.dropFirst() {
                let parts = line.split(separator: ":", maxSplits: 1)
                headers[parts[0].lowercased()] = parts.count > 1 ? String(parts[1].drop { $0 == " " }) : ""
            }
            let body = text[end.upperBound...]
            guard body.utf8.count >= headers["content-length"].flatMap({ Int($0) }) ?? 0 else { return }
            bytes = []
            let line = lines[0].split(separator: " ").prefix(2).joined(separator: " ")
            peer.meet(Seen(line: line, headers: headers, body: String(body)), on: context.channel)
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}

/// Runs a peer for the time of a scope.
@discardableResult
func withPeer<Result>(
    _ script: @escaping @Sendable (ProbingPeer.Seen, Int) -> [ProbingPeer.Step],
    _ body: (ProbingPeer) async throws -> Result
) async throws -> Result {
    let peer = ProbingPeer(script)
    try await peer.start()
    do {
        let result = try await body(peer)
        await peer.stop()
        return result
    } catch {
        await peer.stop()
        throw error
    }
}

/// A port on loopback that refuses: it was just closed.
func refusingPort() async throws -> Int {
    let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton).bind(
        host: "127.0.0.1", port: 0
    ).get()
    let port = server.localAddress?.port ?? 0
    try await server.close().get()
    return port
}
