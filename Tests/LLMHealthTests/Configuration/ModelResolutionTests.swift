import Health
import Testing

@testable import LLMHealth

@Suite("Models made of a configuration", .timeLimit(.minutes(5)))
struct ModelResolutionTests {
    private func targets(_ yaml: String) throws -> [ModelTarget] {
        try #require(try Configuration.load(yaml: yaml).modelConfigs().first).targets
    }

    @Test
    func `a direct provider's address, dialect and key`() throws {
        let target = try targets(
            "providers: {anthropic: {key: abc}}\nmodels: [{id: haiku, provider: anthropic, model: claude-3-5-haiku}]\n")[
                0]
        #expect(
            target
                == ModelTarget(
                    dialect: .anthropic, baseURL: "https://api.anthropic.com", model: "claude-3-5-haiku",
                    key: Secret("abc")))
        let own = try targets(
            "providers: {mine: {url: \"http://10.0.0.1:8000/v1/\"}}\nmodels: [{model: llama, provider: mine}]\n")[0]
        #expect(own == ModelTarget(baseURL: "http://10.0.0.1:8000", model: "llama"))
    }

    @Test(
        arguments: [
            ("openai: {via: p}", "openai", nil), ("groq: {via: p}", "groq", nil),
            ("anthropic: {via: p}", "anthropic", nil),
            ("mine: {via: p, url: \"http://10.0.0.1:8000\"}", "openai", "http://10.0.0.1:8000/v1"),
            (
                "mine: {kind: anthropic, via: p, url: \"http://10.0.0.1:8000/v1\"}", "anthropic",
                "http://10.0.0.1:8000/v1"
            ),
            ("ollama: {via: p}", "ollama", "http://127.0.0.1:11434"),
            ("lmstudio: {via: p}", "openai", "http://127.0.0.1:1234/v1"),
            ("lm-studio: {via: p}", "openai", "http://127.0.0.1:1234/v1"),
            (
                "ollama: {via: p, url: \"http://host.docker.internal:11434/v1\"}", "ollama",
                "http://host.docker.internal:11434"
            ),
            (
                "mine: {via: p, portkey: {provider: together-ai, customHost: \"https://x/v1\"}}", "together-ai",
                "https://x/v1"
            ),
        ] as [(String, String, String?)])
    func `what Portkey is told about a provider`(_ provider: String, _ id: String, _ customHost: String?) throws {
        let name = provider.prefix { $0 != ":" }
        let target = try targets(
            "gateways: {p: {url: \"http://gw:8787/v1\"}}\nlocal: {ollama: {}, lmStudio: {}}\nproviders: {\(provider)}\nmodels: [{model: m, provider: \(name)}]\n"
        )[0]
        #expect(target.baseURL == "http://gw:8787")
        #expect(target.dialect == .openAI)
        #expect(target.gateway == GatewayRoute(gateway: "p", provider: id, customHost: customHost))
    }

    @Test(arguments: [
        (
            "{via: p, portkey: {provider: \"@prod\"}}", "m",
            GatewayRoute(gateway: "p", provider: "@prod", apiKey: "pk", isHosted: true)
        ),
        ("{via: p}", "@prod/gpt", GatewayRoute(gateway: "p", apiKey: "pk", isHosted: true)),
        (
            "{via: p}", "@cf/meta/llama",
            GatewayRoute(gateway: "p", provider: "openai", apiKey: "pk", isHosted: true)
        ),
        (
            "{via: p, portkey: {virtualKey: vk}}", "m",
            GatewayRoute(gateway: "p", apiKey: "pk", virtualKey: "vk", isHosted: true)
        ),
        (
            "{via: p, portkey: {config: pc-1}}", "m",
            GatewayRoute(gateway: "p", config: "pc-1", apiKey: "pk", isHosted: true)
        ),
    ])
    func `a hosted gateway is told by slug, virtual key or stored config instead of a provider`(
        _ provider: String, _ model: String, _ route: GatewayRoute
    ) throws {
        let target = try targets(
            "gateways: {p: {hosted: true, apiKey: pk}}\nproviders: {openai: \(provider)}\nmodels: [{model: \"\(model)\", id: a, provider: openai}]\n"
        )[0]
        #expect(target.gateway == route)
        #expect(target.model == model)
    }

    @Test
    func `LiteLLM is asked at its own address, with its own key, for its own names`() throws {
        let configuration = try Configuration.load(
            yaml: """
                gateways: {proxy: {kind: litellm, apiKey: sk-proxy, headers: {x-a: b}, discover: true}}
                providers: {team: {via: proxy}, other: {via: proxy, key: sk-virtual}}
                models: [{id: fast, provider: team, model: gpt-4}, {id: big, provider: other}]
                """)
        let models = try configuration.modelConfigs()
        let route = GatewayRoute(gateway: "proxy", kind: .litellm)
        let headers = [ModelTarget.Header(name: "x-a", value: "b")]
        #expect(
            models.map { $0.targets[0] } == [
                ModelTarget(
                    baseURL: "http://127.0.0.1:4000", model: "gpt-4", key: "sk-proxy", headers: headers, gateway: route),
                ModelTarget(
                    baseURL: "http://127.0.0.1:4000", model: "big", key: "sk-virtual", headers: headers, gateway: route),
            ])
        let sources = try configuration.discoverySources()
        #expect(sources.map(\.place) == [.gateway("proxy")])
        #expect(sources[0].target.key == "sk-proxy")
        #expect(sources[0].target.gateway == route)
    }

    @Test
    func `names that a model may answer in, and what another one means`() throws {
        let models = try Configuration.load(
            yaml: """
                providers: {openai: {}}
                models:
                  - {id: a, provider: openai}
                  - {id: b, provider: openai, answersAs: "gpt-4o*"}
                  - {id: c, provider: openai, answersAs: [x, "y-?"], onOtherModel: ignore}
                """
        ).modelConfigs()
        #expect(models.map(\.answersAs) == [[], ["gpt-4o*"], ["x", "y-?"]])
        #expect(models.map(\.onOtherModel) == [.degraded, .degraded, .ignore])
    }

    @Test
    func `a config may be written as a map, with one target`() throws {
        let target = try targets(
            "gateways: {p: {}}\nproviders: {openai: {via: p, portkey: {config: {targets: [{provider: openai, weight: 1}]}}}}\nmodels: [{id: a, provider: openai}]\n"
        )[0]
        #expect(target.gateway?.config == #"{"targets":[{"provider":"openai","weight":1}]}"#)
        #expect(target.gateway?.provider == nil)
    }

    @Test
    func `targets and headers: the nearest wins, the rest is taken over`() throws {
        let yaml = """
            gateways: {p: {headers: {X-A: gateway, x-b: gateway}}}
            providers:
              openai: {via: p, key: base, headers: {x-a: provider}, targets: [{name: eu, key: eu-key}, {name: us, url: "https://us.example"}]}
            models:
              - {id: a, provider: openai, headers: {x-c: model}}
              - {id: b, provider: openai, targets: [{name: only, model: b-2024, headers: {X-A: target}}]}
            """
        let models = try Configuration.load(yaml: yaml).modelConfigs()
        #expect(models[0].targets.map(\.name) == ["eu", "us"])
        #expect(models[0].targets.map(\.key) == ["eu-key", "base"])
        #expect(models[0].targets[1].gateway?.customHost == "https://us.example/v1")
        #expect(models[0].targets[0].headers.map(\.name) == ["x-b", "x-a", "x-c"])
        #expect(models[1].targets.map(\.name) == ["only"])
        #expect(models[1].targets[0].model == "b-2024")
        #expect(
            models[1].targets[0].headers == [.init(name: "x-b", value: "gateway"), .init(name: "X-A", value: "target")])
    }

    @Test
    func `a model takes from the defaults what it does not say, and switched-off ones are left out`() throws {
        let configuration = try Configuration.load(
            yaml: """
                providers: {openai: {price: {input: 1, output: 2}}}
                defaults: {interval: 30s, timeout: 4s, streaming: always, maxTokens: 8, prompt: hi}
                models:
                  - {id: a, provider: openai}
                  - {id: b, provider: openai, interval: 5s, timeout: 1s, streaming: never, maxTokens: 1, prompt: ho, temperature: 0, metadata: {x: y}, price: {input: 9}}
                  - {id: c, provider: openai, enabled: false}
                """)
        let models = try configuration.modelConfigs()
        #expect(models.map(\.id) == ["a", "b"])
        #expect(configuration.disabledModels == ["c"])
        #expect(models[0].probe == ProbeConfig(modelId: "a", prompt: "hi", maxTokens: 8, timeout: .seconds(4)))
        #expect(models[0].interval == .seconds(30))
        #expect(models[0].price == TokenPrice(input: 1, output: 2))
        #expect(models[1].probe.metadata == ["probe": "canary", "service": "llm-health", "x": "y"])
        #expect(models[1].probe.temperature == 0)
        #expect(models[1].streaming == .never)
        #expect(models[1].price == TokenPrice(input: 9, output: 0))
    }

    @Test
    func `models of a watched runtime are local, under its own name or another`() throws {
        let models = try Configuration.load(
            yaml: """
                local: {ollama: {url: "http://gpu:11434/"}, lmStudio: {token: lm-token}}
                providers: {box: {kind: ollama}}
                models: [{id: a, provider: ollama}, {id: b, provider: box}, {id: c, provider: lmstudio}]
                """
        ).modelConfigs()
        #expect(models.map(\.localRuntime) == [.ollama, .ollama, .lmStudio])
        #expect(
            models.map { $0.targets[0].baseURL } == ["http://gpu:11434", "http://gpu:11434", "http://127.0.0.1:1234"])
        #expect(models[2].targets[0].key == "lm-token")
    }

    @Test
    func `a configuration made in code is told of its mistakes without a place`() throws {
        var configuration = Configuration(models: [.init(id: "a", provider: "nobody")])
        let error = #expect(throws: ConfigurationError.self) { try configuration.modelConfigs() }
        #expect(error?.description == "models[0].provider: there is no provider 'nobody'; add it under `providers:`")
        #expect(error?.problems.first?.location == nil)
        configuration.providers["nobody"] = .init(url: "http://x")
        #expect(try configuration.modelConfigs().count == 1)
    }

    @Test
    func `lists of models: of a provider, inherited from its gateway, of a hosted gateway, of a runtime`() throws {
        let configuration = try Configuration.load(
            yaml: """
                gateways: {oss: {discover: {include: "gpt*"}}, cloud: {hosted: true, apiKey: pk, discover: true, url: "https://api.portkey.ai"}}
                providers:
                  openai: {via: oss, key: k, price: {input: 1, output: 1}}
                  groq: {via: oss, discover: false}
                  mine: {url: "http://x:1", discover: {exclude: ["*embed*"], interval: 1m}}
                  anthropic: {}
                local: {ollama: {}, lmStudio: {discover: false}, interval: 20s}
                """)
        let sources = try configuration.discoverySources()
        #expect(sources.map(\.place) == [.gateway("cloud"), .provider("mine"), .provider("openai"), .runtime(.ollama)])
        #expect(sources.map(\.filter.interval) == [.seconds(300), .seconds(60), .seconds(300), .seconds(20)])
        let openai = sources[2]
        #expect(openai.target.gateway?.provider == "openai")
        #expect(openai.modelConfig(for: "whisper", isTaken: { _ in false }) == nil)
        let found = try #require(openai.modelConfig(for: "gpt-5", mode: .chat) { $0 == "gpt-5" })
        #expect(found.id == "openai/gpt-5")
        #expect(found.probe.modelId == "openai/gpt-5")
        #expect(found.targets[0].model == "gpt-5")
        #expect(found.isDiscovered)
        #expect(found.price == TokenPrice(input: 1, output: 1))
        let hosted = try #require(sources[0].modelConfig(for: "@prod/gpt-4o", isTaken: { _ in false }))
        #expect(hosted.provider == "prod")
        #expect(hosted.targets[0].gateway?.provider == nil)
        #expect(
            try #require(sources[3].modelConfig(for: "llama3:latest", isTaken: { _ in false })).localRuntime == .ollama)
    }

    @Test
    func `what changes between two configurations`() throws {
        let old = try Configuration.load(
            yaml:
                "providers: {openai: {}}\nmodels: [{id: a, provider: openai}, {id: b, provider: openai}, {id: c, provider: openai}]\n"
        )
        let new = try Configuration.load(
            yaml:
                "providers: {openai: {}}\nserver: {port: 1}\nmodels: [{id: c, provider: openai, enabled: false}, {id: d, provider: openai}, {id: a, provider: openai, interval: 5s}]\n"
        )
        let diff = try ConfigurationDiff(from: old, to: new)
        #expect(diff.added.map(\.id) == ["d"])
        #expect(diff.removed == ["b", "c"])
        #expect(diff.changed.map(\.id) == ["a"])
        #expect(diff.parts == [.server, .models])
        #expect(diff.restart == [.server])
        #expect(try ConfigurationDiff(from: new, to: new).isEmpty)
        // The same models written in another file are the same models.
        #expect(
            try ConfigurationDiff(
                from: old,
                to: Configuration.load(
                    yaml:
                        "\n\nproviders: {openai: {}}\nmodels: [{id: a, provider: openai}, {id: b, provider: openai}, {id: c, provider: openai}]\n"
                )
            ).isEmpty)
    }

    @Test
    func `what watching costs in a day`() throws {
        let models = try Configuration.load(
            yaml: """
                providers: {openai: {price: {input: 0.5, output: 2}, targets: [{name: a}, {name: b}]}, mine: {url: "http://x"}}
                local: {ollama: {}}
                models:
                  - {id: a, provider: openai, interval: 10s, checks: [{name: c, body: {max_tokens: 100, messages: [{content: hello}]}, assertions: [{status: 200}], interval: 1h}]}
                  - {id: b, provider: mine, interval: 60s, maxTokens: 1, mode: embedding}
                  - {id: c, provider: ollama}
                """
        ).modelConfigs()
        let cost = CostEstimate(models)
        #expect(cost.models.map(\.probesPerDay) == [17_280 + 48, 1_440, 5_760])
        // "ping" is 1 token, its nonce and surroundings 16; "hello" is 2.
        #expect(cost.models[0].inputTokensPerDay == 17_280 * 17 + 48 * 18)
        #expect(cost.models[0].outputTokensPerDay == 17_280 * 16 + 48 * 100)
        let dollars = (cost.models[0].inputTokensPerDay * 0.5 + cost.models[0].outputTokensPerDay * 2) / 1_000_000
        #expect(cost.models.map(\.dollarsPerDay) == [dollars, nil, 0])
        #expect(cost.models[1].outputTokensPerDay == 0)
        #expect(cost.unpricedModels == 1)
        #expect(cost.dollarsPerDay == dollars)
    }
}
