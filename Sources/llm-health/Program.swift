import ArgumentParser
import Foundation
import Health
import LLMHealth

/// The command line: each command is thin, and what it shows and decides is in the library.
@main
struct Program: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "llm-health",
        abstract: "Knows which LLM models can be used, why not, and what to use instead.",
        version: Version.current,
        subcommands: [
            Serve.self, Check.self, Validate.self, Status.self, Explain.self, Acknowledge.self, Silence.self,
            Pause.self, Resume.self, Maintenance.self, Announce.self, Notices.self, End.self, Report.self, Export.self,
            Import.self, Backup.self, Restore.self, Replay.self, Simulate.self, Schema.self,
        ])

    static func main() async {
        do {
            var command = try await asyncParseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            Output.exit(report(error))
        }
    }

    /// Tells what went wrong, one line a problem, and gives the exit code.
    private static func report(_ error: any Error) -> Int32 {
        if let code = error as? ExitCode { return code.rawValue }
        switch exitCode(for: error) {
        case .success:
            // Help and version are no errors.
            Output.write(fullMessage(for: error) + "\n")
            return CommandExit.success.rawValue
        case .validationFailure:
            let text = message(for: error).split(whereSeparator: \.isNewline).joined(separator: " ")
            Output.writeError("llm-health: \(text); see 'llm-health help'\n")
            return CommandExit.usage.rawValue
        default:
            for line in ErrorLines.lines(of: error) { Output.writeError(line + "\n") }
            return ((error as? DaemonClientError)?.exit ?? .usage).rawValue
        }
    }
}
