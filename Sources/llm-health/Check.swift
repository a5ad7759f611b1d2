import ArgumentParser
import Health
import LLMHealth
import Logging

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Look at the models once, without a daemon.",
        discussion: "Exit code: 0 all healthy, 1 one is unhealthy, 2 wrong use, 3 something could not be found out.")

    @Argument(help: "Model ids; all models when none is named.")
    var ids: [String] = []

    @OptionGroup var options: ConfigurationOptions

    @Flag(help: "Exit with 1 when a model is degraded, too.")
    var strict = false

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let configuration = try options.load()
        var log = configuration.logging
        // A check prints its result, failed probes included; the log is for what hinders it.
        log.level = .critical
        let fleet = try await Daemon.checkOnce(
            configuration: configuration, models: ids.map { ModelID($0) }, logger: .standard(log))
        let report = FleetReport(fleet)
        if json {
            try Output.write(json: report)
        } else {
            Output.write(lines: report.lines(for: Output.terminal, at: Date()))
        }
        let exit = CommandExit(fleet.models, isStrict: strict)
        if exit != .success { throw ExitCode(exit.rawValue) }
    }
}
