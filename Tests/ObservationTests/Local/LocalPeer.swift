import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// An HTTP server on loopback that answers each path as a test says, and remembers what it was asked.
final class LocalPeer: Sendable {
    enum Reply: Sendable {
        case body(String, status: Int = 200, headers: [String: String] = [:])
        /// 200 with so many blanks.
        case blanks(Int)
        /// Nothing, until ``LocalPeer/release(_:)``; then this.
        case held(String)
        /// The connection ends without an answer.
        case drop
    }

    struct Seen: Sendable, Hashable {
        var line: String
        var token: String?
    }

    private struct Watcher {
        var line: String
        var count: Int
        var continuation: CheckedContinuation<Void, Never>
    }
    private struct Held {
        var path: String
        var body: String
        var channel: any Channel
    }
    private struct State {
        var replies: [String: Reply] = [:]
        var otherwise = Reply.body("404 page not found", status: 404)
        var seen: [Seen] = []
        var watchers: [Watcher] = []
        var held: [Held] = []
        var server: (any Channel)?
        var connections: [ObjectIdentifier: any Channel] = [:]
        var accepted = 0
        var port = 0
    }

    private let state = Mutex(State())

    var url: String { "http://127.0.0.1:\(state.withLock(\.port))" }
    var seen: [Seen] { state.withLock(\.seen) }
    var lines: [String] { seen.map(\.line) }
    /// How many connections were ever made.
    var acceptedConnections: Int { state.withLock(\.accepted) }

    func answer(_ path: String, _ reply: Reply) { state.withLock { $0.replies[path] = reply } }
    func answer(_ path: String, _ json: String) { answer(path, .body(json)) }
    /// For paths without a reply of their own.
    func answerOtherwise(_ reply: Reply) { state.withLock { $0.otherwise = reply } }
    func forget(_ path: String) { _ = state.withLock { $0.replies.removeValue(forKey: path) } }

    /// Listens; on the port it had when it was stopped before.
    func start() async throws {
        let port = state.withLock(\.port)
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    self.admit(channel)
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: true)
                    try channel.pipeline.syncOperations.addHandler(Handler(peer: self))
                }
            }
            .bind(host: "127.0.0.1", port: port).get()
        state.withLock { state in
            state.server = server
            state.port = server.localAddress?.port ?? 0
        }
    }

    /// Refuses from now on, and cuts what is connected.
    func stop() async throws {
        let (server, connections) = state.withLock { state in
            defer {
                state.server = nil
                state.connections = [:]
                state.held = []
            }
            return (state.server, Array(state.connections.values))
        }
        try await server?.close().get()
        for connection in connections { try? await connection.close().get() }
    }

    /// Returns once a request line was seen so many times in all.
    func saw(_ line: String, times count: Int = 1) async {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let isThere = state.withLock { state in
                if state.seen.count(where: { $0.line == line }) >= count { return true }
                state.watchers.append(Watcher(line: line, count: count, continuation: continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    /// Answers what is held at a path.
    func release(_ path: String) {
        let released = state.withLock { state in
            defer { state.held.removeAll { $0.path == path } }
            return state.held.filter { $0.path == path }
        }
        for held in released { Self.write(held.body, status: 200, headers: [:], to: held.channel) }
    }

    private func admit(_ channel: any Channel) {
        state.withLock { state in
            state.accepted += 1
            state.connections[ObjectIdentifier(channel)] = channel
        }
        channel.closeFuture.whenComplete { _ in
            _ = self.state.withLock { $0.connections.removeValue(forKey: ObjectIdentifier(channel)) }
        }
    }

    private func handle(_ head: HTTPRequestHead, on channel: any Channel) {
        let (reply, ready) = state.withLock { state in
            state.seen.append(
                Seen(line: "\(head.method) \(head.uri)", token: head.headers.first(name: "Authorization")))
            let ready = state.watchers.filter { watcher in
                state.seen.count { $0.line == watcher.line } >= watcher.count
            }
            state.watchers.removeAll { watcher in state.seen.count { $0.line == watcher.line } >= watcher.count }
            let reply = state.replies[head.uri] ?? state.otherwise
            if case .held(let body) = reply {
                state.held.append(Held(path: head.uri, body: body, channel: channel))
            }
            return (reply, ready)
        }
        for watcher in ready { watcher.continuation.resume() }
        switch reply {
        case .body(let body, let status, let headers): Self.write(body, status: status, headers: headers, to: channel)
        case .blanks(let count):
            Self.write(String(repeating: " ", count: count), status: 200, headers: [:], to: channel)
        case .held: break
        case .drop: channel.close(promise: nil)
        }
    }

    private static func write(_ body: String, status: Int, headers: [String: String], to channel: any Channel) {
        var fields = HTTPHeaders(headers.map { ($0.key, $0.value) })
        fields.add(name: "Content-Length", value: String(body.utf8.count))
        let head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: status), headers: fields)
        channel.write(HTTPServerResponsePart.head(head), promise: nil)
        channel.write(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(string: body))), promise: nil)
        channel.writeAndFlush(HTTPServerResponsePart.end(nil), promise: nil)
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        private let peer: LocalPeer
        private var head: HTTPRequestHead?

        init(peer: LocalPeer) { self.peer = peer }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head): self.head = head
            case .body: break
            case .end:
                if let head { peer.handle(head, on: context.channel) }
                head = nil
            }
        }
    }
}

/// Raw answers in the shape of provider facts §6 and §7.
extension LocalPeer {
    static func tags(_ models: String...) -> String { #"{"models":[\#(models.joined(separator: ","))]}"# }

    static func tag(_ name: String, _ more: String = "") -> String {
        #"{"name":"\#(name)","model":"\#(name)","modified_at":"2026-05-04T17:37:44.706015396-07:00","size":2019393189,"#
            + #""digest":"a80c4f17","details":{"parent_model":"","format":"gguf","family":"llama","#
            + #""families":["llama"],"parameter_size":"3.2B","quantization_level":"Q4_K_M"}\#(more)}"#
    }

    static func running(_ name: String, size: Int = 5_000, vram: Int = 5_000, expires: String = farAway) -> String {
        #"{"name":"\#(name)","model":"\#(name)","size":\#(size),"digest":"2ae6","details":{"format":"gguf"},"#
            + #""expires_at":"\#(expires)","size_vram":\#(vram),"context_length":4096}"#
    }

    static let farAway = "2099-06-04T14:38:31.83753-07:00"

    /// An Ollama with these models on disk and none in memory.
    func playOllama(_ names: String...) {
        answer("/", "Ollama is running")
        answer("/api/version", #"{"version":"0.12.6"}"#)
        answer("/api/tags", #"{"models":[\#(names.map { Self.tag($0) }.joined(separator: ","))]}"#)
        answer("/api/ps", #"{"models":[]}"#)
    }

    /// LM Studio's answer to a path it does not know.
    static func unknownPath(_ path: String) -> String {
        #"{"error":"Unexpected endpoint or method. (GET \#(path))"}"#
    }

    /// A llama.cpp server with a list of models, loaded and awake.
    func playLlamaCpp(models: String, props: String = #"{"is_sleeping":false,"build_info":"b8681"}"#) {
        answer("/health", #"{"status":"ok"}"#)
        answer("/v1/models", models)
        answer("/props", props)
    }

    /// An LM Studio that knows only the lists given.
    func playLMStudio(native: String? = nil, beta: String? = nil, openAI: String? = nil) {
        for (path, list) in [("/api/v1/models", native), ("/api/v0/models", beta), ("/v1/models", openAI)] {
            answer(path, list ?? Self.unknownPath(path))
        }
    }
}
