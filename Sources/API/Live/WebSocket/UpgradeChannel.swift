import Health
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// A connection of the API: HTTP/1.1, or a WebSocket where its first request asks for one.
///
/// Only the first request of a connection is looked at, as NIO's upgrade handler does; browsers and all common clients
/// open a fresh connection for a WebSocket.
struct UpgradeChannel: HTTPChannelHandler {
    struct Value: ServerChildChannelValue {
        let connection: EventLoopFuture<UpgradedConnection<HTTP1Channel.Value>>
        let channel: any Channel
    }

    let responder: Responder
    let door: UpgradeDecision
    let keeper: ConnectionKeeper
    let timeouts: Timeouts

    struct Timeouts: Sendable {
        /// For the first request's head.
        var firstRequest: Duration
        /// For the rest of a request, and for a client to read on.
        var exchange: Duration
        /// Between two requests.
        var idle: Duration
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            keeper.admit(channel)
            let encoder = HTTPResponseEncoder()
            let decoder = ByteToMessageHandler(
                HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes, limitConfiguration: Self.headerLimits))
            let gate = UpgradeGate(patience: TimeAmount(timeouts.firstRequest)) { head in
                guard door.request(head) != nil, door.feed.enter(.webSocket) else { return false }
                channel.closeFuture.whenComplete { _ in door.feed.leave(.webSocket) }
                return true
            }
            let watch = ConnectionWatch(keeper: keeper, patience: TimeAmount(timeouts.exchange))
            let upgrade = NIOTypedHTTPServerUpgradeHandler(
                httpEncoder: encoder, extraHTTPHandlers: [decoder, watch, gate],
                upgradeConfiguration: .init(
                    upgraders: [LiveUpgrader(door: door)],
                    notUpgradingCompletionHandler: { channel in
                        channel.eventLoop.makeCompletedFuture { .http(try addHTTP(to: channel, logger: logger)) }
                    }))
            try channel.pipeline.syncOperations.addHandlers([encoder, decoder, watch, gate, upgrade])
            return Value(connection: upgrade.upgradeResultFuture, channel: channel)
        }
    }

    private static var headerLimits: NIOHTTPDecoderLimitConfiguration {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderListSize = 32 * 1_024
        limits.maxHeaderFieldSize = 16 * 1_024
        limits.maxHeaderFieldCount = 100
        return limits
    }

    private func addHTTP(to channel: any Channel, logger: Logger) throws -> HTTP1Channel.Value {
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: false))
        try pipeline.addHandler(HTTPConnectionStateHandler(idleTimeout: timeouts.idle, logger: logger))
        return try HTTP1Channel.Value(
            wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
    }

    func handle(value: Value, logger: Logger) async {
        do {
            let connection = try await withTaskCancellationHandler {
                try await value.connection.get()
            } onCancel: {
                value.channel.close(promise: nil)
            }
            switch connection {
            case .http(let http):
                await LiveConnection.$channel.withValue(value.channel) {
                    await handleHTTP(asyncChannel: http, logger: logger)
                }
            case .webSocket(let socket): await serve(socket, logger: logger)
            }
        } catch {
            logger.debug("A connection ended before its first request", metadata: ["error": "\(error)"])
        }
    }

    /// Lives as long as the socket does: reads the history for it.
    private func serve(_ socket: UpgradedSocket, logger: Logger) async {
        let loop = socket.channel.eventLoop
        let handler = socket.handler
        await withTaskCancellationHandler {
            door.feed.freshen(logger: logger)
            loop.execute { handler.value.start() }
            for await seq in socket.questions {
                let page = await door.feed.page(after: seq, logger: logger)
                loop.execute { handler.value.answer(page) }
            }
            try? await socket.channel.closeFuture.get()
        } onCancel: {
            socket.channel.close(promise: nil)
        }
    }
}
