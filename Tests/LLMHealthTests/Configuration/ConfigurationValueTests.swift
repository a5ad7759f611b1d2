import Basics
import Health
import Testing

@testable import LLMHealth

@Suite("Values of a configuration", .timeLimit(.minutes(5)))
struct ConfigurationValueTests {
    @Test(arguments: [
        ("500ms", Duration.milliseconds(500), "500ms"), ("15s", .seconds(15), "15s"),
        ("1.5s", .milliseconds(1_500), "1.5s"),
        ("90s", .seconds(90), "90s"), ("2m", .seconds(120), "2m"), ("1m30s", .seconds(90), "90s"),
        ("1h", .seconds(3_600), "1h"),
        ("7d", .seconds(604_800), "7d"), ("0s", .zero, "0s"), ("24h", .seconds(86_400), "1d"),
    ])
    func `durations are read and written back`(_ text: String, _ duration: Duration, _ shown: String) {
        #expect(DurationText.parse(text) == duration)
        #expect(DurationText.write(duration) == shown)
        #expect(DurationText.parse(shown) == duration)
    }

    @Test(arguments: ["", "15", "s", "15 s", "-1s", "1e3s", "1w", "s15", "1.2.3s", "9999999999d", "１s"])
    func `what is no duration is refused`(_ text: String) {
        #expect(DurationText.parse(text) == nil)
    }

    @Test(arguments: [
        ("intervall", "interval"), ("Interval", "interval"), ("tiemout", "timeout"), ("modle", "model"),
        ("zebra", nil), ("", nil),
    ])
    func `the nearest word is found`(_ word: String, _ nearest: String?) {
        #expect(Spelling.nearest(to: word, among: ["interval", "timeout", "model"]) == nearest)
    }

    @Test(arguments: [
        ("*", "anything/at:all", true), ("gpt-*", "gpt-4o", true), ("gpt-*", "my-gpt-4o", false),
        ("*embed*", "nomic-embed-text", true),
        ("llama?", "llama3", true), ("llama?", "llama", false), ("a*b*c", "axxbyyc", true),
        ("a*b*c", "axxbyy", false), ("", "", true),
        ("*a*a*a*a*a*a*a*b", String(repeating: "a", count: 2_000), false),
    ])
    func `patterns match names`(_ pattern: String, _ name: String, _ matches: Bool) {
        #expect(NamePattern(pattern).matches(name) == matches)
    }

    @Test(arguments: [
        ("https://api.openai.com/v1/", "https://api.openai.com", "https://api.openai.com/v1"),
        ("http://127.0.0.1:8787", "http://127.0.0.1:8787", "http://127.0.0.1:8787/v1"),
        ("https://api.groq.com/openai/v1", "https://api.groq.com/openai", "https://api.groq.com/openai/v1"),
        ("http://[::1]:1234", "http://[::1]:1234", "http://[::1]:1234/v1"),
    ])
    func `addresses lose what every prober adds`(_ written: String, _ base: String, _ versioned: String) throws {
        let address = try HTTPAddress.read(written).get()
        #expect(address.base == base)
        #expect(address.versioned == versioned)
    }

    @Test(arguments: [
        ("127.0.0.1", true), ("127.1.2.3", true), ("localhost", true), ("::1", true), ("0.0.0.0", false),
        ("127.evil.example", false), ("::", false), ("192.168.1.4", false),
    ])
    func `what only this machine reaches is known`(_ host: String, _ isLoopback: Bool) {
        #expect(Configuration.Server(host: host).isLoopback == isLoopback)
    }

    @Test
    func `an empty file is the defaults`() throws {
        var empty = try Configuration.load(yaml: "# nothing yet\n")
        empty.files = []
        #expect(empty == Configuration())
        #expect(empty.defaults.interval == .seconds(15))
        #expect(empty.defaults.maxTokens == 16)
        #expect(empty.server.port == 8790)
    }

    @Test
    func `every key reaches its value`() throws {
        let folder = try ConfigurationFolder(
            yaml: """
                server:
                  host: 0.0.0.0
                  port: 9000
                  tokens: [{name: ops, secret: {env: OPS}, scopes: [read, admin]}, {name: ro, secret: 0123456789}]
                  allowedHosts: [health.example]
                gateways:
                  portkey: {url: "https://api.portkey.ai/v1", hosted: true, apiKey: {env: PK}, headers: {x-a: b}, discover: {include: "gpt*", interval: 1m}}
                providers:
                  openai:
                    via: portkey
                    key: {file: keys/openai}
                    portkey: {provider: "@prod"}
                    headers: {X-Org: "${ORG:-none}"}
                    discover: false
                    price: {input: 0.15, output: 0.6}
                defaults: {interval: 20s, timeout: 5s, streaming: never, maxTokens: 4, prompt: hello}
                models:
                  - id: mini
                    provider: openai
                    model: gpt-4o-mini
                    enabled: false
                    mode: responses
                    tokenLimit: max_completion_tokens
                    temperature: 1
                    metadata: {team: ops, level: 3}
                    capabilities: [general, vision]
                    checks:
                      - name: answers
                        prompt: "2+2?"
                        assertions: [{contains: "4"}, {latencyBelow: 2s}, {json: choices.0.message.content, equals: "4"}]
                        interval: 10m
                        weight: 0.25
                local: {ollama: {url: "http://gpu:11434", discover: {exclude: ["*:cloud"]}}, lmStudio: {enabled: false}, interval: 30s}
                history: {sqlite: {path: data/health.db}, retention: 30d}
                network: {proxy: "http://me:p%40ss@proxy:3128", noProxy: [internal.example], caFile: ca.pem, connectivityCheck: "1.1.1.1:443"}
                logging: {level: debug, format: json}
                policy: {outage: {firstLooks: 4, fastConfirmations: [1s, 2s]}, jitter: 0.1, probeResultTTL: 1m}
                limits: {concurrentProbes: 8, shutdown: 3s}
                """, ["keys/openai": "sk-from-a-file\n"])
        let configuration = try folder.load(environment: ["OPS": "ops-token-1", "PK": "pk-1"])
        #expect(configuration.server.tokens.map(\.scopes) == [[.read, .admin], [.read]])
        #expect(configuration.server.tokens[0].secret == Secret("ops-token-1"))
        #expect(configuration.gateways["portkey"]?.discover == .init(include: ["gpt*"], interval: .seconds(60)))
        let provider = try #require(configuration.providers["openai"])
        #expect(provider.key == Secret("sk-from-a-file"))
        #expect(provider.headers == [.init(name: "X-Org", value: Secret("none"))])
        #expect(provider.discover?.isOff == true)
        let model = try #require(configuration.models.first)
        #expect(model.mode == .responses)
        #expect(model.metadata == ["team": "ops", "level": 3])
        #expect(
            model.checks.first?.assertions == [
                .contains("4"), .latencyBelow(.seconds(2)), .json(path: "choices.0.message.content", equals: "4"),
            ])
        #expect(configuration.local[.ollama]?.discover.admits("llama3:cloud") == false)
        #expect(configuration.local[.lmStudio] == nil)
        #expect(configuration.history == .init(path: "\(folder.path)/data/health.db", retention: .seconds(30 * 86_400)))
        #expect(
            configuration.network.proxy
                == .init(host: "proxy", port: 3_128, user: Secret("me"), password: Secret("p@ss")))
        #expect(configuration.network.caFile == "\(folder.path)/ca.pem")
        #expect(configuration.network.connectivityCheck == .init(host: "1.1.1.1", port: 443))
        #expect(configuration.policy.outage.firstLooks == 4)
        #expect(configuration.policy.outage.fastConfirmations == [.seconds(1), .seconds(2)])
        #expect(configuration.policy.outage.slowConfirmations == HealthPolicy().outage.slowConfirmations)
        #expect(configuration.policy.probeResultTTL == .seconds(60))
        #expect(configuration.limits.concurrentProbes == 8)
        #expect(configuration.files == ["\(folder.path)/llm-health.yaml", "\(folder.path)/keys/openai"])
    }

    @Test(arguments: HealthPolicy.parameters.map(\.key))
    func `every number of the policy can be set`(_ key: String) throws {
        let parameter = try #require(HealthPolicy.parameters.first { $0.key == key })
        let text: String
        var wanted = HealthPolicy()
        switch parameter.path {
        case .number(let path, let range):
            // Between the default and the upper end, away from the order that two of them must keep.
            let value = key == "errors.mostNoise" ? 0.04 : key == "errors.leastNoise" ? 0.006 : range.upperBound
            wanted[keyPath: path] = value
            text = "\(value)"
        case .count(let path, let range):
            wanted[keyPath: path] = range.upperBound
            text = "\(range.upperBound)"
        case .duration(let path):
            wanted[keyPath: path] = .seconds(41)
            text = "41s"
        case .durations(let path):
            wanted[keyPath: path] = [.seconds(1), .seconds(41)]
            text = "[1s, 41s]"
        }
        let yaml = key.split(separator: ".").reversed().reduce(text) { "{\($1): \($0)}" }
        #expect(try Configuration.load(yaml: "policy: \(yaml)\n").policy == wanted)
    }

    @Test
    func `anchors, aliases and merge keys work, and what is written wins over what is merged`() throws {
        let configuration = try Configuration.load(
            yaml: """
                x-slow: &slow {interval: 60s, timeout: 20s, provider: openai}
                x-mini: &mini {maxTokens: 1, interval: 5s}
                providers: {openai: {}}
                models:
                  - {<<: *slow, id: a}
                  - {<<: [*mini, *slow], id: b, timeout: 1s}
                """)
        #expect(configuration.models.map(\.interval) == [.seconds(60), .seconds(5)])
        #expect(configuration.models.map(\.timeout) == [.seconds(20), .seconds(1)])
        #expect(configuration.models.map(\.maxTokens) == [nil, 1])
    }

    @Test
    func `without a file, local runtimes and a gateway are watched if they answer`() throws {
        let configuration = try Configuration.load(paths: [], environment: [:])
        #expect(configuration.gateways == ["portkey": .init(isOptional: true)])
        #expect(configuration.local[.ollama] == .init(url: "http://127.0.0.1:11434", isOptional: true))
        #expect(configuration.local[.lmStudio] == .init(url: "http://127.0.0.1:1234", isOptional: true))
        #expect(configuration.models.isEmpty)
        #expect(try configuration.discoverySources().map(\.place) == [.runtime(.ollama), .runtime(.lmStudio)])
    }
}
