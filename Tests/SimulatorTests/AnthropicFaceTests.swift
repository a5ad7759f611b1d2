import Testing

@testable import Simulator

@Suite(.timeLimit(.minutes(5)))
struct AnthropicFaceTests {
    static let models = [SimulatedModel("claude-haiku-4-5", on: .anthropic)]
    static let headers = ["x-api-key": "sk-ant", "anthropic-version": "2023-06-01"]

    @Test func `a message has text, stop reason and tokens`() async throws {
        try await withPeer(.init(models: Self.models)) { simulator, client async throws in
            let answer = try await client.post(
                "\(simulator.anthropic.url)/v1/messages", chat("claude-haiku-4-5"), Self.headers)
            #expect(answer.status == 200)
            #expect(answer.json["type"] == "message")
            #expect(answer.json["content"]?.array?.first?["text"] == "pong")
            #expect(answer.json["stop_reason"] == "end_turn")
            #expect(answer.json["usage"]?["output_tokens"] == 1)
            #expect(answer.headers["anthropic-ratelimit-requests-limit"] == "50")
            #expect(answer.headers["anthropic-ratelimit-requests-reset"]?.hasSuffix("Z") == true)
            #expect(answer.headers["request-id"] != nil)
        }
    }

    @Test func `a stream has the events of a message in their order`() async throws {
        try await withPeer(.init(models: Self.models)) { simulator, client async throws in
            let answer = try await client.post(
                "\(simulator.anthropic.url)/v1/messages", chat("claude-haiku-4-5", stream: true), Self.headers)
            let types = try answer.events.map { try JSON(parsing: $0)["type"]?.string ?? "" }
            #expect(
                types == [
                    "message_start", "content_block_start", "ping", "content_block_delta", "content_block_stop",
                    "message_delta", "message_stop",
                ])
            #expect(answer.body.hasPrefix("event: message_start\n"))
        }
    }

    struct Refused: Sendable, CustomTestStringConvertible {
        var what: String
        var headers: [String: String] = AnthropicFaceTests.headers
        var body: JSON = chat("claude-haiku-4-5")
        var status: Int
        var type: String
        var testDescription: String { what }
    }

    @Test(arguments: [
        Refused(
            what: "no key", headers: ["anthropic-version": "2023-06-01"], status: 401, type: "authentication_error"),
        Refused(what: "no version", headers: ["x-api-key": "k"], status: 400, type: "invalid_request_error"),
        Refused(
            what: "no max_tokens",
            body: ["model": "claude-haiku-4-5", "messages": [["role": "user", "content": "x"]]],
            status: 400, type: "invalid_request_error"),
        Refused(
            what: "no messages", body: ["model": "claude-haiku-4-5", "max_tokens": 1], status: 400,
            type: "invalid_request_error"),
        Refused(what: "unknown model", body: chat("claude-9"), status: 404, type: "not_found_error"),
        Refused(what: "no object", body: [], status: 400, type: "invalid_request_error"),
    ])
    func `a bad request is refused as Anthropic words it`(_ refused: Refused) async throws {
        try await withPeer(.init(models: Self.models)) { simulator, client async throws in
            let answer = try await client.post("\(simulator.anthropic.url)/v1/messages", refused.body, refused.headers)
            #expect(answer.status == refused.status)
            #expect(answer.json["type"] == "error")
            #expect(answer.json["error"]?["type"]?.string == refused.type)
            #expect(answer.json["request_id"]?.string?.isEmpty == false)
        }
    }

    @Test(arguments: [
        (Refusal.overloadedProvider, 529, "overloaded_error"), (.paymentRequired, 402, "billing_error"),
        (.forbidden, 403, "permission_error"), (.rateLimited, 429, "rate_limit_error"),
        (.serverError, 500, "api_error"),
    ])
    func `faults carry Anthropic's error types`(refusal: Refusal, status: Int, type: String) async throws {
        try await withPeer(.init(models: Self.models)) { simulator, client async throws in
            try simulator.set("claude-haiku-4-5", .failing(refusal), on: .anthropic)
            let answer = try await client.post(
                "\(simulator.anthropic.url)/v1/messages", chat("claude-haiku-4-5"), Self.headers)
            #expect(answer.status == status)
            #expect(answer.json["error"]?["type"]?.string == type)
        }
    }

    @Test func `a wrong key is refused where one is set, and the models are listed`() async throws {
        try await withPeer(.init(models: Self.models, apiKeys: [.anthropic: "right"])) {
            simulator, client async throws in
            let url = simulator.anthropic.url
            #expect(try await client.get("\(url)/v1/models", Self.headers).status == 401)
            let right = ["x-api-key": "right", "anthropic-version": "2023-06-01"]
            let list = try await client.get("\(url)/v1/models", right)
            #expect(list.json["data"]?.array?.first?["id"] == "claude-haiku-4-5")
            #expect(list.json["has_more"] == false)
            #expect(try await client.get("\(url)/v1/models/claude-9", right).status == 404)
        }
    }
}
