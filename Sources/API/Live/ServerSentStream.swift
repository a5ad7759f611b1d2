import HTTPTypes
import Health
import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle
import Synchronization

/// The live stream as Server-Sent Events (HTML §9.2): a response whose body goes on.
struct ServerSentStream: Sendable {
    let feed: LiveFeed
    let request: LiveRequest
    let body: RequestBody
    let logger: Logger

    /// Bytes that go out in one piece, one message more at most.
    private static let pieceSize = 32 * 1_024

    var response: Response {
        var headers = Reply.headers(contentType: "text/event-stream", cacheControl: "no-store")
        // A proxy that gathers answers would hold the stream back.
        headers[.xAccelBuffering] = "no"
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody { writer in
                try await write(to: &writer)
                try await writer.finish(nil)
            })
    }

    private func write(to writer: inout any ResponseBodyWriter) async throws {
        guard feed.enter(.serverSentEvents) else { return }
        defer { feed.leave(.serverSentEvents) }
        feed.freshen(logger: logger)
        let stall = StallWatch(limits: feed.limits, timekeeper: feed.timekeeper)
        let (signals, end) = feed.signals()
        try await body.consumeWithInboundCloseHandler { _ in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await watch(stall) }
                group.addTask {
                    try await gracefulShutdown()
                    feed.metrics.report(cut: .shutdown)
                    stall.shutDown()
                    end.finish()
                }
                defer { group.cancelAll() }
                try await follow(&writer, signals, stall)
            }
        } onInboundClosed: {
            end.finish()
        }
    }

    private func follow(
        _ writer: inout any ResponseBodyWriter, _ signals: AsyncStream<Void>, _ stall: StallWatch
    ) async throws {
        var subscription = Subscription(filter: request.filter, after: request.after, limits: feed.limits)
        var signals = signals.makeAsyncIterator()
        var piece = ByteBuffer()
        var quietSince = feed.timekeeper.now.uptime
        while true {
            var count = 0
            var action = feed.next(&subscription)
            while case .send(let message) = action {
                message.write(eventTo: &piece)
                count += 1
                if piece.readableBytes >= Self.pieceSize { break }
                action = feed.next(&subscription)
            }
            let now = feed.timekeeper.now.uptime
            if count == 0, now - quietSince >= feed.limits.silence { piece.writeStaticString(": still here\n\n") }
            if piece.readableBytes > 0 {
                stall.begin()
                try await writer.write(piece)
                stall.end()
                piece.clear()
                quietSince = now
                feed.metrics.report(messages: count, over: .serverSentEvents)
                feed.metrics.report(coalesced: subscription.takeLeftOut())
            }
            switch action {
            case .send: continue
            case .read(let seq): subscription.take(await feed.page(after: seq, logger: logger))
            case .wait:
                guard await signals.next() != nil else { return }
            }
        }
    }

    /// Cuts the connection of a reader that takes nothing: a write that waits for it ends by nothing else.
    private func watch(_ stall: StallWatch) async throws {
        while true {
            try await feed.timekeeper.sleep(for: feed.limits.updateInterval)
            guard let cut = stall.cut else { continue }
            if cut == .slow { feed.metrics.report(cut: .slow) }
            LiveConnection.channel?.close(promise: nil)
        }
    }
}

/// The connection that the present request came over.
enum LiveConnection {
    @TaskLocal static var channel: (any Channel)?
}

/// How long a piece has waited for its reader.
private final class StallWatch: Sendable {
    private struct State {
        var begunAt: Duration?
        var shutDownAt: Duration?
    }

    private let limits: LiveLimits
    private let timekeeper: Timekeeper
    private let state = Mutex(State())

    init(limits: LiveLimits, timekeeper: Timekeeper) {
        self.limits = limits
        self.timekeeper = timekeeper
    }

    func begin() { state.withLock { $0.begunAt = timekeeper.now.uptime } }
    func end() { state.withLock { $0.begunAt = nil } }
    func shutDown() { state.withLock { $0.shutDownAt = timekeeper.now.uptime } }

    /// Why the connection is to be cut, if it is.
    var cut: LiveMetrics.Cut? {
        let now = timekeeper.now.uptime
        return state.withLock { state in
            if let since = state.shutDownAt, now - since >= limits.close { return .shutdown }
            if let since = state.begunAt, now - since >= limits.stall { return .slow }
            return nil
        }
    }
}

extension HTTPField.Name {
    // A literal that is a valid name.
    fileprivate static let xAccelBuffering = HTTPField.Name("X-Accel-Buffering")!
}
