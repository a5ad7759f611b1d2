import Health
import NIOCore

/// One WebSocket of the live stream: the last handler of its connection, on whose event loop everything happens.
///
/// It writes what its subscription gives it for as long as the connection takes it, answers pings and deals with the
/// closing handshake (RFC 6455 §5.5, §7).
final class LiveSocket: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum Phase {
        /// The fleet is being encoded.
        case waiting
        case open
        /// Our close frame has gone out; the connection is cut at the given uptime.
        case closing(until: Duration)
        case closed
    }

    /// Numbers after which history is to be read; ends with the connection.
    let questions: AsyncStream<UInt64>
    private let ask: AsyncStream<UInt64>.Continuation
    private let feed: LiveFeed
    private var subscription: Subscription
    private var reader: FrameReader
    private var watch: PeerWatch
    private var phase = Phase.waiting
    private var context: ChannelHandlerContext?
    private var id: Int?
    private var isSending = false
    /// The newest ping that could not be answered yet.
    private var unanswered: ByteBuffer?

    init(_ feed: LiveFeed, _ subscription: Subscription) {
        self.feed = feed
        self.subscription = subscription
        reader = FrameReader(limit: feed.limits.message)
        watch = PeerWatch(limits: feed.limits, at: feed.timekeeper.now.uptime)
        (questions, ask) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    // MARK: Sending

    /// Begins to send, once a fleet has been encoded.
    func start() {
        guard case .waiting = phase else { return }
        phase = .open
        wake()
    }

    func answer(_ page: HistoryPage) {
        subscription.take(page)
        wake()
    }

    /// Sends what there is and the connection takes.
    func wake() {
        // A flush may tell that there is room again: the loop below sees that by itself.
        guard case .open = phase, !isSending, let context else { return }
        isSending = true
        defer { isSending = false }
        answerPing(context)
        var total = 0
        var isDone = false
        while !isDone, context.channel.isWritable {
            var count = 0
            while !isDone, context.channel.isWritable {
                switch feed.next(&subscription) {
                case .send(let message):
                    message.forEachPart { context.write(Self.wrapOutboundOut($0), promise: nil) }
                    count += 1
                case .read(let seq):
                    ask.yield(seq)
                    isDone = true
                case .wait:
                    isDone = true
                }
            }
            if count > 0 { context.flush() }
            total += count
        }
        guard total > 0 else { return }
        feed.metrics.report(messages: total, over: .webSocket)
        feed.metrics.report(coalesced: subscription.takeLeftOut())
    }

    /// Looks after the peer, about once a second.
    func tick(at now: Duration) {
        guard let context else { return }
        switch phase {
        case .closed: return
        case .closing(let deadline):
            if now >= deadline { end() }
        case .waiting, .open:
            let waiting = (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
            switch watch.look(waiting: waiting, isFull: !context.channel.isWritable, at: now) {
            case .none: wake()
            case .ping:
                var ping = ByteBuffer()
                ping.writeFrameHeader(opcode: .ping, length: 0)
                context.write(Self.wrapOutboundOut(ping), promise: nil)
                context.flush()
                wake()
            case .cutSlow:
                feed.metrics.report(cut: .slow)
                cut(.tooSlow)
            case .cutSilent:
                feed.metrics.report(cut: .silent)
                end()
            }
        }
    }

    private func answerPing(_ context: ChannelHandlerContext) {
        guard context.channel.isWritable, let payload = unanswered else { return }
        unanswered = nil
        var pong = ByteBuffer()
        pong.writeFrameHeader(opcode: .pong, length: payload.readableBytes)
        pong.writeImmutableBuffer(payload)
        context.writeAndFlush(Self.wrapOutboundOut(pong), promise: nil)
    }

    // MARK: Receiving

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .closed = phase { return }
        reader.append(Self.unwrapInboundIn(data))
        let now = feed.timekeeper.now.uptime
        do throws(CloseReason) {
            while let input = try reader.next() {
                switch input {
                case .close(let code):
                    if case .closing = phase { return end() }
                    answerPing(context)
                    return finish(code, context)
                case .ping(let payload):
                    // RFC 6455 §5.5.2: only the newest of several pings must be answered.
                    unanswered = payload
                case .text, .pong, .fragment: break
                }
                guard watch.heard(at: now) else { throw CloseReason.tooManyFrames }
            }
            if case .closing = phase { return }
            answerPing(context)
        } catch {
            feed.metrics.report(cut: .violation)
            cut(error)
        }
    }

    // MARK: Ending

    /// Begins the closing handshake.
    func close(_ reason: CloseReason) {
        switch phase {
        case .closing, .closed: return
        case .waiting, .open: break
        }
        guard let context else { return }
        phase = .closing(until: feed.timekeeper.now.uptime + feed.limits.close)
        ask.finish()
        context.writeAndFlush(Self.wrapOutboundOut(.closeFrame(reason.code, reason.text)), promise: nil)
    }

    /// Tells why and sends nothing more; the peer's answer is not understood, or not waited for.
    private func cut(_ reason: CloseReason) {
        if case .closing = phase { return end() }
        close(reason)
        phase = .closed
        guard let context else { return }
        // What is still on its way from the peer is read, so that it gets our frame and no reset.
        context.close(mode: .output, promise: nil)
        let channel = context.channel
        channel.eventLoop.scheduleTask(in: TimeAmount(feed.limits.close)) { channel.close(promise: nil) }
    }

    /// Answers the peer's close frame, then closes: RFC 6455 §7.1.1 lets the server do so first.
    private func finish(_ code: UInt16?, _ context: ChannelHandlerContext) {
        phase = .closed
        ask.finish()
        let channel = context.channel
        context.writeAndFlush(Self.wrapOutboundOut(.closeFrame(code))).whenComplete { _ in
            channel.close(promise: nil)
        }
    }

    private func end() {
        phase = .closed
        ask.finish()
        context?.close(promise: nil)
    }

    // MARK: Life of the connection

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        id = feed.join(self, on: context.eventLoop)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        phase = .closed
        ask.finish()
        if let id { feed.part(id, from: context.eventLoop) }
        id = nil
        self.context = nil
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { wake() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ChannelShouldQuiesceEvent:
            feed.metrics.report(cut: .shutdown)
            close(.goingAway)
        case ChannelEvent.inputClosed: end()
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { end() }
}
