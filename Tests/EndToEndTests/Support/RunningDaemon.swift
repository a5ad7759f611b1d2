import Foundation
import Health

/// An `llm-health serve` that listens.
struct RunningDaemon: Sendable {
    let child: ChildProcess
    let api: HealthClient

    /// Starts the program on `config.yaml` of the folder, and ends it with the scope.
    static func with<Result>(
        _ yaml: String, in folder: TemporaryFolder, environment: [String: String] = [:], token: String? = nil,
        _ body: (RunningDaemon) async throws -> Result
    ) async throws -> Result {
        try folder.write(yaml, to: "config.yaml")
        return try await with(
            arguments: ["--config", folder["config.yaml"]], in: folder, environment: environment, token: token, body)
    }

    /// - Parameters:
    ///   - arguments: those of `serve`.
    ///   - launcher: a program and its arguments that the daemon's command line is added to.
    static func with<Result>(
        arguments: [String], through launcher: [String] = [], in folder: TemporaryFolder,
        environment: [String: String] = [:], token: String? = nil,
        _ body: (RunningDaemon) async throws -> Result
    ) async throws -> Result {
        let command = launcher + [Programs.health, "serve"] + arguments
        return try await ChildProcess.with(
            command[0], Array(command.dropFirst()), environment: environment, in: folder
        ) { child in
            let port = try await eventually(
                "a listening daemon", within: .seconds(20), every: .milliseconds(10), seen: { child.errors.text }
            ) {
                if let exit = child.exit { throw EndedEarly(exit: exit, errors: child.errors.text) }
                return child.errors.lines.lazy.filter { $0.contains("Listening") }
                    .compactMap { $0.firstMatch(of: /127\.0\.0\.1:([0-9]+)/)?.output.1 }.first
            }
            return try await body(
                RunningDaemon(child: child, api: HealthClient(url: "http://127.0.0.1:\(port)", token: token)))
        }
    }

    struct EndedEarly: Error, CustomStringConvertible {
        var exit: ChildProcess.Exit
        var errors: String

        var description: String { "the daemon ended with \(exit): \(errors.prefix(2_000))" }
    }

    /// The changes that it has logged, in the order of their lines; needs `logging: {format: json}`.
    var loggedChanges: [LoggedChange] { LoggedChange.all(in: child.errors.lines) }

    func logged(_ words: String) -> Bool { child.errors.text.contains(words) }
}

/// A change of status as the log tells it.
struct LoggedChange: Sendable, Hashable {
    var seq: UInt64
    var model: String
    var from: String
    var to: String
    var reason: String
    /// When the line was written, just after the change was published.
    var at: Date

    static func all(in lines: [Substring]) -> [LoggedChange] {
        lines.compactMap { line in
            guard line.contains("Health status changed"),
                let members = try? JSONDecoder().decode([String: String].self, from: Data(line.utf8)),
                let seq = members["seq"].flatMap(UInt64.init), let model = members["model_id"],
                let from = members["from"], let to = members["to"], let reason = members["reason"],
                let time = members["time"],
                let at = Date(rfc3339: time)
            else { return nil }
            return LoggedChange(seq: seq, model: model, from: from, to: to, reason: reason, at: at)
        }
    }
}
