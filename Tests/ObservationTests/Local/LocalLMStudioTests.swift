import Health
import Testing

@testable import Observation

@Suite(.timeLimit(.minutes(5)))
struct LocalLMStudioTests {
    static let native = #"""
        {"models":[
         {"type":"llm","publisher":"lmstudio-community","key":"llama-3.1-8b","display_name":"Llama 3.1 8B",
          "architecture":"llama","quantization":{"name":"Q4_K_M","bits_per_weight":4},"size_bytes":4920000000,
          "params_string":"8B","loaded_instances":[{"id":"llama-3.1-8b","config":{"context_length":8192}}],
          "max_context_length":131072,"format":"gguf","capabilities":{"vision":false},"description":null},
         {"type":"embedding","key":"text-embedding-nomic","quantization":null,"params_string":null,
          "loaded_instances":[],"max_context_length":2048,"size_bytes":84106624}]}
        """#
    static let beta = #"""
        {"object":"list","data":[
         {"id":"qwen2-vl-7b-instruct","object":"model","type":"vlm","publisher":"mlx-community","arch":"qwen2_vl",
          "compatibility_type":"mlx","quantization":"4bit","state":"not-loaded","max_context_length":32768},
         {"id":"llama-3.1-8b","object":"model","type":"llm","arch":"llama","compatibility_type":"gguf",
          "quantization":"Q4_K_M","state":"loaded","max_context_length":131072,"loaded_context_length":8192},
         {"id":"nomic","type":"embeddings","state":"loading"}]}
        """#
    static let openAI = #"""
        {"object":"list","data":[{"id":"qwen2.5-7b-instruct","object":"model","owned_by":"organization_owner"},
         {"id":"text-embedding-nomic-embed-text-v1.5","object":"model","owned_by":"organization_owner"}]}
        """#

    @Test func `the native list tells what is loaded by its instances`() async throws {
        try await LocalStage.with([.lmStudio]) { stage in
            stage.lmStudio.playLMStudio(native: Self.native)
            let status = try await stage.watcher.checkLMStudio()
            #expect(status.version == "api/v1")
            #expect(status.isAvailable)
            #expect(status.models.map(\.name) == ["llama-3.1-8b", "text-embedding-nomic"])
            #expect(status.models.map(\.state) == [.loaded, .idle])
            #expect(status.models.map(\.mode) == [.chat, .embedding])
            #expect(status.models.map(\.sizeBytes) == [4_920_000_000, 84_106_624])
            #expect(status.models[0].details["quantization"] == "Q4_K_M")
            #expect(status.models[0].details["contextLength"] == 8192)
            #expect(status.models[0].details["maxContextLength"] == 131_072)
            #expect(stage.lmStudio.lines == ["GET /api/v1/models"])
        }
    }

    @Test func `the beta list tells a state for each model`() async throws {
        try await LocalStage.with([.lmStudio]) { stage in
            stage.lmStudio.playLMStudio(beta: Self.beta, openAI: Self.openAI)
            let status = try await stage.watcher.checkLMStudio()
            #expect(status.version == "api/v0")
            #expect(status.models.map(\.state) == [.idle, .loaded, .other])
            #expect(status.models.map(\.mode) == [.chat, .chat, .embedding])
            #expect(status.models[1].details["contextLength"] == 8192)
            #expect(status.models[2].details["runtimeState"] == "loading")
            #expect(stage.lmStudio.lines == ["GET /api/v1/models", "GET /api/v0/models"])
        }
    }

    @Test func `the OpenAI list is no evidence of anything being loaded`() async throws {
        try await LocalStage.with([.lmStudio]) { stage in
            stage.lmStudio.playLMStudio(openAI: Self.openAI)
            let status = try await stage.watcher.checkLMStudio()
            #expect(status.version == "v1")
            #expect(status.models.map(\.state) == [.other, .other])
            #expect(status.models.map(\.mode) == [.chat, .embedding])
            #expect(status.loadedModels.isEmpty)
        }
    }

    @Test(arguments: LMStudioReader.Generation.allCases)
    func `the generation is found once and remembered`(_ generation: LMStudioReader.Generation) async throws {
        try await LocalStage.with([.lmStudio]) { stage in
            Self.play(generation, on: stage.lmStudio)
            _ = try await stage.watcher.checkLMStudio()
            let detection = stage.lmStudio.lines.count
            for _ in 0..<5 { _ = try await stage.watcher.checkLMStudio() }
            let later = stage.lmStudio.lines.dropFirst(detection)
            #expect(later == ArraySlice(repeating: "GET \(generation.rawValue)", count: 5))
        }
    }

    @Test(arguments: [
        (LMStudioReader.Generation.openAI, LMStudioReader.Generation.beta), (.openAI, .native), (.beta, .native),
        (.native, .beta), (.native, .openAI), (.beta, .openAI),
    ])
    func `an update or a downgrade while it is watched is seen at the next poll`(
        _ before: LMStudioReader.Generation, _ after: LMStudioReader.Generation
    ) async throws {
        try await LocalStage.with([.lmStudio]) { stage in
            Self.play(before, on: stage.lmStudio)
            _ = try await stage.watcher.checkLMStudio()
            Self.play(after, on: stage.lmStudio)
            let status = try await stage.watcher.checkLMStudio()
            #expect(status.isAvailable)
            #expect(status.version == after.rawValue.split(separator: "/").dropLast().joined(separator: "/"))
        }
    }

    @Test func `an update that keeps the older lists is seen within thirty polls`() async throws {
        try await LocalStage.with([.lmStudio]) { stage in
            stage.lmStudio.playLMStudio(openAI: Self.openAI)
            for _ in 0..<65 { _ = try await stage.watcher.checkLMStudio() }
            // Tried at the first poll and at every thirtieth, as an unknown path is logged there.
            #expect(stage.lmStudio.lines.count { $0 == "GET /api/v1/models" } == 3)
            stage.lmStudio.playLMStudio(native: Self.native, beta: Self.beta, openAI: Self.openAI)
            var version: String?
            var polls = 0
            while version != "api/v1", polls < 60 {
                version = try await stage.watcher.checkLMStudio().version
                polls += 1
            }
            #expect(polls <= 30)
        }
    }

    @Test func `an update by a restart is seen at once`() async throws {
        try await LocalStage.with([.lmStudio]) { stage in
            stage.lmStudio.playLMStudio(beta: Self.beta, openAI: Self.openAI)
            _ = try await stage.watcher.checkLMStudio()
            try await stage.lmStudio.stop()
            let error = try #require(await stage.failure(of: .lmStudio))
            #expect(error.message.contains("refused the connection: is it running? Start its server"))
            stage.lmStudio.playLMStudio(native: Self.native, beta: Self.beta, openAI: Self.openAI)
            try await stage.lmStudio.start()
            let updated = try await stage.watcher.checkLMStudio()
            #expect(updated.version == "api/v1")
        }
    }

    private static let refusal = LocalPeer.Reply.body(
        #"{"error":{"type":"invalid_request","code":"invalid_api_key","message":"An LM Studio API token is required"}}"#,
        status: 401)

    @Test func `a token that is wanted or refused is an error that names its key`() async throws {
        for (token, message) in [
            (nil, "wants an API token: set local.lmStudio.token"),
            (Secret("lm-canary-token"), "refuses the API token: correct local.lmStudio.token"),
        ] {
            try await LocalStage.with([.lmStudio], token: token) { stage in
                stage.lmStudio.answerOtherwise(Self.refusal)
                for path in LMStudioReader.questions { stage.lmStudio.forget(path) }
                let error = try #require(await stage.failure(of: .lmStudio))
                #expect(error.message == message)
                #expect(error.cause == "HTTP 401: An LM Studio API token is required")
                #expect(stage.lmStudio.lines == ["GET /api/v1/models"])
            }
        }
    }

    @Test func `the token is sent as a bearer, and never shown`() async throws {
        let token = Secret("lm-canary-token")
        try await LocalStage.with([.lmStudio], token: token) { stage in
            stage.lmStudio.playLMStudio(native: Self.native)
            _ = try await stage.watcher.checkLMStudio()
            #expect(stage.lmStudio.seen.map(\.token) == ["Bearer lm-canary-token"])

            stage.lmStudio.answer(
                "/api/v1/models", .body(#"{"error":"bad token lm-canary-token"}"#, status: 401))
            let error = try #require(await stage.failure(of: .lmStudio))
            #expect(error.cause == "HTTP 401: bad token <secret>")
            let shown = "\(error) \(await stage.evidence()) \(String(describing: stage.watcher.status(of: .lmStudio)))"
            #expect(!shown.contains("lm-canary-token"))
        }
    }

    struct Oddity: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var generation: LMStudioReader.Generation
        var body: String
        var expected: [LocalModel]
    }

    @Test(arguments: [
        Oddity(testDescription: "no models", generation: .native, body: #"{"models":[]}"#, expected: []),
        Oddity(
            testDescription: "nothing but a key", generation: .native, body: #"{"models":[{"key":"m"}]}"#,
            expected: [LocalModel(name: "m", state: .other)]),
        Oddity(
            testDescription: "nulls everywhere", generation: .native,
            body: #"""
                {"models":[{"key":"m","type":null,"display_name":null,"architecture":null,"quantization":null,
                "size_bytes":null,"params_string":null,"loaded_instances":[],"max_context_length":null,
                "format":null,"capabilities":null}]}
                """#,
            expected: [LocalModel(name: "m", state: .idle)]),
        Oddity(
            testDescription: "quantization of nulls, an instance without a configuration", generation: .native,
            body: #"""
                {"models":[{"key":"m","quantization":{"name":null,"bits_per_weight":null},
                "loaded_instances":[{"id":"m"}]}]}
                """#,
            expected: [LocalModel(name: "m", state: .loaded, details: ["instances": ["m"]])]),
        Oddity(
            testDescription: "an instance under a name of its own", generation: .native,
            body: #"{"models":[{"key":"m","loaded_instances":[{"id":"mine"},{"id":"m:2"}]}]}"#,
            expected: [
                LocalModel(
                    name: "m", state: .loaded, details: ["instances": ["mine", "m:2"], "requestName": "mine"])
            ]),
        Oddity(
            testDescription: "entries without a key, and one twice", generation: .native,
            body: #"{"models":[{},null,{"key":""},{"key":"m","size_bytes":1},{"key":"m","size_bytes":2}]}"#,
            expected: [LocalModel(name: "m", state: .other, sizeBytes: 1)]),
        Oddity(
            testDescription: "no state", generation: .beta, body: #"{"data":[{"id":"m"},{"id":"n","state":null}]}"#,
            expected: [LocalModel(name: "m", state: .other), LocalModel(name: "n", state: .other)]),
        Oddity(
            testDescription: "a type nobody knows", generation: .beta,
            body: #"{"data":[{"id":"m","type":"diffusion","state":"not-loaded"}]}"#,
            expected: [LocalModel(name: "m", state: .idle, details: ["type": "diffusion"])]),
        Oddity(
            testDescription: "nothing but an id", generation: .openAI, body: #"{"data":[{"id":"m"}]}"#,
            expected: [LocalModel(name: "m", state: .other)]),
    ])
    func `lists are read whatever they leave out`(_ oddity: Oddity) async throws {
        try await LocalStage.with([.lmStudio]) { stage in
            stage.lmStudio.playLMStudio()
            stage.lmStudio.answer(oddity.generation.rawValue, oddity.body)
            let status = try await stage.watcher.checkLMStudio()
            // A model in memory says, beside what was read, why it is only watched.
            #expect(status.models.allSatisfy { ($0.unprobed != nil) == ($0.state == .loaded) })
            let read = status.models.map { model in
                var model = model
                model.unprobed = nil
                return model
            }
            #expect(read == oddity.expected)
        }
    }

    @Test(
        arguments: [
            (LocalPeer.Reply.body("<html>"), "not as LM Studio does: is another program there?"),
            (.body(#"{"error":"Unexpected endpoint or method."}"#), "Correct local.lmStudio.url"),
            (.body(#"{"message":"Not Found","ok":false}"#, status: 404), "not as LM Studio does"),
            (.body("", status: 502), "cannot answer GET /api/v1/models now"),
            (.drop, "closed the connection"),
        ] as [(LocalPeer.Reply, String)])
    func `an answer that is no list is an error that says what to do`(
        _ reply: LocalPeer.Reply, _ message: String
    ) async throws {
        try await LocalStage.with([.lmStudio]) { stage in
            for path in LMStudioReader.questions { stage.lmStudio.answer(path, reply) }
            let error = try #require(await stage.failure(of: .lmStudio))
            #expect(error.message.contains(message), "\(error)")
        }
    }

    private static func play(_ generation: LMStudioReader.Generation, on peer: LocalPeer) {
        switch generation {
        case .native: peer.playLMStudio(native: native)
        case .beta: peer.playLMStudio(beta: beta)
        case .openAI: peer.playLMStudio(openAI: openAI)
        }
    }
}
