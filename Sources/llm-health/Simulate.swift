import ArgumentParser
import LLMHealth

extension SimulationOptions.Part: ExpressibleByArgument {}
extension SimulationOptions.Format: ExpressibleByArgument {}

struct Simulate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Try the decision in simulated worlds, beside the rules of other monitors and gateways.",
        discussion: """
            The real decision runs under a virtual clock against seeded outages, partial outages, blips, slowness and \
            users' requests; the same command prints the same figures on every machine. docs/decision.md tells what they \
            mean. Exit code: 0 run, 1 a rule that must hold was broken, 2 wrong use or a wrong policy.
            """)

    @Argument(help: "What to run: probing, slowness, traffic, optimum, invariants; default all.")
    var parts: [SimulationOptions.Part] = []

    @Option(help: "Between two regular probes; default 15s.")
    var interval: String?

    @Option(help: "Share of the probes that fail for no reason; default 0.005, for 30s and more 0.02.")
    var noise: Double?

    @Option(help: "A YAML file with what stands under `policy:`, in place of the default policy.")
    var policy: String?

    @Option(help: "A second policy, to be shown beside the first.")
    var against: String?

    @Flag(name: .customLong("peers"), help: "Also run the rules of other monitors and gateways.")
    var withPeers = false

    @Flag(name: .customLong("full"), help: "As much as the documented figures were made with: an hour, not a minute.")
    var isFull = false

    @Option(help: "The first of the worlds' seeds, to try other worlds; default 1000000, below are those of tuning.")
    var seed: UInt64?

    @Option(help: "How many fleets `invariants` follows for 30 days each, from that seed on; default 7, 1217 in full.")
    var lives: Int?

    @Option(help: "Draw the documentation's pictures into this folder, and do nothing else.")
    var pictures: String?

    @Option(help: "text, markdown or json.")
    var format = SimulationOptions.Format.text

    func validate() throws {
        if let noise, !(0..<0.5).contains(noise) {
            throw ValidationError("--noise is a fraction, from 0 to below 0.5")
        }
        if let lives, lives < 1 { throw ValidationError("--lives is a number from 1 on") }
    }

    func run() async throws {
        let options = SimulationOptions(
            parts: parts.isEmpty ? SimulationOptions.Part.allCases : parts, interval: interval, noise: noise,
            policy: policy, against: against, withPeers: withPeers, isFull: isFull, seed: seed, lives: lives,
            format: format)
        let simulation = try SimulationRun(options, environment: Output.environment)
        if let pictures { return try await simulation.draw(into: pictures) }
        let isHolding = try await simulation.run(terminal: Output.terminal) { Output.write($0) }
        if !isHolding { throw ExitCode(CommandExit.failing.rawValue) }
    }
}
