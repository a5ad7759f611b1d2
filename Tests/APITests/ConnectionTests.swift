import Logging
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import API

@Suite("Connections of the API", .timeLimit(.minutes(2)))
struct ConnectionTests {
    @Test func `the longest silent connection goes first`() {
        var table = ConnectionTable<Int>(limit: 3)
        #expect(table.open(1) == nil && table.open(2) == nil && table.open(3) == nil)
        table.becomeBusy(1)
        #expect(table.open(4) == 2)
        table.close(2)
        table.becomeSilent(1)
        // 3 has been silent since before 1 answered.
        #expect(table.open(5) == 3)
        table.close(3)
        #expect(table.open(6) == 4)
        #expect(table.count == 4)
    }

    @Test func `busy ones are never chosen and neither is the new one`() {
        var table = ConnectionTable<Int>(limit: 2)
        for key in 1...2 {
            _ = table.open(key)
            table.becomeBusy(key)
        }
        #expect(table.open(3) == nil)
        // One that was chosen is not chosen again before it has closed.
        #expect(table.open(4) == 3)
        #expect(table.open(5) == 4)
    }

    @Test func `many that come and go leave nothing behind`() {
        var table = ConnectionTable<Int>(limit: 100)
        var closed = 0
        for key in 0..<20_000 {
            if let leaving = table.open(key) {
                table.close(leaving)
                closed += 1
            }
        }
        #expect(table.count == 100 && closed == 19_900)
    }

    // MARK: Over the network

    private func serve(
        _ configuration: APIConfiguration, _ body: (_ server: APIServer, _ port: Int) async throws -> Void
    ) async throws {
        let (ports, source) = AsyncStream.makeStream(of: Int.self, bufferingPolicy: .bufferingNewest(1))
        let fixture = Fixture(configuration: configuration)
        let server = APIServer(fixture.api, logger: Fixture.logger()) { port in
            source.yield(port)
            source.finish()
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { source.finish() }
                try await server.run()
            }
            let port = try #require(await ports.first { _ in true })
            try await body(server, port)
            group.cancelAll()
            _ = await group.nextResult()
        }
    }

    /// Opens a connection that keeps what it receives.
    private func connect(_ port: Int, sending text: String = "") async throws -> (any Channel, Received) {
        let received = Received()
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Collector(received))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        // On a busy machine its time may be over before that.
        if !text.isEmpty { try? await channel.writeAndFlush(ByteBuffer(string: text)) }
        return (channel, received)
    }

    private final class Received: Sendable {
        let text = Mutex("")
    }

    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let received: Received
        init(_ received: Received) { self.received = received }
        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let buffer = Self.unwrapInboundIn(data)
            received.text.withLock { $0 += String(buffer: buffer) }
        }
    }

    private static let livez = "GET /livez HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n"

    @Test func `a crowd of idle connections keeps nobody out`() async throws {
        try await serve(APIConfiguration(port: 0, maximumConnections: 8)) { server, port in
            var crowd: [any Channel] = []
            for _ in 0..<200 { crowd.append(try await connect(port).0) }
            for _ in 0..<20 {
                let (channel, received) = try await connect(port, sending: Self.livez)
                try await channel.closeFuture.get()
                #expect(received.text.withLock { $0 }.hasPrefix("HTTP/1.1 200"))
            }
            #expect(server.keeper.count <= 8 + ConnectionKeeper.slack)
            #expect(server.keeper.closed >= 180)
            for channel in crowd { try? await channel.close().get() }
        }
    }

    @Test(arguments: [
        "", "GET /livez HT",
        "POST /api/llm-manager/health/probe HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 9\r\n\r\n{",
    ])
    func `a connection that does not get on is closed`(sent: String) async throws {
        let configuration = APIConfiguration(
            port: 0, firstRequestTimeout: .milliseconds(200), exchangeTimeout: .milliseconds(200))
        try await serve(configuration) { _, port in
            let (channel, _) = try await connect(port, sending: sent)
            // Ends by itself, or the test runs into its limit.
            try await channel.closeFuture.get()
        }
    }
}
