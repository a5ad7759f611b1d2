import HTTPTypes
import Hummingbird

/// Calls one target, with its retries and its timeout.
struct PortkeyCaller: Sendable {
    let upstreams: UpstreamDirectory
    let clock: SimulatorClock

    func call(_ incoming: Incoming, _ target: PortkeyConfig, at index: String) async throws -> PortkeyRouter.Route {
        guard let provider = target.provider else {
            return .failed(PortkeyVoice.failure("Something went wrong", status: 500))
        }
        let body = incoming.method == "GET" ? nil : incoming.json
        let request = UpstreamRequest(incoming, body: body, to: target, provider: provider)
        let transform = AnswerTransform(provider: provider, endpoint: String(incoming.path.dropFirst("/v1".count)))
        let isStream = body?["stream"]?.bool ?? false
        var attempt = 0
        while true {
            guard let reply = try await once(request, transform, isStream: isStream, timeout: target.requestTimeout)
            else {
                return .failed(PortkeyVoice.exception)
            }
            func answer(retries: Int) -> PortkeyRouter.Route {
                .answered(PortkeyAnswer(reply: reply, provider: provider, optionIndex: index, retries: retries))
            }
            guard let retry = target.retry, retry.attempts > 0, retry.statusCodes.contains(reply.status) else {
                return answer(retries: attempt)
            }
            let asked = retry.honoursRetryAfter && reply.status == 429 ? Self.retryAfter(reply.headers) : nil
            guard attempt < retry.attempts else {
                // It was recorded to wait even when no retry is left.
                if let asked { try await clock.sleep(for: asked) }
                return answer(retries: -1)
            }
            try await clock.sleep(for: asked ?? .seconds(1 << attempt))
            attempt += 1
        }
    }

    /// One request and what becomes of its answer; nil when the gateway's own code would throw (row G).
    private func once(
        _ request: UpstreamRequest, _ transform: AnswerTransform, isStream: Bool, timeout: Int?
    ) async throws -> Reply? {
        let answer: Reply
        do {
            guard let inTime = try await send(request, timeout: timeout) else { return Self.timedOut(timeout ?? 0) }
            answer = inTime
        } catch let failure as UpstreamFailure {
            // Requests that are only passed on get the error as text (row D'').
            return request.method == "POST"
                ? .json(transform.body(failure: failure), status: 500)
                : .text(failure.message, status: 500, type: "text/plain;charset=UTF-8")
        }
        let type = answer.headers[.contentType]
        if request.method != "POST" { return Self.relayed(answer) }
        if isStream, answer.status == 200, type?.lowercased().hasPrefix("text/event-stream") ?? false {
            return transform.provider == "anthropic" && transform.endpoint == "/chat/completions"
                ? Self.translated(answer, provider: transform.provider) : Self.relayed(answer)
        }
        let bytes: [UInt8]
        do {
            bytes = try await answer.collectedBody()
        } catch is ConnectionDrop {
            return nil
        }
        guard let body = transform.body(status: answer.status, contentType: type, bytes: bytes) else { return nil }
        return .json(body, status: answer.status, headers: answer.headers)
    }

    /// The head of the answer; nil when it does not come in time. The body has no time limit.
    private func send(_ request: UpstreamRequest, timeout: Int?) async throws -> Reply? {
        guard let timeout, timeout > 0 else { return try await upstreams.send(request) }
        return try await withThrowingTaskGroup(of: Reply?.self) { group in
            group.addTask { try await upstreams.send(request) }
            group.addTask {
                try await clock.sleep(for: .milliseconds(timeout))
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }

    private static func timedOut(_ timeout: Int) -> Reply {
        .json(
            [
                "error": [
                    "message": .string("Request exceeded the timeout sent in the request: \(timeout)ms"),
                    "type": "timeout_error", "param": nil, "code": nil,
                ]
            ], status: 408)
    }

    /// The answer as it is, bit by bit, without a length.
    private static func relayed(_ answer: Reply) -> Reply {
        guard case .whole(let bytes) = answer.body else {
            var reply = answer
            if case .stream(_, let produce) = answer.body { reply.body = .stream(length: nil, produce) }
            return reply
        }
        var reply = answer
        reply.body = .stream(length: nil) { writer in try await writer.write(ByteBuffer(bytes: bytes)) }
        return reply
    }

    private static func translated(_ answer: Reply, provider: String) -> Reply {
        guard case .stream(_, let produce) = answer.body else { return answer }
        var reply = answer
        reply.body = .stream(length: nil) { writer in
            var translator: any ResponseBodyWriter = MessageStreamTransform(writingTo: writer, provider: provider)
            try await produce(&translator)
        }
        return reply
    }

    /// How long the upstream wants to be left alone, at most a minute; nil when it does not say.
    private static func retryAfter(_ headers: HTTPFields) -> Duration? {
        for name in ["retry-after-ms", "x-ms-retry-after-ms"] {
            if let text = headers[.init(name)!], let milliseconds = Double(text) {
                return .milliseconds(min(max(milliseconds, 0), 60_000))
            }
        }
        return headers[.init("retry-after")!].flatMap(Double.init).map { .seconds(min(max($0, 0), 60)) }
    }
}
