import NIOCore
import NIOHTTP1
import NIOWebSocket

/// What a connection turned out to be.
enum UpgradedConnection<HTTP: Sendable>: Sendable {
    case http(HTTP)
    case webSocket(UpgradedSocket)
}

/// A WebSocket whose handshake is done.
struct UpgradedSocket: Sendable {
    let channel: any Channel
    let questions: AsyncStream<UInt64>
    let handler: NIOLoopBound<LiveSocket>
}

/// Makes a WebSocket of the live stream of a connection.
///
/// NIO answers the handshake. Its frame handlers are left out: frames to all readers are the same bytes, made once.
struct LiveUpgrader<HTTP: Sendable>: NIOTypedHTTPServerProtocolUpgrader {
    typealias UpgradeResult = UpgradedConnection<HTTP>

    let door: UpgradeDecision

    let supportedProtocol = "websocket"
    let requiredUpgradeHeaders: [String] = []

    /// Bytes that the system keeps for a reader that does not take them.
    private static var sendBuffer: Int { 64 * 1_024 }

    func buildUpgradeResponse(
        channel: any Channel, upgradeRequest: HTTPRequestHead, initialResponseHeaders: HTTPHeaders
    ) -> EventLoopFuture<HTTPHeaders> {
        let selected = Subprotocols(upgradeRequest.headers["sec-websocket-protocol"]).selected
        let handshake = NIOTypedWebSocketServerUpgrader<Void>(
            shouldUpgrade: { channel, _ in
                channel.eventLoop.makeSucceededFuture(selected.map { ["Sec-WebSocket-Protocol": $0] } ?? [:])
            },
            upgradePipelineHandler: { channel, _ in channel.eventLoop.makeSucceededVoidFuture() })
        return handshake.buildUpgradeResponse(
            channel: channel, upgradeRequest: upgradeRequest, initialResponseHeaders: initialResponseHeaders)
    }

    func upgrade(channel: any Channel, upgradeRequest: HTTPRequestHead) -> EventLoopFuture<UpgradeResult> {
        channel.eventLoop.makeCompletedFuture {
            guard let request = door.request(upgradeRequest) else { throw CloseReason.goingAway }
            let feed = door.feed
            let socket = LiveSocket(
                feed, Subscription(filter: request.filter, after: request.after, limits: feed.limits))
            try? channel.syncOptions?.setOption(.socketOption(.so_sndbuf), value: Self.sendBuffer)
            try channel.pipeline.syncOperations.addHandler(socket)
            return .webSocket(
                UpgradedSocket(
                    channel: channel, questions: socket.questions,
                    handler: NIOLoopBound(socket, eventLoop: channel.eventLoop)))
        }
    }
}
