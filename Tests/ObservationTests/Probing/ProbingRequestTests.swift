import AsyncHTTPClient
import Foundation
import Health
import NIOHTTP1
import Testing

@testable import Observation

@Suite("Probe requests", .timeLimit(.minutes(5)))
struct ProbingRequestTests {
    static let key = Secret("sk-the-key-of-the-provider")

    static func target(
        _ dialect: ModelTarget.Dialect = .openAI, base: String = "http://h:1", model: String = "m",
        key: Secret? = ProbingRequestTests.key,
        headers: [ModelTarget.Header] = [], gateway: GatewayRoute? = nil, limit: ModelTarget.TokenLimit = .auto
    ) -> ModelTarget {
        ModelTarget(
            dialect: dialect, baseURL: base, model: model, key: key, headers: headers, gateway: gateway,
            tokenLimit: limit)
    }

    static func request(
        _ target: ModelTarget = ProbingRequestTests.target(), mode: ModelConfig.Mode = .chat, provider: String = "acme",
        config: ProbeConfig = ProbeConfig(modelId: "m"), check: CheckDefinition? = nil, isStreamed: Bool = false,
        lessons: Lessons = Lessons()
    ) throws -> ProbeRequest {
        let model = ModelConfig(id: "m", provider: provider, targets: [target], mode: mode)
        return try ProbeRequest(
            ProbeAsk(
                model: model, target: target, config: config, check: check, isStreamed: isStreamed, lessons: lessons,
                nonce: "abc123"),
            trace: "canary-1")
    }

    static func body(_ request: ProbeRequest) -> JSONValue { JSONText.parse(request.body) ?? .null }

    @Test
    func `a chat probe is one short message with a nonce, a cap of 16 and nothing else`() throws {
        let request = try Self.request()
        #expect(request.url == "http://h:1/v1/chat/completions")
        #expect(
            Self.body(request) == [
                "model": "m", "max_tokens": 16, "messages": [["role": "user", "content": "ping abc123"]],
            ])
        #expect(request.headers.first(name: "authorization") == "Bearer sk-the-key-of-the-provider")
        #expect(request.headers.first(name: "content-type") == "application/json")
        #expect(!request.headers.contains { $0.name.hasPrefix("x-portkey") })
    }

    static let modes: [(mode: ModelConfig.Mode, path: String, body: JSONValue)] = [
        (.completion, "completions", ["model": "m", "prompt": "ping abc123", "max_tokens": 16]),
        (.responses, "responses", ["model": "m", "input": "ping abc123", "max_output_tokens": 16, "store": false]),
        (.embedding, "embeddings", ["model": "m", "input": "ping abc123"]),
        (.rerank, "rerank", ["model": "m", "query": "ping abc123", "documents": ["ping", "pong"], "top_n": 1]),
        (.image, "images/generations", ["model": "m", "prompt": "ping abc123", "n": 1]),
        (.audio, "audio/speech", ["model": "m", "input": "ping abc123", "voice": "alloy"]),
    ]

    private static let gateways: [GatewayRoute?] = [
        nil, GatewayRoute(gateway: "gw", provider: "openai"), GatewayRoute(gateway: "gw", kind: .litellm),
    ]

    @Test(arguments: ModelConfig.Mode.allCases, gateways)
    func `a prepared request is what a new one would be, with a nonce and a trace of its own`(
        mode: ModelConfig.Mode, gateway: GatewayRoute?
    ) throws {
        // A header of the operator's that is spelt like a nonce stays.
        let target = Self.target(headers: [.init(name: "x-own", value: Secret("0123456789abcdef"))], gateway: gateway)
        let model = ModelConfig(id: "m", provider: "acme", targets: [target], mode: mode)
        func ask(_ nonce: String, isStreamed: Bool = false, timeout: Int = 10) -> ProbeAsk {
            ProbeAsk(
                model: model, target: target, config: ProbeConfig(modelId: "m", timeout: .seconds(timeout)),
                isStreamed: isStreamed, lessons: Lessons(), nonce: nonce)
        }
        let prepared = try PreparedRequest(ask("0123456789abcdef"), trace: "canary-1")
        for number in 2...3 {
            let nonce = "fedcba987654321\(number)"
            let copy = prepared.copy(nonce: nonce, trace: "canary-\(number)")
            let fresh = try ProbeRequest(ask(nonce), trace: "canary-\(number)")
            #expect(copy.url == fresh.url && copy.isStreamed == fresh.isStreamed)
            #expect(
                Array(copy.headers.map { "\($0.name): \($0.value)" }) == fresh.headers.map { "\($0.name): \($0.value)" }
            )
            #expect(copy.body == fresh.body)
            let sent = try copy.clientRequest()
            #expect(sent.url.absoluteString == fresh.url && sent.method == .POST)
        }
        #expect(prepared.fits(ask("any")))
        #expect(!prepared.fits(ask("any", isStreamed: true)))
        #expect(!prepared.fits(ask("any", timeout: 11)))
    }

    @Test(arguments: modes)
    func `each mode has its endpoint and body`(row: (mode: ModelConfig.Mode, path: String, body: JSONValue)) throws {
        let request = try Self.request(mode: row.mode)
        #expect(request.url == "http://h:1/v1/\(row.path)")
        #expect(Self.body(request) == row.body)
    }

    @Test
    func `a model that writes down speech is sent a little silence`() throws {
        let request = try Self.request(Self.target(model: "whisper-1"), mode: .audio)
        #expect(request.url.hasSuffix("/v1/audio/transcriptions"))
        let type = try #require(request.headers.first(name: "content-type"))
        #expect(type.hasPrefix("multipart/form-data; boundary="))
        let text = String(decoding: request.body, as: Unicode.ASCII.self)
        #expect(text.contains("name=\"model\"\r\n\r\nwhisper-1\r\n"))
        #expect(text.contains("RIFF") && text.hasSuffix("--\r\n"))
    }

    @Test
    func `a streamed probe asks for the stream and its usage`() throws {
        let request = try Self.request(isStreamed: true)
        #expect(request.isStreamed)
        #expect(Self.body(request)["stream"] == true)
        #expect(Self.body(request)["stream_options"] == ["include_usage": true])
        #expect(request.headers.first(name: "accept") == "text/event-stream")
        #expect(try Self.request(mode: .embedding, isStreamed: true).isStreamed == false)
    }

    @Test
    func `temperature is sent only when somebody set it`() throws {
        var config = ProbeConfig(modelId: "m")
        #expect(try Self.body(Self.request(config: config))["temperature"] == nil)
        config.temperature = 0.5
        #expect(try Self.body(Self.request(config: config))["temperature"] == 0.5)
        #expect(
            Self.body(try Self.request(config: config, lessons: Lessons(omitted: ["temperature"])))["temperature"]
                == nil)
    }

    static let tokenFields:
        [(model: String, provider: String, base: String, limit: ModelTarget.TokenLimit, field: String)] = [
            ("gpt-4o-mini", "openai", "https://api.openai.com", .auto, "max_tokens"),
            ("o3-mini", "openai", "https://api.openai.com", .auto, "max_completion_tokens"),
            ("gpt-5-nano", "my-azure", "https://x.example", .auto, "max_completion_tokens"),
            ("gpt-5", "acme", "https://r.openai.azure.com/openai/v1", .auto, "max_completion_tokens"),
            ("o3-mini", "acme", "http://h", .auto, "max_tokens"),
            ("o3-mini", "openai", "https://api.openai.com", .maxTokens, "max_tokens"),
            ("m", "acme", "http://h", .maxCompletionTokens, "max_completion_tokens"),
        ]

    @Test(arguments: tokenFields)
    func `the field of the cap follows the model, the provider and the operator`(
        row: (model: String, provider: String, base: String, limit: ModelTarget.TokenLimit, field: String)
    )
        throws
    {
        let request = try Self.request(
            Self.target(base: row.base, model: row.model, limit: row.limit), provider: row.provider)
        let fields = ["max_tokens", "max_completion_tokens"].filter { Self.body(request)[$0] != nil }
        #expect(fields == [row.field])
    }

    @Test
    func `what was learnt is done`() throws {
        let request = try Self.request(lessons: Lessons(tokenField: .maxCompletionTokens, leastTokens: 32))
        #expect(Self.body(request)["max_completion_tokens"] == 32)
        #expect(Self.body(request)["max_tokens"] == nil)
    }

    @Test
    func `Anthropic directly: its path, its key header, its version`() throws {
        let request = try Self.request(Self.target(.anthropic, base: "https://api.anthropic.com", model: "claude"))
        #expect(request.url == "https://api.anthropic.com/v1/messages")
        #expect(request.headers.first(name: "x-api-key") == Self.key.reveal())
        #expect(request.headers.first(name: "anthropic-version") == "2023-06-01")
        #expect(request.headers.first(name: "authorization") == nil)
        #expect(
            Self.body(request) == [
                "model": "claude", "max_tokens": 16, "messages": [["role": "user", "content": "ping abc123"]],
            ])
    }

    @Test
    func `Anthropic through the gateway: OpenAI's dialect`() throws {
        let route = GatewayRoute(gateway: "portkey", provider: "anthropic")
        let request = try Self.request(Self.target(.anthropic, model: "claude", gateway: route))
        #expect(request.url == "http://h:1/v1/chat/completions")
        #expect(request.headers.first(name: "authorization") == "Bearer \(Self.key.reveal())")
        #expect(request.headers.first(name: "x-portkey-provider") == "anthropic")
        #expect(request.headers.first(name: "x-api-key") == nil)
    }

    @Test
    func `the open-source gateway is told provider, host, trace, tag and deadline, and nothing of a cache`() throws {
        let route = GatewayRoute(gateway: "portkey", provider: "openai", customHost: "http://127.0.0.1:1234/v1")
        var config = ProbeConfig(modelId: "m", timeout: .seconds(4))
        config.metadata["team"] = 7
        config.metadata["place"] = "Zürich"
        let headers = try Self.request(Self.target(gateway: route), config: config).headers
        #expect(headers.first(name: "x-portkey-provider") == "openai")
        #expect(headers.first(name: "x-portkey-custom-host") == "http://127.0.0.1:1234/v1")
        #expect(headers.first(name: "x-portkey-trace-id") == "canary-1")
        #expect(
            headers.first(name: "x-portkey-metadata")
                == #"{"place":"Z\u00fcrich","probe":"canary","service":"llm-health","team":"7"}"#)
        #expect(headers.first(name: "x-portkey-request-timeout") == "3800")
        #expect(headers.first(name: "x-portkey-cache-force-refresh") == nil)
        #expect(headers.first(name: "x-portkey-config") == nil)
    }

    @Test
    func `a hosted gateway gets its keys, and may not answer from its cache`() throws {
        let route = GatewayRoute(
            gateway: "portkey", provider: "@openai-prod", apiKey: Secret("pk-account-key"),
            virtualKey: Secret("vk-1234567"),
            isHosted: true)
        let request = try Self.request(Self.target(key: nil, gateway: route))
        #expect(request.headers.first(name: "x-portkey-provider") == "@openai-prod")
        #expect(request.headers.first(name: "x-portkey-api-key") == "pk-account-key")
        #expect(request.headers.first(name: "x-portkey-virtual-key") == "vk-1234567")
        #expect(request.headers.first(name: "x-portkey-cache-force-refresh") == "true")
        #expect(request.headers.first(name: "authorization") == nil)
        #expect(request.secrets.contains(Secret("pk-account-key")) && request.secrets.contains(Secret("vk-1234567")))
    }

    @Test
    func `keys inside an inline config are secrets too`() throws {
        let route = GatewayRoute(
            gateway: "portkey",
            config:
                #"{"targets":[{"provider":"openai","api_key":"sk-inside-config","aws_secret_access_key":"abcdefgh"}]}"#)
        let request = try Self.request(Self.target(key: nil, gateway: route))
        #expect(Set(request.secrets) == [Secret("sk-inside-config"), Secret("abcdefgh")])
        #expect(request.headers.first(name: "x-portkey-config")?.contains("sk-inside-config") == true)
    }

    @Test
    func `the operator's headers win, and are secrets`() throws {
        let headers = [
            ModelTarget.Header(name: "Authorization", value: Secret("Basic b3duZXI=")),
            ModelTarget.Header(name: "x-extra", value: Secret("of-the-target")),
        ]
        let check = CheckDefinition(
            name: "c", prompt: "x", headers: [.init(name: "X-Extra", value: Secret("of-the-check"))])
        let request = try Self.request(Self.target(headers: headers), check: check)
        #expect(request.headers["authorization"] == ["Basic b3duZXI="])
        #expect(request.headers["x-extra"] == ["of-the-check"])
        #expect(request.secrets.contains(Secret("of-the-check")))
        #expect(!"\(request)".contains("owner") && !"\(request)".contains("b3duZXI"))
    }

    @Test
    func `a check's prompt is sent as written, with room for an answer`() throws {
        let request = try Self.request(
            check: CheckDefinition(name: "c", prompt: "2+2?", assertions: [.minimumOutputTokens(300)]))
        #expect(Self.body(request)["messages"] == [["role": "user", "content": "2+2?"]])
        #expect(Self.body(request)["max_tokens"] == 300)
    }

    @Test
    func `a check's body is sent as it is, with the model filled in`() throws {
        let body: JSONValue = ["messages": [], "tools": [["type": "function"]]]
        let request = try Self.request(check: CheckDefinition(name: "c", body: body))
        #expect(Self.body(request) == ["model": "m", "messages": [], "tools": [["type": "function"]]])
        let own = try Self.request(check: CheckDefinition(name: "c", body: ["model": "other"]))
        #expect(Self.body(own) == ["model": "other"])
    }

    @Test
    func `what cannot be sent is refused with a reason`() {
        #expect(throws: ProbeRefusal.self) { try Self.request(Self.target(key: Secret("sk-with-newline\n"))) }
        #expect(throws: ProbeRefusal.self) { try Self.request(check: CheckDefinition(name: "c", body: [1, 2])) }
        #expect(throws: ProbeRefusal.self) { try Self.request(Self.target(.anthropic), mode: .embedding) }
        #expect(throws: ProbeRefusal.self) {
            try Self.request(Self.target(headers: [.init(name: "bad name", value: Secret("x"))]))
        }
    }

    // MARK: Learning

    static let refusals: [(status: Int, error: JSONValue, learnt: Lessons?)] = [
        (
            400,
            [
                "message":
                    "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
                "param": "max_tokens", "code": "unsupported_parameter",
            ], Lessons(tokenField: .maxCompletionTokens)
        ),
        (
            400, ["message": "Unsupported parameter: 'max_tokens' is not supported with this model."],
            Lessons(tokenField: .maxCompletionTokens)
        ),
        (
            422, ["message": "body.max_completion_tokens: Extra inputs are not permitted"],
            Lessons(tokenField: .maxTokens)
        ),
        (
            400,
            [
                "message":
                    "Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16, but got 1 instead.",
                "code": "integer_below_min_value",
            ], Lessons(leastTokens: 16)
        ),
        (
            400,
            ["message": "integer below minimum value. Expected a value >= 100000", "code": "integer_below_min_value"],
            nil
        ),
        (
            400,
            [
                "message": "Unsupported value: 'temperature' does not support 0.5 with this model.",
                "param": "temperature",
                "code": "unsupported_value",
            ], Lessons(omitted: ["temperature"])
        ),
        (
            400,
            [
                "message": "Unknown parameter: 'stream_options'.", "param": "stream_options",
                "code": "unknown_parameter",
            ], Lessons(omitted: ["stream_options"])
        ),
        (400, ["message": "Invalid value for 'messages'.", "param": "messages", "code": "invalid_value"], nil),
        (
            400,
            ["message": "Unsupported parameter: 'messages'", "param": "messages", "code": "unsupported_parameter"], nil
        ),
        (
            500,
            ["message": "Unsupported parameter: 'max_tokens'", "param": "max_tokens", "code": "unsupported_parameter"],
            nil
        ),
    ]

    @Test(arguments: refusals)
    func `a refusal teaches what it names, and nothing else`(row: (status: Int, error: JSONValue, learnt: Lessons?))
        throws
    {
        let error = try #require(ErrorBody(["error": row.error]))
        #expect(Lessons().learning(from: error, status: row.status, isTokenFieldOpen: true) == row.learnt)
    }

    @Test
    func `the operator's word on the cap's field is not overruled, and nothing is learnt twice`() throws {
        let error = try #require(
            ErrorBody(["error": ["message": "x", "param": "max_tokens", "code": "unsupported_parameter"]]))
        #expect(Lessons().learning(from: error, status: 400, isTokenFieldOpen: false) == nil)
        let known = Lessons(tokenField: .maxCompletionTokens)
        #expect(known.learning(from: error, status: 400, isTokenFieldOpen: true) == nil)
        #expect(known.note == "uses max_completion_tokens")
    }
}
