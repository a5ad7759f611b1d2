import Foundation

/// What a probe costs, beside the HTTP client alone.
///
/// `probe-benchmark serve` answers as a model would; `probe-benchmark URL` measures against it, in a process of its own.
@main
struct ProbeBenchmark {
    static func main() async throws {
        guard let word = CommandLine.arguments.dropFirst().first else {
            FileHandle.standardError.write(Data("usage: probe-benchmark serve | probe-benchmark URL [SECONDS]\n".utf8))
            exit(64)
        }
        if word == "serve" { return try await CannedServer.run() }
        let seconds = CommandLine.arguments.dropFirst(2).first.flatMap { Int($0) } ?? 10
        let duration = Duration.seconds(seconds)
        let bare = try await BareClient(url: word).measure(rate: 500, for: duration)
        let prober = try await ProberRun(url: word).measure(models: 500, every: .seconds(1), for: duration)
        figure("CPU of a probe at 500 a second", "≤ 0.25 ms", bare.milliseconds, prober.milliseconds, "ms")
        let bareFlat = try await BareClient(url: word).measure(rate: nil, for: duration)
        let flat = try await ProberRun(url: word).measure(models: 1_500, every: .milliseconds(100), for: duration)
        figure("Probes a second, flat out", "≥ 8,000", bareFlat.perSecond, flat.perSecond, "")
        figure("CPU of a probe, flat out", "printed", bareFlat.milliseconds, flat.milliseconds, "ms")
    }

    /// A line that a script sees at once.
    static func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }

    private static func figure(_ what: String, _ goal: String, _ bare: Double, _ ours: Double, _ unit: String) {
        func text(_ value: Double) -> String {
            unit.isEmpty ? String(Int(value.rounded())) : String(format: "%.3f", value) + " " + unit
        }
        say("FIGURE\t\(what)\t\(goal)\t\(text(ours)); the HTTP client alone: \(text(bare))")
    }
}
