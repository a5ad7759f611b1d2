import Foundation
import Synchronization
import Testing
import Trials

@testable import LLMHealth

@Suite struct SimulationRunTests {
    private static let tiny = TrialScale(lives: 1, days: 0.2, faults: 1)

    /// What the run writes, part by part.
    private func output(_ options: SimulationOptions, scale: TrialScale = tiny) async throws -> (
        holds: Bool, text: String
    ) {
        let written = Mutex("")
        let run = try SimulationRun(options, environment: [:], scale: scale)
        let holds = try await run.run(terminal: Terminal(width: 80)) {
            text in
            written.withLock { $0 += text }
        }
        return (holds, written.withLock { $0 })
    }

    @Test(arguments: ["0s", "2h", "often", "-15s"])
    func `an interval that is none names itself and what to write`(interval: String) {
        let error = #expect(throws: SimulationError.self) {
            try SimulationRun(SimulationOptions(parts: [.probing], interval: interval), environment: [:])
        }
        #expect(error?.description.contains("'\(interval)'") == true)
        #expect(error?.description.contains("15s") == true)
    }

    @Test func `a policy that is not there is named`() {
        let error = #expect(throws: (any Error).self) {
            try SimulationRun(
                SimulationOptions(parts: [.probing], policy: "/nowhere/policy.yaml"), environment: [:])
        }
        #expect(error.map { "\($0)" }?.contains("/nowhere/policy.yaml") == true)
    }

    @Test func `the same seed prints the same figures, another seed others`() async throws {
        let first = try await output(SimulationOptions(parts: [.slowness], format: .markdown))
        let second = try await output(SimulationOptions(parts: [.slowness], format: .markdown))
        let other = try await output(SimulationOptions(parts: [.slowness], seed: 77, format: .markdown))
        #expect(first.text == second.text)
        #expect(first.text != other.text)
        #expect(first.text.contains("| step to ×3 | 1 |"))
    }

    @Test func `peers stand beside us in one table, in every format`() async throws {
        let json = try await output(SimulationOptions(parts: [.traffic], withPeers: true, format: .json)).text
        let table = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
        let rows = try #require(table["rows"] as? [[String]])
        #expect(rows.map(\.first).contains("llm-health"))
        #expect(rows.map(\.first).contains("Envoy, 5 in a row"))
        let columns = try #require(table["columns"] as? [String])
        #expect(rows.allSatisfy { $0.count == columns.count })
        let text = try await output(SimulationOptions(parts: [.slowness])).text
        #expect(text.contains("step to ×3") && !text.contains("|"))
    }

    @Test func `a second policy is shown beside the first`() async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "patient-\(UUID()).yaml").path
        try Data("errors: {threshold: 12}\n".utf8).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let text = try await output(SimulationOptions(parts: [.probing], against: path, format: .markdown)).text
        #expect(text.contains("| llm-health |") && text.contains("| \(path) |"))
    }
}
