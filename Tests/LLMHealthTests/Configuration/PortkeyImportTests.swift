import Health
import Testing

@testable import LLMHealth

@Suite("Models taken from Portkey's files", .timeLimit(.minutes(5)))
struct PortkeyImportTests {
    /// The shape that LLM managers keep beside their gateway: providers, routes with models, and a fallback.
    static let routes = """
        {
          "version": "1.0",
          "defaults": {"general": "claude-3-haiku"},
          "override_params": {"model": "claude-3-haiku", "max_tokens": 2048},
          "providers": [
            {"id": "openai", "name": "OpenAI", "baseURL": "https://api.openai.com/v1"},
            {"id": "anthropic", "name": "Anthropic", "baseURL": "https://api.anthropic.com"},
            {"id": "lm-studio", "name": "LM Studio (Local)", "baseURL": "__LM_STUDIO_ENDPOINT__"}
          ],
          "routes": [
            {"name": "local", "models": ["qwen/qwen3-coder-30b", "mistral"], "provider": "lm-studio", "capabilities": ["sql", "code"]},
            {"name": "cloud", "models": ["gpt-4", "gpt-4-turbo"], "provider": "openai", "strategy": "single"},
            {"name": "claude", "models": ["claude-3-haiku"], "provider": "anthropic"}
          ],
          "strategy": {
            "mode": "fallback", "on_status_codes": [429, 500],
            "targets": [
              {"provider": "anthropic", "override_params": {"model": "claude-3-haiku"}},
              {"provider": "anthropic", "override_params": {"model": "claude-3-sonnet"}}
            ]
          },
          "cache": {"mode": "simple"}
        }
        """

    @Test
    func `providers and routes, through the gateway that is configured; local runtimes directly`() throws {
        let folder = try ConfigurationFolder(
            yaml:
                "gateways: {portkey: {}}\nproviders: {openai: {via: portkey, key: mine}}\nimport: portkey/config.json\n",
            ["portkey/config.json": Self.routes])
        let configuration = try folder.load()
        let models = try configuration.modelConfigs()
        #expect(
            models.map(\.id.rawValue) == [
                "qwen/qwen3-coder-30b", "mistral", "gpt-4", "gpt-4-turbo", "claude-3-haiku", "claude-3-sonnet",
            ])
        #expect(models.map(\.provider) == ["lm-studio", "lm-studio", "openai", "openai", "anthropic", "anthropic"])
        #expect(models[0].capabilities == ["sql", "code"])
        #expect(models[0].localRuntime == .lmStudio)
        #expect(models[0].targets[0].gateway == nil)
        #expect(configuration.local[.lmStudio]?.url == "http://127.0.0.1:1234")
        // What is written in YAML wins over the file, and the provider's usual address is no custom host.
        #expect(models[2].targets[0].key == "mine")
        #expect(models[4].targets[0].gateway == GatewayRoute(gateway: "portkey", provider: "anthropic"))
        #expect(configuration.files.map { $0.split(separator: "/").last } == ["llm-health.yaml", "config.json"])
    }

    @Test
    func `placeholders of deployment scripts are filled from the environment`() throws {
        let folder = try ConfigurationFolder(yaml: "gateways: {portkey: {}}\n", ["c.json": Self.routes])
        let configuration = try folder.load(
            environment: ["LM_STUDIO_ENDPOINT": "http://desk:1234/v1"], imports: ["c.json"])
        #expect(try configuration.modelConfigs()[0].targets[0].baseURL == "http://desk:1234")
    }

    @Test
    func `a gateway config's targets, several keys of one model as its targets`() throws {
        let json = """
            {"strategy": {"mode": "fallback"}, "retry": {"attempts": 2}, "targets": [
              {"strategy": {"mode": "loadbalance"}, "provider": "openai", "override_params": {"model": "gpt-4o"}, "targets": [
                {"name": "first", "api_key": "key-one", "weight": 0.5}, {"api_key": "key-two", "custom_host": "https://eu.example/v1"}]},
              {"provider": "azure-openai", "api_key": "${AZURE_KEY}", "override_params": {"model": "gpt-4o"}},
              {"provider": "groq", "api_key": "{{GROQ_KEY}}", "override_params": {"model": "llama-3.1-8b"}}]}
            """
        let folder = try ConfigurationFolder(
            yaml: "gateways: {gw: {}}\nimport: {file: c.json, via: gw}\n", ["c.json": json])
        let models = try folder.load(environment: ["AZURE_KEY": "azure-1"]).modelConfigs()
        #expect(models.map(\.id.rawValue) == ["openai/gpt-4o", "azure-openai/gpt-4o", "llama-3.1-8b"])
        #expect(models[0].targets.map(\.name) == ["first", "2"])
        #expect(models[0].targets.map(\.key) == ["key-one", "key-two"])
        #expect(models[0].targets.map(\.gateway?.customHost) == [nil, "https://eu.example/v1"])
        #expect(models[1].targets[0].key == "azure-1")
        #expect(models[2].targets[0].key == nil)
        #expect(models[2].targets[0].gateway?.provider == "groq")
    }

    @Test
    func `a model that YAML names already is not named twice, and a name at two providers gets its provider`() throws {
        let folder = try ConfigurationFolder(
            yaml:
                "gateways: {gw: {}}\nproviders: {openai: {via: gw}, other: {via: gw, kind: openai}}\nmodels: [{id: gpt-4, provider: openai, interval: 5s}, {id: gpt-4-turbo, provider: other}]\nimport: [c.json]\n",
            ["c.json": Self.routes])
        let models = try folder.load().modelConfigs()
        #expect(
            models.map(\.id.rawValue) == [
                "gpt-4", "gpt-4-turbo", "qwen/qwen3-coder-30b", "mistral", "openai/gpt-4-turbo", "claude-3-haiku",
                "claude-3-sonnet",
            ])
        #expect(models[0].interval == .seconds(5))
    }

    @Test
    func `without any gateway, requests go straight to the providers`() throws {
        let json =
            #"{"providers": {"mine": {"baseUrl": "http://10.0.0.1:8000/v1", "apiKey": "k", "models": [{"id": "a"}, "b"]}}}"#
        let folder = try ConfigurationFolder(yaml: "", ["c.json": json])
        let models = try folder.load(imports: ["c.json"]).modelConfigs()
        #expect(
            models.map(\.targets)
                == ["a", "b"].map { [ModelTarget(baseURL: "http://10.0.0.1:8000", model: $0, key: "k")] })
    }

    @Test
    func `the argument alone imports through the gateway on its usual port`() throws {
        let folder = try ConfigurationFolder([
            "c.json": #"{"provider": "openai", "api_key": "k", "override_params": {"model": "gpt-4o"}}"#
        ])
        let models = try folder.load([], imports: ["c.json"]).modelConfigs()
        #expect(
            models.map(\.targets) == [
                [
                    ModelTarget(
                        baseURL: "http://127.0.0.1:8787", model: "gpt-4o", key: "k",
                        gateway: GatewayRoute(gateway: "portkey", provider: "openai"))
                ]
            ])
    }

    @Test(arguments: [
        (
            #"{"foo": 1}"#,
            "c.json:1:1: is of no known shape: neither 'providers' and 'routes' nor 'strategy' and 'targets' are there"
        ),
        ("[1]", "c.json:1:1: holds a list; a Portkey-style file is a map"),
        (#"{"providers": []}"#, "c.json:1:1: names no models; add them to its routes or targets"),
        (#"{"providers": "openai"}"#, "c.json:1:15: 'providers' takes a list or a map, not a text"),
        (
            "{\"routes\": [\n  {\"models\": [\"a\"]}]}",
            "c.json:2:3: this route names no 'provider'; add it, or give it 'targets'"
        ),
        ("{\"routes\": [\n  {\"provider\": \"openai\"}]}", "c.json:2:3: this route names no 'models'; add them"),
        (
            "{\"targets\": [\n  {\"provider\": \"openai\"}]}",
            "c.json:2:3: which model this target serves is not said; add 'override_params': {'model': …}, or write it in 'models:'"
        ),
        (
            "{\"targets\": [\n  {\"override_params\": {\"model\": \"a\"}}]}",
            "c.json:2:3: this target names no 'provider'; add it"
        ),
        (
            "{\"routes\": [{\"provider\": \"nobody\",\n  \"models\": [\"a\"]}]}",
            "c.json:1:13: providers.nobody: where 'nobody' is reached is not known; add `url:`, or `via:` and the name of a gateway"
        ),
        (
            #"{"providers": [{"id": "x", "baseURL": "nowhere", "models": ["a"]}]}"#,
            "c.json:1:39: providers.x.url: 'nowhere' is no URL; write http:// or https:// before the host"
        ),
        (
            #"{"providers": [{"id": "x", "api_key": "${NO_KEY}", "baseURL": "http://x", "models": ["a"]}]}"#,
            "c.json:1:39: providers[0].api_key: the environment has no variable NO_KEY; set it, or write ${NO_KEY:-default}"
        ),
        (
            "{\"providers\": [}",
            "c.json:1:16: is no valid YAML here (did not find expected node content); check the indentation, colons and quotes of this line"
        ),
    ])
    func `a file that is not understood is told of at its place`(_ json: String, _ line: String) throws {
        let folder = try ConfigurationFolder(yaml: "import: c.json\n", ["c.json": json])
        #expect(folder.problems() == [line])
    }

    @Test
    func `a file that is not there is told of`() throws {
        let folder = try ConfigurationFolder(yaml: "import: c.json\n")
        #expect(folder.problems() == ["c.json:1:1: the import cannot be read; check the path and its permissions"])
    }
}
