import Testing

@testable import Simulator

@Suite(.timeLimit(.minutes(5)))
struct LifetimeTests {
    /// Far below the half minute after which the clients would give up. Alone it takes some hundredths of a second;
    /// with all tests at once on busy cores it was seen to take one.
    private static let atOnce = Duration.seconds(5)

    @Test(arguments: [Face.openAI, .portkey])
    func `hanging requests end at once when the simulator stops`(face: Face) async throws {
        let models = [SimulatedModel("m", behavior: .hang)]
        let clock = ContinuousClock()
        let (simulator, stopping) = try await withPeer(.init(models: models)) { simulator, client async throws in
            try await withThrowingTaskGroup(of: Void.self) { group in
                // The clients go on waiting; it is the simulator that has to cut them.
                let hanging = HangingRequests(count: 20, url: simulator.address(of: face).url, client: client)
                group.addTask { try await hanging.send() }
                _ = try await simulator.request { $0.number == (face == .portkey ? 40 : 20) }
                let begin = clock.now
                await simulator.stop(face)
                try await group.waitForAll()
                return (simulator, clock.now - begin)
            }
        }
        #expect(stopping < Self.atOnce)
        #expect(simulator.requests().allSatisfy { $0.ending == .abandoned })
    }

    @Test func `the end of the scope cuts what hangs`() async throws {
        let models = [SimulatedModel("m", behavior: .hang)]
        let clock = ContinuousClock()
        var begin = clock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            try await withPeer(.init(models: models)) { simulator, client async throws in
                let hanging = HangingRequests(count: 5, url: simulator.portkey.url, client: client)
                group.addTask { try await hanging.send() }
                _ = try await simulator.request { $0.number == 10 }
                begin = clock.now
            }
            try await group.waitForAll()
        }
        #expect(clock.now - begin < Self.atOnce)
    }

    @Test func `a port that is taken is told, and nothing stays open`() async throws {
        try await withPeer { simulator, client async throws in
            let taken = simulator.openAI.port
            let error = await #expect(throws: SimulatorError.self) {
                try await withSimulator(.init(ports: [.openAI: taken])) { _ in }
            }
            #expect(error?.description.contains("openai: cannot listen on 127.0.0.1:\(taken)") == true)
            #expect(try await client.get(simulator.openAI.url + "/v1/models").status == 200)
        }
    }

    @Test func `a model that is there twice is told`() async {
        await #expect(throws: SimulatorError.self) {
            try await withSimulator(.init(models: [SimulatedModel("m"), SimulatedModel("m")])) { _ in }
        }
    }

    @Test func `only the faces asked for listen`() async throws {
        try await withPeer(.init(faces: [.ollama])) { simulator, _ async throws in
            #expect(Face.allCases.filter(simulator.isListening) == [.ollama])
        }
    }

    @Test func `the log keeps the newest requests and counts what it lost`() async throws {
        try await withPeer(.init(logCapacity: 3)) { simulator, client async throws in
            for _ in 0..<5 { _ = try await client.get(simulator.ollama.url + "/") }
            #expect(simulator.requests().map(\.number) == [3, 4, 5])
            #expect(simulator.requestCounts == (5, 2))
            #expect(simulator.requests(since: 4).map(\.number) == [5])
            simulator.clearRequests()
            #expect(simulator.requests().isEmpty)
            _ = try await client.get(simulator.ollama.url + "/")
            #expect(simulator.requests().map(\.number) == [6])
            #expect(simulator.requestCounts == (6, 0))
        }
    }

    @Test func `any of two thousand models is served`() async throws {
        let models = (0..<2000).map { SimulatedModel("model-\($0)") }
        try await withPeer(.init(models: models)) { simulator, client async throws in
            let url = "\(simulator.portkey.url)/v1/chat/completions"
            // Few at a time, so that other tests beside it get their turn.
            try await withThrowingTaskGroup(of: Int.self) { group in
                for worker in 0..<4 {
                    group.addTask {
                        var good = 0
                        for index in stride(from: worker, to: 2000, by: 16) {
                            let answer = try await client.post(
                                url, chat("model-\(index)"), ["x-portkey-provider": "openai"])
                            if answer.json["model"]?.string == "model-\(index)" { good += 1 }
                        }
                        return good
                    }
                }
                var good = 0
                for try await count in group { good += count }
                #expect(good == 500)
            }
            #expect(simulator.requests(on: .openAI).count == 500)
        }
    }

    /// Requests that nobody answers.
    private struct HangingRequests: Sendable {
        var count: Int
        var url: String
        var client: TestClient

        func send() async throws {
            await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<count {
                    group.addTask {
                        let answer = try? await client.post(
                            url + "/v1/chat/completions", chat("m"), ["x-portkey-provider": "openai"])
                        return answer == nil
                    }
                }
                for await isCut in group { #expect(isCut) }
            }
        }
    }
}
