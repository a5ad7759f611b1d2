import Testing

@testable import Simulator

@Suite(.timeLimit(.minutes(5)))
struct OpenAIFaceTests {
    let models = [
        SimulatedModel("gpt-4o-mini"), SimulatedModel("o3-mini", rules: .reasoning),
        SimulatedModel("meta/llama-3", behavior: Behavior(text: "one two three")),
        SimulatedModel("text-embedding-3-small", kind: .embedding), SimulatedModel("rerank-v3", kind: .rerank),
    ]

    @Test func `a chat completion has a choice and its tokens`() async throws {
        try await withPeer(.init(models: models)) { simulator, client async throws in
            let answer = try await client.post("\(simulator.openAI.url)/v1/chat/completions", chat("gpt-4o-mini"))
            #expect(answer.status == 200)
            #expect(answer.json["object"]?.string == "chat.completion")
            #expect(answer.json["choices"]?.array?.first?["message"]?["content"]?.string == "pong")
            #expect(answer.json["choices"]?.array?.first?["finish_reason"]?.string == "stop")
            #expect(answer.json["usage"] == ["prompt_tokens": 8, "completion_tokens": 1, "total_tokens": 9])
            #expect(answer.headers["x-ratelimit-limit-requests"] == "500")
            #expect(answer.headers["x-request-id"]?.hasPrefix("req_") == true)
        }
    }

    @Test func `a streamed completion ends with its usage and DONE`() async throws {
        try await withPeer(.init(models: models)) { simulator, client async throws in
            var body = chat("gpt-4o-mini", stream: true)
            body["stream_options"] = ["include_usage": true]
            let answer = try await client.post("\(simulator.openAI.url)/v1/chat/completions", body)
            #expect(answer.headers["content-type"] == "text/event-stream")
            #expect(answer.events.last == "[DONE]")
            let chunks = try answer.events.dropLast().map { try JSON(parsing: $0) }
            #expect(chunks.count == 4)
            #expect(chunks[0]["choices"]?.array?.first?["delta"]?["role"] == "assistant")
            #expect(chunks[1]["choices"]?.array?.first?["delta"]?["content"] == "pong")
            #expect(chunks[2]["choices"]?.array?.first?["finish_reason"] == "stop")
            #expect(chunks[3]["choices"] == [])
            #expect(chunks[3]["usage"]?["total_tokens"] == 9)
        }
    }

    @Test func `a text longer than the cap is cut and says so`() async throws {
        try await withPeer(.init(models: models)) { simulator, client async throws in
            var body = chat("meta/llama-3")
            body["max_tokens"] = 2
            let answer = try await client.post("\(simulator.openAI.url)/v1/chat/completions", body)
            let choice = answer.json["choices"]?.array?.first
            #expect(choice?["message"]?["content"] == "one two")
            #expect(choice?["finish_reason"] == "length")
            #expect(answer.json["usage"]?["completion_tokens"] == 2)
        }
    }

    @Test func `a reasoning model whose cap is used up by thinking answers an empty text`() async throws {
        let thinker = SimulatedModel("thinker", rules: ParameterRules(reasoningTokens: 16))
        try await withPeer(.init(models: [thinker])) { simulator, client async throws in
            let answer = try await client.post("\(simulator.openAI.url)/v1/chat/completions", chat("thinker"))
            #expect(answer.status == 200)
            let choice = answer.json["choices"]?.array?.first
            #expect(choice?["message"]?["content"] == "")
            #expect(choice?["finish_reason"] == "length")
            #expect(answer.json["usage"]?["completion_tokens_details"]?["reasoning_tokens"] == 16)
        }
    }

    @Test(
        arguments: [
            ("completions", ["model": "gpt-4o-mini", "prompt": "ping", "max_tokens": 16], "choices"),
            ("responses", ["model": "gpt-4o-mini", "input": "ping", "max_output_tokens": 16], "output"),
            ("embeddings", ["model": "text-embedding-3-small", "input": ["a", "b"]], "data"),
            ("rerank", ["model": "rerank-v3", "query": "ping", "documents": ["a", "b"]], "results"),
        ] as [(String, JSON, String)])
    func `every endpoint answers in its shape`(endpoint: String, body: JSON, member: String) async throws {
        try await withPeer(.init(models: models)) { simulator, client async throws in
            let answer = try await client.post("\(simulator.openAI.url)/v1/\(endpoint)", body)
            #expect(answer.status == 200)
            let expected = (body["documents"] ?? body["input"])?.array?.count ?? 1
            #expect(answer.json[member]?.array?.count == expected)
            #expect(answer.json["model"] == body["model"])
        }
    }

    @Test func `the responses endpoint streams named events`() async throws {
        try await withPeer(.init(models: models)) { simulator, client async throws in
            let answer = try await client.post(
                "\(simulator.openAI.url)/v1/responses", ["model": "gpt-4o-mini", "input": "ping", "stream": true])
            let types = try answer.events.map { try JSON(parsing: $0)["type"]?.string ?? "" }
            #expect(
                types == [
                    "response.created", "response.output_text.delta", "response.output_text.done", "response.completed",
                ])
        }
    }

    @Test func `the list and the entry of a model whose id has a slash`() async throws {
        try await withPeer(.init(models: models)) { simulator, client async throws in
            let list = try await client.get("\(simulator.openAI.url)/v1/models")
            #expect(list.json["data"]?.array?.compactMap { $0["id"]?.string } == models.map(\.id))
            let entry = try await client.get("\(simulator.openAI.url)/v1/models/meta/llama-3")
            #expect(entry.json["id"] == "meta/llama-3")
        }
    }

    struct BadRequest: Sendable, CustomTestStringConvertible {
        var what: String
        var body: JSON
        var status: Int
        var code: String?
        var param: String?
        var testDescription: String { what }
    }

    static func with(_ members: JSON, model: String = "o3-mini") -> JSON {
        var body: JSON = ["model": .string(model), "messages": [["role": "user", "content": "ping"]]]
        for member in members.members ?? [] { body[member.key] = member.value }
        return body
    }

    @Test(arguments: [
        BadRequest(
            what: "max_tokens", body: with(["max_tokens": 16]), status: 400, code: "unsupported_parameter",
            param: "max_tokens"),
        BadRequest(
            what: "temperature", body: with(["temperature": 0]), status: 400, code: "unsupported_value",
            param: "temperature"),
        BadRequest(
            what: "too small a cap", body: with(["max_completion_tokens": 1]), status: 400,
            code: "integer_below_min_value", param: "max_completion_tokens"),
        BadRequest(what: "enough", body: with(["max_completion_tokens": 16, "temperature": 1]), status: 200),
        BadRequest(
            what: "unknown model", body: with([:], model: "nope"), status: 404, code: "model_not_found", param: nil),
        BadRequest(
            what: "an embedding model for chat", body: with([:], model: "text-embedding-3-small"), status: 404,
            code: nil,
            param: "model"),
        BadRequest(what: "no model", body: ["messages": []], status: 400),
        BadRequest(what: "no object", body: "ping", status: 400),
    ])
    func `bad parameters are refused as OpenAI words it`(_ request: BadRequest) async throws {
        try await withPeer(.init(models: models)) { simulator, client async throws in
            let answer = try await client.post("\(simulator.openAI.url)/v1/chat/completions", request.body)
            #expect(answer.status == request.status)
            guard request.status != 200 else { return }
            #expect(answer.json["error"]?["type"] == "invalid_request_error")
            #expect(answer.json["error"]?["code"]?.string == request.code)
            #expect(answer.json["error"]?["param"]?.string == request.param)
        }
    }

    @Test func `a wrong key is refused and echoed`() async throws {
        try await withPeer(.init(models: models, apiKeys: [.openAI: "sk-right"])) { simulator, client async throws in
            let url = "\(simulator.openAI.url)/v1/chat/completions"
            let wrong = try await client.post(url, chat("gpt-4o-mini"), ["authorization": "Bearer sk-wrong"])
            #expect(wrong.status == 401)
            #expect(wrong.json["error"]?["code"] == "invalid_api_key")
            #expect(wrong.json["error"]?["message"]?.string?.contains("sk-wrong") == true)
            let none = try await client.post(url, chat("gpt-4o-mini"))
            #expect(none.status == 401)
            let right = try await client.post(url, chat("gpt-4o-mini"), ["authorization": "Bearer sk-right"])
            #expect(right.status == 200)
            // The log knows that there was a key, and not which.
            #expect(simulator.requests().allSatisfy { !"\($0)".contains("sk-") })
            #expect(simulator.requests().first?.headers["authorization"] == "present")
        }
    }

    @Test func `unknown paths and methods are refused`() async throws {
        try await withPeer(.init(models: models)) { simulator, client async throws in
            #expect(try await client.get("\(simulator.openAI.url)/v2/x").status == 404)
            #expect(try await client.get("\(simulator.openAI.url)/v1/chat/completions").status == 405)
        }
    }

    @Test func `a site answers with its own behaviour for any model`() async throws {
        let configuration = SimulatorConfiguration(models: models, sites: ["eu": .failing(.overloaded), "us": .ok])
        try await withPeer(configuration) { simulator, client async throws in
            let url = simulator.openAI.url
            #expect(try await client.post("\(url)/eu/v1/chat/completions", chat("any")).status == 503)
            #expect(try await client.post("\(url)/us/v1/chat/completions", chat("any")).status == 200)
            simulator.set(site: "eu", .ok)
            #expect(try await client.post("\(url)/eu/v1/chat/completions", chat("any")).status == 200)
            simulator.set(site: "eu", nil)
            #expect(try await client.post("\(url)/eu/v1/chat/completions", chat("any")).status == 404)
        }
    }
}
