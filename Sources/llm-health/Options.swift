import ArgumentParser
import Health
import LLMHealth
import Logging

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Where the configuration is.
struct ConfigurationOptions: ParsableArguments {
    @Option(
        name: [.short, .long],
        help: ArgumentHelp(
            "A YAML file or a folder of them; may be given several times.",
            discussion: "Default: $LLM_HEALTH_CONFIG, else ./llm-health.yaml, else what answers on the usual ports."))
    var config: [String] = []

    @Option(help: ArgumentHelp("A Portkey-style config.json whose models are watched too.", valueName: "config.json"))
    var models: [String] = []

    func source(_ overrides: [ConfigurationOverride] = []) -> ConfigurationSource {
        let environment = Output.environment
        return ConfigurationSource(
            paths: ConfigurationFiles.find(arguments: config, environment: environment), environment: environment,
            overrides: overrides, imports: models)
    }

    func load() throws -> Configuration { try source().load() }
}

/// Which daemon is asked.
struct DaemonOptions: ParsableArguments {
    @Option(help: "The daemon's address; default $LLM_HEALTH_URL, else http://127.0.0.1:8790.")
    var url: String?

    @Option(help: "A token with the scope 'read'; better kept in $LLM_HEALTH_TOKEN, where 'ps' does not show it.")
    var token: String?

    func ask<Result: Sendable>(_ body: @Sendable (DaemonClient) async throws -> Result) async throws -> Result {
        let environment = Output.environment
        let url = url ?? environment["LLM_HEALTH_URL"] ?? DaemonClient.standardURL
        let token = (token ?? environment["LLM_HEALTH_TOKEN"]).flatMap { $0.isEmpty ? nil : Secret($0) }
        return try await DaemonClient.with(url: url, token: token, body)
    }
}

/// Which part of the past.
struct RangeOptions: ParsableArguments {
    @Option(help: "The last so long, such as 24h or 30d.")
    var last: String?

    @Option(help: "From this date (its midnight in UTC) or RFC 3339 time.")
    var from: String?

    @Option(help: "Up to this date or time; default now.")
    var to: String?

    /// `nil` when nothing is asked for.
    func range() throws -> TimeRange? { try AskedRange.read(last: last, from: from, to: to, now: Date()) }
}

extension Logger {
    /// The daemon's log on standard error.
    static func standard(_ log: Configuration.Log) -> Logger {
        Logger(label: "llm-health") { _ in ConsoleLog(log, write: { Output.writeError($0) }) }
    }
}
