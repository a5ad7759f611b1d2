import Testing

@testable import Simulator

@Suite(.timeLimit(.minutes(5)))
struct LMStudioFaceTests {
    static let models = [
        SimulatedModel("qwen", on: .lmStudio, isLoaded: true), SimulatedModel("llama", on: .lmStudio),
        SimulatedModel("phi", on: .lmStudio), SimulatedModel("nomic", on: .lmStudio, kind: .embedding),
    ]

    static func configuration(_ settings: LMStudioSettings) -> SimulatorConfiguration {
        SimulatorConfiguration(models: models, lmStudio: settings)
    }

    @Test(arguments: [
        (LMStudioSettings.Generation.native, [true, true, true]), (.beta, [false, true, true]),
        (.compatible, [false, false, true]),
    ])
    func `each generation has its lists, and answers 200 with an error for the others`(
        generation: LMStudioSettings.Generation, known: [Bool]
    ) async throws {
        try await withPeer(Self.configuration(.init(generation: generation))) { simulator, client async throws in
            for (path, isKnown) in zip(["/api/v1/models", "/api/v0/models", "/v1/models"], known) {
                let answer = try await client.get(simulator.lmStudio.url + path)
                #expect(answer.status == 200)
                if isKnown {
                    #expect((answer.json["models"] ?? answer.json["data"])?.array?.count == 4)
                } else {
                    #expect(answer.json == ["error": .string("Unexpected endpoint or method. (GET \(path))")])
                }
            }
        }
    }

    @Test func `the lists say what is loaded`() async throws {
        try await withPeer(Self.configuration(.init())) { simulator, client async throws in
            let native = try await client.get(simulator.lmStudio.url + "/api/v1/models").json["models"]?.array ?? []
            #expect(native.map { $0["loaded_instances"]?.array?.count } == [1, 0, 0, 0])
            #expect(native.map { $0["type"]?.string } == ["llm", "llm", "llm", "embedding"])
            let beta = try await client.get(simulator.lmStudio.url + "/api/v0/models").json["data"]?.array ?? []
            #expect(beta.map { $0["state"]?.string } == ["loaded", "not-loaded", "not-loaded", "not-loaded"])
            #expect(beta.map { $0["type"]?.string } == ["llm", "llm", "llm", "embeddings"])
        }
    }

    @Test func `a request loads its model just in time and puts the last one so loaded out`() async throws {
        try await withPeer(Self.configuration(.init())) { simulator, client async throws in
            let url = simulator.lmStudio.url + "/v1/chat/completions"
            #expect(try await client.post(url, chat("llama")).status == 200)
            #expect(simulator.models(on: .lmStudio).filter(\.isLoaded).map(\.specification.id) == ["qwen", "llama"])
            #expect(try await client.post(url, chat("phi")).status == 200)
            #expect(simulator.models(on: .lmStudio).filter(\.isLoaded).map(\.specification.id) == ["qwen", "phi"])
            #expect(simulator.requests().map(\.loadedModel) == [true, true])
        }
    }

    @Test func `without loading on demand only what is loaded is listed and answers`() async throws {
        try await withPeer(Self.configuration(.init(loadsOnDemand: false))) { simulator, client async throws in
            let url = simulator.lmStudio.url
            let list = try await client.get(url + "/v1/models")
            #expect(list.json["data"]?.array?.map { $0["id"]?.string } == ["qwen"])
            let refused = try await client.post(url + "/v1/chat/completions", chat("llama"))
            #expect(refused.status == 404)
            #expect(refused.json["error"]?["code"] == "model_not_found")
            #expect(try await client.post(url + "/v1/chat/completions", chat("qwen")).status == 200)
        }
    }

    @Test func `the oldest generation serves what is loaded for a name it does not know`() async throws {
        try await withPeer(Self.configuration(.init(generation: .compatible))) { simulator, client async throws in
            let url = simulator.lmStudio.url + "/v1/chat/completions"
            #expect(try await client.post(url, chat("nope")).json["model"] == "qwen")
            simulator.lmStudioSettings.generation = .native
            #expect(try await client.post(url, chat("nope")).status == 404)
        }
    }

    @Test func `a token is demanded where one is set`() async throws {
        let configuration = SimulatorConfiguration(models: Self.models, apiKeys: [.lmStudio: "token"])
        try await withPeer(configuration) { simulator, client async throws in
            let url = simulator.lmStudio.url + "/api/v1/models"
            let refused = try await client.get(url)
            #expect(refused.status == 401)
            #expect(refused.json["error"]?["code"] == "invalid_api_key")
            #expect(refused.json["error"]?["type"] == "invalid_request")
            #expect(try await client.get(url, ["authorization": "Bearer token"]).status == 200)
        }
    }

    @Test(
        arguments: [
            ("/api/v0/chat/completions", chat("qwen"), "stats"),
            ("/api/v1/chat", ["model": "qwen", "input": "ping"], "stats"),
            ("/v1/messages", chat("qwen"), "content"), ("/v1/responses", ["model": "qwen", "input": "ping"], "output"),
            ("/v1/embeddings", ["model": "nomic", "input": "ping"], "data"),
        ] as [(String, JSON, String)])
    func `the other endpoints answer`(path: String, body: JSON, member: String) async throws {
        try await withPeer(Self.configuration(.init())) { simulator, client async throws in
            let answer = try await client.post(simulator.lmStudio.url + path, body)
            #expect(answer.status == 200)
            #expect(answer.json[member] != nil)
        }
    }

    @Test func `models are loaded and unloaded by hand`() async throws {
        try await withPeer(Self.configuration(.init())) { simulator, client async throws in
            let url = simulator.lmStudio.url + "/api/v1/models"
            #expect(try await client.post(url + "/load", ["model": "llama"]).json["status"] == "loaded")
            #expect(simulator.models(on: .lmStudio)[1].isLoaded)
            #expect(try await client.post(url + "/unload", ["instance_id": "llama"]).status == 200)
            #expect(!simulator.models(on: .lmStudio)[1].isLoaded)
            #expect(try await client.post(url + "/unload", ["instance_id": "llama"]).status == 404)
            #expect(simulator.requests().allSatisfy { $0.kind == .management })
        }
    }
}
