import Health
import Testing

@testable import Observation

@Suite(.timeLimit(.minutes(5)))
struct LocalLlamaCppTests {
    /// As a server with one model writes it.
    static let single = #"""
        {"object":"list","data":[{"id":"smol","aliases":["smol","smollm2"],"object":"model","owned_by":"llamacpp",
         "meta":{"n_ctx":1024,"n_ctx_train":8192,"n_params":134515008,"size":96576768,"ftype":"Q4_1"}}]}
        """#
    /// As a router writes it.
    static let router = #"""
        {"object":"list","data":[
         {"id":"a","owned_by":"llamacpp","status":{"value":"loaded","args":[]}},
         {"id":"b","owned_by":"llamacpp","status":{"value":"unloaded","failed":true,"exit_code":1}},
         {"id":"c","owned_by":"llamacpp","status":{"value":"loading"}},
         {"id":"text-embed","owned_by":"llamacpp","status":{"value":"sleeping"}}]}
        """#
    static let isLoading = LocalPeer.Reply.body(
        #"{"error":{"message":"Loading model","type":"unavailable_error","code":503}}"#, status: 503)

    private func config(_ name: String) -> ModelConfig {
        ModelConfig(
            id: ModelID(name), provider: "llamacpp",
            targets: [ModelTarget(baseURL: "http://127.0.0.1:1", model: name)], localRuntime: .llamaCpp)
    }

    @Test func `the one model of a server is in memory for good, so it is probed under each of its names`()
        async throws
    {
        try await LocalStage.with([.llamaCpp]) { stage in
            stage.llamaCpp.playLlamaCpp(models: Self.single)
            let status = try await stage.watcher.check(.llamaCpp)
            #expect(status.version == "b8681" && status.isAvailable)
            let model = try #require(status.models.first)
            #expect(model.state == .loaded && model.isProbeable && model.sizeBytes == 96_576_768)
            #expect(model.details["contextLength"] == 1024 && model.details["quantization"] == "Q4_1")
            for name in ["smol", "smollm2"] { #expect(await stage.watcher.isProbeable(config(name))) }
            #expect(await !stage.watcher.isProbeable(config("other")))
            #expect(Set(stage.llamaCpp.lines) == ["GET /health", "GET /v1/models", "GET /props"])
        }
    }

    @Test func `a router tells the state of each, and a request would keep what is loaded`() async throws {
        try await LocalStage.with([.llamaCpp]) { stage in
            stage.llamaCpp.playLlamaCpp(models: Self.router)
            let models = try await stage.watcher.check(.llamaCpp).models
            #expect(models.map(\.state) == [.loaded, .idle, .other, .idle])
            #expect(models.map(\.mode) == [.chat, .chat, .chat, .embedding])
            #expect(models[0].unprobed?.contains("router") == true && !models[0].isProbeable)
            #expect(models[1].details["loadFailed"] == true && models[1].details["exitCode"] == 1)
            #expect(models[2].details["runtimeState"] == "loading")
            #expect(await !stage.watcher.isProbeable(config("a")))
        }
        var settings = LocalModelWatcher.Settings.patient
        settings.probing = .always
        try await LocalStage.with([.llamaCpp], settings: settings) { stage in
            stage.llamaCpp.playLlamaCpp(models: Self.router)
            #expect(await stage.watcher.isProbeable(config("a")))
            #expect(await !stage.watcher.isProbeable(config("b")))
        }
    }

    @Test func `a server that loads is up, and nothing is missing from it`() async throws {
        try await LocalStage.with([.llamaCpp], expected: [.llamaCpp: ["smol"]]) { stage in
            stage.llamaCpp.answer("/health", Self.isLoading)
            #expect(try await stage.watcher.check(.llamaCpp).models.isEmpty)
            #expect(await stage.reportedStates().isEmpty)
            stage.llamaCpp.playLlamaCpp(models: Self.single)
            _ = try await stage.watcher.check(.llamaCpp)
            #expect(await stage.reportedStates() == ["llamacpp/smol": .loaded])
            stage.llamaCpp.answer("/health", Self.isLoading)
            let again = try await stage.watcher.check(.llamaCpp)
            #expect(again.isAvailable && again.models.map(\.state) == [.other])
            #expect(again.models[0].details["runtimeState"] == "loading")
            #expect(await stage.reportedStates() == ["llamacpp/smol": .other])
            stage.llamaCpp.playLlamaCpp(models: #"{"data":[]}"#)
            _ = try await stage.watcher.check(.llamaCpp)
            #expect(await stage.reportedStates() == ["llamacpp/smol": .missing])
        }
    }

    @Test func `a server that sleeps is not woken, and one that has slept is not kept awake`() async throws {
        try await LocalStage.with([.llamaCpp]) { stage in
            stage.llamaCpp.playLlamaCpp(models: Self.single, props: #"{"is_sleeping":true}"#)
            #expect(try await stage.watcher.check(.llamaCpp).models.map(\.state) == [.idle])
            #expect(await !stage.watcher.isProbeable(config("smol")))
            stage.llamaCpp.playLlamaCpp(models: Self.single)
            let model = try #require(try await stage.watcher.check(.llamaCpp).models.first)
            #expect(model.state == .loaded && model.unprobed?.contains("keep it awake") == true)
            #expect(await !stage.watcher.isProbeable(config("smol")))
        }
    }

    @Test(arguments: [401, 404, 501])
    func `properties that are not told are no fault`(_ status: Int) async throws {
        try await LocalStage.with([.llamaCpp]) { stage in
            stage.llamaCpp.playLlamaCpp(models: Self.single)
            stage.llamaCpp.answer("/props", .body(#"{"error":{"message":"no"}}"#, status: status))
            let read = try await stage.watcher.check(.llamaCpp)
            #expect(read.version == nil && read.models.map(\.state) == [.loaded])
        }
    }

    @Test(arguments: [
        (LocalPeer.Reply.body("<html>", status: 404), "Correct local.llamaCpp.url"),
        (.body("busy", status: 500), "look into its log"), (.drop, "closed the connection"),
    ])
    func `another answer than llama.cpp's is told with what to do`(_ reply: LocalPeer.Reply, _ words: String)
        async throws
    {
        try await LocalStage.with([.llamaCpp]) { stage in
            stage.llamaCpp.answer("/health", reply)
            let error = try #require(await stage.failure(of: .llamaCpp))
            #expect(error.description.contains(words), "\(error)")
        }
    }

    static let answers: [(health: LocalPeer.Reply, models: String, isKnown: Bool)] = [
        (.body(#"{"status":"ok"}"#), single, true),
        (.body(#"{"status":"ok"}"#), #"{"data":[{"id":"x","owned_by":"vllm"}]}"#, false),
        (isLoading, "", true),
        (.body("busy", status: 503), single, false),
    ]

    @Test(arguments: answers)
    func `it is recognised by what only it says`(
        _ row: (health: LocalPeer.Reply, models: String, isKnown: Bool)
    ) async throws {
        try await LocalStage.with([.llamaCpp]) { stage in
            stage.llamaCpp.playLlamaCpp(models: row.models)
            stage.llamaCpp.answer("/health", row.health)
            let endpoint = try LocalEndpoint(.llamaCpp, url: stage.llamaCpp.url)
            let isKnown = try await withLocalClient { client in
                let wire = LocalWire(endpoint: endpoint, client: client, timekeeper: .system, timeout: .seconds(30))
                return await LlamaCppReader().recognises(over: wire)
            }
            #expect(isKnown == row.isKnown)
        }
    }
}
