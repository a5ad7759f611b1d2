import ArgumentParser
import Foundation
import Logging
import ServiceLifecycle
import Simulator
import UnixSignals

/// The command line: a scenario, ports, and a request log.
@main
struct SimulatorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "llm-simulator",
        abstract: "Serves LLM endpoints that misbehave on demand.",
        discussion: """
            Each face has a port of its own on loopback: OpenAI, Anthropic, the Portkey gateway, Ollama, LM Studio, and a \
            control API under /_sim/. Without a scenario a few well-behaved models are served. Port 0 means any free one; \
            the addresses are printed as soon as all of them listen. See docs/simulator.md.
            """
    )

    @Option(name: .shortAndLong, help: "The scenario file (YAML): models, behaviours, and what changes when.")
    var scenario: String?

    @Option(help: "The address to listen on.")
    var host: String?

    @Option(name: .customLong("openai-port"), help: "Port of the OpenAI face (default 18701).")
    var openAIPort: Int?

    @Option(help: "Port of the Anthropic face (default 18702).")
    var anthropicPort: Int?

    @Option(help: "Port of the Portkey face (default 18787).")
    var portkeyPort: Int?

    @Option(help: "Port of the Ollama face (default 18434).")
    var ollamaPort: Int?

    @Option(name: .customLong("lmstudio-port"), help: "Port of the LM Studio face (default 18234).")
    var lmStudioPort: Int?

    @Option(help: "Port of the control API (default 18700).")
    var controlPort: Int?

    @Option(help: "A file that gets one line of JSON for every request.")
    var requestLog: String?

    @Flag(help: "Check the scenario and leave.")
    var check = false

    @Flag(help: "Print the addresses as one line of JSON.")
    var json = false

    /// Usage errors leave with 2, as in all of this project's commands.
    static func main() async {
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            let code = exitCode(for: error)
            let message = fullMessage(for: error)
            if code.isSuccess {
                print(message)
            } else if !(error is ExitCode) {
                report(message)
            }
            Foundation.exit(code == .validationFailure ? 2 : code.rawValue)
        }
    }

    mutating func run() async throws {
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        let logger = Logger(label: "llm-simulator")
        do {
            let configuration = try makeConfiguration()
            if check {
                print("\(scenario ?? "standard scenario"): \(configuration.models.count) models, all well")
                return
            }
            let log = try requestLog.map { try RequestLogFile(path: $0, logger: logger) }
            let simulator = try LLMSimulator(configuration, onRequestEnd: log?.intake)
            do {
                try await simulator.start()
            } catch {
                await simulator.close()
                throw error
            }
            try announce(simulator)
            let group = ServiceGroup(
                configuration: ServiceGroupConfiguration(
                    services: [SimulatorService(simulator, requestLog: log)],
                    gracefulShutdownSignals: [.sigterm, .sigint],
                    logger: logger
                )
            )
            try await group.run()
        } catch let error as ScenarioError {
            Self.report("\(error)")
            throw ExitCode(2)
        } catch let error as SimulatorError {
            Self.report("\(error)")
            throw ExitCode(2)
        }
    }

    /// The ports of this command, unless the scenario or an option says otherwise: near the usual ones, and beside them
    /// so that a real Ollama or gateway is not in the way.
    private static let standardPorts: [Face: Int] = [
        .openAI: 18_701, .anthropic: 18_702, .portkey: 18_787, .ollama: 18_434, .lmStudio: 18_234,
    ]
    private static let standardControlPort = 18_700

    private func makeConfiguration() throws -> SimulatorConfiguration {
        var configuration = try scenario.map { try ScenarioFile.load($0) } ?? .standard
        configuration.host = host ?? configuration.host
        let options: [Face: Int?] = [
            .openAI: openAIPort, .anthropic: anthropicPort, .portkey: portkeyPort, .ollama: ollamaPort,
            .lmStudio: lmStudioPort,
        ]
        for face in Face.allCases {
            configuration.ports[face] =
                (options[face] ?? nil) ?? configuration.ports[face] ?? Self.standardPorts[face]
        }
        configuration.controlPort =
            controlPort ?? (configuration.controlPort == 0 ? Self.standardControlPort : configuration.controlPort)
        for port in Array(configuration.ports.values) + [configuration.controlPort] where !(0...65_535).contains(port) {
            throw SimulatorError("\(port) is no port; 0…65535, 0 for any free one")
        }
        return configuration
    }

    private func announce(_ simulator: LLMSimulator) throws {
        var addresses = simulator.configuration.faces.map { ($0.rawValue, simulator.address(of: $0).url) }
        addresses.append(("control", simulator.controlAPI.url))
        let text: String
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            let line = try encoder.encode(Dictionary(uniqueKeysWithValues: addresses))
            text = String(decoding: line, as: UTF8.self)
        } else {
            text = addresses.map { "\($0.padding(toLength: 10, withPad: " ", startingAt: 0)) \($1)" }
                .joined(separator: "\n")
        }
        // A pipe would keep what `print` writes until its buffer is full.
        try FileHandle.standardOutput.write(contentsOf: Data((text + "\n").utf8))
    }

    private static func report(_ message: String) {
        FileHandle.standardError.write(Data((message + "\n").utf8))
    }
}
