import Foundation
import Simulator
import Testing

extension EndToEnd {
    /// What cannot work is said in one line a problem, with its place, before anything has begun.
    @Suite("Bad input", .timeLimit(.minutes(5))) struct BadInputTests {
        struct Case: Sendable, CustomTestStringConvertible {
            var name: String
            var yaml: String
            var arguments: [String] = []
            var environment: [String: String] = [:]
            /// What the line begins with, after the folder: `config.yaml:5:1`; nil where there is no place.
            var place: String?
            /// Words that tell what is wrong and what to do.
            var words: [String]
            /// How many problems there are, one line each.
            var lines = 1
            /// Makes what stands in the way.
            var prepare: @Sendable (TemporaryFolder) throws -> Void = { _ in }

            var testDescription: String { name }
        }

        /// A configuration that works, but for what is replaced in it.
        static func yaml(_ replaced: [(String, String)] = [], and more: String = "") -> String {
            let good = """
                server: {port: 0}
                history: {sqlite: {path: ./health.db}}
                providers:
                  simulated: {kind: openai, url: "OPENAI", key: secret-key}
                models:
                  - {id: gpt-4o, provider: simulated, interval: 1s}

                """
            return replaced.reduce(good) { $0.replacing($1.0, with: $1.1) } + more
        }

        static let cases: [Case] = [
            Case(
                name: "unknown key", yaml: yaml([("models:", "modles:")]), place: "config.yaml:5:1",
                words: ["modles", "did you mean 'models'?"]),
            Case(
                name: "unknown key inside a model", yaml: yaml([("interval", "intervall")]), place: "config.yaml:6:39",
                words: ["intervall", "did you mean 'interval'?"]),
            Case(
                name: "missing variable", yaml: yaml([("secret-key", "'${NOT_THERE}'")]), place: "config.yaml:4:",
                words: ["NOT_THERE", "set it"]),
            Case(
                name: "missing variable of a secret", yaml: yaml([("secret-key", "{env: NOT_THERE}")]),
                place: "config.yaml:4:", words: ["NOT_THERE", "set it"]),
            Case(
                name: "bad duration", yaml: yaml([("1s", "5 parsecs")]), place: "config.yaml:6:",
                words: ["models[0].interval", "'5 parsecs'", "write a duration such as 15s"]),
            Case(
                name: "duplicate model", yaml: yaml(and: "  - {id: gpt-4o, provider: simulated}\n"),
                place: "config.yaml:7:", words: ["'gpt-4o'", "already", "config.yaml:6:"]),
            Case(
                name: "two problems", yaml: yaml([("1s", "5 parsecs"), ("port: 0", "prot: 0")]),
                place: "config.yaml:1:", words: ["'server.prot'", "did you mean 'port'?"], lines: 2),
            Case(
                name: "broken YAML", yaml: yaml(and: "  - {id: gpt-4o-mini\n"), place: "config.yaml:",
                words: ["no valid YAML"]),
            Case(
                name: "no file", yaml: yaml(), arguments: ["--config", "nowhere.yaml"], place: "nowhere.yaml",
                words: ["no such file", "--config"]),
            Case(
                name: "a file that cannot be read", yaml: yaml(), arguments: ["--config", "loop.yaml"],
                place: "loop.yaml", words: ["check"],
                prepare: {
                    try FileManager.default.createSymbolicLink(
                        atPath: $0["loop.yaml"], withDestinationPath: $0["loop.yaml"])
                }),
            Case(
                name: "a variable of ours that is none", yaml: yaml(),
                environment: ["LLM_HEALTH_SERVER__PROT": "1"], place: "LLM_HEALTH_SERVER__PROT",
                words: ["did you mean 'port'?"]),
            Case(
                name: "a port that is none", yaml: yaml(), arguments: ["--port", "99999"], place: "--port",
                words: ["99999", "0 to 65535"]),
            Case(
                name: "open to everybody, no tokens", yaml: yaml([("port: 0", "port: 0, host: 0.0.0.0")]),
                place: "config.yaml:1:", words: ["0.0.0.0", "server.tokens"]),
            Case(
                name: "open to everybody by argument", yaml: yaml(), arguments: ["--host", "0.0.0.0"], place: "--host",
                words: ["0.0.0.0", "server.tokens"]),
            Case(
                name: "store is a folder", yaml: yaml(), words: ["health.db", "folder", "give the path of a file"],
                prepare: {
                    try FileManager.default.createDirectory(atPath: $0["health.db"], withIntermediateDirectories: false)
                }),
            Case(
                name: "store in a folder that is not there", yaml: yaml([("./health.db", "./no/where/health.db")]),
                words: ["no/where", "does not exist", "create it"]),
            Case(
                name: "store below a file", yaml: yaml([("./health.db", "./config.yaml/health.db")]),
                words: ["config.yaml", "does not exist"]),
            Case(
                name: "store that cannot be opened", yaml: yaml(), words: ["health.db", "cannot be opened", "check"],
                prepare: {
                    try FileManager.default.createSymbolicLink(
                        atPath: $0["health.db"], withDestinationPath: $0["health.db"])
                }),
            Case(
                name: "store is no database", yaml: yaml(),
                words: ["health.db", "not a SQLite database", "move this one away"],
                prepare: { try $0.write("2026-11-23 all is well\n", to: "health.db") }),
            Case(
                name: "store is damaged", yaml: yaml(), words: ["health.db", "move"],
                prepare: { folder in
                    let noise = (0..<16_384).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) }
                    try folder.write(Data("SQLite format 3\0".utf8) + Data(noise), to: "health.db")
                }),
            Case(
                name: "state file is a folder", yaml: yaml(), words: ["health.state.db", "folder"],
                prepare: {
                    try FileManager.default.createDirectory(
                        atPath: $0["health.state.db"], withIntermediateDirectories: false)
                }),
            Case(
                name: "port in use", yaml: yaml([("port: 0", "port: OPENAI_PORT")]), words: ["in use", "server.port"]),
        ]

        @Test(arguments: cases)
        func `is refused in one line, and nothing has begun`(_ bad: Case) async throws {
            let simulated = SimulatorConfiguration(models: [SimulatedModel("gpt-4o")])
            try await withSimulator(simulated) { simulator in
                let folder = try TemporaryFolder()
                let yaml = bad.yaml.replacing("OPENAI_PORT", with: "\(simulator.openAI.port)")
                    .replacing("OPENAI", with: simulator.openAI.url)
                try folder.write(yaml, to: "config.yaml")
                try bad.prepare(folder)
                let before = try folder.contents()

                let isNamed = bad.arguments.contains("--config")
                let named = isNamed ? [] : ["--config", folder["config.yaml"]]
                let end = try await ChildProcess.run(
                    Programs.health, ["serve"] + named + bad.arguments, environment: bad.environment, in: folder)

                #expect(end.exit == .code(2), "\(end.errors)")
                #expect(end.output == "")
                #expect(end.errorLines.count == bad.lines, "\(end.errors)")
                let line = try #require(end.errorLines.first)
                #expect(line.hasPrefix("llm-health: "))
                if let place = bad.place {
                    let isFile = place.hasPrefix("config")
                    #expect(line.hasPrefix("llm-health: " + (isFile ? folder[place] : place)), "\(line)")
                }
                for word in bad.words { #expect(line.contains(word), "\(line)") }
                let after = try folder.contents()
                #expect(after.keys.sorted() == before.keys.sorted())
                for (name, bytes) in before { #expect(after[name] == bytes, "\(name) is not as it was") }
                #expect(simulator.requests().isEmpty, "it has probed already")
            }
        }
    }
}
