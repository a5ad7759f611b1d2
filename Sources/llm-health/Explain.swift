import ArgumentParser
import Health
import LLMHealth

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

struct Explain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Tell why a model has its status.",
        discussion: "Exit code: 0 told, 2 wrong use or unknown model, 3 no daemon could be asked.")

    @Argument(help: "The model's id.")
    var id: String

    @OptionGroup var daemon: DaemonOptions

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let (id, json) = (ModelID(id), json)
        try await daemon.ask { client in
            let explanation = try await client.explanation(of: id)
            if json {
                try Output.write(json: explanation)
            } else {
                Output.write(lines: ExplanationText.lines(of: explanation, for: Output.terminal, at: Date()))
            }
        }
    }
}
