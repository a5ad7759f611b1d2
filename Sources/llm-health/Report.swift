import ArgumentParser
import Health
import LLMHealth

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

struct Report: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Tell what a stretch of time came to: uptime, error budgets, incidents.",
        discussion: """
            Reads the configured history; a daemon may be running meanwhile. Exit \
            code: 0 told, 2 wrong use or no history.
            """)

    @Argument(help: "Model ids; all models when none is named.")
    var ids: [String] = []

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var range: RangeOptions

    @Option(help: "The uptime that each model should have, in percent; default is what is configured, or 99.5.")
    var objective: Double?

    @Flag(help: "What to print; a table when none is named.")
    var format: ReportFormat?

    @Option(
        name: [.short, .long], help: "Where to; default is standard output. A file that is there is not overwritten.")
    var output: String?

    func validate() throws {
        if let objective, !(0...100).contains(objective) {
            throw ValidationError("--objective \(objective) is out of range, write 0 to 100")
        }
    }

    func run() async throws {
        let range = try range.range() ?? TimeRange(last: .seconds(30 * 86_400), endingAt: Date())
        let run = ReportRun(
            try options.load(), models: ids.map { ModelID($0) }, range: range, objective: objective)
        let terminal = output == nil ? Output.terminal : Terminal()
        let text = try await run.run(format?.format ?? .text, terminal: terminal)
        guard let output else { return Output.write(text) }
        let file = try OutputFile(output)
        try file.write(text)
        try file.finish()
    }
}

enum ReportFormat: String, EnumerableFlag {
    case json, csv, html

    var format: ReportRun.Format {
        switch self {
        case .json: .json
        case .csv: .csv
        case .html: .html
        }
    }
}
