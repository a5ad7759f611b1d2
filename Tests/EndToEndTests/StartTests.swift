import Foundation
import Health
import Simulator
import Testing

extension EndToEnd {
    /// Many starts of the real daemon, with models that come from two local runtimes while it starts.
    @Suite("Starts", .timeLimit(.minutes(60))) struct StartTests {
        /// How many; `scripts/verify` asks for 300.
        private static let starts =
            ProcessInfo.processInfo.environment["LLM_HEALTH_TEST_STARTS"].flatMap { Int($0) } ?? 6
        /// So many at a time: what is lost is lost in the races of a busy machine.
        private static let atOnce = 3

        @Test
        func `none of 55 models of two runtimes is lost, and nothing has to be planned anew`() async throws {
            let ollama = (0..<30).map { SimulatedModel("ollama-\($0):latest", on: .ollama, isLoaded: true) }
            let studio = (0..<25).map { SimulatedModel("studio-\($0)", on: .lmStudio, isLoaded: true) }
            let names = Set((ollama + studio).map(\.id))
            try await withSimulator(SimulatorConfiguration(models: ollama + studio)) { simulator in
                let yaml = """
                    server: {port: 0}
                    logging: {format: json}
                    history: {sqlite: {path: ":memory:"}}
                    defaults: {interval: 5s, timeout: 5s}
                    local:
                      interval: 1s
                      ollama: {url: "\(simulator.ollama.url)", probing: always}
                      lmStudio: {url: "\(simulator.lmStudio.url)", probing: always}
                    """
                var slowest = Duration.zero
                for round in stride(from: 0, to: Self.starts, by: Self.atOnce) {
                    let taken = try await withThrowingTaskGroup(of: Duration.self) { group in
                        for start in round..<min(round + Self.atOnce, Self.starts) {
                            group.addTask { try await Self.start(yaml, number: start, names) }
                        }
                        var taken: [Duration] = []
                        for try await one in group { taken.append(one) }
                        return taken
                    }
                    slowest = max(slowest, taken.max() ?? .zero)
                }
                print("Starts: \(Self.starts), each of 55 models was looked at within \(slowest.rounded)")
            }
        }

        /// - Returns: how long it took until each model had been looked at.
        private static func start(_ yaml: String, number: Int, _ names: Set<String>) async throws -> Duration {
            let folder = try TemporaryFolder()
            return try await RunningDaemon.with(yaml, in: folder) { daemon in
                let clock = ContinuousClock()
                let started = clock.now
                var missing = names
                try await eventually(
                    "start \(number): a look at each model", within: .seconds(45),
                    seen: { "without: \(missing.sorted()); \(daemon.child.errors.text.suffix(2_000))" }
                ) {
                    let seen = try await daemon.api.models().filter { $0.lastSuccessfulResponse != nil }
                    missing = names.subtracting(seen.map(\.modelId.rawValue))
                    return missing.isEmpty ? true : nil
                }
                let taken = clock.now - started
                #expect(!daemon.logged("planned anew"), "start \(number): a model had dropped out")
                let metrics = try await daemon.api.get("/metrics").body
                #expect(!metrics.contains("Nobody has described"), "\(metrics)")
                #expect(metrics.contains("\nllm_probe_overdue_models 0"))
                return taken
            }
        }
    }
}
