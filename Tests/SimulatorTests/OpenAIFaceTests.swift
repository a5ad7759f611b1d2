import Testing

@testable import Simulator

@Suite(.timeLimit(.minutes(1)))
struct OpenAIFaceTests {
    let models = [
        SimulatedModel("gpt-4o-mini"), SimulatedModel("o3-mini", rules: .reasoning),
        SimulatedModel("text-embedding-3-small", kind: .embedding), SimulatedModel("rerank-v3", kind: .rerank),
    ]

    @Test func `a chat completion has a choice and its tokens`() async throws {
        try await withPeer(.init(models: models)) { simulator, client in
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
        try await withPeer(.init(models: models)) { simulator, client in
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
}
