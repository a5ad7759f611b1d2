import ArgumentParser
import LLMHealth

struct Import: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Take a past into the configured history.",
        discussion: """
            Reads what 'llm-health export' wrote, a history file of llm-health (so a SQLite history moves to ClickHouse by \
            one command), tables (CSV with a line of names), Gatus' database or its /api/v1/endpoints/statuses, and \
            LiteLLM's /health/history. What is there already stays: the same import may be run again. A daemon may be \
            running meanwhile. Exit code: 0 imported, 2 wrong use or a wrong file.
            """)

    @Argument(help: "The file; - reads standard input.")
    var file: String

    @OptionGroup var options: ConfigurationOptions

    @Option(help: "What the file is: \(ImportOptions.Format.allCases.map(\.rawValue).joined(separator: ", ")).")
    var format: ImportOptions.Format = .auto

    @Option(help: ArgumentHelp("A model of the file that has another id here.", valueName: "OLD=NEW"))
    var rename: [String] = []

    @Option(help: "The provider of rows that name none.")
    var provider: String?

    func run() async throws {
        let history = try options.load().history
        let options = ImportOptions(
            file: file, format: format, renames: try ImportOptions.renames(rename), provider: provider)
        try await ImportRun(options, into: history).run(
            terminal: Output.errorTerminal, write: { Output.write($0) }, note: { Output.writeError($0) })
    }
}

extension ImportOptions.Format: ExpressibleByArgument {}
