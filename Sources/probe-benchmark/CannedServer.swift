import NIOCore
import NIOHTTP1
import NIOPosix

/// A model that answers at once, always the same: the least that a peer can cost.
struct CannedServer {
    static let answer = """
        {"id":"c-1","object":"chat.completion","created":1790000000,"model":"gpt-4o-mini","choices":[{"index":0,\
        "message":{"role":"assistant","content":"pong"},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,\
        "completion_tokens":1,"total_tokens":10}}
        """

    /// Prints its URL and answers until it is killed.
    static func run() async throws {
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 1_024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Handler())
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        ProbeBenchmark.say("http://127.0.0.1:\(server.localAddress?.port ?? 0)")
        try await server.closeFuture.get()
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private static let head: HTTPResponseHead = {
            HTTPResponseHead(
                version: .http1_1, status: .ok,
                headers: [
                    "content-type": "application/json", "content-length": "\(answer.utf8.count)",
                    "x-ratelimit-limit-requests": "10000", "x-ratelimit-remaining-requests": "9999",
                    "x-ratelimit-reset-requests": "8.64s",
                ])
        }()
        private static let body = ByteBuffer(string: answer)

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            guard case .end = unwrapInboundIn(data) else { return }
            context.write(wrapOutboundOut(.head(Self.head)), promise: nil)
            context.write(wrapOutboundOut(.body(.byteBuffer(Self.body))), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
    }
}
