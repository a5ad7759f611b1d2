import Testing

@testable import Simulator

@Suite(.timeLimit(.minutes(5)))
struct OllamaFaceTests {
    static let models = [
        SimulatedModel("llama3.2", on: .ollama, isLoaded: true),
        SimulatedModel("mistral:7b", on: .ollama, loadTime: .seconds(4), size: 4_000_000, vramShare: 0.5),
        SimulatedModel("nomic-embed-text", on: .ollama, kind: .embedding),
    ]

    @Test func `liveness, version and the downloaded models`() async throws {
        try await withPeer(.init(models: Self.models)) { simulator, client async throws in
            let url = simulator.ollama.url
            #expect(try await client.get(url + "/").body == "Ollama is running")
            #expect(try await client.send("HEAD", url + "/").status == 200)
            #expect(try await client.get(url + "/api/version").json["version"] == "0.12.6")
            let tags = try await client.get(url + "/api/tags").json["models"]?.array ?? []
            #expect(tags.map { $0["name"]?.string } == ["llama3.2:latest", "mistral:7b", "nomic-embed-text:latest"])
            #expect(tags[0]["details"]?["parameter_size"] == "3.2B")
            #expect(tags[0]["digest"]?.string?.count == 64)
            #expect(try await client.post(url + "/api/show", ["model": "llama3.2"]).json["details"] != nil)
            #expect(try await client.post(url + "/api/show", ["model": "nope"]).status == 404)
            #expect(try await client.get(url + "/api/nope").status == 404)
        }
    }

    @Test func `a request to an idle model loads it, and the log says so`() async throws {
        let clock = ManualClock()
        try await withPeer(.init(models: Self.models), clock: SimulatorClock(clock)) { simulator, client async throws in
            let url = simulator.ollama.url
            #expect(try await running(url, client) == ["llama3.2:latest"])
            async let answer = client.post(url + "/api/chat", chatBody("mistral:7b"))
            await clock.sleeper(until: .seconds(4))
            #expect(try await running(url, client) == ["llama3.2:latest"])
            clock.advance(to: .seconds(4))
            #expect(try await answer.json["message"]?["content"] == "pong")
            #expect(try await answer.json["load_duration"] == 4_000_000_000)
            #expect(try await running(url, client) == ["llama3.2:latest", "mistral:7b"])
            let entry = try await client.get(url + "/api/ps").json["models"]?.array?.last
            #expect(entry?["size"] == 4_000_000)
            #expect(entry?["size_vram"] == 2_000_000)

            // Loaded once; the next request finds it there.
            _ = try await client.post(url + "/api/chat", chatBody("mistral:7b"))
            #expect(simulator.models(on: .ollama)[1].loads == 1)
            #expect(simulator.requests().filter(\.loadedModel).count == 1)

            // Five minutes after the last request it is gone.
            clock.advance(to: .seconds(303))
            #expect(try await running(url, client) == ["llama3.2:latest", "mistral:7b"])
            clock.advance(to: .seconds(304))
            #expect(try await running(url, client) == ["llama3.2:latest"])
        }
    }

    @Test func `looking loads nothing`() async throws {
        try await withPeer(.init(models: Self.models)) { simulator, client async throws in
            let url = simulator.ollama.url
            for path in ["/", "/api/version", "/api/tags", "/api/ps", "/v1/models"] {
                _ = try await client.get(url + path)
            }
            _ = try await client.post(url + "/api/show", ["model": "mistral:7b"])
            #expect(simulator.requests().allSatisfy { $0.kind == .inspection && !$0.loadedModel })
            #expect(simulator.models(on: .ollama).allSatisfy { $0.loads == 0 })
        }
    }

    @Test func `inference hangs while everything else answers`() async throws {
        try await withPeer(.init(models: Self.models)) { simulator, client async throws in
            let url = simulator.ollama.url
            try simulator.set("llama3.2", .hang, on: .ollama)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    _ = try? await client.post(url + "/api/generate", ["model": "llama3.2", "prompt": "x"])
                }
                _ = try await simulator.request { $0.kind == .inference }
                #expect(try await client.get(url + "/").status == 200)
                #expect(try await running(url, client) == ["llama3.2:latest"])
                #expect(simulator.requests().first?.ending == nil)
                group.cancelAll()
            }
        }
    }

    @Test func `a request without a prompt loads, and with keep_alive 0 unloads`() async throws {
        try await withPeer(.init(models: Self.models), clock: SimulatorClock(JumpClock())) {
            simulator, client async throws in
            let url = simulator.ollama.url
            let load = try await client.post(url + "/api/generate", ["model": "mistral:7b", "keep_alive": -1])
            #expect(load.json["done_reason"] == "load")
            #expect(simulator.models(on: .ollama)[1].isLoaded)
            let unload = try await client.post(url + "/api/generate", ["model": "mistral:7b", "keep_alive": 0])
            #expect(unload.json["done_reason"] == "unload")
            #expect(!simulator.models(on: .ollama)[1].isLoaded)
        }
    }

    @Test func `answers stream as lines of JSON unless told otherwise`() async throws {
        try await withPeer(.init(models: Self.models)) { simulator, client async throws in
            let url = simulator.ollama.url
            let answer = try await client.post(url + "/api/generate", ["model": "llama3.2", "prompt": "x"])
            #expect(answer.headers["content-type"] == "application/x-ndjson")
            let lines = try answer.body.split(separator: "\n").map { try JSON(parsing: String($0)) }
            #expect(lines.map { $0["done"]?.bool } == [false, true])
            #expect(lines.last?["eval_count"] == 1)
            try simulator.set("llama3.2", .failing(.errorBody), on: .ollama)
            let broken = try await client.post(url + "/api/generate", ["model": "llama3.2", "prompt": "x"])
            #expect(broken.status == 200)
            #expect(broken.json["error"] == "soft failure")
        }
    }

    @Test(arguments: [
        ("/api/chat", 404, #"{"error":"model \"nope\" not found, try pulling it first"}"#),
        (
            "/v1/chat/completions", 404,
            #"{"error":{"message":"model \"nope\" not found, try pulling it first","type":"not_found_error","param":null,"code":null}}"#
        ),
    ])
    func `an unknown model is refused in the words of either API`(path: String, status: Int, body: String) async throws
    {
        try await withPeer(.init(models: Self.models)) { simulator, client async throws in
            let answer = try await client.post(simulator.ollama.url + path, chatBody("nope"))
            #expect(answer.status == status)
            #expect(answer.body == body)
        }
    }

    @Test func `a full queue is told in Ollama's words`() async throws {
        try await withPeer(.init(models: Self.models)) { simulator, client async throws in
            try simulator.set("llama3.2", .failing(.overloaded), on: .ollama)
            let answer = try await client.post(simulator.ollama.url + "/api/chat", chatBody("llama3.2"))
            #expect(answer.status == 503)
            #expect(answer.json["error"] == "server busy, please try again.  maximum pending requests exceeded")
        }
    }

    @Test(
        arguments: [
            ("/v1/chat/completions", chat("llama3.2"), "choices"),
            ("/v1/completions", ["model": "llama3.2", "prompt": "x"], "choices"),
            ("/v1/embeddings", ["model": "nomic-embed-text", "input": "x"], "data"),
            ("/api/embed", ["model": "nomic-embed-text", "input": "x"], "embeddings"),
            ("/api/embeddings", ["model": "nomic-embed-text", "prompt": "x"], "embedding"),
        ] as [(String, JSON, String)])
    func `the other endpoints answer`(path: String, body: JSON, member: String) async throws {
        try await withPeer(.init(models: Self.models)) { simulator, client async throws in
            let answer = try await client.post(simulator.ollama.url + path, body)
            #expect(answer.status == 200)
            #expect(answer.json[member]?.array?.isEmpty == false)
        }
    }

    @Test func `models come and go while it runs`() async throws {
        try await withPeer(.init(models: Self.models)) { simulator, client async throws in
            let url = simulator.ollama.url
            try simulator.add(SimulatedModel("phi4", on: .ollama))
            try simulator.remove("mistral:7b", from: .ollama)
            let names = try await client.get(url + "/api/tags").json["models"]?.array?.map { $0["name"]?.string }
            #expect(names == ["llama3.2:latest", "nomic-embed-text:latest", "phi4:latest"])
            #expect(throws: SimulatorError.self) { try simulator.add(SimulatedModel("phi4:latest", on: .ollama)) }
            #expect(try await client.send("DELETE", url + "/api/delete", [:], #"{"model":"phi4"}"#).status == 200)
            #expect(simulator.models(on: .ollama).count == 2)
        }
    }

    private func chatBody(_ model: String) -> JSON {
        ["model": .string(model), "messages": [["role": "user", "content": "ping"]], "stream": false]
    }

    private func running(_ url: String, _ client: TestClient) async throws -> [String] {
        try await client.get(url + "/api/ps").json["models"]?.array?.compactMap { $0["name"]?.string } ?? []
    }
}
