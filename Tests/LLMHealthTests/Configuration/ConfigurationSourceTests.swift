import Health
import Testing

@testable import LLMHealth

@Suite("Where a configuration comes from", .timeLimit(.minutes(5)))
struct ConfigurationSourceTests {
    // MARK: - Variables

    static let environment = [
        "PORT": "9000", "EMPTY": "", "HOST_NAME": "localhost", "KEY": "sk-canary-123456", "LEVEL": "loud",
    ]

    @Test(arguments: [
        ("${HOST_NAME}", "localhost"), ("${NOTHING:-127.0.0.1}", "127.0.0.1"), ("${EMPTY:-127.0.0.1}", "127.0.0.1"),
        ("a-${HOST_NAME}-${PORT}", "a-localhost-9000"), ("$${HOST_NAME}", "${HOST_NAME}"),
        ("$HOST_NAME", "$HOST_NAME"),
        ("${NOTHING:-}x", "x"), ("a$b${PORT}", "a$b9000"),
    ])
    func `variables stand for their values`(_ text: String, _ value: String) throws {
        let configuration = try Configuration.load(
            yaml: "defaults: {prompt: \"\(text)\"}\n", environment: Self.environment)
        #expect(configuration.defaults.prompt == value)
    }

    @Test
    func `an empty default leaves the key unwritten`() throws {
        let configuration = try Configuration.load(
            yaml: "server:\n  host: ${NOTHING:-}\nproviders: {openai: {key: \"${EMPTY:-}\"}}\n",
            environment: Self.environment)
        #expect(configuration.server.host == "127.0.0.1")
        #expect(configuration.providers["openai"]?.key == nil)
    }

    @Test
    func `a variable may hold a number, quoted or not`() throws {
        for text in ["${PORT}", "\"${PORT}\"", "${NOTHING:-9000}"] {
            let configuration = try Configuration.load(
                yaml: "server:\n  port: \(text)\n", environment: Self.environment)
            #expect(configuration.server.port == 9000)
        }
    }

    @Test(arguments: [
        WrongText(
            "missing", "server:\n  host: ${MISSING}\n",
            "2:9: server.host: the environment has no variable MISSING; set it, or write ${MISSING:-default}"),
        WrongText(
            "empty", "server:\n  host: ${EMPTY}\n",
            "2:9: server.host: the variable EMPTY is empty; set it, or write ${EMPTY:-default}"),
        WrongText(
            "never closed", "server: {host: \"${MISSING\"}\n",
            "1:16: server.host: '${' is never closed; write ${NAME}, ${NAME:-default}, or $${ for the two characters"
        ),
        WrongText(
            "no name", "server: {host: \"${a b}\"}\n",
            "1:16: server.host: '${…}' holds no name of an environment variable; write ${NAME} or ${NAME:-default}"),
        WrongText(
            "value that does not fit", "logging: {level: \"${KEY}\"}\n",
            "1:18: logging.level: the variable's value is not known here; write one of: critical, debug, error, info, notice, trace, warning"
        ),
        WrongText(
            "value that is no number", "server: {port: \"${KEY}\"}\n",
            "1:16: server.port: the variable's value is no whole number; write one from 0 to 65535"),
        WrongText(
            "value that is no duration", "defaults: {interval: \"${PORT}\"}\n",
            "1:22: defaults.interval: the variable's value is no duration; write a duration such as 15s"),
        WrongText(
            "secret without its variable", "providers:\n  openai:\n    key: {env: OPENAI_API_KEY}\n",
            "3:16: providers.openai.key: the environment has no variable OPENAI_API_KEY; set it, or give the secret as {file: …}"
        ),
    ])
    func `a variable that cannot be read is named with its line, and its value never is`(_ wrong: WrongText) throws {
        let folder = try ConfigurationFolder(yaml: wrong.yaml)
        #expect(folder.problems(environment: Self.environment) == wrong.lines)
    }

    // MARK: - Secrets

    static let canary = "sk-canary-4242424242"

    @Test(arguments: [
        "providers: {openai: {key: {environment: \(canary)}}}", "providers: {openai: {key: {env: \(canary)}}}",
        "providers: {openai: {key: [\(canary)]}}", "providers: {openai: {key: {env: A, value: \(canary)}}}",
        "providers: {openai: {key: \"\(canary)\\n\"}}", "providers: {openai: {key: {value: \"\(canary)\\t\"}}}",
        "server: {port: \"${CANARY}\"}", "server: {host: \"${CANARY}\", port: x}",
        "defaults: {interval: \"${CANARY}\"}",
        "gateways: {p: {url: \"http://u:\(canary)@x\"}}",
        "network: {proxy: \"ftp://u:\(canary)@x\"}", "network: {proxy: \"http://u:\(canary)@\"}",
        "server: {tokens: [{name: a, secret: \(canary), scopes: [raed]}]}",
        "gateways: {p: {headers: {\"x y\": \(canary)}}}",
    ])
    func `a secret is told by nothing: neither by what is wrong with it, nor by what holds it`(_ yaml: String) throws {
        let lines = try ConfigurationFolder(yaml: yaml).problems(environment: ["CANARY": Self.canary])
        #expect(!lines.isEmpty)
        #expect(!lines.joined().contains(Self.canary), "\(lines)")
    }

    @Test
    func `a lower-case secret pasted as a variable's name is not repeated`() throws {
        let lines = try ConfigurationFolder(yaml: "providers: {openai: {key: {env: gsk_abcdefghijklmnop1234}}}")
            .problems()
        #expect(
            lines == [
                "llm-health.yaml:1:33: providers.openai.key: the environment has no variable of the name written here; set it, or give the secret as {file: …}"
            ])
    }

    @Test
    func `a configuration full of secrets prints none of them`() throws {
        let configuration = try ConfigurationFolder(
            yaml: """
                server: {tokens: [{name: a, secret: \(Self.canary)}]}
                gateways: {p: {hosted: true, apiKey: {env: CANARY}, headers: {x-key: "${CANARY}"}}}
                providers: {openai: {via: p, key: {file: key}, portkey: {virtualKey: \(Self.canary)}}}
                network: {proxy: "http://u:\(Self.canary)@proxy:1"}
                models: [{id: a, provider: openai}]
                """, ["key": Self.canary]
        ).load(environment: ["CANARY": Self.canary])
        var text = ""
        dump(configuration, to: &text)
        dump(try configuration.modelConfigs(), to: &text)
        text += "\(configuration) \(String(reflecting: configuration)) \(try configuration.modelConfigs())"
        #expect(!text.contains(Self.canary))
        #expect(try configuration.modelConfigs()[0].targets[0].key?.reveal() == Self.canary)
    }

    @Test(
        arguments: [
            ("missing", nil, "the file 'missing' cannot be read; check the path and its permissions"),
            ("empty", "\n", "the file 'empty' is empty; put the secret there, or remove the key"),
            (
                "two", "a\nb\n",
                "the file 'two' holds a line break or control character, which no header can carry; remove it"
            ),
        ] as [(String, String?, String)])
    func `a secret's file is told of when it is of no use`(_ name: String, _ text: String?, _ problem: String) throws {
        let folder = try ConfigurationFolder(
            yaml: "providers: {openai: {key: {file: \(name)}}}", text.map { [name: $0] } ?? [:])
        #expect(folder.problems() == ["llm-health.yaml:1:34: providers.openai.key: \(problem)"])
    }

    // MARK: - The environment's overrides

    @Test
    func `variables win over the file, whatever their case and spelling`() throws {
        let folder = try ConfigurationFolder(
            yaml: """
                providers: {openai: {}, my-own: {kind: openai, url: "http://x"}}
                models:
                  - {id: gpt-4o-mini, provider: openai, interval: 60s}
                  - {model: meta/llama-3.1, provider: my-own}
                """)
        let configuration = try folder.load(environment: [
            "LLM_HEALTH_SERVER__PORT": "9000", "LLM_HEALTH_defaults__max_tokens": "3",
            "LLM_HEALTH_MODELS__GPT_4O_MINI__INTERVAL": "5s", "LLM_HEALTH_MODELS__META_LLAMA_3_1__ENABLED": "false",
            "LLM_HEALTH_MODELS__0__CAPABILITIES": "general, vision",
            "LLM_HEALTH_MODELS__1__PRICE": "{input: 1, output: 2}",
            "LLM_HEALTH_MODELS__2__ID": "new", "LLM_HEALTH_MODELS__2__PROVIDER": "openai",
            "LLM_HEALTH_PROVIDERS__MY_OWN__KEY": "${not-expanded}", "LLM_HEALTH_POLICY__OUTAGE__FIRSTLOOKS": "7",
            "LLM_HEALTH_LOCAL__OLLAMA__URL": "http://gpu:11434", "LLM_HEALTH_SERVER__ALLOWEDHOSTS": "[a.example]",
            "LLM_HEALTH_PROVIDERS__OPENAI__DISCOVER__INCLUDE": "gpt*",
            // Not ours to read.
            "LLM_HEALTH_CONFIG": "x", "LLM_HEALTH_TOKEN": "x", "LLM_HEALTH_TEST_PORTKEY": "x",
            "LLM_HEALTH_PORT": "tcp://1:2",
            "LLM_HEALTH_SERVICE_HOST": "10.0.0.1", "LLM_HEALTH_PORT_8790_TCP_ADDR": "10.0.0.1", "PATH": "/bin",
        ])
        #expect(configuration.server.port == 9000)
        #expect(configuration.server.allowedHosts == ["a.example"])
        #expect(configuration.defaults.maxTokens == 3)
        #expect(configuration.models.map(\.interval) == [.seconds(5), nil, nil])
        #expect(configuration.models.map(\.isEnabled) == [true, false, true])
        #expect(configuration.models[0].capabilities == ["general", "vision"])
        #expect(configuration.models[1].price == TokenPrice(input: 1, output: 2))
        #expect(configuration.models[2].id == "new")
        #expect(configuration.providers["my-own"]?.key == Secret("${not-expanded}"))
        #expect(configuration.providers["openai"]?.discover?.include == ["gpt*"])
        #expect(configuration.policy.outage.firstLooks == 7)
        #expect(configuration.local[.ollama]?.url == "http://gpu:11434")
    }

    @Test
    func `arguments win over variables`() throws {
        let folder = try ConfigurationFolder(yaml: "server: {port: 1}\n")
        let port = ConfigurationOverride(argument: "--port", path: ["server", "port"], value: "3")
        #expect(try folder.load(environment: ["LLM_HEALTH_SERVER__PORT": "2"], overrides: [port]).server.port == 3)
        let bad = ConfigurationOverride(argument: "--port", path: ["server", "port"], value: "http")
        #expect(
            folder.problems(overrides: [bad]) == [
                "--port: server.port: 'http' is no whole number; write one from 0 to 65535"
            ])
    }

    @Test(arguments: [
        ("LLM_HEALTH_SERVER__PORT", "http", "server.port: 'http' is no whole number; write one from 0 to 65535"),
        ("LLM_HEALTH_SERVER__PROT", "1", "unknown key 'PROT'; did you mean 'port'?"),
        (
            "LLM_HEALTH_SERVER_PORT", "1",
            "is no setting of ours; levels are joined by two underscores: write LLM_HEALTH_SERVER__PORT, or unset it"
        ),
        (
            "LLM_HEALTH_DEBUG", "1",
            "is no setting of ours; write LLM_HEALTH_SECTION__KEY, such as LLM_HEALTH_SERVER__PORT, or unset it"
        ),
        ("LLM_HEALTH_SERVER__PORT__X", "1", "there is nothing below this key; leave out '__X'"),
        ("LLM_HEALTH_MODELS__9__ID", "x", "the list has no entry '9'; write its number (0 to 0), id or name"),
        (
            "LLM_HEALTH_SERVER__TOKENS", "[{name: a",
            "is no valid YAML here (did not find expected ',' or '}'); check the indentation, colons and quotes of this line"
        ),
        (
            "LLM_HEALTH_SERVER", "x",
            "server: takes the server, a map with the keys host, port, tokens, allowedHosts, allowedOrigins, frameAncestors, publicBadges, maximumStreams, not a plain value"
        ),
    ])
    func `a variable that cannot be an override is named`(_ name: String, _ value: String, _ problem: String) throws {
        #expect(try ConfigurationFolder(yaml: "").problems(environment: [name: value]) == ["\(name): \(problem)"])
    }

    // MARK: - Several files

    @Test
    func `a folder's files are merged in the order of their names`() throws {
        let folder = try ConfigurationFolder([
            "conf/20-more.yaml": "models: [{id: c, provider: openai}]\nserver: {port: 9000}\n",
            "conf/10-base.yml":
                "providers: {openai: {}}\nmodels: [{id: a, provider: openai}, {id: b, provider: openai}]\nserver: {host: localhost}\n",
            "conf/.hidden.yaml": "nonsense: 1\n", "conf/notes.txt": "nonsense: 1\n",
        ])
        let configuration = try folder.load(["conf"])
        #expect(configuration.models.map(\.id) == ["a", "b", "c"])
        #expect(configuration.server == .init(host: "localhost", port: 9000))
        #expect(configuration.files.map { $0.split(separator: "/").last } == ["10-base.yml", "20-more.yaml"])
    }

    @Test
    func `two values for one key are told with both places, equal ones are not`() throws {
        let folder = try ConfigurationFolder([
            "a.yaml": "server: {port: 1, host: localhost}\n", "b.yaml": "server:\n  port: 2\n  host: localhost\n",
            "c.yaml": "server: [1]\n",
        ])
        #expect(
            folder.problems(["a.yaml", "b.yaml"]) == [
                "b.yaml:2:9: 'server.port' is already set in a.yaml:1:16; keep it in one file"
            ])
        #expect(
            folder.problems(["a.yaml", "c.yaml"]) == [
                "c.yaml:1:9: 'server' is already set in a.yaml:1:9; keep it in one file"
            ])
    }

    @Test
    func `paths start from the file that names them`() throws {
        let folder = try ConfigurationFolder([
            "a/a.yaml": "providers: {openai: {key: {file: ../keys/k}}}\nhistory: {sqlite: {path: /var/lib/x.db}}\n",
            "keys/k": "secret-key",
        ])
        let configuration = try folder.load(["a/a.yaml"])
        #expect(configuration.providers["openai"]?.key == Secret("secret-key"))
        #expect(configuration.history.path == "/var/lib/x.db")
    }

    @Test
    func `the usual proxy variables are taken where the file says nothing`() throws {
        let environment = ["https_proxy": "http://u:p@proxy:8080", "NO_PROXY": "a.example, .b.example"]
        let taken = try Configuration.load(yaml: "", environment: environment)
        #expect(taken.network.proxy == .init(host: "proxy", port: 8080, user: Secret("u"), password: Secret("p")))
        #expect(taken.network.noProxy == ["a.example", ".b.example"])
        #expect(try Configuration.load(yaml: "network: {proxy: none}", environment: environment).network.proxy == nil)
        let folder = try ConfigurationFolder(yaml: "")
        #expect(
            folder.problems(environment: ["HTTPS_PROXY": "socks5://x:1"]) == [
                "HTTPS_PROXY: the proxy has the scheme 'socks5', which is not spoken here; write http:// or https://"
            ])
    }
}
