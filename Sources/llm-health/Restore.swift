import ArgumentParser
import LLMHealth

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

struct Restore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Put a backup in the place of the history and the state.",
        discussion: """
            A daemon may be running. What was there is kept beside it, and event numbers never go back. Exit code: 0 \
            restored, 2 wrong use or a wrong file; then nothing has been changed.
            """)

    @Argument(help: "The history file that 'llm-health backup' made.")
    var file: String

    @OptionGroup var options: ConfigurationOptions

    func run() async throws {
        try RestoreRun(try options.load().history).run(
            from: file, at: Date(), terminal: Output.errorTerminal, write: { Output.write($0) },
            note: { Output.writeError($0) })
    }
}
