import ArgumentParser
import Health
import LLMHealth

struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write the configured history out.",
        discussion: """
            Lines of JSON that 'llm-health import' takes in again, or the snapshots as a table. A daemon may be running \
            meanwhile. Exit code: 0 written, 2 wrong use or no history.
            """)

    @Argument(help: "Model ids; all models when none is named.")
    var ids: [String] = []

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var range: RangeOptions

    @Option(help: "What to write: \(ExportRun.Format.allCases.map(\.rawValue).joined(separator: ", ")).")
    var format: ExportRun.Format = .jsonl

    @Option(
        name: [.short, .long], help: "Where to; default is standard output. A file that is there is not overwritten.")
    var output: String?

    func run() async throws {
        let run = ExportRun(
            try options.load().history, models: ids.map { ModelID($0) }, range: try range.range(), format: format)
        let file = try output.map { path throws(InputError) in try OutputFile(path) }
        try await run.run(
            terminal: Output.errorTerminal,
            write: { if let file { try file.write($0) } else { Output.write($0) } },
            note: { Output.writeError($0) })
        try file?.finish()
    }
}

extension ExportRun.Format: ExpressibleByArgument {}
