import ArgumentParser
import Health
import LLMHealth

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what a running daemon knows.",
        discussion: "Exit code: 0 shown, 2 wrong use, 3 no daemon could be asked.")

    @Argument(help: "Model ids; all models when none is named.")
    var ids: [String] = []

    @OptionGroup var daemon: DaemonOptions

    @Flag(name: [.short, .long], help: "Show it again and again until Ctrl-C.")
    var watch = false

    @Option(help: "Seconds between two updates with --watch.")
    var interval: Double = 2

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard (0.2...3_600).contains(interval) else {
            throw ValidationError("--interval \(interval) is out of range, write 0.2 to 3600")
        }
    }

    func run() async throws {
        let ids = ids.map { ModelID($0) }
        let (watch, json, interval) = (watch, json, interval)
        try await daemon.ask { client in
            if watch {
                let view = FleetWatch(
                    every: .seconds(interval), url: client.url, isJSON: json, terminal: { Output.terminal },
                    write: { Output.write($0) },
                    fetch: { () async throws(DaemonClientError) in try await client.report().only(ids) })
                return try await view.run()
            }
            let report = try await client.report()
            for id in ids where !report.models.contains(where: { $0.modelId == id }) {
                throw DaemonClientError.unknownModel(id, among: report.models.map(\.modelId))
            }
            let shown = report.only(ids)
            if json {
                try Output.write(json: shown)
            } else {
                Output.write(lines: shown.lines(for: Output.terminal, at: Date(), url: client.url))
            }
        }
    }
}
