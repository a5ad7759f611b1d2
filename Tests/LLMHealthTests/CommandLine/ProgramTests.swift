import Foundation
import Health
import Logging
import Testing

@testable import LLMHealth

/// Runs the program itself, as a shell would.
@Suite("The program", .timeLimit(.minutes(5)))
struct ProgramTests {
    private struct Run {
        var code: Int32
        var output: String
        var errors: String
    }

    /// The executable lies beside the test bundle.
    private static var program: URL {
        URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent().appending(
            path: "llm-health")
    }

    private func run(
        _ arguments: [String], in folder: ConfigurationFolder, environment: [String: String] = [:], input: String = ""
    ) throws -> Run {
        try #require(
            FileManager.default.isExecutableFile(atPath: Self.program.path), "\(Self.program.path) is not built")
        let process = Process()
        process.executableURL = Self.program
        process.arguments = arguments
        process.environment = environment
        process.currentDirectoryURL = URL(filePath: folder.path)
        // Files, so that no full pipe stops it.
        for (name, text) in ["in": input, "out": "", "err": ""] { try folder.write(text, to: name) }
        process.standardInput = try FileHandle(forReadingFrom: URL(filePath: folder.path + "/in"))
        process.standardOutput = try FileHandle(forWritingTo: URL(filePath: folder.path + "/out"))
        process.standardError = try FileHandle(forWritingTo: URL(filePath: folder.path + "/err"))
        try process.run()
        process.waitUntilExit()
        return Run(
            code: process.terminationStatus,
            output: try String(contentsOf: URL(filePath: folder.path + "/out"), encoding: .utf8),
            errors: try String(contentsOf: URL(filePath: folder.path + "/err"), encoding: .utf8))
    }

    @Test(arguments: ["validate", "serve", "check"])
    func `tells each problem on a line of its own and starts nothing`(_ command: String) throws {
        let folder = try ConfigurationFolder(
            yaml: "models:\n  - {id: a, provider: x, intervall: 5s}\nserver: {port: 99999}\n")
        let run = try run([command, "--config", "llm-health.yaml"], in: folder)
        #expect(run.code == 2)
        #expect(run.output == "")
        #expect(
            run.errors == """
                llm-health: llm-health.yaml:2:26: unknown key 'models[0].intervall'; did you mean 'interval'?
                llm-health: llm-health.yaml:3:16: server.port: '99999' is out of range; write 0 to 65535

                """)
    }

    @Test
    func `prices a good configuration`() throws {
        let folder = try ConfigurationFolder(
            yaml:
                "providers: {openai: {price: {input: 1, output: 1}}}\nmodels: [{id: a, provider: openai, interval: 10s}]\n"
        )
        let text = try run(["validate"], in: folder)
        #expect(text.code == 0)
        #expect(
            text.output == """
                MODEL  PROVIDER  PROBES/DAY  TOKENS/DAY  $/DAY
                a      openai         8,640     285,120  $0.29

                valid: llm-health.yaml
                an upper estimate while all is well; looking again at suspicious models adds at most 5.8 %
                on the worst day, with every model down and each failed probe billed in full: at most 9,141 probes, 301,657 tokens, $0.30

                """)
        let json = try run(["validate", "--json"], in: folder)
        let value = try JSONDecoder().decode(JSONValue.self, from: Data(json.output.utf8))
        #expect(value["totals"]?["probesPerDay"] == 8_640)
        let wrong = try run(["validate", "--json"], in: folder, environment: ["LLM_HEALTH_SERVER__PORT": "x"])
        #expect(wrong.code == 2)
        let problems = try JSONDecoder().decode(JSONValue.self, from: Data(wrong.output.utf8))
        #expect(problems["problems"]?.array?.first?["location"] == "LLM_HEALTH_SERVER__PORT")
    }

    @Test
    func `replays what comes in on standard input`() throws {
        let folder = try ConfigurationFolder()
        let line = #"{"at":"2026-11-23T10:00:00Z","modelId":"m","provider":"p","outcome":"ok"}"#
        let good = try run(["replay", "-"], in: folder, input: line + "\n")
        #expect(good.code == 0)
        #expect(good.errors == "")
        #expect(good.output.split(separator: "\n").last?.hasPrefix(#"{"summary":{"changes":1,"#) == true)
        let bad = try run(["replay", "-"], in: folder, input: line + "\n{}\n")
        #expect(bad.code == 2)
        #expect(bad.errors == "llm-health: standard input:2: `at` is missing; every line needs it\n")
    }

    @Test(arguments: [
        ["--bogus"], ["bogus"], ["status", "--bogus"], ["explain"], ["status", "--interval", "0"],
        ["status", "--url", "nowhere"], ["serve", "--port", "http"],
        ["replay"], ["replay", "nowhere.jsonl"], ["replay", "empty.yaml"],
        ["check", "--config", "nowhere.yaml"], ["check", "not-a-model", "--config", "empty.yaml"],
    ])
    func `wrong use is exit 2 and one line`(_ arguments: [String]) throws {
        let folder = try ConfigurationFolder(["empty.yaml": "history: {sqlite: {path: \":memory:\"}}\n"])
        let run = try run(arguments, in: folder)
        #expect(run.code == 2)
        #expect(run.output == "")
        #expect(run.errors.hasPrefix("llm-health: "))
        #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
    }

    @Test(arguments: [["status"], ["status", "--watch"], ["explain", "x"]])
    func `without a daemon, status and explain say so with exit 3`(_ arguments: [String]) throws {
        // Port 1 is nobody's.
        let run = try run(arguments + ["--url", "http://127.0.0.1:1"], in: try ConfigurationFolder())
        #expect(run.code == 3)
        #expect(
            run.errors == "llm-health: no daemon answers at http://127.0.0.1:1 (connection refused); start one with "
                + "'llm-health serve', or name another with --url\n")
    }

    @Test(arguments: [["--help"], ["help", "serve"], ["--version"], ["check", "-h"]])
    func `help and version are no errors`(_ arguments: [String]) throws {
        let run = try run(arguments, in: try ConfigurationFolder())
        #expect(run.code == 0)
        #expect(run.errors == "")
        #expect(!run.output.isEmpty)
    }
}

/// Asks a real daemon, on a free port.
@Suite("Asking a daemon", .timeLimit(.minutes(5)))
struct DaemonClientTests {
    private func withDaemon(
        _ configuration: Configuration, _ body: @escaping @Sendable (String) async throws -> Void
    ) async throws {
        var configuration = configuration
        configuration.server.port = 0
        configuration.history.path = ":memory:"
        let daemon = Daemon(
            configuration: configuration, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let (ports, port) = AsyncStream.makeStream(of: Int.self, bufferingPolicy: .bufferingNewest(1))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { port.finish() }
                try await daemon.run { port.yield($0) }
            }
            for await number in ports {
                try await body("http://127.0.0.1:\(number)")
                break
            }
            group.cancelAll()
            do { try await group.waitForAll() } catch is CancellationError {}
        }
    }

    @Test
    func `it tells its fleet, and says what it does not know`() async throws {
        let models = [Configuration.Model(id: "a/b c", provider: "mine")]
        // Port 1 is nobody's, so the model fails.
        let configuration = Configuration(providers: ["mine": .init(url: "http://127.0.0.1:1")], models: models)
        try await withDaemon(configuration) { url in
            try await DaemonClient.with(url: url, token: nil) { client in
                let report = try await client.report()
                #expect(report.models.map(\.modelId) == ["a/b c"])
                #expect(report.summary.counts.total == 1)
                let explanation = try await client.explanation(of: "a/b c")
                #expect(explanation["modelId"] == "a/b c")
                #expect(explanation["text"]?.string?.isEmpty == false)
                let error = await #expect(throws: DaemonClientError.self) { try await client.explanation(of: "nobody") }
                #expect(error?.kind == .unknownModel)
                #expect(error?.exit == .usage)
                #expect(error?.message.contains("nobody") == true)
            }
        }
    }

    @Test
    func `a token that is missing or wrong is told of, and not repeated`() async throws {
        let configuration = Configuration(
            server: .init(tokens: [
                .init(name: "a", secret: "right-token"), .init(name: "m", secret: "metrics-token", scopes: [.metrics]),
            ]))
        try await withDaemon(configuration) { url in
            func ask(_ token: Secret?) async throws -> Int {
                try await DaemonClient.with(url: url, token: token) { client in
                    try await client.report().models.count
                }
            }
            let count = try await ask("right-token")
            #expect(count == 0)
            let missing = await #expect(throws: DaemonClientError.self) { try await ask(nil) }
            #expect(missing?.message == "the daemon wants a token; give it with --token or in LLM_HEALTH_TOKEN")
            let wrong = await #expect(throws: DaemonClientError.self) { try await ask("wrong-token") }
            #expect(wrong?.message == "the daemon does not know this token; check --token and LLM_HEALTH_TOKEN")
            let narrow = await #expect(throws: DaemonClientError.self) { try await ask("metrics-token") }
            #expect(narrow?.message.contains("scope") == true)
            #expect(narrow?.exit == .unknown)
        }
    }

    @Test
    func `an address that is none is wrong use`() async throws {
        let error = await #expect(throws: DaemonClientError.self) {
            try await DaemonClient.with(url: "localhost", token: nil) { _ in }
        }
        #expect(error?.exit == .usage)
    }
}
