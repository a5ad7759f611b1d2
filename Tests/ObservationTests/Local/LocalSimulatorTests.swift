import Health
import Logging
import Simulator
import TestSupport
import Testing

@testable import Observation

/// The watcher against runtimes that would really load, evict and extend if they were asked to.
@Suite(.timeLimit(.minutes(5)))
struct LocalSimulatorTests {
    static let downloaded = SimulatorConfiguration(models: [
        SimulatedModel("llama3.2", on: .ollama), SimulatedModel("nomic-embed-text", on: .ollama, kind: .embedding),
        SimulatedModel("qwen2.5-7b-instruct", on: .lmStudio),
        SimulatedModel("text-embedding-nomic", on: .lmStudio, kind: .embedding),
    ])

    @Test(arguments: LMStudioSettings.Generation.allCases)
    func `a hundred polls with nothing in memory send nothing but the few GETs`(
        _ generation: LMStudioSettings.Generation
    ) async throws {
        var configuration = Self.downloaded
        configuration.lmStudio.generation = generation
        try await withSimulator(configuration) { simulator in
            try await Self.watch(simulator) { watcher in
                for _ in 0..<100 {
                    let ollama = try await watcher.checkOllama()
                    let lmStudio = try await watcher.checkLMStudio()
                    #expect(ollama.models.count == 2 && lmStudio.models.count == 2)
                    #expect(ollama.loadedModels.isEmpty && lmStudio.loadedModels.isEmpty)
                }
                #expect(await !watcher.isLoaded("llama3.2", on: .ollama, maximumAge: .zero))
                #expect(await !watcher.isLoaded("qwen2.5-7b-instruct", on: .lmStudio, maximumAge: .zero))
            }
            let requests = simulator.requests()
            let allowed = Set(LocalRuntime.allCases.flatMap { $0.reader.questions })
            #expect(requests.count { $0.face == .ollama } == 303)
            #expect(requests.count { $0.face == .lmStudio } >= 101)
            #expect(requests.count { $0.kind != .inspection } == 0)
            #expect(requests.allSatisfy { $0.method == "GET" && allowed.contains($0.path) && $0.body.isEmpty })
            #expect(requests.allSatisfy { !$0.loadedModel && $0.model == nil })
            for face in [Face.ollama, .lmStudio] {
                #expect(simulator.models(on: face).allSatisfy { !$0.isLoaded && $0.loads == 0 })
            }
        }
    }

    @Test func `polling a model that is in memory keeps it there no longer`() async throws {
        let time = ManualTime()
        let configuration = SimulatorConfiguration(models: [
            SimulatedModel("llama3.2", on: .ollama, isLoaded: true, keepAlive: .seconds(300)),
            SimulatedModel("qwen", on: .lmStudio, isLoaded: true, keepAlive: .seconds(300)),
        ])
        try await withSimulator(configuration, clock: SimulatorClock(time)) { simulator in
            try await Self.watch(simulator) { watcher in
                func left() -> [Duration?] {
                    [Face.ollama, .lmStudio].map { simulator.models(on: $0).first?.leavesIn }
                }
                let before = left()
                for _ in 0..<20 {
                    let ollama = try await watcher.checkOllama()
                    #expect(ollama.loadedModels.map(\.name) == ["llama3.2:latest"])
                    let lmStudio = try await watcher.checkLMStudio()
                    #expect(lmStudio.loadedModels.map(\.name) == ["qwen"])
                    time.advance(by: .seconds(10))
                }
                #expect(left() == before.map { $0.map { $0 - .seconds(200) } })
            }
        }
    }

    @Test func `an Ollama is watched through loading, a slow place, deletion, a crash and the return`() async throws {
        try await withSimulator(Self.downloaded) { simulator in
            try await Self.watch(simulator) { watcher in
                let first = try await watcher.checkOllama()
                #expect(first.version == "0.12.6")
                #expect(first.models.map(\.state) == [.idle, .idle])
                #expect(first.models.map(\.mode) == [.chat, .embedding])

                try simulator.setLoaded(true, "llama3.2", on: .ollama)
                let fast = try await watcher.checkOllama()
                #expect(fast.loadedModels.map(\.isOnCPU) == [false])
                try simulator.setVRAMShare(0.4, of: "llama3.2")
                let slow = try await watcher.checkOllama().loadedModels
                #expect(slow.map(\.isOnCPU) == [true])
                #expect(slow.first?.details["gpuShare"] == 0.4)

                try simulator.remove("nomic-embed-text", from: .ollama)
                let rest = try await watcher.checkOllama()
                #expect(rest.models.map(\.name) == ["llama3.2:latest"])

                await simulator.stop(.ollama)
                await #expect(throws: LocalHealthCheckError.self) { try await watcher.checkOllama() }
                #expect(watcher.status(of: .ollama)?.models.map(\.name) == ["llama3.2:latest"])
                try await simulator.start(.ollama)
                let back = try await watcher.checkOllama()
                #expect(back.isAvailable)
            }
        }
    }

    @Test func `an LM Studio is followed through its generations`() async throws {
        var configuration = Self.downloaded
        configuration.lmStudio.generation = .compatible
        try await withSimulator(configuration) { simulator in
            try await Self.watch(simulator) { watcher in
                let old = try await watcher.checkLMStudio()
                #expect(old.version == "v1")
                let again = try await watcher.checkLMStudio()
                #expect(again.models.map(\.state) == [.other, .other])
                // The update restarts the server.
                await simulator.stop(.lmStudio)
                await #expect(throws: LocalHealthCheckError.self) { try await watcher.checkLMStudio() }
                simulator.lmStudioSettings.generation = .native
                try simulator.setLoaded(true, "qwen2.5-7b-instruct", on: .lmStudio)
                try await simulator.start(.lmStudio)
                let updated = try await watcher.checkLMStudio()
                #expect(updated.version == "api/v1")
                #expect(updated.models.map(\.state) == [.loaded, .idle])
                // A downgrade between two polls takes the path away.
                simulator.lmStudioSettings.generation = .beta
                let older = try await watcher.checkLMStudio()
                #expect(older.version == "api/v0")
                #expect(older.models.map(\.state) == [.loaded, .idle])
            }
        }
    }

    @Test func `an LM Studio that wants a token gets the one that is configured`() async throws {
        var configuration = Self.downloaded
        configuration.apiKeys[.lmStudio] = "lm-token"
        try await withSimulator(configuration) { simulator in
            try await Self.watch(simulator) { watcher in
                let error = await #expect(throws: LocalHealthCheckError.self) { try await watcher.checkLMStudio() }
                #expect(error?.message == "wants an API token: set local.lmStudio.token")
            }
            try await Self.watch(simulator, token: Secret("lm-token")) { watcher in
                let status = try await watcher.checkLMStudio()
                #expect(status.models.count == 2)
            }
        }
    }

    @Test func `the simulator's faces are found as on their default ports`() async throws {
        try await withSimulator(Self.downloaded) { simulator in
            let found = try await withLocalClient { client in
                await probeDefaults(
                    [
                        DefaultEndpoint(.runtime(.ollama), url: simulator.ollama.url),
                        DefaultEndpoint(.runtime(.lmStudio), url: simulator.lmStudio.url),
                        DefaultEndpoint(.portkey, url: simulator.portkey.url),
                        DefaultEndpoint(.portkey, url: simulator.ollama.url),
                    ], client: client, limit: .seconds(10))
            }
            #expect(found.map(\.isAnswering) == [true, true, true, false])
        }
    }

    private static func watch(
        _ simulator: LLMSimulator, token: Secret? = nil, _ body: (LocalModelWatcher) async throws -> Void
    ) async throws {
        try await withLocalClient { client in
            let watcher = LocalModelWatcher(
                [
                    try LocalEndpoint(.ollama, url: simulator.ollama.url),
                    try LocalEndpoint(.lmStudio, url: simulator.lmStudio.url, token: token),
                ], settings: .patient, client: client, intake: Intake(),
                logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
            try await body(watcher)
        }
    }
}
