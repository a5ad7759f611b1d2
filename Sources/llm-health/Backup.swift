import ArgumentParser
import LLMHealth

struct Backup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Copy the history and the state, while a daemon is running.",
        discussion: """
            Writes FILE and, beside it, its .state.db: both are checked, and a daemon could be started with them. Exit \
            code: 0 copied, 2 wrong use, or nothing to copy.
            """)

    @Argument(help: "The new history file, such as backup.db.")
    var file: String

    @OptionGroup var options: ConfigurationOptions

    func run() async throws {
        try BackupRun(try options.load().history).run(
            to: file, terminal: Output.errorTerminal, write: { Output.write($0) }, note: { Output.writeError($0) })
    }
}
