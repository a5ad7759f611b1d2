package import NIOCore
import NIOHTTP1

/// Stands in a connection's pipeline between HTTP's decoder and the client library, and lets through only what the
/// library can take: see ``AnswerRules``. Bodies that came compressed are unpacked on the way.
package enum AnswerGuard {
    /// Puts the guard in; for `HTTPClient.Configuration.http1_1ConnectionDebugInitializer`, which is called once a
    /// connection stands and before anything is sent.
    ///
    /// - Parameter inflates: whether bodies are unpacked here, rather than by the library.
    package static func install(
        on channel: any Channel, limits: AnswerRules.Limits = .init(), inflates: Bool = true
    ) -> EventLoopFuture<Void> {
        let loop = channel.eventLoop
        if loop.inEventLoop { return loop.makeCompletedFuture { try add(to: channel, limits, inflates) } }
        return loop.submit { try add(to: channel, limits, inflates) }
    }

    private static func add(to channel: any Channel, _ limits: AnswerRules.Limits, _ inflates: Bool) throws {
        // A library handler that was added to a closed channel must not be told that it closes.
        guard channel.isActive else { throw ChannelError.ioOnClosedChannel }
        let pipeline = channel.pipeline.syncOperations
        do {
            let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPResponseDecoder>.self)
            let shared = SharedRules(limits)
            try pipeline.addHandler(PartGuard(shared, inflates: inflates), position: .after(decoder))
            try pipeline.addHandler(ByteGuard(shared), position: .before(decoder))
        } catch {
            // The client's pool forgets the connection first, and does not expect it to close before that.
            channel.eventLoop.execute { channel.close(promise: nil) }
            throw error
        }
    }
}

/// A connection that had served a request before ended under the next one, of which the peer had said nothing yet: it
/// may have been closing already. Asking again on another connection is what every client does.
package struct StaleConnection: Error, CustomStringConvertible {
    package init() {}
    package var description: String { "the connection was closed before an answer began" }
}

/// The rules of one connection, on its event loop.
private final class SharedRules {
    var rules: AnswerRules
    init(_ limits: AnswerRules.Limits) { rules = AnswerRules(limits) }
}

/// Before the decoder: bounds what it may swallow.
private final class ByteGuard: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let shared: SharedRules

    init(_ shared: SharedRules) { self.shared = shared }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch shared.rules.read(Self.unwrapInboundIn(data).readableBytes) {
        case .pass: context.fireChannelRead(data)
        case .drop: break
        case .fail(let fault): context.fireErrorCaught(GuardError(fault: fault))
        }
    }
}

/// On its way from ``ByteGuard`` to ``PartGuard``, which must not take it for an error of the decoder.
private struct GuardError: Error { var fault: AnswerFault }

/// After the decoder: sees every part of an answer before the library does.
private final class PartGuard: ChannelDuplexHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias InboundOut = HTTPClientResponsePart
    typealias OutboundIn = HTTPClientRequestPart
    typealias OutboundOut = HTTPClientRequestPart

    private let shared: SharedRules
    private let inflates: Bool
    private var inflater: Inflater?
    /// Why a body cannot be read; an empty one may have any coding.
    private var unreadable: AnswerFault?
    private var requests = 0
    /// Whether a request was handed over when the connection was already to be closed.
    private var isLate = false

    init(_ shared: SharedRules, inflates: Bool) {
        self.shared = shared
        self.inflates = inflates
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .head = Self.unwrapOutboundIn(data) {
            requests += 1
            isLate = shared.rules.isBroken
            shared.rules.asked()
        }
        context.write(data, promise: promise)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch Self.unwrapInboundIn(data) {
        case .head(let head):
            perform(shared.rules.head(head), context) {
                expect(head.headers)
                context.fireChannelRead(data)
            }
        case .body(let buffer):
            perform(shared.rules.body(), context) { take(buffer, data, context) }
        case .end:
            // Passed on in `deliverEnd`, when it is known whether anything follows.
            perform(shared.rules.end(), context) {}
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        deliverEnd(context)
        context.fireChannelReadComplete()
    }

    func channelInactive(context: ChannelHandlerContext) {
        deliverEnd(context)
        if isStale { context.fireErrorCaught(StaleConnection()) }
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let error = error as? GuardError { return context.fireErrorCaught(error.fault) }
        guard shared.rules.error() == .pass else { return }
        context.fireErrorCaught(isStale && error is IOError ? StaleConnection() : error)
    }

    private var isStale: Bool { requests > 1 && (isLate || shared.rules.isUnheard) }

    private func perform(_ action: AnswerRules.Action, _ context: ChannelHandlerContext, _ pass: () -> Void) {
        switch action {
        case .pass: pass()
        case .drop: break
        case .fail(let fault): context.fireErrorCaught(fault)
        }
    }

    private func fail(_ fault: AnswerFault, _ context: ChannelHandlerContext) {
        perform(shared.rules.fail(fault), context) {}
    }

    // MARK: Bodies

    private func expect(_ headers: HTTPHeaders) {
        (inflater, unreadable) = (nil, nil)
        guard inflates else { return }
        do throws(AnswerFault) {
            inflater = try Inflater.coding(of: headers["content-encoding"]).map {
                Inflater($0, limits: shared.rules.limits)
            }
        } catch {
            unreadable = error
        }
    }

    private func take(_ buffer: ByteBuffer, _ data: NIOAny, _ context: ChannelHandlerContext) {
        if let unreadable { return fail(unreadable, context) }
        guard let inflater else { return context.fireChannelRead(data) }
        do throws(AnswerFault) {
            try inflater.read(buffer, allocator: context.channel.allocator) {
                context.fireChannelRead(Self.wrapInboundOut(.body($0)))
            }
        } catch {
            fail(error, context)
        }
    }

    private func deliverEnd(_ context: ChannelHandlerContext) {
        guard case .whole(let isClosing) = shared.rules.ending() else { return }
        let inflater = self.inflater
        self.inflater = nil
        do throws(AnswerFault) {
            try inflater?.finish()
        } catch {
            return fail(error, context)
        }
        // Trailers tell nothing that is read.
        context.fireChannelRead(Self.wrapInboundOut(.end(nil)))
        if isClosing { context.close(promise: nil) }
    }
}
