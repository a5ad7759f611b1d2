import HTTPTypes
import Hummingbird
import NIOCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Lets a model answer a request, with everything that its behaviour does to the answer.
struct InferenceRunner: Sendable {
    let clock: SimulatorClock
    let log: RequestLog

    /// What a request meets, and from whom.
    struct Subject: Sendable {
        var rules: ParameterRules = .lenient
        var encounter: BehaviorState.Encounter
        var loading: ModelState.Loading?
        var visit: Visit?
        var queue: SlotQueue?

        init(_ meeting: ModelCatalog.Meeting) {
            rules = meeting.model.rules
            encounter = meeting.encounter
            loading = meeting.loading
            visit = meeting.visit
            queue = meeting.queue
        }

        init(_ encounter: BehaviorState.Encounter) { self.encounter = encounter }

        /// The same, where all that a key asks for has a limit.
        func limited(to allowance: BehaviorState.Allowance?) -> Subject {
            var copy = self
            if let allowance { copy.encounter.allowance = allowance }
            return copy
        }
    }

    /// Answers after the model's latency. Throws ``ConnectionDrop`` and, for a hanging model whose client has gone,
    /// `CancellationError`.
    func run(
        _ request: InferenceRequest, _ subject: Subject, as dialect: any Dialect, for incoming: Incoming
    ) async throws -> Reply {
        if let allowance = subject.encounter.allowance, allowance.isExceeded, allowance.style == .openRouter {
            subject.visit?.end()
            return openRouterRefusal(allowance)
        }
        var turn: Visit?
        do {
            if let queue = subject.queue, subject.encounter.allowance?.isExceeded != true {
                try await queue.enter()
                turn = Visit { queue.leave() }
            }
            let reply = try await answer(request, subject, as: dialect, for: incoming)
            // A whole answer is ready; a stream keeps the model at work to its end.
            guard case .stream(let length, let produce) = reply.body else {
                turn?.end()
                subject.visit?.end()
                return reply
            }
            var held = reply
            held.body = .stream(length: length) { [turn] writer in
                defer {
                    turn?.end()
                    subject.visit?.end()
                }
                try await produce(&writer)
            }
            return held
        } catch {
            turn?.end()
            subject.visit?.end()
            throw error
        }
    }

    /// OpenRouter's word on a used-up allowance of free models.
    private func openRouterRefusal(_ allowance: BehaviorState.Allowance) -> Reply {
        let reset = Int(((clock.wall.timeIntervalSince1970 + allowance.resetsIn.seconds) * 1_000).rounded())
        let isDaily = allowance.resetsIn > .seconds(120)
        let figures: JSON = [
            "X-RateLimit-Limit": .string("\(allowance.limit)"), "X-RateLimit-Remaining": "0",
            "X-RateLimit-Reset": .string("\(reset)"),
        ]
        var reply = Reply.json(
            [
                "error": [
                    "message": .string(
                        isDaily
                            ? "Rate limit exceeded: free-models-per-day. Add 10 credits to unlock 1000 free model requests per day"
                            : "Rate limit exceeded: free-models-per-min. "), "code": 429,
                    "metadata": ["headers": figures, "provider_name": nil],
                ], "user_id": "user_fake",
            ], status: 429)
        for (name, value) in [
            ("x-ratelimit-limit", "\(allowance.limit)"), ("x-ratelimit-remaining", "0"),
            ("x-ratelimit-reset", "\(reset)"),
        ] {
            if let name = HTTPField.Name(name) { reply.headers[name] = value }
        }
        return reply
    }

    private func answer(
        _ request: InferenceRequest, _ subject: Subject, as dialect: any Dialect, for incoming: Incoming
    ) async throws -> Reply {
        let encounter = subject.encounter
        if let allowance = encounter.allowance, allowance.isExceeded {
            let complaint = Complaint(
                429,
                "Rate limit reached for \(request.model) in organization org-fake on requests per min (RPM): Limit \(allowance.limit), Used \(allowance.limit).",
                "requests", code: "rate_limit_exceeded", retryAfter: allowance.resetsIn, exhausted: true)
            return refuse(complaint, by: dialect.voice, encounter.allowance, number: incoming.number)
        }
        if let loading = subject.loading {
            if loading.began { log.loadedModel(incoming.number) }
            try await clock.sleep(for: loading.wait)
        }
        try await clock.sleep(for: encounter.latency)
        if let reply = try await replacement(for: encounter, request, dialect.voice, incoming) { return reply }

        let completion = Completion(
            request, number: incoming.number, behavior: encounter.behavior, rules: subject.rules,
            isEmpty: encounter.fault == .emptyText)
        subject.queue?.count(completion)
        var headers = dialect.voice.headers(
            HeaderContext(number: incoming.number, allowance: encounter.allowance, processing: encounter.latency))
        if request.stream {
            headers[.contentType] = dialect.streamType
            return Reply(headers: headers, body: stream(completion, encounter, dialect))
        }
        return try await whole(completion, encounter, dialect, headers)
    }

    /// An error in the words of an API.
    func refuse(
        _ complaint: Complaint, by voice: any Voice, _ allowance: BehaviorState.Allowance? = nil, number: Int
    ) -> Reply {
        let context = HeaderContext(number: number, allowance: allowance, complaint: complaint)
        return .json(
            voice.complaint(complaint, requestID: context.requestID), status: complaint.status,
            headers: voice.headers(context))
    }

    /// What a fault answers in place of the model; nil when the model gets to answer, well or half way.
    func replacement(
        for encounter: BehaviorState.Encounter, _ request: InferenceRequest, _ voice: any Voice, _ incoming: Incoming
    ) async throws -> Reply? {
        switch encounter.fault {
        case nil, .hangBody, .cut, .truncated, .stall, .emptyText, .noChoices, .errorBody: return nil
        case .hang: try await SimulatorClock.silence()
        case .close: throw ConnectionDrop(.closed)
        case .reset: throw ConnectionDrop(.reset)
        case .refuse: throw ConnectionDrop(.refused)
        case .answer(let answer): return .canned(answer)
        case .loginPage:
            return .canned(CannedAnswer(status: 200, contentType: "text/html", body: "<html>login page</html>"))
        case .emptyBody: return .canned(CannedAnswer(status: 200, body: ""))
        case .refusal(let refusal):
            if let bare = refusal.bare { return .canned(bare) }
            let complaint = refusal.complaint(model: request.model, key: incoming.apiKey)
            return refuse(complaint, by: voice, encounter.allowance, number: incoming.number)
        }
    }

    /// The error that a 200 can hide.
    private static func softFailure(_ behavior: Behavior) -> Complaint {
        let code = behavior.errorCode
        return Complaint(
            200, code == 429 ? "Rate limit exceeded" : "soft failure", "server_error", code: code.map { "\($0)" })
    }

    private func whole(
        _ completion: Completion, _ encounter: BehaviorState.Encounter, _ dialect: any Dialect, _ headers: HTTPFields
    ) async throws -> Reply {
        let reply = Reply.json(dialect.body(completion), headers: headers)
        switch encounter.fault {
        case .hangBody, .stall: return reply.broken { try await SimulatorClock.silence() }
        case .cut: return reply.broken { throw ConnectionDrop(.closed) }
        case .truncated:
            guard case .whole(let bytes) = reply.body else { return reply }
            return Reply(headers: reply.headers, body: .whole(Array(bytes.prefix(bytes.count / 2))))
        case .noChoices: return .json(dialect.hollowBody(completion), headers: headers)
        case .errorBody:
            return .json(
                dialect.voice.complaint(Self.softFailure(encounter.behavior), requestID: completion.id),
                headers: headers)
        default: return reply
        }
    }

    private func stream(
        _ completion: Completion, _ encounter: BehaviorState.Encounter, _ dialect: any Dialect
    ) -> Reply.Body {
        var events = dialect.events(completion)
        var ending: @Sendable () async throws -> Void = {}
        switch encounter.fault {
        case .stall(let count):
            events = Array(events.prefix(count))
            ending = { try await SimulatorClock.silence() }
        case .hangBody:
            events = Array(events.prefix(events.count / 2))
            ending = { try await SimulatorClock.silence() }
        case .cut:
            events = Array(events.prefix(events.count / 2))
            ending = { throw ConnectionDrop(.closed) }
        case .truncated: events = Array(events.prefix(events.count / 2))
        case .errorBody: events = [dialect.errorEvent(Self.softFailure(encounter.behavior))]
        case .noChoices: events = events.suffix(1).filter { $0 == ServerSentEvent.done }
        default: break
        }
        let pause = encounter.behavior.chunkInterval
        return .stream(length: nil) { [events, ending, clock] writer in
            for (index, event) in events.enumerated() {
                if index > 0 { try await clock.sleep(for: pause) }
                try await writer.write(ByteBuffer(string: event))
            }
            try await ending()
        }
    }
}
