import ArgumentParser
import LLMHealth

struct Replay: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Try a policy on recorded evidence.",
        discussion: """
            Prints each change of status as a line of JSON, then a summary; with --against, tables. The recording is \
            JSON Lines, see docs/replay.md. Exit code: 0 replayed, 2 wrong use, a wrong recording or a wrong policy.
            """)

    @Argument(help: "The recording; - reads standard input.")
    var file: String

    @Option(name: [.short, .long], help: "A configuration: its models, intervals and policy hold.")
    var config: String?

    @Option(help: "A YAML file with what stands under `policy:`, or a configuration of which only that is read.")
    var policy: String?

    @Option(help: "A second policy, to be shown beside the first.")
    var against: String?

    @Option(help: "Between two regular probes, without --config; default as in the recording.")
    var interval: String?

    @Flag(help: "Print JSON with --against, too.")
    var json = false

    func run() throws {
        let options = ReplayOptions(
            file: file, config: config, policy: policy, against: against, interval: interval, isJSON: json)
        try ReplayRun(options, environment: Output.environment).run(terminal: Output.terminal) { Output.write($0) }
    }
}
