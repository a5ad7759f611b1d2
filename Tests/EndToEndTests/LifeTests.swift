import Foundation
import Health
import Simulator
import Testing

extension EndToEnd {
    /// How the daemon begins with nothing, and how it ends.
    @Suite("Life", .timeLimit(.minutes(5))) struct LifeTests {
        @Test(arguments: [SIGTERM, SIGINT])
        func `ends on a signal in time, with all that happened in the history`(_ signal: Int32) async throws {
            let fleet = SimulatorConfiguration(
                models: (0..<20).map { SimulatedModel("m\($0)") } + [SimulatedModel("hangs", behavior: .hang)])
            try await withSimulator(fleet) { simulator in
                let folder = try TemporaryFolder()
                let models = (fleet.models.map { "  - {id: \($0.id), provider: simulated}\n" }).joined()
                let yaml = """
                    server: {port: 0}
                    logging: {format: json}
                    history: {sqlite: {path: ./health.db}}
                    limits: {shutdown: 5s}
                    providers:
                      simulated: {kind: openai, url: "\(simulator.openAI.url)", key: none}
                    defaults: {interval: 1s, timeout: 60s}
                    policy: {outage: {fastConfirmations: [100ms]}, budget: {share: 1, burst: 1000}}
                    models:
                    \(models)
                    """
                let changes = try await RunningDaemon.with(yaml, in: folder) { daemon in
                    try await eventually("20 healthy models", within: .seconds(20)) {
                        try await daemon.api.summary().counts.healthy == 20 ? true : nil
                    }
                    for model in fleet.models.prefix(20) {
                        try simulator.set(model.id, .failing(.refusal(.serverError)))
                    }
                    // In the midst of it: some are down, and nothing of that is a second old.
                    try await eventually("the first outages", within: .seconds(20), every: .milliseconds(5)) {
                        try await daemon.api.summary().counts.unhealthy > 0 ? true : nil
                    }
                    let clock = ContinuousClock()
                    let asked = clock.now
                    daemon.child.send(signal)
                    let exit = try await daemon.child.exit(within: .seconds(15))
                    let taken = clock.now - asked
                    #expect(exit == .code(0), "\(daemon.child.errors.text.suffix(2_000))")
                    #expect(taken <= .seconds(5), "limits.shutdown is 5 s")
                    print("Shutdown: \(taken.rounded) with 21 models, one of them hanging")
                    return daemon.loggedChanges
                }
                #expect(changes.contains { $0.to == "unhealthy" })
                let history = try Database(folder["health.db"])
                #expect(try history.integrity() == "ok")
                let rows = try history.changes()
                #expect(Set(rows.map(\.seq)) == Set(changes.map(\.seq)))
                let snapshots = Dictionary(grouping: try history.snapshots(), by: \.model)
                for (model, all) in Dictionary(grouping: changes, by: \.model) {
                    let last = all.max { $0.seq < $1.seq }
                    #expect(snapshots[model]?.last?.status == last?.to, "the last snapshot of \(model) is missing")
                }
                let number = simulator.requests().last?.number ?? 0
                #expect(simulator.requests(since: number).isEmpty)
            }
        }

        @Test(.enabled(if: nothingOnTheUsualPorts, "skipped: Ollama, LM Studio or Portkey runs here"))
        func `starts without any configuration`() async throws {
            let folder = try TemporaryFolder()
            let variants: [([String], [String: String])] = [
                (["--port", "0"], [:]), ([], ["LLM_HEALTH_SERVER__PORT": "0"]),
            ]
            for (arguments, environment) in variants {
                try await RunningDaemon.with(arguments: arguments, in: folder, environment: environment) { daemon in
                    try await eventually("readiness", within: .seconds(20)) {
                        try await daemon.api.get("/readyz").status == 200 ? true : nil
                    }
                    #expect(try await daemon.api.get("/livez").status == 200)
                    #expect(try await daemon.api.models().isEmpty)
                    let summary = try await daemon.api.summary()
                    #expect(summary.status == .unknown && summary.counts.total == 0)
                    // What nobody asked for is not reported as down.
                    #expect(!summary.components.contains { $0.status == .unhealthy }, "\(summary.components)")
                    #expect(daemon.logged("usual ports"))
                    daemon.child.send(SIGTERM)
                    #expect(try await daemon.child.exit(within: .seconds(15)) == .code(0))
                }
            }
        }

        @Test
        func `a second daemon on the same history is refused, and told which process has it`() async throws {
            let folder = try TemporaryFolder()
            let yaml = "server: {port: 0}\nhistory: {sqlite: {path: ./health.db}}\n"
            try await RunningDaemon.with(yaml, in: folder) { daemon in
                let second = try await ChildProcess.run(
                    Programs.health, ["serve", "--config", folder["config.yaml"]], in: folder)
                #expect(second.exit != .code(0))
                #expect(second.errors.contains("another llm-health (process \(daemon.child.id))"), "\(second.errors)")
                #expect(second.errors.contains("history.sqlite.path"))
                #expect(try await daemon.api.get("/livez").status == 200)
                // Killed, it leaves nothing in the way.
                daemon.child.send(SIGKILL)
                _ = try await daemon.child.exit(within: .seconds(15))
            }
            try await RunningDaemon.with(yaml, in: folder) { daemon in
                let answer = try await daemon.api.get("/livez")
                #expect(answer.status == 200)
            }
        }

        private static var nothingOnTheUsualPorts: Bool {
            [1_234, 8_787, 11_434].allSatisfy { !Ports.isListening(on: $0) }
        }
    }
}
