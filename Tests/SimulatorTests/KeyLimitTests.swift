import Testing

@testable import Simulator

@Suite("Limits of keys, queues and finish reasons", .timeLimit(.minutes(5)))
struct KeyLimitTests {
    private static let chat: JSON = ["model": "a", "messages": [["role": "user", "content": "hi"]]]

    @Test func `a key's limit is shared by all models, and told in every answer`() async throws {
        let time = JumpClock()
        var configuration = SimulatorConfiguration(models: [SimulatedModel("a"), SimulatedModel("b")])
        configuration.keyLimits = [.openAI: KeyLimit(RateLimit(requests: 3, per: .seconds(60)))]
        try await withPeer(configuration, clock: SimulatorClock(time)) { simulator, client async throws in
            let url = simulator.openAI.url + "/v1/chat/completions"
            func ask(_ model: String, key: String) async throws -> TestClient.Answer {
                try await client.post(
                    url, ["model": .string(model), "messages": []], ["authorization": "Bearer \(key)"])
            }
            let first = try await ask("a", key: "k1")
            #expect(first.status == 200)
            #expect(first.headers["x-ratelimit-limit-requests"] == "3")
            #expect(first.headers["x-ratelimit-remaining-requests"] == "2")
            _ = try await ask("b", key: "k1")
            _ = try await ask("a", key: "k1")
            let over = try await ask("b", key: "k1")
            #expect(over.status == 429)
            #expect(over.headers["retry-after"] == "60")
            #expect(over.headers["x-ratelimit-remaining-requests"] == "0")
            #expect(try await ask("a", key: "k2").status == 200)
        }
    }

    @Test func `OpenRouter's daily allowance is told in the headers and the body of the refusal`() async throws {
        var configuration = SimulatorConfiguration(models: [SimulatedModel("a")])
        configuration.keyLimits = [
            .openAI: KeyLimit(RateLimit(requests: 1, per: .seconds(86_400)), style: .openRouter)
        ]
        try await withPeer(configuration) { simulator, client async throws in
            let url = simulator.openAI.url + "/v1/chat/completions"
            #expect(try await client.post(url, Self.chat).status == 200)
            let over = try await client.post(url, Self.chat)
            #expect(over.status == 429)
            #expect(over.json["error"]?["code"]?.int == 429)
            #expect(over.json["error"]?["message"]?.string?.contains("free-models-per-day") == true)
            #expect(over.headers["x-ratelimit-remaining"] == "0")
            let reset = over.json["error"]?["metadata"]?["headers"]?["X-RateLimit-Reset"]?.string
            #expect(reset == over.headers["x-ratelimit-reset"])
            #expect((reset.flatMap { Double($0) } ?? 0) > 1_700_000_000_000)
        }
    }

    @Test func `a model with slots tells who is served and who waits`() async throws {
        let configuration = SimulatorConfiguration(models: [SimulatedModel("a", behavior: .hang, slots: 2)])
        try await withPeer(configuration) { simulator, client async throws in
            let url = simulator.openAI.url
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<5 { group.addTask { _ = try? await client.post(url + "/v1/chat/completions", Self.chat) } }
                var metrics = ""
                while !metrics.contains("llamacpp:requests_deferred 3\n") {
                    metrics = try await client.get(url + "/metrics").body
                    await Task.yield()
                }
                #expect(metrics.contains("llamacpp:requests_processing 2\n"))
                let slots = try await client.get(url + "/slots").json.array ?? []
                #expect(slots.map { $0["is_processing"]?.bool } == [true, true])
                // The model gets well: who waits is served in turn.
                try simulator.set("a", .ok, on: .openAI)
                group.cancelAll()
            }
            while simulator.requests().contains(where: { $0.kind == .inference && $0.endedAtMs == nil }) {
                await Task.yield()
            }
            let metrics = try await client.get(url + "/metrics").body
            #expect(metrics.contains("llamacpp:requests_processing 0\n"))
            #expect(metrics.contains("llamacpp:requests_deferred 0\n"))
        }
    }

    @Test func `finish reasons and codes of errors in a 200 are as told`() async throws {
        let configuration = SimulatorConfiguration(models: [
            SimulatedModel("a", behavior: Behavior(finishReason: "insufficient_system_resource")),
            SimulatedModel("b", behavior: Behavior(fault: .errorBody, errorCode: 429)),
        ])
        try await withPeer(configuration) { simulator, client async throws in
            let url = simulator.openAI.url + "/v1/chat/completions"
            let answer = try await client.post(url, Self.chat)
            #expect(answer.json["choices"]?.array?.first?["finish_reason"] == "insufficient_system_resource")
            let error = try await client.post(url, ["model": "b", "messages": []])
            #expect(error.status == 200)
            #expect(error.json["error"]?["code"] == "429")
        }
    }

    @Test func `a scenario holds them`() throws {
        let scenario = try ScenarioFile.parse(
            """
            keyLimits: {openai: {requests: 60, window: 60s}}
            models:
              - {id: a, face: openai, slots: 2, behavior: {finishReason: error}}
              - {id: m, face: ollama, loaded: true, expires: true, keepAlive: 30s}
            """, file: "s.yaml")
        #expect(scenario.keyLimits == [.openAI: KeyLimit(RateLimit(requests: 60, per: .seconds(60)))])
        #expect(scenario.models.map(\.slots) == [2, nil])
        #expect(scenario.models.map(\.expires) == [false, true])
        #expect(scenario.models[0].behavior.finishReason == "error")
    }
}
