import AsyncHTTPClient
import Basics
import HTTPGuard
import Health
import NIOCore
import NIOHTTP1
import Synchronization

/// Sends one request and times its phases.
///
/// The deadline is ours and for the whole exchange: Portkey's own timeout ends at the response's head (provider facts
/// §0.4). Cancelling the task closes the connection.
struct TimedRequest: Sendable {
    var request: ProbeRequest
    /// For the whole exchange, from connecting to the last byte.
    var timeout: Duration
    /// How long an answer that has begun may be silent.
    var stallAfter: Duration
    /// What may cancel it beside the task's own cancellation.
    var scope: FlightScope?

    /// - Parameter worker: whose connections it uses; the first by default.
    /// - Throws: only when the task is cancelled; all else that can happen is part of the exchange.
    func send(by egress: Egress, _ worker: EgressWorker? = nil) async throws(CancellationError) -> Exchange {
        let worker = worker ?? egress.first
        let deadline = NIODeadline.now() + TimeAmount(timeout)
        var (exchange, isStale) = try await attempt(by: egress, worker, until: deadline)
        // Several may have been kept, and all of them may be closing.
        for _ in 0..<Self.repetitions where isStale {
            (exchange, isStale) = try await attempt(by: egress, worker, until: deadline)
        }
        return exchange
    }

    private static let repetitions = 3

    /// - Returns: what came of it, and whether it met a kept connection that was closing, so that it says nothing.
    private func attempt(
        by egress: Egress, _ worker: EgressWorker, until deadline: NIODeadline
    ) async throws(CancellationError) -> (exchange: Exchange, isStale: Bool) {
        guard !isCancelled else { throw CancellationError() }
        let delegate = Delegate(
            isStreamed: request.isStreamed, bodyLimit: request.bodyLimit, stallAfter: stallAfter)
        do {
            let client = try egress.client(for: request.host, of: worker)
            let task = client.execute(
                request: try request.clientRequest(), delegate: delegate, deadline: deadline)
            let exchange = try await withTaskCancellationHandler {
                guard let scope else { return try await task.get() }
                return try await scope.onCancel({ task.cancel() }) { try await task.get() }
            } onCancel: {
                task.cancel()
            }
            return (exchange, false)
        } catch {
            if isCancelled { throw CancellationError() }
            let exchange = delegate.ended(by: failure(error))
            // Handed to a connection after its end, it was never sent.
            let isUnsent = exchange.phases.connect == nil && exchange.failure == .closed
            return (exchange, error is StaleConnection || isUnsent)
        }
    }

    private var isCancelled: Bool { Task.isCancelled || scope?.isCancelled ?? false }

    /// Some errors say nothing of their reason where it is our own.
    private func failure(_ error: any Error) -> TransportFailure {
        let failure = TransportFailure(error)
        switch failure {
        case .ownResources(.ports) where request.host.name.contains(":"): return .unreachable
        case .dns, .tls, .other: return OwnResource.lacking().map { .ownResources($0) } ?? failure
        default: return failure
        }
    }

    /// Collects the answer. All calls come on the task's event loop, save `ended(by:)`.
    private final class Delegate: HTTPClientResponseDelegate, Sendable {
        typealias Response = Exchange

        private struct State {
            var exchange = Exchange()
            var events = ServerSentEvents()
            var lastByte: NIODeadline?
            var stall: Scheduled<Void>?
        }

        private let isStreamed: Bool
        private let bodyLimit: Int
        private let stallAfter: Duration
        private let start = NIODeadline.now()
        private let state = Mutex(State())

        init(isStreamed: Bool, bodyLimit: Int, stallAfter: Duration) {
            self.isStreamed = isStreamed
            self.bodyLimit = bodyLimit
            self.stallAfter = stallAfter
        }

        private func elapsed(_ now: NIODeadline) -> Duration { .nanoseconds((now - start).nanoseconds) }

        func didSendRequestHead(task: HTTPClient.Task<Exchange>, _ head: HTTPRequestHead) {
            let now = elapsed(.now())
            state.withLock { $0.exchange.phases.connect = now }
        }

        func didReceiveHead(task: HTTPClient.Task<Exchange>, _ head: HTTPResponseHead) -> EventLoopFuture<Void> {
            let now = NIODeadline.now()
            let length = head.headers.first(name: "content-length").flatMap { Int($0) } ?? 0
            state.withLock { state in
                state.exchange.status = Int(head.status.code)
                state.exchange.headers = head.headers
                state.exchange.phases.head = elapsed(now)
                state.lastByte = now
                state.events.isPlainLines = state.exchange.isLineStream
                if state.exchange.isEventStream { watch(task, &state) }
            }
            guard length <= bodyLimit else {
                return task.eventLoop.makeFailedFuture(TransportFailure.tooLong(limit: bodyLimit))
            }
            return task.eventLoop.makeSucceededVoidFuture()
        }

        func didReceiveBodyPart(task: HTTPClient.Task<Exchange>, _ buffer: ByteBuffer) -> EventLoopFuture<Void> {
            let now = NIODeadline.now()
            let isTooLong = state.withLock { state in
                let at = elapsed(now)
                if state.exchange.phases.firstByte == nil {
                    state.exchange.phases.firstByte = at
                } else if let last = state.lastByte {
                    let gap = Duration.nanoseconds((now - last).nanoseconds)
                    state.exchange.phases.longestGap = max(state.exchange.phases.longestGap ?? .zero, gap)
                }
                state.lastByte = now
                guard state.exchange.body.count + buffer.readableBytes <= bodyLimit else { return true }
                state.exchange.body.append(contentsOf: buffer.readableBytesView)
                if isStreamed || state.exchange.isEventStream {
                    for event in state.events.append(buffer.readableBytesView) {
                        state.exchange.events.append(.init(event: event, at: at))
                    }
                }
                if state.stall == nil { watch(task, &state) }
                return false
            }
            guard !isTooLong else { return task.eventLoop.makeFailedFuture(TransportFailure.tooLong(limit: bodyLimit)) }
            return task.eventLoop.makeSucceededVoidFuture()
        }

        func didFinishRequest(task: HTTPClient.Task<Exchange>) throws -> Exchange { ended(by: nil) }

        func didReceiveError(task: HTTPClient.Task<Exchange>, _ error: any Error) {
            state.withLock { state in
                state.stall?.cancel()
                state.stall = nil
            }
        }

        /// The exchange as it stands, closed.
        func ended(by failure: TransportFailure?) -> Exchange {
            let now = elapsed(.now())
            return state.withLock { state in
                state.stall?.cancel()
                state.stall = nil
                if let event = state.events.finish() { state.exchange.events.append(.init(event: event, at: now)) }
                state.exchange.duration = now
                state.exchange.failure = failure
                return state.exchange
            }
        }

        /// Looks after the stall time whether anything came meanwhile: one timer an answer, not one a byte.
        private func watch(_ task: HTTPClient.Task<Exchange>, _ state: inout State) {
            let last = state.lastByte ?? .now()
            state.stall = task.eventLoop.scheduleTask(deadline: last + TimeAmount(stallAfter)) { [self] in
                self.state.withLock { state in
                    guard state.stall != nil, let last = state.lastByte else { return }
                    if NIODeadline.now() - last >= TimeAmount(stallAfter) {
                        state.stall = nil
                        // On the loop's next turn: failing the task calls back into this delegate.
                        task.eventLoop.execute { task.fail(reason: TransportFailure.stall(self.stallAfter)) }
                    } else {
                        watch(task, &state)
                    }
                }
            }
        }
    }
}
