import Health
import TestSupport
import Testing

@testable import Observation

@Suite(.timeLimit(.minutes(5)))
struct LocalOllamaTests {
    @Test func `a check tells version, models and what is in memory`() async throws {
        try await LocalStage.with([.ollama]) { stage in
            stage.ollama.playOllama("llama3.2:latest", "mistral:latest")
            stage.ollama.answer("/api/ps", LocalPeer.tags(LocalPeer.running("mistral:latest")))

            let status = try await stage.watcher.checkOllama()

            #expect(status.service == .ollama)
            #expect(status.isAvailable)
            #expect(status.version == "0.12.6")
            #expect(status.error == nil)
            #expect(status.endpoint == stage.ollama.url)
            #expect(status.ageSeconds < 10)
            #expect(status.models.map(\.name) == ["llama3.2:latest", "mistral:latest"])
            #expect(status.models.map(\.state) == [.idle, .loaded])
            #expect(status.loadedModels.map(\.name) == ["mistral:latest"])
            let idle = status.models[0]
            #expect(idle.sizeBytes == 2_019_393_189)
            #expect(idle.details["quantization"] == "Q4_K_M")
            #expect(idle.details["parameters"] == "3.2B")
            #expect(idle.details["modifiedAt"] == "2026-05-05T00:37:44.706Z")
            #expect(idle.details["expiresAt"] == nil)
            let loaded = status.models[1]
            #expect(loaded.details["contextLength"] == 4096)
            #expect(loaded.details["expiresAt"] == "2099-06-04T21:38:31.838Z")
            #expect(loaded.details["processor"] == "gpu")
        }
    }

    @Test func `each poll is evidence of the runtime and of every model`() async throws {
        try await LocalStage.with([.ollama]) { stage in
            stage.ollama.playOllama("a:latest", "b:latest")
            stage.ollama.answer("/api/ps", LocalPeer.tags(LocalPeer.running("b:latest")))
            for _ in 0..<2 {
                _ = try await stage.watcher.checkOllama()
                let evidence = await stage.evidence()
                #expect(evidence.count == 3)
                #expect(evidence.allSatisfy { $0.source == .local })
                #expect(
                    evidence.first?.kind
                        == .runtime(.ollama, isUp: true, detail: "Ollama 0.12.6: 1 of 2 models in memory"))
                guard case .local(let id, let model) = evidence.last?.kind else {
                    Issue.record("no model in \(evidence)")
                    return
                }
                #expect(id == "ollama/b:latest")
                #expect(model.state == .loaded)
            }
        }
    }

    struct Oddity: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var tags: String
        var running = #"{"models":[]}"#
        var expected: [LocalModel]
    }

    @Test(arguments: [
        Oddity(testDescription: "nothing on disk", tags: #"{"models":[]}"#, expected: []),
        Oddity(
            testDescription: "null lists", tags: #"{"models":null}"#, running: #"{"models":null}"#, expected: []),
        Oddity(
            testDescription: "nothing but a name", tags: #"{"models":[{"name":"m"}]}"#,
            expected: [LocalModel(name: "m:latest", state: .idle)]),
        Oddity(
            testDescription: "nulls everywhere",
            tags: #"""
                {"models":[{"name":null,"model":"m:1b","size":null,"digest":null,"modified_at":null,"capabilities":null,
                "details":{"parent_model":null,"format":null,"family":null,"families":null,"parameter_size":null}}]}
                """#,
            expected: [LocalModel(name: "m:1b", state: .idle)]),
        Oddity(
            testDescription: "details null, numbers as text, unreadable time",
            tags: #"{"models":[{"model":"m:1b","details":null,"size":"big","modified_at":"yesterday","digest":7}]}"#,
            expected: [LocalModel(name: "m:1b", state: .idle, details: ["digest": 7])]),
        Oddity(
            testDescription: "entries without a name are passed over",
            tags: #"{"models":[{"size":3},null,"x",{"model":""},{"model":"m:1b"}]}"#,
            expected: [LocalModel(name: "m:1b", state: .idle)]),
        Oddity(
            testDescription: "a name listed twice counts once",
            tags: #"{"models":[{"model":"m","size":1},{"model":"m:latest","size":2}]}"#,
            expected: [LocalModel(name: "m:latest", state: .idle, sizeBytes: 1)]),
        Oddity(
            testDescription: "a cloud model is remote, and its state unknown",
            tags: #"""
                {"models":[{"model":"gpt-oss:120b-cloud","size":384,"remote_model":"gpt-oss:120b",
                "remote_host":"https://ollama.com:443","capabilities":["completion","tools"]}]}
                """#,
            expected: [
                LocalModel(
                    name: "gpt-oss:120b-cloud", state: .other, isRemote: true,
                    details: [
                        "remoteModel": "gpt-oss:120b", "remoteHost": "https://ollama.com:443",
                        "capabilities": ["completion", "tools"],
                    ])
            ]),
        Oddity(
            testDescription: "an embedding model by its capabilities",
            tags: #"{"models":[{"model":"x:1b","capabilities":["embedding"],"details":{"embedding_length":768}}]}"#,
            expected: [
                LocalModel(
                    name: "x:1b", state: .idle, mode: .embedding,
                    details: ["capabilities": ["embedding"], "embeddingLength": 768])
            ]),
        Oddity(
            testDescription: "an embedding model by its family",
            tags: #"{"models":[{"model":"x:1b","details":{"family":"nomic-bert"}}]}"#,
            expected: [LocalModel(name: "x:1b", state: .idle, mode: .embedding, details: ["family": "nomic-bert"])]),
        Oddity(
            testDescription: "an embedding model by its name",
            tags: #"{"models":[{"model":"qwen3-embedding:8b"}]}"#,
            expected: [LocalModel(name: "qwen3-embedding:8b", state: .idle, mode: .embedding)]),
        Oddity(
            testDescription: "an image model",
            tags: #"{"models":[{"model":"x:1b","capabilities":["image"]}]}"#,
            expected: [LocalModel(name: "x:1b", state: .idle, mode: .image, details: ["capabilities": ["image"]])]),
        Oddity(
            testDescription: "in memory, deleted from disk", tags: #"{"models":[]}"#,
            running: #"{"models":[{"model":"m:1b"}]}"#, expected: [LocalModel(name: "m:1b", state: .loaded)]),
        Oddity(
            testDescription: "kept for ever", tags: #"{"models":[{"model":"m:1b"}]}"#,
            running: #"{"models":[{"model":"m:1b","expires_at":"2318-04-11T23:47:16.854775807Z"}]}"#,
            expected: [LocalModel(name: "m:1b", state: .loaded, details: ["keepAlive": "forever"])]),
        Oddity(
            testDescription: "no time to expire yet", tags: #"{"models":[{"model":"m:1b"}]}"#,
            running: #"{"models":[{"model":"m:1b","expires_at":"0001-01-01T00:00:00Z"}]}"#,
            expected: [LocalModel(name: "m:1b", state: .loaded)]),
        Oddity(
            testDescription: "already expired: it is being stopped", tags: #"{"models":[{"model":"m:1b"}]}"#,
            running: #"{"models":[{"model":"m:1b","expires_at":"2020-01-01T00:00:00.123456789+02:00"}]}"#,
            expected: [
                LocalModel(
                    name: "m:1b", state: .other,
                    details: ["expiresAt": "2019-12-31T22:00:00.123Z", "runtimeState": "stopping"])
            ]),
        Oddity(
            testDescription: "the default host and tag are one name",
            tags: #"{"models":[{"model":"registry.ollama.ai/library/m"},{"model":"host:5000/me/n"}]}"#,
            running: #"{"models":[{"model":"m"}]}"#,
            expected: [
                LocalModel(name: "m:latest", state: .loaded), LocalModel(name: "host:5000/me/n:latest", state: .idle),
            ]),
    ])
    func `lists are read whatever they leave out`(_ oddity: Oddity) async throws {
        try await LocalStage.with([.ollama]) { stage in
            stage.ollama.answer("/api/tags", oddity.tags)
            stage.ollama.answer("/api/ps", oddity.running)
            let status = try await stage.watcher.checkOllama()
            #expect(status.models == oddity.expected)
        }
    }

    struct Placement: Sendable, CustomTestStringConvertible {
        var testDescription: String
        /// Of `a` and `b`: bytes and bytes on the GPU.
        var a: (size: Int, vram: Int)
        var b: (size: Int, vram: Int)?
        var isOnCPU: [Bool]
        var processors: [JSONValue]
    }

    @Test(arguments: [
        Placement(testDescription: "all on the GPU", a: (100, 100), b: nil, isOnCPU: [false], processors: ["gpu"]),
        Placement(testDescription: "a part on the CPU", a: (100, 60), b: nil, isOnCPU: [true], processors: ["cpu+gpu"]),
        Placement(testDescription: "no GPU at all", a: (100, 0), b: nil, isOnCPU: [false], processors: ["cpu"]),
        Placement(
            testDescription: "neither has a GPU", a: (100, 0), b: (50, 0), isOnCPU: [false, false],
            processors: ["cpu", "cpu"]),
        Placement(
            testDescription: "one beside a GPU model", a: (100, 0), b: (50, 50), isOnCPU: [true, false],
            processors: ["cpu", "gpu"]),
        Placement(testDescription: "more GPU than size", a: (100, 120), b: nil, isOnCPU: [false], processors: ["gpu"]),
        Placement(testDescription: "sizes missing", a: (0, 0), b: nil, isOnCPU: [false], processors: [.null]),
    ])
    func `a model is called slow for its place when there is a GPU it could use`(_ row: Placement) async throws {
        try await LocalStage.with([.ollama]) { stage in
            let entries = [("a:1b", row.a)] + (row.b.map { [("b:1b", $0)] } ?? [])
            let running = entries.map { LocalPeer.running($0.0, size: $0.1.size, vram: $0.1.vram) }
            stage.ollama.answer("/api/ps", #"{"models":[\#(running.joined(separator: ","))]}"#)
            let models = try await stage.watcher.checkOllama().models
            #expect(models.map(\.isOnCPU) == row.isOnCPU)
            #expect(models.map { $0.details["processor"] ?? .null } == row.processors)
        }
    }

    @Test func `a runtime that lost the GPU it had runs its models on the CPU`() async throws {
        try await LocalStage.with([.ollama]) { stage in
            stage.ollama.answer("/api/ps", LocalPeer.tags(LocalPeer.running("m:1b")))
            let before = try await stage.watcher.checkOllama()
            #expect(before.models.first?.isOnCPU == false)
            stage.ollama.answer("/api/ps", LocalPeer.tags(LocalPeer.running("m:1b", vram: 0)))
            let after = try await stage.watcher.checkOllama()
            #expect(after.models.first?.isOnCPU == true)
        }
    }

    @Test func `whether a model is being stopped is told by the runtime's own clock`() async throws {
        let time = ManualTime()  // in 2026
        try await LocalStage.with([.ollama], timekeeper: time.timekeeper) { stage in
            let body = LocalPeer.tags(LocalPeer.running("m:1b", expires: "2020-06-01T00:05:00Z"))
            stage.ollama.answer("/api/ps", .body(body, headers: ["Date": "Mon, 01 Jun 2020 00:00:00 GMT"]))
            let running = try await stage.watcher.checkOllama()
            #expect(running.models.first?.state == .loaded)
            stage.ollama.answer("/api/ps", .body(body, headers: ["Date": "Mon, 01 Jun 2020 00:06:00 GMT"]))
            let stopping = try await stage.watcher.checkOllama()
            #expect(stopping.models.first?.state == .other)
        }
    }

    @Test func `models come and go, and one that went is missing once`() async throws {
        try await LocalStage.with([.ollama]) { stage in
            stage.ollama.playOllama("a:latest", "b:latest")
            _ = try await stage.watcher.checkOllama()
            #expect(await stage.reportedStates() == ["ollama/a:latest": .idle, "ollama/b:latest": .idle])

            stage.ollama.answer("/api/tags", LocalPeer.tags(LocalPeer.tag("a:latest")))
            let status = try await stage.watcher.checkOllama()
            #expect(status.models.map(\.name) == ["a:latest"])
            #expect(await stage.reportedStates() == ["ollama/a:latest": .idle, "ollama/b:latest": .missing])

            _ = try await stage.watcher.checkOllama()
            #expect(await stage.reportedStates() == ["ollama/a:latest": .idle])

            stage.ollama.playOllama("a:latest", "b:latest")
            _ = try await stage.watcher.checkOllama()
            stage.ollama.playOllama("a:latest")
            _ = try await stage.watcher.checkOllama()
            #expect(await stage.reportedStates()["ollama/b:latest"] == .missing)
        }
    }

    @Test func `a configured model that is not there is missing, under any of its names`() async throws {
        try await LocalStage.with([.ollama], expected: [.ollama: ["a", "library/gone", "there"]]) { stage in
            stage.ollama.playOllama("there:latest")
            for expected: [ModelID: LocalModel.State] in [
                ["ollama/a:latest": .missing, "ollama/gone:latest": .missing, "ollama/there:latest": .idle],
                ["ollama/there:latest": .idle],
            ] {
                _ = try await stage.watcher.checkOllama()
                #expect(await stage.reportedStates() == expected)
            }
            stage.ollama.playOllama("there:latest", "a:latest")
            _ = try await stage.watcher.checkOllama()
            stage.ollama.playOllama("there:latest")
            _ = try await stage.watcher.checkOllama()
            #expect(await stage.reportedStates() == ["ollama/there:latest": .idle, "ollama/a:latest": .missing])
        }
    }

    @Test func `a failed poll removes no model, and the runtime's return finds what is missing`() async throws {
        try await LocalStage.with([.ollama]) { stage in
            stage.ollama.playOllama("a:latest", "b:latest")
            _ = try await stage.watcher.checkOllama()
            _ = await stage.evidence()

            try await stage.ollama.stop()
            let error = try #require(await stage.failure(of: .ollama))
            #expect(error.service == .ollama)
            #expect(error.endpoint == stage.ollama.url)
            #expect(
                error.message
                    == "refused the connection: is it running? Start it with 'ollama serve' or correct local.ollama.url"
            )
            let evidence = await stage.evidence()
            #expect(evidence.map(\.kind) == [.runtime(.ollama, isUp: false, detail: error.description)])

            stage.ollama.playOllama("b:latest")
            try await stage.ollama.start()
            let status = try await stage.watcher.checkOllama()
            #expect(status.isAvailable)
            #expect(await stage.reportedStates() == ["ollama/a:latest": .missing, "ollama/b:latest": .idle])
        }
    }

    @Test func `a runtime that is only looked for is no evidence until it has answered once`() async throws {
        try await LocalStage.with([.ollama], isOptional: true) { stage in
            try await stage.ollama.stop()
            #expect(await stage.failure(of: .ollama) != nil)
            #expect(await stage.evidence().isEmpty)
            try await stage.ollama.start()
            _ = try await stage.watcher.checkOllama()
            #expect(await stage.evidence().count == 1)
            try await stage.ollama.stop()
            let error = try #require(await stage.failure(of: .ollama))
            #expect(
                await stage.evidence().map(\.kind) == [.runtime(.ollama, isUp: false, detail: error.description)])
        }
    }

    @Test func `a release that cannot tell what is in memory calls no model loaded or idle`() async throws {
        try await LocalStage.with([.ollama]) { stage in
            stage.ollama.playOllama("a:latest")
            stage.ollama.forget("/api/ps")
            let status = try await stage.watcher.checkOllama()
            #expect(status.models.map(\.state) == [.other])
            guard case .runtime(_, true, let detail) = await stage.evidence().first?.kind else {
                Issue.record("the runtime answers")
                return
            }
            #expect(detail.contains("too old"))
        }
    }

    @Test(arguments: ["/api/tags", "/api/ps"])
    func `one list that hangs while others answer is an error that names it`(_ path: String) async throws {
        try await LocalStage.with([.ollama], settings: .hasty) { stage in
            stage.ollama.playOllama("a:latest")
            _ = try await stage.watcher.checkOllama()
            stage.ollama.answer(path, .held(""))
            let error = try #require(await stage.failure(of: .ollama))
            #expect(error.message.hasPrefix("hangs: it answers GET /api/"))
            #expect(error.message.contains("but not GET \(path) within 5 s"))
            let status = try #require(stage.watcher.status(of: .ollama))
            #expect(!status.isAvailable)
            #expect(status.error == error.message)
            #expect(status.models.map(\.name) == ["a:latest"])
            #expect(status.loadedModels.isEmpty)
        }
    }

    @Test func `a version that is not told takes nothing from the lists`() async throws {
        for reply in [LocalPeer.Reply.held(""), .body("no", status: 500), .body("[]"), .drop] {
            try await LocalStage.with([.ollama], settings: .hasty) { stage in
                stage.ollama.playOllama("a:latest")
                stage.ollama.answer("/api/version", reply)
                let status = try await stage.watcher.checkOllama()
                #expect(status.version == nil)
                #expect(status.models.count == 1)
            }
        }
    }

    @Test(
        arguments: [
            (LocalPeer.Reply.body("Ollama is running"), "not as Ollama does: is another program there?"),
            (.body(#"{"data":[]}"#), "not as Ollama does: is another program there?"),
            (.body(#"{"models":{}}"#), "not as Ollama does: is another program there?"),
            (.body("<html>"), "Correct local.ollama.url"),
            (.body("not found", status: 404), "not as Ollama does: is another program there?"),
            (.body(#"{"error":"out of file handles"}"#, status: 500), "cannot answer GET /api/tags now"),
            (.body("", status: 503), "cannot answer GET /api/tags now"),
            (.body("", status: 401), "wants an API token: set local.ollama.token"),
            (.body("", status: 302, headers: ["Location": "http://127.0.0.1:1/"]), "redirects GET /api/tags"),
            (.drop, "closed the connection before it had answered GET /api/tags"),
            (.blanks(9 << 20), "larger than 8 MiB"),
        ] as [(LocalPeer.Reply, String)])
    func `an answer that is no list is an error that says what to do`(
        _ reply: LocalPeer.Reply, _ message: String
    ) async throws {
        try await LocalStage.with([.ollama]) { stage in
            stage.ollama.playOllama("a:latest")
            stage.ollama.answer("/api/tags", reply)
            let error = try #require(await stage.failure(of: .ollama))
            #expect(error.message.contains(message), "\(error)")
        }
    }

    @Test func `the runtime's own words are the cause`() async throws {
        try await LocalStage.with([.ollama]) { stage in
            stage.ollama.answer("/api/ps", .body(#"{"error":"out of file handles"}"#, status: 500))
            #expect(await stage.failure(of: .ollama)?.cause == "HTTP 500: out of file handles")
            #expect(stage.watcher.status(of: .ollama)?.error?.hasSuffix("(HTTP 500: out of file handles)") == true)
        }
    }

    @Test(arguments: [
        ("llama3.2", "llama3.2:latest"), ("llama3.2:1b", "llama3.2:1b"), ("library/m", "m:latest"),
        ("registry.ollama.ai/library/m:q4", "m:q4"), ("hf.co/who/What-GGUF", "hf.co/who/What-GGUF:latest"),
        ("host:5000/m", "host:5000/m:latest"), ("host:5000/m:7b", "host:5000/m:7b"),
    ])
    func `a name without a tag means the latest`(_ name: String, _ canonical: String) {
        #expect(LocalRuntime.ollama.canonicalName(name) == canonical)
    }
}
