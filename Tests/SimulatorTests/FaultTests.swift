import AsyncHTTPClient
import NIOCore
import Testing

@testable import Simulator

/// Each way to go wrong, seen from a client.
@Suite(.timeLimit(.minutes(5)))
struct FaultTests {
    static let models = [SimulatedModel("m", behavior: Behavior(text: "one two three four"))]

    struct Case: Sendable, CustomTestStringConvertible {
        var fault: String
        var status: Int
        /// What the body has to contain.
        var body: String
        var testDescription: String { fault }
    }

    @Test(arguments: [
        Case(fault: "http-400", status: 400, body: "invalid_request_error"),
        Case(fault: "http-400-max-tokens", status: 400, body: "unsupported_parameter"),
        Case(fault: "http-401", status: 401, body: "invalid_api_key"),
        Case(fault: "http-402", status: 402, body: "Insufficient Balance"),
        Case(fault: "http-403", status: 403, body: "not supported"),
        Case(fault: "http-404", status: 404, body: "model_not_found"),
        Case(fault: "http-408", status: 408, body: "timeout_error"),
        Case(fault: "http-413", status: 413, body: "too large"),
        Case(fault: "http-422", status: 422, body: "invalid_request_error"),
        Case(fault: "http-429", status: 429, body: "rate_limit_exceeded"),
        Case(fault: "http-429-quota", status: 429, body: "insufficient_quota"),
        Case(fault: "http-500", status: 500, body: "server_error"),
        Case(fault: "http-500-text", status: 500, body: "Internal Server Error"),
        Case(fault: "http-502-html", status: 502, body: "<h1>502"),
        Case(fault: "http-503", status: 503, body: "overloaded"),
        Case(fault: "http-503-empty", status: 503, body: ""),
        Case(fault: "http-504", status: 504, body: "504 Gateway"),
        Case(fault: "http-529", status: 529, body: "overloaded_error"),
        Case(fault: "error-200", status: 200, body: #"{"error":{"message":"soft failure""#),
        Case(fault: "html-200", status: 200, body: "login page"),
        Case(fault: "empty-200", status: 200, body: ""),
        Case(fault: "empty-text", status: 200, body: #""content":"""#),
        Case(fault: "no-choices", status: 200, body: #""choices":[]"#),
        Case(fault: "truncated", status: 200, body: #"{"id":"chatcmpl-"#),
    ])
    func `an answer that goes wrong`(_ expected: Case) async throws {
        try await withPeer(.init(models: Self.models)) { simulator, client async throws in
            try simulator.set("m", .failing(#require(Fault(name: expected.fault))))
            let answer = try await client.post(
                "\(simulator.openAI.url)/v1/chat/completions", chat("m"), ["authorization": "Bearer sk-k"])
            #expect(answer.status == expected.status)
            #expect(answer.body.contains(expected.body))
            #expect(expected.body.isEmpty == answer.body.isEmpty)
            if expected.fault == "truncated" { #expect(answer.json.isNull) }
        }
    }

    @Test func `every named fault but those that break the connection is in the table above`() {
        let broken: Set = ["hang", "hang-body", "close", "reset", "refuse", "cut", "stall"]
        #expect(Fault.named.count - broken.count == 24)
        #expect(Set(Fault.named.map(\.name)).count == Fault.named.count)
    }

    @Test(arguments: ["close", "reset", "refuse", "cut"])
    func `a broken connection is an error for the client`(fault: String) async throws {
        try await withPeer(.init(models: Self.models)) { simulator, client async throws in
            try simulator.set("m", .failing(#require(Fault(name: fault))))
            await #expect(throws: (any Error).self) {
                try await client.post("\(simulator.openAI.url)/v1/chat/completions", chat("m"))
            }
            let record = try await simulator.request { $0.ending != nil }
            #expect(record.ending == .dropped)
            #expect(record.status == (fault == "cut" ? 200 : nil))
        }
    }

    @Test(arguments: [Behavior.hang, .failing(.hangBody), .stalling(after: 1)])
    func `a request without an end ends when its client goes`(behavior: Behavior) async throws {
        try await withPeer(.init(models: Self.models)) { simulator, client async throws in
            try simulator.set("m", behavior)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    _ = try? await client.post("\(simulator.openAI.url)/v1/chat/completions", chat("m"))
                }
                let open = try await simulator.request { $0.model == "m" }
                #expect(open.ending == nil)
                group.cancelAll()
                try await group.waitForAll()
            }
            let ended = try await simulator.request { $0.ending != nil }
            #expect(ended.ending == .abandoned)
        }
    }

    @Test func `a stalling stream sends its events and then nothing`() async throws {
        try await withPeer(.init(models: Self.models)) { simulator, client async throws in
            try simulator.set("m", .stalling(after: 2))
            let response = try await client.open(
                "POST", "\(simulator.openAI.url)/v1/chat/completions", ["content-type": "application/json"],
                chat("m", stream: true).text)
            var text = ""
            for try await part in response.body {
                text += String(buffer: part)
                if text.contains("pong") || text.split(separator: "\n").count == 2 { break }
            }
            #expect(text.split(separator: "\n").filter { $0.hasPrefix("data: ") }.count == 2)
            #expect(!text.contains("[DONE]"))
            #expect(simulator.requests().last?.ending == nil)
        }
    }

    @Test func `a cut stream breaks off before its end`() async throws {
        try await withPeer(.init(models: Self.models)) { simulator, client async throws in
            try simulator.set("m", .failing(.cut))
            let response = try await client.open(
                "POST", "\(simulator.openAI.url)/v1/chat/completions", ["content-type": "application/json"],
                chat("m", stream: true).text)
            await #expect(throws: (any Error).self) {
                for try await _ in response.body {}
            }
        }
    }

    @Test func `a rate limit says when to come back, and lets in again then`() async throws {
        let clock = ManualClock()
        let limit = RateLimit(requests: 2, per: .seconds(30))
        let models = [
            SimulatedModel("m", behavior: .limited(limit)),
            SimulatedModel("c", on: .anthropic, behavior: .limited(limit)),
        ]
        try await withPeer(.init(models: models), clock: SimulatorClock(clock)) { simulator, client async throws in
            let url = "\(simulator.openAI.url)/v1/chat/completions"
            let first = try await client.post(url, chat("m"))
            #expect(first.headers["x-ratelimit-limit-requests"] == "2")
            #expect(first.headers["x-ratelimit-remaining-requests"] == "1")
            #expect(first.headers["x-ratelimit-reset-requests"] == "30s")
            _ = try await client.post(url, chat("m"))
            clock.advance(to: .milliseconds(10_500))
            let third = try await client.post(url, chat("m"))
            #expect(third.status == 429)
            #expect(third.headers["retry-after"] == "20")
            #expect(third.headers["retry-after-ms"] == "19500")
            #expect(third.headers["x-ratelimit-remaining-requests"] == "0")
            clock.advance(to: .seconds(30))
            #expect(try await client.post(url, chat("m")).status == 200)

            let version = ["x-api-key": "k", "anthropic-version": "2023-06-01"]
            for _ in 0..<2 { _ = try await client.post("\(simulator.anthropic.url)/v1/messages", chat("c"), version) }
            let refused = try await client.post("\(simulator.anthropic.url)/v1/messages", chat("c"), version)
            #expect(refused.status == 429)
            #expect(refused.headers["retry-after"] == "30")
            #expect(refused.headers["anthropic-ratelimit-requests-remaining"] == "0")
            #expect(refused.json["error"]?["type"] == "rate_limit_error")
        }
    }

    @Test func `another model may answer than the one asked for`() async throws {
        try await withPeer(.init(models: Self.models)) { simulator, client async throws in
            try simulator.set("m", Behavior(servedModel: "other"))
            let answer = try await client.post("\(simulator.openAI.url)/v1/chat/completions", chat("m"))
            #expect(answer.json["model"] == "other")
        }
    }

    @Test func `a canned answer is sent word by word`() async throws {
        try await withPeer(.init(models: Self.models)) { simulator, client async throws in
            let canned = CannedAnswer(
                status: 418, contentType: "text/teapot", headers: ["x-pot": "short"], body: "I'm a teapot")
            try simulator.set("m", .failing(.answer(canned)))
            let answer = try await client.post("\(simulator.openAI.url)/v1/chat/completions", chat("m"))
            #expect(answer.status == 418)
            #expect(answer.headers["content-type"] == "text/teapot")
            #expect(answer.headers["x-pot"] == "short")
            #expect(answer.body == "I'm a teapot")
        }
    }

    @Test func `an answer comes after its latency`() async throws {
        let clock = ManualClock()
        try await withPeer(.init(models: Self.models), clock: SimulatorClock(clock)) { simulator, client async throws in
            try simulator.set("m", .slow(.fixed(.seconds(3))))
            async let answer = client.post("\(simulator.openAI.url)/v1/chat/completions", chat("m"))
            await clock.sleeper(until: .seconds(3))
            #expect(simulator.requests().first?.ending == nil)
            clock.advance(to: .seconds(3))
            #expect(try await answer.status == 200)
            #expect(try await answer.headers["openai-processing-ms"] == "3000")
            #expect(simulator.requests().first?.endedAtMs == 3000)
        }
    }

    @Test func `a slow stream pauses before each event`() async throws {
        let clock = JumpClock()
        try await withPeer(.init(models: Self.models), clock: SimulatorClock(clock)) { simulator, client async throws in
            try simulator.set("m", Behavior(chunkInterval: .seconds(2), text: "one two three"))
            let answer = try await client.post("\(simulator.openAI.url)/v1/chat/completions", chat("m", stream: true))
            #expect(answer.events.count == 6)
            #expect(clock.now.offset == .seconds(10))
        }
    }
}
