import NIOCore
import NIOHTTP1

/// Tells the keeper when a connection is busy, and ends one whose client does not keep up its half: a request that
/// never ends, an answer that nobody reads.
final class ConnectionWatch: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart

    private let keeper: ConnectionKeeper
    private let patience: TimeAmount
    private var requests = 0
    private var reading: Scheduled<Void>?
    private var writing: Scheduled<Void>?

    /// - Parameter patience: for the rest of a request whose head has come, and for a client to read on.
    init(keeper: ConnectionKeeper, patience: TimeAmount) {
        self.keeper = keeper
        self.patience = patience
    }

    func handlerRemoved(context: ChannelHandlerContext) { settle() }

    func channelInactive(context: ChannelHandlerContext) {
        settle()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch Self.unwrapInboundIn(data) {
        case .head:
            requests += 1
            if requests == 1 { keeper.becomeBusy(context.channel) }
            reading?.cancel()
            reading = closing(context.channel)
        case .end:
            reading?.cancel()
            reading = nil
        case .body: break
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = Self.unwrapOutboundIn(data), requests > 0 {
            requests -= 1
            if requests == 0 { keeper.becomeSilent(context.channel) }
        }
        context.write(data, promise: promise)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        writing?.cancel()
        writing = context.channel.isWritable ? nil : closing(context.channel)
        context.fireChannelWritabilityChanged()
    }

    private func closing(_ channel: any Channel) -> Scheduled<Void> {
        channel.eventLoop.scheduleTask(in: patience) { channel.close(promise: nil) }
    }

    private func settle() {
        reading?.cancel()
        writing?.cancel()
        (reading, writing) = (nil, nil)
    }
}
