import Foundation
import Health
import Simulator
import Testing

extension EndToEnd {
    /// A configuration that changes while the daemon runs.
    @Suite("Reload", .timeLimit(.minutes(5))) struct ReloadTests {
        private static func yaml(_ simulator: LLMSimulator, _ models: [String]) -> String {
            """
            server: {port: 0}
            logging: {format: json}
            history: {sqlite: {path: ./health.db}}
            providers:
              simulated: {kind: openai, url: "\(simulator.openAI.url)", key: none}
            defaults: {interval: 1s}
            models:
            \(models.map { "  - {id: \($0), provider: simulated}\n" }.joined())
            """
        }

        private static let fleet = SimulatorConfiguration(
            models: ["m1", "m2", "m3", "m4"].map { SimulatedModel($0) })

        @Test
        func `takes up added and removed models, and keeps the old ones when the file is wrong`() async throws {
            try await withSimulator(Self.fleet) { simulator in
                let folder = try TemporaryFolder()
                try await RunningDaemon.with(Self.yaml(simulator, ["m1", "m2"]), in: folder) { daemon in
                    try await has(["m1", "m2"], daemon)
                    let since = try await daemon.api.model("m1")?.since

                    // By itself, when the file changes.
                    try folder.write(Self.yaml(simulator, ["m1", "m2", "m3"]), to: "config.yaml")
                    try await has(["m1", "m2", "m3"], daemon)

                    // A wrong one changes nothing and is told.
                    let wrong = Self.yaml(simulator, ["m1"]).replacing("interval: 1s", with: "interval: soon")
                    try folder.write(wrong, to: "config.yaml")
                    let component = try await configuration(of: daemon, .unhealthy)
                    #expect(component.reason.contains("old one stays") && component.reason.contains("config.yaml:6:"))
                    #expect(component.reason.contains("'soon' is no duration"))
                    let line = try #require(daemon.child.errors.lines.first { $0.contains("the old one stays") })
                    #expect(line.contains(#""level":"error""#) && line.contains("config.yaml:6:"))
                    try await has(["m1", "m2", "m3"], daemon)

                    // Mended, with a model less.
                    try folder.write(Self.yaml(simulator, ["m1", "m3"]), to: "config.yaml")
                    try await has(["m1", "m3"], daemon)
                    _ = try await configuration(of: daemon, .healthy)
                    #expect(daemon.logged("Configuration taken up"))

                    // What stays is not begun anew.
                    #expect(try await daemon.api.model("m1")?.since == since)
                    let number = simulator.requests().last?.number ?? 0
                    try await eventually("further probes", within: .seconds(10)) {
                        simulator.requests(since: number, model: "m3").count > 1 ? true : nil
                    }
                    #expect(simulator.requests(since: number, model: "m2").isEmpty, "a removed model is still probed")

                    try await eventually("the events in the history", within: .seconds(10)) {
                        let changes = try Database(folder["health.db"]).changes()
                        func has(_ model: String, _ code: HealthReason.Code) -> Bool {
                            changes.contains { $0.model == model && $0.reasons.contains("\"\(code.rawValue)\"") }
                        }
                        return has("m3", .added) && has("m2", .removed) ? true : nil
                    }
                }
            }
        }

        @Test
        func `happens on SIGHUP, also where the file looks as before`() async throws {
            try await withSimulator(Self.fleet) { simulator in
                let folder = try TemporaryFolder()
                try await RunningDaemon.with(Self.yaml(simulator, ["m1", "m2"]), in: folder) { daemon in
                    try await has(["m1", "m2"], daemon)
                    // The same length and time, so that only the signal can tell that it is another.
                    let path = folder["config.yaml"]
                    let attributes = try FileManager.default.attributesOfItem(atPath: path)
                    let time = try #require(attributes[.modificationDate] as? Date)
                    try folder.write(Self.yaml(simulator, ["m1", "m4"]), to: "prepared.yaml")
                    try FileManager.default.setAttributes(
                        [.modificationDate: time], ofItemAtPath: folder["prepared.yaml"])
                    #expect(rename(folder["prepared.yaml"], path) == 0)
                    daemon.child.send(SIGHUP)
                    try await has(["m1", "m4"], daemon)
                    #expect(daemon.child.exit == nil)
                }
            }
        }

        /// Waits until these models are watched, all of them well.
        private func has(_ models: [String], _ daemon: RunningDaemon) async throws {
            var seen: [ModelHealthStatus] = []
            try await eventually(
                "the models \(models)", within: .seconds(15),
                seen: { "\(seen.map { "\($0.modelId): \($0.status)" }) \(daemon.child.errors.text.suffix(1_000))" }
            ) {
                seen = try await daemon.api.models()
                return seen.map(\.modelId.rawValue) == models && seen.allSatisfy { $0.status == .healthy } ? true : nil
            }
        }

        private func configuration(of daemon: RunningDaemon, _ status: HealthStatus) async throws -> ComponentStatus {
            try await eventually("a configuration that is \(status)", within: .seconds(10)) {
                try await daemon.api.summary().components.first { $0.kind == .configuration && $0.status == status }
            }
        }
    }
}
