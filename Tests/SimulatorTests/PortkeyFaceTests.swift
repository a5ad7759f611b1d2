import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Testing

@testable import Simulator

/// What the recording does not show: the simulator's own upstreams, streams that are translated, and a gateway that
/// fails itself.
@Suite(.timeLimit(.minutes(5)))
struct PortkeyFaceTests {
    static let models = [
        SimulatedModel("gpt-4o"), SimulatedModel("claude", on: .anthropic),
        SimulatedModel("llama3.2", on: .ollama, isLoaded: true), SimulatedModel("qwen", on: .lmStudio, isLoaded: true),
    ]

    static func headers(_ provider: String) -> [String: String] {
        ["x-portkey-provider": provider, "authorization": "Bearer sk-k"]
    }

    @Test(arguments: [
        ("openai", "gpt-4o", Face.openAI), ("groq", "gpt-4o", .openAI), ("anthropic", "claude", .anthropic),
        ("ollama", "llama3.2", .ollama),
    ])
    func `a provider without a custom host is the simulator's own`(provider: String, model: String, face: Face)
        async throws
    {
        try await withPeer(.init(models: Self.models)) { simulator, client async throws in
            let answer = try await client.post(
                "\(simulator.portkey.url)/v1/chat/completions", chat(model), Self.headers(provider))
            #expect(answer.status == 200)
            #expect(answer.json["choices"]?.array?.first?["message"]?["content"] == "pong")
            #expect(answer.json["usage"]?["total_tokens"] == 9)
            #expect(answer.headers["x-portkey-provider"] == provider)
            #expect(answer.json["provider"]?.string == (provider == "openai" ? nil : provider))
            let upstream = try #require(simulator.requests(on: face).first)
            #expect(upstream.isFromGateway)
            #expect(upstream.model == model)
            #expect(upstream.ending == .answered)
        }
    }

    @Test func `a custom host is really called`() async throws {
        try await withPeer(.init(models: Self.models)) { simulator, client async throws in
            var headers = Self.headers("openai")
            headers["x-portkey-custom-host"] = simulator.lmStudio.url + "/v1"
            let answer = try await client.post("\(simulator.portkey.url)/v1/chat/completions", chat("qwen"), headers)
            #expect(answer.status == 200)
            #expect(answer.json["model"] == "qwen")
            #expect(simulator.requests(on: .lmStudio).map(\.isFromGateway) == [false])
        }
    }

    @Test(arguments: ["openai", "anthropic", "ollama"])
    func `streams pass the gateway as OpenAI's chunks`(provider: String) async throws {
        try await withPeer(.init(models: Self.models)) { simulator, client async throws in
            let model = ["openai": "gpt-4o", "anthropic": "claude", "ollama": "llama3.2"][provider] ?? ""
            let answer = try await client.post(
                "\(simulator.portkey.url)/v1/chat/completions", chat(model, stream: true), Self.headers(provider))
            #expect(answer.headers["content-type"] == "text/event-stream")
            #expect(answer.events.last == "[DONE]")
            let chunks = try answer.events.dropLast().map { try JSON(parsing: $0) }
            let deltas = chunks.map { $0["choices"]?.array?.first }
            #expect(chunks.allSatisfy { $0["object"] == "chat.completion.chunk" && $0["model"] != nil })
            #expect(deltas.compactMap { $0?["delta"]?["content"]?.string }.joined() == "pong")
            #expect(deltas.last??["finish_reason"] == "stop")
        }
    }

    @Test(arguments: [true, false])
    func `a stream that stalls upstream stalls here, whatever the timeout`(isRemote: Bool) async throws {
        let clock = ManualClock()
        try await withPeer(.init(models: Self.models), clock: SimulatorClock(clock)) { simulator, client async throws in
            try simulator.set("gpt-4o", .stalling(after: 1))
            var headers = Self.headers("openai")
            headers["content-type"] = "application/json"
            headers["x-portkey-request-timeout"] = "2000"
            if isRemote { headers["x-portkey-custom-host"] = simulator.openAI.url + "/v1" }
            let response = try await client.open(
                "POST", "\(simulator.portkey.url)/v1/chat/completions", headers, chat("gpt-4o", stream: true).text)
            #expect(response.status == .ok)
            var iterator = response.body.makeAsyncIterator()
            let first = try await iterator.next().map { String(buffer: $0) }
            #expect(first?.contains(#""role":"assistant""#) == true)
            clock.advance(to: .seconds(60))
            #expect(simulator.requests().allSatisfy { $0.ending == nil })
        }
    }

    @Test(arguments: [Fault.close, .reset, .refuse])
    func `an upstream that drops the connection is a failed fetch`(fault: Fault) async throws {
        let texts: [String: String] = [
            "close": "SocketError: other side closed", "reset": "Error: read ECONNRESET",
            "refuse": "connect ECONNREFUSED 127.0.0.1:",
        ]
        try await withPeer(.init(models: Self.models)) { simulator, client async throws in
            try simulator.set("gpt-4o", .failing(fault))
            let answer = try await client.post(
                "\(simulator.portkey.url)/v1/chat/completions", chat("gpt-4o"), Self.headers("openai"))
            #expect(answer.status == 500)
            #expect(answer.json["html-message"]?.string?.contains(texts[fault.name ?? ""] ?? "?") == true)
            #expect(answer.headers["x-portkey-provider"] == "openai")
        }
    }

    @Test func `a face that was stopped is refused, through the gateway too, until it starts again`() async throws {
        try await withPeer(.init(models: Self.models)) { simulator, client async throws in
            let url = "\(simulator.portkey.url)/v1/chat/completions"
            let port = simulator.openAI.port
            await simulator.stop(.openAI)
            #expect(!simulator.isListening(.openAI))
            let answer = try await client.post(url, chat("gpt-4o"), Self.headers("openai"))
            #expect(answer.json["html-message"]?.string?.contains("ECONNREFUSED 127.0.0.1:\(port)") == true)
            await #expect(throws: (any Error).self) { try await client.get("http://127.0.0.1:\(port)/v1/models") }
            try await simulator.start(.openAI)
            #expect(simulator.openAI.port == port)
            #expect(try await client.post(url, chat("gpt-4o"), Self.headers("openai")).status == 200)
            #expect(try await client.get("\(simulator.openAI.url)/v1/models").status == 200)
        }
    }

    @Test func `the gateway itself can break, drop connections and hang`() async throws {
        try await withPeer(.init(models: Self.models)) { simulator, client async throws in
            let url = "\(simulator.portkey.url)/v1/chat/completions"
            simulator.set(.portkey, .failing(.serverError))
            let broken = try await client.post(url, chat("gpt-4o"), Self.headers("openai"))
            #expect(broken.status == 500)
            #expect(broken.json == ["status": "failure", "message": "Something went wrong"])
            #expect(!broken.headers.keys.contains { $0.hasPrefix("x-portkey-") })
            simulator.set(.portkey, .failing(.reset))
            await #expect(throws: (any Error).self) {
                try await client.post(url, chat("gpt-4o"), Self.headers("openai"))
            }
            simulator.set(.portkey, .failing(.badGateway))
            #expect(try await client.get(simulator.portkey.url + "/").body.contains("502"))
            simulator.set(.portkey, .hang)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { _ = try? await client.get(simulator.portkey.url + "/") }
                _ = try await simulator.request { $0.path == "/" && $0.ending == nil }
                group.cancelAll()
            }
            simulator.set(.portkey, nil)
            #expect(try await client.post(url, chat("gpt-4o"), Self.headers("openai")).status == 200)
            // None of the failures reached a model.
            #expect(simulator.requests(on: .openAI).count == 1)
        }
    }

    @Test(arguments: [
        (
            #"{"strategy":{"mode":"fallback"},"targets":[{"provider":"openai"},{"provider":"nope","api_key":"x"}]}"#,
            "targets,1,provider"
        ),
        (#"{"strategy":{"mode":"fallback","on_status_codes":429},"targets":[]}"#, "strategy,on_status_codes"),
        (#"{"retry":{}}"#, "retry,attempts"), (#"{"provider":"openai","api_key":7}"#, "api_key"), (#"{}"#, "path: ,"),
        (#"{"provider":"openai","api_key":"k","custom_host":"http://192.168.1.9/v1"}"#, "custom_host"),
    ])
    func `a bad configuration is refused with its place`(config: String, place: String) async throws {
        try await withPeer(.init(models: Self.models)) { simulator, client async throws in
            let answer = try await client.post(
                "\(simulator.portkey.url)/v1/chat/completions", chat("gpt-4o"), ["x-portkey-config": config])
            #expect(answer.status == 400)
            #expect(answer.json["message"] == "Invalid config passed")
            #expect(answer.json["errors"]?.array?.contains { $0.string?.contains(place) ?? false } == true)
        }
    }

    @Test func `a configuration that only retries takes its provider from the header`() async throws {
        try await withPeer(.init(models: Self.models), clock: SimulatorClock(JumpClock())) {
            simulator, client async throws in
            try simulator.set("gpt-4o", Behavior(fault: .refusal(.serverError), failFirst: 1))
            var headers = Self.headers("openai")
            headers["x-portkey-config"] = #"{"retry":{"attempts":2}}"#
            let answer = try await client.post("\(simulator.portkey.url)/v1/chat/completions", chat("gpt-4o"), headers)
            #expect(answer.status == 200)
            #expect(answer.headers["x-portkey-retry-attempt-count"] == "1")
        }
    }

    @Test func `load balancing follows the weights`() async throws {
        let configuration = SimulatorConfiguration(sites: ["a": .ok, "b": .ok])
        try await withPeer(configuration) { simulator, client async throws in
            let target = { (site: String, weight: Double) -> JSON in
                [
                    "provider": "openai", "api_key": "k", "custom_host": .string("\(simulator.openAI.url)/\(site)/v1"),
                    "weight": JSON(weight),
                ]
            }
            let config: JSON = ["strategy": ["mode": "loadbalance"], "targets": [target("a", 0.8), target("b", 0.2)]]
            for _ in 0..<100 {
                _ = try await client.post(
                    "\(simulator.portkey.url)/v1/chat/completions", chat("m"), ["x-portkey-config": config.text])
            }
            let toA = simulator.requests(on: .openAI).count { $0.path.hasPrefix("/a/") }
            #expect((65...95).contains(toA))
            // Keys in a configuration are secrets too.
            #expect(
                simulator.requests(on: .portkey).allSatisfy {
                    $0.headers["x-portkey-config"]?.contains(#""api_key":"present""#) == true
                })
        }
    }

    @Test(arguments: [
        (#"{"metadata.tier":{"$in":["gold","silver"]}}"#, true), (#"{"metadata.tier":{"$nin":["gold"]}}"#, false),
        (#"{"metadata.age":{"$gte":18,"$lt":21}}"#, true), (#"{"params.model":{"$regex":"^gpt"}}"#, true),
        (#"{"$or":[{"metadata.tier":"none"},{"url.pathname":"/v1/chat/completions"}]}"#, true),
        (#"{"$and":[{"metadata.tier":{"$ne":"gold"}}]}"#, false), (#"{"metadata.none":{"$eq":"x"}}"#, false),
        (#"{"metadata.tier":{"$what":1}}"#, false),
    ])
    func `conditions are judged`(query: String, holds: Bool) throws {
        let judge = ConditionQuery(
            metadata: ["tier": "gold", "age": "20"], params: ["model": "gpt-4o"], path: "/v1/chat/completions")
        #expect(judge.matches(try JSON(parsing: query)) == holds)
    }

    @Test(arguments: [
        ("http://127.0.0.1:8080/v1", true), ("http://localhost/v1", true), ("http://[::1]:1234/v1", true),
        ("https://api.openai.com/v1", true), ("http://10.1.2.3/v1", false), ("http://172.20.0.1", false),
        ("http://192.168.0.1", false), ("http://169.254.169.254/latest", false), ("http://box.local:1234", false),
        ("ftp://127.0.0.1", false), ("http://user@127.0.0.1", false), ("http://[fd00::1]/v1", false), ("", false),
    ])
    func `custom hosts are trusted as the gateway does`(url: String, isTrusted: Bool) {
        #expect(TrustedHosts(names: SimulatorConfiguration().trustedHosts).allow(url) == isTrusted)
    }
}
