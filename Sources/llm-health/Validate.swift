import ArgumentParser
import LLMHealth

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

struct Validate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check the configuration and tell what watching will cost in a day.",
        discussion: "Exit code: 0 valid, 2 not, with every problem and its place.")

    @OptionGroup var options: ConfigurationOptions

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        do {
            let report = try CostReport(try options.load(), at: Date())
            if json { try Output.write(json: report) } else { Output.write(lines: report.lines(for: Output.terminal)) }
        } catch let error as ConfigurationError where json {
            try Output.write(json: ProblemReport(error))
            throw ExitCode(CommandExit.usage.rawValue)
        }
    }
}
