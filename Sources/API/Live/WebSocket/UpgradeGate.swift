import NIOCore
import NIOHTTP1

/// Watches over a connection until its first request has been told apart.
///
/// NIO's upgrade handler drops the head of a request whose upgrade is refused, so the router would never see it, and a
/// client that merely offers `Upgrade: h2c` (curl's `--http2`, Java's) would get no answer. So the header comes off every
/// request that is let in by no door. Until the first one is there, nobody else looks at the connection: what Hummingbird does for
/// one that stays silent, sends no HTTP, or is open at a shutdown is done here.
final class UpgradeGate: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private let accepts: (HTTPRequestHead) -> Bool
    private let patience: TimeAmount
    private var isFirst = true
    private var timeout: Scheduled<Void>?

    /// - Parameters:
    ///   - patience: how long the first request is waited for.
    ///   - accepts: whether a request opens a WebSocket.
    init(patience: TimeAmount, accepts: @escaping (HTTPRequestHead) -> Bool) {
        self.patience = patience
        self.accepts = accepts
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let channel = context.channel
        timeout = context.eventLoop.scheduleTask(in: patience) { channel.close(promise: nil) }
    }

    func handlerRemoved(context: ChannelHandlerContext) { settle() }

    func channelInactive(context: ChannelHandlerContext) {
        settle()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(var head) = Self.unwrapInboundIn(data) else { return context.fireChannelRead(data) }
        let isAccepted = isFirst && accepts(head)
        settle()
        if !isAccepted, head.headers.contains(name: "Upgrade") {
            head.headers.remove(name: "Upgrade")
            // NIO's decoder reads nothing behind such a request, so there can be no next one.
            if head.headers[canonicalForm: "connection"].contains(where: { $0.lowercased() == "upgrade" }) {
                head.headers.replaceOrAdd(name: "Connection", value: "close")
            }
        }
        context.fireChannelRead(Self.wrapInboundOut(.head(head)))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard isFirst, error is HTTPParserError else { return context.fireErrorCaught(error) }
        settle()
        let headers: HTTPHeaders = ["connection": "close", "content-length": "0"]
        context.write(
            Self.wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .badRequest, headers: headers))),
            promise: nil)
        let channel = context.channel
        context.writeAndFlush(Self.wrapOutboundOut(.end(nil))).whenComplete { _ in channel.close(promise: nil) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if isFirst, event is ChannelShouldQuiesceEvent { return context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }

    private func settle() {
        isFirst = false
        timeout?.cancel()
        timeout = nil
    }
}
