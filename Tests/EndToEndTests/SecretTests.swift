import Foundation
import Health
import Simulator
import Testing

extension EndToEnd {
    /// Keys that are put into a configuration come out at the provider and nowhere else.
    @Suite("Secrets", .timeLimit(.minutes(5))) struct SecretTests {
        /// No two of them share eight characters, and none looks like a key, so that only knowing them hides them.
        private enum Canary: String, CaseIterable {
            case providerKey = "Quiet7Meadow3Larch9Tundra2"
            case header = "Velvet4Copper8Osprey1Basalt"
            case runtimeToken = "Walnut6Harbor2Finch5Gravel"
            case apiToken = "Saffron3Glacier7Wren4Cobalt"
            case gatewayKey = "Juniper5Canyon1Heron8Pewter"
            case proxyPassword = "Marble2Orchid6Plover9Amber"
        }

        private static func echo(_ canary: Canary, status: Int = 500) -> Behavior {
            let body = #"{"error":{"message":"cannot use '\#(canary.rawValue)' (\#(canary.rawValue.uppercased()))"}}"#
            return .failing(.answer(CannedAnswer(status: status, body: body)))
        }

        private static let fleet = SimulatorConfiguration(
            models: [
                SimulatedModel("good"),
                SimulatedModel("refuses-key", behavior: .failing(.unauthorized)),
                SimulatedModel("echoes-header", behavior: echo(.header)),
                SimulatedModel("echoes-key-in-200", behavior: echo(.providerKey, status: 200)),
                SimulatedModel(
                    "echoes-in-page",
                    behavior: .failing(
                        .answer(
                            CannedAnswer(
                                status: 200, contentType: "text/html",
                                body: "<html><title>\(Canary.providerKey.rawValue)</title></html>")))),
                SimulatedModel("names-itself-so", behavior: Behavior(servedModel: Canary.providerKey.rawValue)),
                SimulatedModel("behind-gateway", behavior: .failing(.unauthorized)),
                SimulatedModel("local", on: .lmStudio, behavior: echo(.runtimeToken), isLoaded: true),
            ],
            apiKeys: [.lmStudio: "another"])

        private static func yaml(_ simulator: LLMSimulator) -> String {
            """
            server:
              port: 0
              tokens:
                - {name: ops, secret: {env: OPS_TOKEN}, scopes: [read, probe, metrics, admin]}
            logging: {level: trace}
            history: {sqlite: {path: ./health.db}}
            network: {proxy: "http://user:\(Canary.proxyPassword.rawValue)@127.0.0.1:9", noProxy: [127.0.0.1]}
            gateways:
              portkey: {kind: portkey, url: "\(simulator.portkey.url)", hosted: true, apiKey: \(Canary.gatewayKey.rawValue)}
            providers:
              direct:
                kind: openai
                url: "\(simulator.openAI.url)"
                key: {file: key.txt}
                headers: {x-account: \(Canary.header.rawValue)}
              gated: {kind: openai, via: portkey, key: \(Canary.providerKey.rawValue), portkey: {customHost: "\(simulator.openAI.url)/v1"}}
              unreachable: {kind: openai, url: "https://models.invalid", key: \(Canary.providerKey.rawValue)}
            local:
              lmStudio: {url: "\(simulator.lmStudio.url)", token: {value: \(Canary.runtimeToken.rawValue)}}
              interval: 1s
            defaults: {interval: 1s, timeout: 3s}
            models:
              - {id: good, provider: direct}
              - {id: refuses-key, provider: direct}
              - {id: echoes-header, provider: direct}
              - {id: echoes-key-in-200, provider: direct}
              - {id: echoes-in-page, provider: direct}
              - {id: names-itself-so, provider: direct}
              - {id: behind-gateway, provider: gated}
              - {id: proxied, provider: unreachable}

            """
        }

        @Test
        func `appear in no answer, log line, metric, event or file`() async throws {
            try await withSimulator(Self.fleet) { simulator in
                let folder = try TemporaryFolder()
                try folder.write(Canary.providerKey.rawValue + "\n", to: "key.txt")
                let environment = ["OPS_TOKEN": Canary.apiToken.rawValue]
                let token = Canary.apiToken.rawValue
                var texts: [(String, String)] = []
                let log = try await RunningDaemon.with(
                    Self.yaml(simulator), in: folder, environment: environment, token: token
                ) { daemon in
                    // All of them have answered, or failed, in their way.
                    let models = try await eventually("a verdict on every model", within: .seconds(30)) {
                        let models = try await daemon.api.models()
                        let isReady = models.count >= 8 && models.allSatisfy { $0.reasons.first?.code != .starting }
                        return isReady ? models : nil
                    }
                    let refused = models.first { $0.modelId == "refuses-key" }
                    #expect(refused?.status == .unknown && refused?.reasons.first?.code == .credentials)
                    #expect(simulator.requests(model: "refuses-key").contains { $0.status == 401 })

                    texts += try await Self.answers(of: daemon.api, models.map(\.modelId.rawValue))
                    texts += try await Self.programs(daemon.api.url, in: folder, environment)
                    let running = try folder.contents()
                    #expect(running.keys.contains("health.db-wal"))
                    texts += running.filter { !["key.txt", "config.yaml"].contains($0.key) }
                        .map { ($0.key, String(decoding: $0.value, as: UTF8.self)) }
                    daemon.child.send(SIGTERM)
                    _ = try await daemon.child.exit(within: .seconds(15))
                    return daemon.child.errors.text + daemon.child.output.text
                }
                #expect(log.contains("Probe failed"), "the log tells nothing")
                texts.append(("the log", log))
                texts += try folder.contents().filter { !["key.txt", "config.yaml"].contains($0.key) }
                    .map { ("\($0.key) after the end", String(decoding: $0.value, as: UTF8.self)) }
                for (place, text) in texts { Self.expectNone(in: text, place) }
            }
        }

        /// Every GET route, and the others, also as somebody without the right to.
        private static func answers(of api: HealthClient, _ models: [String]) async throws -> [(String, String)] {
            let base = HealthClient.base
            var paths = [
                "/livez", "/readyz", "/metrics", "/", "/assets/app.js", base + "health/detailed",
                base + "health/summary",
                base + "metrics", base + "nowhere",
            ]
            for model in models {
                for route in ["detailed", "history", "trends", "explain"] {
                    paths.append(base + "health/\(route)?modelId=\(model)")
                }
            }
            var texts: [(String, String)] = []
            for path in paths {
                let answer = try await api.get(path)
                #expect(![401, 403].contains(answer.status), "\(path): \(answer.status)")
                texts.append((path, "\(answer.headers) \(answer.body)"))
            }
            for model in models {
                let answer = try await api.post(base + "health/probe", #"{"modelId":"\#(model)"}"#)
                texts.append(("probe of \(model)", "\(answer.headers) \(answer.body)"))
            }
            var stranger = api
            for token in [nil, Canary.apiToken.rawValue + "x"] {
                stranger.token = token
                let answer = try await stranger.get(base + "health/detailed")
                #expect(answer.status == 401)
                texts.append(("a stranger's answer", "\(answer.headers) \(answer.body)"))
            }
            return texts
        }

        /// What the other commands print on the same configuration.
        private static func programs(
            _ url: String, in folder: TemporaryFolder, _ environment: [String: String]
        ) async throws -> [(String, String)] {
            let config = ["--config", folder["config.yaml"]]
            let client = environment.merging(["LLM_HEALTH_TOKEN": Canary.apiToken.rawValue]) { $1 }
            let commands: [([String], [String: String])] = [
                (["validate"] + config, environment), (["validate", "--json"] + config, environment),
                (["check", "refuses-key", "echoes-header"] + config, environment),
                (["check", "--json", "refuses-key", "echoes-header"] + config, environment),
                (["status", "--url", url], client), (["status", "--json", "--url", url], client),
                (["explain", "refuses-key", "--url", url], client),
                (["status", "--url", url], ["LLM_HEALTH_TOKEN": Canary.apiToken.rawValue + "x"]),
            ]
            var texts: [(String, String)] = []
            for (arguments, environment) in commands {
                let end = try await ChildProcess.run(Programs.health, arguments, environment: environment, in: folder)
                #expect(!(end.output + end.errors).isEmpty)
                texts.append((arguments.joined(separator: " "), end.output + end.errors))
            }
            return texts
        }

        /// Mistakes in the very place where a key stands.
        @Test(arguments: [
            "key: {valeu: CANARY}", "key: [CANARY]", "key: {value: {x: CANARY}}", "key: {env: CANARY}",
            "key: \"CANARY\\nCANARY\"", "url: \"http://user:CANARY@127.0.0.1:x\"",
            "headers: {\"x y\": CANARY}", "headers: [CANARY]", "key: CANARY, key: CANARY",
        ])
        func `appear in no complaint about the configuration`(_ mistake: String) async throws {
            let folder = try TemporaryFolder()
            let wrong = mistake.replacing("CANARY", with: Canary.providerKey.rawValue)
            let yaml = """
                history: {sqlite: {path: ":memory:"}}
                providers:
                  direct: {kind: openai, url: "http://127.0.0.1:9", \(wrong)}
                models:
                  - {id: good, provider: direct}

                """.replacing(#"url: "http://127.0.0.1:9", url"#, with: "url")
            try folder.write(yaml, to: "config.yaml")
            for command in ["serve", "validate", "check"] {
                let end = try await ChildProcess.run(
                    Programs.health, [command, "--config", folder["config.yaml"]], in: folder)
                #expect(end.exit == .code(2), "\(end.errors)")
                Self.expectNone(in: end.output + end.errors, command)
            }
        }

        /// Not a dozen characters of any of them, in any case.
        private static func expectNone(in text: String, _ place: String) {
            let text = text.lowercased()
            for canary in Canary.allCases {
                let secret = Array(canary.rawValue.lowercased())
                for start in 0...(secret.count - 12) {
                    let part = String(secret[start..<(start + 12)])
                    guard let found = text.range(of: part) else { continue }
                    let before =
                        text.index(found.lowerBound, offsetBy: -80, limitedBy: text.startIndex) ?? text.startIndex
                    let after = text.index(found.upperBound, offsetBy: 80, limitedBy: text.endIndex) ?? text.endIndex
                    Issue.record("\(canary) in \(place): …\(text[before..<after])…")
                    break
                }
            }
        }
    }
}
