import Health
import Testing

@testable import Observation

/// Gemini's own API: what is asked, and what its answers mean, over a connection.
@Suite("Gemini", .timeLimit(.minutes(5)))
struct ProbingGeminiTests {
    private static let whole = #"""
        {"candidates":[{"content":{"role":"model","parts":[{"text":"thinking","thought":true},{"text":"pong"}]},
         "finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":4,"candidatesTokenCount":1,"thoughtsTokenCount":7},
         "modelVersion":"gemini-2.5-flash"}
        """#

    private func model(
        _ url: String, name: String = "gemini-2.5-flash", mode: ModelConfig.Mode = .chat,
        streaming: ModelConfig.Streaming = .never
    ) -> ModelConfig {
        ModelConfig(
            id: "g", provider: "google",
            targets: [
                ModelTarget(dialect: .gemini, baseURL: url + "/v1beta", model: name, key: Secret("the-key-of-gemini"))
            ], mode: mode, probe: ProbeConfig(modelId: "g", temperature: 0.5), streaming: streaming)
    }

    /// One probe of a peer that gives the answer.
    private func probe(
        _ answer: [ProbingPeer.Step], mode: ModelConfig.Mode = .chat, streaming: ModelConfig.Streaming = .never
    ) async throws -> (result: ProbeResult, seen: ProbingPeer.Seen) {
        try await withPeer({ _, _ in answer }) { peer in
            try await withProber { stage in
                let result = try await stage.prober.probeOnce(model(peer.url, mode: mode, streaming: streaming))
                return (result, try #require(peer.seen.first))
            }
        }
    }

    @Test func `a probe is one short message to the model's own method, with the key in its header`() async throws {
        let (result, seen) = try await probe(ProbingPeer.answer(Self.whole))
        #expect(seen.line == "POST /v1beta/models/gemini-2.5-flash:generateContent")
        #expect(seen.headers["x-goog-api-key"] == "the-key-of-gemini" && seen.headers["authorization"] == nil)
        let body = try #require(JSONText.parse(seen.body))
        #expect(body["generationConfig"] == ["maxOutputTokens": 16, "temperature": 0.5])
        let message = body["contents"]?.array?.first
        #expect(message?["role"] == "user")
        #expect(message?["parts"]?.array?.first?["text"]?.string?.hasPrefix("ping ") == true)
        #expect(result.outcome == .ok && result.inputTokens == 4 && result.outputTokens == 8)
        #expect(result.answeredModel == "gemini-2.5-flash" && !result.isStreamed)
    }

    @Test func `a stream is asked for by its method, and is over with a reason to finish`() async throws {
        func piece(_ text: String, _ end: String = "") -> ProbingPeer.Step {
            .send(
                #"data: {"candidates":[{"content":{"parts":[{"text":"\#(text)"}]}\#(end)}],"modelVersion":"g"}"#
                    + "\r\n\r\n")
        }
        let whole: [ProbingPeer.Step] = [
            ProbingPeer.streamHead, piece("po"), piece("ng", #","finishReason":"STOP""#), .close,
        ]
        let (result, seen) = try await probe(whole, streaming: .always)
        #expect(seen.line == "POST /v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse")
        #expect(result.outcome == .ok && result.isStreamed && result.phases.firstToken != nil)
        let (cut, _) = try await probe([ProbingPeer.streamHead, piece("po"), .close], streaming: .always)
        #expect(cut.outcome.class != .ok)
    }

    @Test func `an embedding model is asked for a vector`() async throws {
        let (result, seen) = try await probe(
            ProbingPeer.answer(#"{"embedding":{"values":[0.1,0.2]}}"#), mode: .embedding)
        #expect(seen.line == "POST /v1beta/models/gemini-2.5-flash:embedContent")
        #expect(JSONText.parse(seen.body)?["content"]?["parts"]?.array?.count == 1)
        #expect(result.outcome == .ok)
        let (empty, _) = try await probe(ProbingPeer.answer(#"{"embedding":{"values":[]}}"#), mode: .embedding)
        #expect(empty.outcome.cause == .malformedAnswer)
    }

    static let answers: [(body: String, status: String, class: Outcome.Class)] = [
        // Reasoning has used up the cap.
        (#"{"candidates":[{"content":{"role":"model"},"finishReason":"MAX_TOKENS"}]}"#, "200 OK", .ok),
        (#"{"candidates":[{"finishReason":"SAFETY"}]}"#, "200 OK", .ok),
        (#"{"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"}}"#, "200 OK", .ok),
        (#"{"candidates":[{"finishReason":"MALFORMED_FUNCTION_CALL"}]}"#, "200 OK", .failing),
        (#"{"usageMetadata":{"promptTokenCount":4}}"#, "200 OK", .failing),
        (
            #"{"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID"}]}}"#,
            "400 Bad Request", .credentials
        ),
        (
            #"{"error":{"code":429,"message":"Quota exceeded","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"7s"}]}}"#,
            "429 Too Many Requests", .rateLimited
        ),
        (
            #"{"error":{"code":503,"message":"The model is overloaded. Please try again later.","status":"UNAVAILABLE"}}"#,
            "503 Service Unavailable", .failing
        ),
        (
            #"{"error":{"code":404,"message":"models/gemini-0 is not found for API version v1beta, or is not supported for generateContent.","status":"NOT_FOUND"}}"#,
            "404 Not Found", .gone
        ),
    ]

    @Test(arguments: answers)
    func `an answer means what its words say`(_ row: (body: String, status: String, class: Outcome.Class)) async throws
    {
        let (result, _) = try await probe(ProbingPeer.answer(row.body, status: row.status))
        #expect(result.outcome.class == row.class, "\(result.outcome)")
    }

    @Test func `the list is read to its last page, without what generates nothing`() async throws {
        try await withPeer({ seen, _ in
            ProbingPeer.answer(
                seen.line.contains("pageToken=n%2F1")
                    ? #"{"models":[{"name":"models/text-embedding-004","supportedGenerationMethods":["embedContent"]}]}"#
                    : #"{"models":[{"name":"models/gemini-2.5-flash","supportedGenerationMethods":["generateContent"]},{"name":"models/aqa","supportedGenerationMethods":["generateAnswer"]}],"nextPageToken":"n/1"}"#
            )
        }) { peer in
            try await withEgress { egress in
                let target = model(peer.url).targets[0]
                let names = try await ModelDiscovery(egress: egress).models(of: .init(name: "google", target: target))
                #expect(names == ["gemini-2.5-flash", "text-embedding-004"])
                #expect(peer.seen[0].line == "GET /v1beta/models?pageSize=1000")
                #expect(peer.seen.allSatisfy { $0.headers["x-goog-api-key"] != nil })
            }
        }
    }

    @Test(arguments: [
        ("gemini-2.5-flash", "models/gemini-2.5-flash"), ("models/gemini-2.5-flash", "models/gemini-2.5-flash"),
        ("tunedModels/my model", "tunedModels/my%20model"),
    ])
    func `a model's name is a resource's name`(_ name: String, _ path: String) throws {
        let model = model("http://h:1", name: name)
        let request = try ProbeRequest(
            ProbeAsk(
                model: model, target: model.targets[0], config: model.probe, isStreamed: false, lessons: Lessons(),
                nonce: "n"), trace: "t")
        #expect(request.url == "http://h:1/v1beta/\(path):generateContent")
    }

    @Test func `what it is not asked for is refused with what to do`() {
        let model = model("http://h:1", mode: .audio)
        let ask = ProbeAsk(
            model: model, target: model.targets[0], config: model.probe, isStreamed: false, lessons: Lessons(),
            nonce: "n")
        #expect(throws: ProbeRefusal.self) { try ProbeRequest(ask, trace: "t") }
    }
}
