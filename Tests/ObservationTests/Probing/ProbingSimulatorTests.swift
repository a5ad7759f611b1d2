import Health
import Simulator
import Testing

@testable import Observation

extension ProbingNetworkTests {
    /// The prober against simulated providers, directly and through the simulated gateway.
    @Suite("Probing simulated models", .timeLimit(.minutes(5)))
    struct ProbingSimulatorTests {
        static let faults:
            [(fault: Fault, direct: (Outcome.Class, Outcome.Cause), via: (Outcome.Class, Outcome.Cause))] = [
                (.hang, (.failing, .timeout), (.failing, .timeout)),
                (.hangBody, (.failing, .stall), (.failing, .timeout)),
                (.close, (.failing, .connectionReset), (.failing, .connectionReset)),
                (.reset, (.failing, .connectionReset), (.failing, .connectionReset)),
                (.cut, (.failing, .connectionReset), (.failing, .malformedAnswer)),
                (.truncated, (.failing, .malformedAnswer), (.failing, .malformedAnswer)),
                (.emptyText, (.ok, .none), (.ok, .none)),
                (.noChoices, (.failing, .malformedAnswer), (.failing, .malformedAnswer)),
                (.errorBody, (.failing, .errorInSuccess), (.failing, .errorInSuccess)),
                (.loginPage, (.failing, .html), (.failing, .html)),
                (.emptyBody, (.failing, .malformedAnswer), (.failing, .malformedAnswer)),
                (.refusal(.badRequest), (.misconfigured, .badRequest), (.misconfigured, .badRequest)),
                (.refusal(.unauthorized), (.credentials, .unauthorized), (.credentials, .unauthorized)),
                (.refusal(.paymentRequired), (.quota, .quota), (.quota, .quota)),
                // A country that is not served: no key mends it.
                (.refusal(.forbidden), (.misconfigured, .blockedOnTheWay), (.misconfigured, .blockedOnTheWay)),
                (.refusal(.modelNotFound), (.gone, .modelNotFound), (.gone, .modelNotFound)),
                (.refusal(.requestTimeout), (.failing, .timeout), (.failing, .timeout)),
                (.refusal(.unprocessable), (.misconfigured, .badRequest), (.misconfigured, .badRequest)),
                (.refusal(.rateLimited), (.rateLimited, .rateLimit), (.rateLimited, .rateLimit)),
                (.refusal(.quota), (.quota, .quota), (.quota, .quota)),
                (.refusal(.serverError), (.failing, .serverError), (.failing, .serverError)),
                (.refusal(.plainServerError), (.failing, .serverError), (.failing, .serverError)),
                (.refusal(.badGateway), (.failing, .serverError), (.failing, .serverError)),
                (.refusal(.overloaded), (.failing, .overloaded), (.failing, .overloaded)),
                (.refusal(.gatewayTimeout), (.failing, .serverError), (.failing, .serverError)),
                (.refusal(.overloadedProvider), (.failing, .overloaded), (.failing, .overloaded)),
            ]

        @Test
        func `every way to go wrong is judged, directly and through the gateway`() async throws {
            let models = Self.faults.indices.map { SimulatedModel("m\($0)", behavior: .failing(Self.faults[$0].fault)) }
            try await withSimulator(SimulatorConfiguration(models: models)) { simulator in
                try await withProber(limits: .init(stallShare: 0.4)) { stage in
                    let (openAI, portkey) = (simulator.openAI.url, simulator.portkey.url)
                    let route = GatewayRoute(gateway: "portkey", provider: "openai", customHost: openAI + "/v1")
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        for (index, row) in Self.faults.enumerated() {
                            // A few at a time, and time enough for a busy machine; only what hangs waits for its end.
                            if index >= 4 { try await group.next() }
                            let timeout: Duration =
                                row.fault == .hang || row.fault == .hangBody ? .seconds(2) : .seconds(20)
                            group.addTask {
                                let direct = try await stage.prober.probeOnce(
                                    probedModel(ModelID("d\(index)"), at: openAI, model: "m\(index)", timeout: timeout))
                                #expect(direct.outcome.class == row.direct.0, "direct \(row.fault): \(direct.outcome)")
                                #expect(direct.outcome.cause == row.direct.1, "direct \(row.fault): \(direct.outcome)")
                                let via = try await stage.prober.probeOnce(
                                    probedModel(
                                        ModelID("v\(index)"), at: portkey, model: "m\(index)", timeout: timeout,
                                        gateway: route))
                                #expect(via.outcome.class == row.via.0, "via \(row.fault): \(via.outcome)")
                                #expect(via.outcome.cause == row.via.1, "via \(row.fault): \(via.outcome)")
                            }
                        }
                        try await group.waitForAll()
                    }
                }
            }
        }

        @Test
        func `a provider that is down refuses; a gateway that is down is the gateway's fault`() async throws {
            try await withSimulator(SimulatorConfiguration(models: [SimulatedModel("m")])) { simulator in
                try await withProber(limits: .init(manualReuse: .zero)) { stage in
                    let direct = probedModel("direct", at: simulator.openAI.url, model: "m")
                    let route = GatewayRoute(
                        gateway: "portkey", provider: "openai", customHost: simulator.openAI.url + "/v1")
                    let via = probedModel("via", at: simulator.portkey.url, model: "m", gateway: route)
                    #expect(try await stage.prober.probeOnce(direct).success)
                    #expect(try await stage.prober.probeOnce(via).success)
                    await simulator.stop(.openAI)
                    // The connection that was kept may notice the end only when it is used.
                    let first = try await stage.prober.probeOnce(direct).outcome
                    #expect(first.cause == .connectionRefused || first.cause == .connectionReset)
                    let second = try await stage.prober.probeOnce(direct).outcome
                    #expect(second.class == .failing && second.cause == .connectionRefused)
                    let behind = try await stage.prober.probeOnce(via).outcome
                    #expect(behind.class == .failing && behind.cause == .connectionRefused, "\(behind)")
                    await simulator.stop(.portkey)
                    let gateway = try await stage.prober.probeOnce(via).outcome
                    #expect(gateway.class == .gateway && gateway.cause == .gatewayUnreachable, "\(gateway)")
                }
            }
        }

        @Test
        func `the rate limit's wait is told`() async throws {
            let model = SimulatedModel("m", behavior: .limited(RateLimit(requests: 1, per: .seconds(30))))
            try await withSimulator(SimulatorConfiguration(models: [model])) { simulator in
                try await withProber(limits: .init(manualReuse: .zero)) { stage in
                    let model = probedModel(at: simulator.openAI.url)
                    #expect(try await stage.prober.probeOnce(model).success)
                    let outcome = try await stage.prober.probeOnce(model).outcome
                    #expect(outcome.class == .rateLimited)
                    let wait = try #require(outcome.retryAfter)
                    #expect(wait > .zero && wait <= .seconds(31))
                }
            }
        }

        @Test
        func `a model that is swapped behind its name is a finding, with both names told`() async throws {
            try await withSimulator(SimulatorConfiguration(models: [SimulatedModel("team-model")])) { simulator in
                try await withProber(limits: .init(manualReuse: .zero)) { stage in
                    let model = probedModel("team-model", at: simulator.openAI.url)
                    #expect(try await stage.prober.probeOnce(model).success)
                    try simulator.set("team-model", Behavior(servedModel: "cheaper-model"))
                    let outcome = try await stage.prober.probeOnce(model).outcome
                    #expect(outcome.class == .ok && outcome.cause == .otherModelAnswered, "\(outcome)")
                    #expect(outcome.detail.contains("cheaper-model"))
                }
            }
        }

        @Test
        func `a streamed answer tells its first token, and a stall in it is found`() async throws {
            let models = [
                SimulatedModel(
                    "m",
                    behavior: Behavior(
                        latency: .fixed(.milliseconds(80)), chunkInterval: .milliseconds(20), text: "one two three")),
                SimulatedModel("s", behavior: .stalling(after: 2)),
            ]
            try await withSimulator(SimulatorConfiguration(models: models)) { simulator in
                try await withProber(limits: .init(stallShare: 0.3)) { stage in
                    for (url, gateway) in [
                        (simulator.openAI.url, nil),
                        (
                            simulator.portkey.url,
                            GatewayRoute(
                                gateway: "portkey", provider: "openai", customHost: simulator.openAI.url + "/v1")
                        ),
                    ] {
                        let name = gateway == nil ? "direct" : "via"
                        let result = try await stage.prober.probeOnce(
                            probedModel(ModelID("m-\(name)"), at: url, model: "m", streaming: .always, gateway: gateway)
                        )
                        #expect(result.success && result.isStreamed, "\(result.outcome)")
                        let first = try #require(result.phases.firstToken)
                        let latency = try #require(result.latency)
                        #expect(first >= .milliseconds(75) && first < latency)
                        #expect((result.outputTokens ?? 0) > 0)
                        let stalled = try await stage.prober.probeOnce(
                            probedModel(
                                ModelID("s-\(name)"), at: url, model: "s", timeout: .seconds(2), streaming: .always,
                                gateway: gateway))
                        #expect(
                            stalled.outcome.class == .failing && stalled.outcome.cause == .stall, "\(stalled.outcome)")
                    }
                }
            }
        }

        @Test
        func `reasoning models are asked as they want it, at once or after one refusal`() async throws {
            let models = [SimulatedModel("o3-mini", rules: .reasoning), SimulatedModel("thinker", rules: .reasoning)]
            try await withSimulator(SimulatorConfiguration(models: models)) { simulator in
                try await withProber { stage in
                    let known = try await stage.prober.probeOnce(
                        probedModel("o3-mini", at: simulator.openAI.url, provider: "openai"))
                    #expect(known.success && known.note == nil, "\(known.outcome)")
                    #expect(simulator.requests(model: "o3-mini").count == 1)
                    let learnt = try await stage.prober.probeOnce(probedModel("thinker", at: simulator.openAI.url))
                    #expect(learnt.success && learnt.note?.contains("max_completion_tokens") == true, "\(learnt)")
                    #expect(simulator.requests(model: "thinker").count == 2)
                }
            }
        }

        @Test
        func `Anthropic, spoken to directly and through the gateway`() async throws {
            let name = "claude-3-5-haiku-20241022"
            try await withSimulator(SimulatorConfiguration(models: [SimulatedModel(name, on: .anthropic)])) {
                simulator in
                try await withProber { stage in
                    for streaming in [ModelConfig.Streaming.never, .always] {
                        let direct = try await stage.prober.probeOnce(
                            probedModel(
                                ModelID("direct-\(streaming)"), at: simulator.anthropic.url, model: name,
                                dialect: .anthropic, streaming: streaming))
                        #expect(direct.success && (direct.outputTokens ?? 0) > 0, "\(direct.outcome)")
                        let route = GatewayRoute(
                            gateway: "portkey", provider: "anthropic", customHost: simulator.anthropic.url + "/v1")
                        let via = try await stage.prober.probeOnce(
                            probedModel(
                                ModelID("via-\(streaming)"), at: simulator.portkey.url, model: name,
                                dialect: .anthropic,
                                streaming: streaming, gateway: route))
                        #expect(via.success, "\(via.outcome)")
                    }
                }
            }
        }

        @Test
        func `embedding and rerank models have their own endpoints`() async throws {
            let models = [
                SimulatedModel("e", kind: .embedding), SimulatedModel("r", kind: .rerank), SimulatedModel("c"),
            ]
            try await withSimulator(SimulatorConfiguration(models: models)) { simulator in
                try await withProber { stage in
                    for (name, mode) in [
                        ("e", ModelConfig.Mode.embedding), ("r", .rerank), ("c", .completion), ("c", .responses),
                    ] {
                        let result = try await stage.prober.probeOnce(
                            probedModel(ModelID("\(name)-\(mode)"), at: simulator.openAI.url, model: name, mode: mode))
                        #expect(result.success, "\(mode): \(result.outcome)")
                    }
                }
            }
        }

        @Test
        func `an idle local model stays idle: nothing reaches the runtime`() async throws {
            let models = [SimulatedModel("llama3.2", on: .ollama), SimulatedModel("qwen", on: .lmStudio)]
            try await withSimulator(SimulatorConfiguration(models: models)) { simulator in
                try await withProber { stage in
                    let configs = [
                        probedModel(
                            "llama3.2", at: simulator.ollama.url, interval: .milliseconds(20), localRuntime: .ollama),
                        probedModel(
                            "qwen", at: simulator.lmStudio.url, interval: .milliseconds(20), localRuntime: .lmStudio),
                    ]
                    try await stage.prober.startScheduledProbes(configs)
                    for config in configs {
                        for _ in 0..<50 {
                            #expect(
                                try await stage.prober.probe(config.id, config: config.probe).outcome.class == .idle)
                        }
                    }
                    #expect(simulator.requests().isEmpty)
                }
            }
        }

        @Test
        func `five hundred models on one host: all probed, none late by much, none lost`() async throws {
            let count = 500
            try await withSimulator(SimulatorConfiguration(models: [SimulatedModel("m")])) { simulator in
                try await withProber { stage in
                    try await stage.prober.startScheduledProbes(
                        (0..<count).map {
                            probedModel(ModelID("m\($0)"), at: simulator.openAI.url, model: "m")
                        })
                    var keys: Set<ProbeKey> = []
                    while keys.count < count {
                        let item = try await stage.evidence()
                        if case .probeFinished(let key, _, let result) = item.kind {
                            #expect(result.success, "\(result.outcome)")
                            keys.insert(key)
                        }
                    }
                    #expect(stage.prober.counts.skipped == 0)
                    #expect(stage.intake.counts.dropped == 0)
                }
            }
        }
    }
}
