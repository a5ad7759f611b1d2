import Foundation
import Health
import Simulator
import Testing

extension EndToEnd {
    /// The commands beside `serve`.
    @Suite("Commands", .timeLimit(.minutes(5))) struct CommandTests {
        private static let fleet = SimulatorConfiguration(models: [
            SimulatedModel("good"), SimulatedModel("good/too"),
            SimulatedModel("bad", behavior: .failing(.refusal(.serverError))),
            SimulatedModel("locked", behavior: .failing(.unauthorized)),
        ])

        private static func yaml(_ simulator: LLMSimulator) -> String {
            """
            server: {port: 0}
            history: {sqlite: {path: ./health.db}}
            providers:
              simulated: {kind: openai, url: "\(simulator.openAI.url)", key: secret-key}
            defaults: {interval: 15s, timeout: 3s}
            models:
              - {id: good, provider: simulated, price: {input: 1, output: 4}}
              - {id: good/too, provider: simulated}
              - {id: bad, provider: simulated}
              - {id: locked, provider: simulated}

            """
        }

        @Test(
            arguments: [
                (["good"], 0), (["good", "good/too"], 0), (["good", "bad"], 1), (["bad", "locked"], 1), (["locked"], 3),
                (["good", "locked"], 3), ([], 1), (["nobody"], 2), (["good", "nobody"], 2), (["--nonsense"], 2),
            ] as [([String], Int32)])
        func `check tells by its exit code what it found`(_ arguments: [String], _ code: Int32) async throws {
            try await withSimulator(Self.fleet) { simulator in
                let folder = try TemporaryFolder()
                try folder.write(Self.yaml(simulator), to: "config.yaml")
                let config = ["--config", folder["config.yaml"]]
                let plain = try await ChildProcess.run(Programs.health, ["check"] + arguments + config, in: folder)
                let json = try await ChildProcess.run(
                    Programs.health, ["check", "--json"] + arguments + config, in: folder)
                #expect(plain.exit == .code(code) && json.exit == .code(code), "\(plain) \(json)")
                #expect(try folder.contents().keys.sorted() == ["config.yaml"], "a check leaves nothing behind")
                guard code != 2 else {
                    #expect(plain.output == "" && plain.errorLines.count == 1, "\(plain)")
                    #expect(plain.errors.hasPrefix("llm-health: ") && json.output == "")
                    return
                }
                let named = arguments.isEmpty ? ["bad", "good", "good/too", "locked"] : arguments
                let report = try JSONDecoder().decode(JSONValue.self, from: Data(json.output.utf8))
                let models = try #require(report["models"]?.array)
                #expect(models.compactMap { $0["modelId"]?.string }.sorted() == named.sorted())
                let expected = ["good": "healthy", "good/too": "healthy", "bad": "unhealthy", "locked": "unknown"]
                for model in models { #expect(model["status"]?.string == expected[model["modelId"]?.string ?? ""]) }
                for name in named { #expect(plain.output.contains(name)) }
                #expect(plain.errors == "" && json.errors == "", "\(plain.errors)")
            }
        }

        @Test
        func `validate tells what a day costs`() async throws {
            try await withSimulator(Self.fleet) { simulator in
                let folder = try TemporaryFolder()
                try folder.write(Self.yaml(simulator), to: "config.yaml")
                let config = ["--config", folder["config.yaml"]]
                let plain = try await ChildProcess.run(Programs.health, ["validate"] + config, in: folder)
                #expect(plain.exit == .code(0) && plain.errors == "")
                // 86,400 s in steps of 15 s, and four models of them.
                for words in ["PROBES/DAY", "TOKENS/DAY", "$/DAY", "5,760", "23,040", "valid: "] {
                    #expect(plain.output.contains(words), "\(plain.output)")
                }
                let json = try await ChildProcess.run(Programs.health, ["validate", "--json"] + config, in: folder)
                let report = try JSONDecoder().decode(JSONValue.self, from: Data(json.output.utf8))
                #expect(report["valid"] == .bool(true))
                #expect(report["totals"]?["probesPerDay"]?.number == 23_040)
                #expect(report["totals"]?["tokensPerDay"]?.number ?? 0 > 23_040)
                let priced = report["models"]?.array?.first { $0["modelId"]?.string == "good" }
                let (input, output) = (priced?["inputTokensPerDay"]?.number, priced?["outputTokensPerDay"]?.number)
                // 16 tokens of output a probe at most, at $4 a million, and the input at $1.
                #expect(output == 92_160)
                let dollars = try (#require(input) * 1 + #require(output) * 4) / 1_000_000
                #expect(abs(try #require(priced?["dollarsPerDay"]?.number) - dollars) < 1e-9)
                #expect(simulator.requests().isEmpty, "validate asks nobody")

                try folder.write(Self.yaml(simulator).replacing("15s", with: "soon"), to: "config.yaml")
                let wrong = try await ChildProcess.run(Programs.health, ["validate", "--json"] + config, in: folder)
                let problems = try JSONDecoder().decode(JSONValue.self, from: Data(wrong.output.utf8))
                #expect(wrong.exit == .code(2) && problems["valid"] == .bool(false))
                let location = problems["problems"]?.array?.first?["location"]?.string
                #expect(location?.hasPrefix(folder["config.yaml"] + ":5:") == true)
            }
        }

        @Test
        func `status and explain ask the running daemon`() async throws {
            try await withSimulator(Self.fleet) { simulator in
                let folder = try TemporaryFolder()
                try await RunningDaemon.with(Self.yaml(simulator), in: folder) { daemon in
                    let models = daemon.api
                    _ = try await models.model("bad", within: .seconds(30), "is down") { $0.status == .unhealthy }
                    _ = try await models.model("good", within: .seconds(30), "is up") { $0.status == .healthy }
                    func run(_ arguments: String...) async throws -> ChildProcess.Finished {
                        try await ChildProcess.run(
                            Programs.health, arguments, environment: ["LLM_HEALTH_URL": models.url], in: folder)
                    }
                    let status = try await run("status")
                    #expect(status.exit == .code(0) && status.errors == "")
                    // The worst come first.
                    let lines = status.output.split(separator: "\n")
                    #expect(lines.first?.hasPrefix("STATUS") == true)
                    #expect(lines.dropFirst().first?.hasPrefix("unhealthy  bad") == true, "\(status.output)")
                    #expect(status.output.contains("good/too"))

                    let json = try await run("status", "--json", "good")
                    let report = try JSONDecoder().decode(JSONValue.self, from: Data(json.output.utf8))
                    #expect(report["models"]?.array?.compactMap { $0["modelId"]?.string } == ["good"])
                    #expect(report["summary"]?["counts"]?["total"]?.number == 4)

                    let why = try await run("explain", "bad")
                    #expect(why.exit == .code(0) && why.output.contains("500"), "\(why)")
                    let whyJSON = try await run("explain", "good/too", "--json")
                    #expect(whyJSON.exit == .code(0))
                    _ = try JSONDecoder().decode(JSONValue.self, from: Data(whyJSON.output.utf8))

                    for arguments in [["explain", "nobody"], ["status", "nobody"]] {
                        let unknown = try await run(arguments[0], arguments[1])
                        #expect(unknown.exit == .code(2) && unknown.output == "", "\(unknown)")
                        #expect(unknown.errorLines.count == 1 && unknown.errors.contains("nobody"))
                    }
                }
                let nobody = try await ChildProcess.run(
                    Programs.health, ["status", "--url", "http://127.0.0.1:\(try Ports.free())"], in: folder)
                #expect(nobody.exit == .code(3) && nobody.errorLines.count == 1, "\(nobody)")
                #expect(nobody.errors.contains("connection refused"))
            }
        }

        @Test
        func `what operators say by commands holds, is listed, and ends`() async throws {
            try await withSimulator(Self.fleet) { simulator in
                let folder = try TemporaryFolder()
                let configured = """
                    maintenance:
                      - {title: Moving house, from: 2099-01-01T00:00:00Z, until: 2099-01-02T00:00:00Z, models: [bad]}

                    """
                try await RunningDaemon.with(Self.yaml(simulator) + configured, in: folder) { daemon in
                    func run(_ arguments: [String]) async throws -> ChildProcess.Finished {
                        try await ChildProcess.run(
                            Programs.health, arguments, environment: ["LLM_HEALTH_URL": daemon.api.url], in: folder)
                    }
                    func said(_ arguments: [String], _ words: String...) async throws {
                        let done = try await run(arguments)
                        #expect(done.exit == .code(0) && done.errors == "", "\(done)")
                        for word in words { #expect(done.output.contains(word), "\(done.output)") }
                    }
                    try await said(["ack", "bad", "--reason", "ticket 4711"], "bad: acknowledged until it is healthy")
                    try await eventually("good to be healthy", within: .seconds(20)) {
                        try await daemon.api.models().first { $0.modelId == "good" }?.status == .healthy ? true : nil
                    }
                    // It would swallow the alert of the next outage.
                    let early = try await run(["ack", "good", "--reason", "too soon"])
                    #expect(early.exit != .code(0) && early.errors.contains("is healthy"), "\(early)")
                    try await said(["silence", "good", "--for", "1h", "--reason", "noisy"], "good: silenced until 20")
                    try await said(
                        ["pause", "good/too", "--for", "2h", "--reason", "upgrade"], "good/too: paused until")
                    try await said(
                        ["maintenance", "New GPUs", "--for", "2h", "--model", "lock*"], "New GPUs (lock*): from 20",
                        "llm-health end ")
                    try await said(
                        ["announce", "Farewell", "--text", "Soon."], "(all models)", "until it is taken back")

                    let list = try await run(["notices"])
                    let lines = list.output.split(separator: "\n")
                    #expect(list.exit == .code(0) && lines.count == 7, "\(list)")
                    let kinds = lines.dropFirst().compactMap { $0.split(separator: " ").first }
                    #expect(
                        kinds == ["acknowledge", "silence", "pause", "maintenance", "maintenance", "announcement"],
                        "\(list.output)")

                    // What holds is shown with the models, and a paused one gets no traffic.
                    let fleet = try await daemon.api.models()
                    func model(_ id: ModelID) throws -> ModelHealthStatus {
                        try #require(fleet.first { $0.modelId == id })
                    }
                    #expect(try model("bad").notices.map(\.kind) == [.acknowledge])
                    #expect(try model("good").notices.map(\.reason) == ["noisy"])
                    #expect(try model("good/too").routing.verdict == .excluded)
                    #expect(try model("locked").notices.map(\.kind) == [.maintenance])

                    let json = try await run(["notices", "--json"])
                    let report = try JSONDecoder().decode(JSONValue.self, from: Data(json.output.utf8))
                    func id(_ list: String, _ title: JSONValue) throws -> String {
                        try #require(report[list]?.array?.first { $0["title"] == title }?["id"]?.string)
                    }
                    try await said(["end", id("announcements", "Farewell")], "announcement ended")
                    try await said(["end", id("maintenance", "New GPUs")], "maintenance ended")
                    try await said(["resume", "good/too"], "good/too: pause ended")
                    try await said(["resume", "good/too"], "it has no such notice")

                    for (arguments, word) in [
                        (["end", try id("maintenance", "Moving house")], "configuration"),
                        (["end", "nosuch"], "nosuch"),
                        (["maintenance", "New GPUs"], "--for or --until"),
                        (["announce", "Late", "--from", "soon"], "soon"),
                        (["silence", "nobody", "--for", "1h"], "nobody"),
                        (["silence", "good", "--for", "long"], "for"),
                    ] {
                        let wrong = try await run(arguments)
                        #expect(wrong.exit == .code(2) && wrong.output == "", "\(wrong)")
                        #expect(wrong.errorLines.count == 1 && wrong.errors.contains(word), "\(wrong.errors)")
                    }
                    let rest = try await run(["notices"])
                    #expect(rest.output.split(separator: "\n").count == 4, "\(rest.output)")
                }
            }
        }

        @Test
        func `the simulator's program serves the models of a scenario`() async throws {
            let folder = try TemporaryFolder()
            try folder.write("models:\n  - {id: good, face: openai}\n", to: "scenario.yaml")
            let ports = ["openai", "anthropic", "portkey", "ollama", "lmstudio", "control"].flatMap {
                ["--\($0)-port", "0"]
            }
            let arguments = ["--scenario", folder["scenario.yaml"], "--json"] + ports
            try await ChildProcess.with(Programs.simulator, arguments, in: folder) { simulator in
                let line = try await eventually("its addresses", within: .seconds(10), seen: { simulator.errors.text })
                {
                    simulator.output.lines.first
                }
                let addresses = try JSONDecoder().decode([String: String].self, from: Data(line.utf8))
                let yaml = """
                    providers: {simulated: {kind: openai, url: "\(try #require(addresses["openai"]))", key: none}}
                    models: [{id: good, provider: simulated}]

                    """
                try folder.write(yaml, to: "config.yaml")
                let end = try await ChildProcess.run(
                    Programs.health, ["check", "--config", folder["config.yaml"]], in: folder)
                #expect(end.exit == .code(0), "\(end)")
                simulator.send(SIGTERM)
                #expect(try await simulator.exit(within: .seconds(10)) == .code(0))
            }
        }
    }
}
