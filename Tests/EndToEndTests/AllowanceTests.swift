import Foundation
import Simulator
import Testing

extension EndToEnd {
    /// One key, 30 models and a limit that users fill almost to the brim: what is left is all that probing may take.
    @Suite("Allowance", .timeLimit(.minutes(5))) struct AllowanceTests {
        private static let models = (0..<30).map { "model-\($0)" }
        private static let limit = RateLimit(requests: 60, per: .seconds(60))
        private static let key = "sk-shared-by-everybody"

        private static func yaml(_ simulator: LLMSimulator, isWritten: Bool) -> String {
            """
            server: {port: 0}
            history: {sqlite: {path: ":memory:"}}
            providers:
              openai:
                kind: openai
                url: "\(simulator.openAI.url)"
                key: \(key)
            \(isWritten ? "    limit: {requests: 60, per: minute}" : "")
            defaults: {interval: 15s, timeout: 5s}
            models:
            \(models.map { "  - {id: \($0), provider: openai}" }.joined(separator: "\n"))

            """
        }

        /// A written limit holds from the first probe on. One that is only announced is met once it is known, so that
        /// users leave room for the first round.
        @Test
        func `no user's request is refused because of us, and one in a hundred is ours`() async throws {
            async let written: Void = Self.watch(isWritten: true)
            async let announced: Void = Self.watch(isWritten: false)
            _ = try await (written, announced)
        }

        private static func watch(isWritten: Bool) async throws {
            var configuration = SimulatorConfiguration(models: models.map { SimulatedModel($0) })
            configuration.keyLimits = [.openAI: KeyLimit(limit)]
            try await withSimulator(configuration) { simulator in
                let folder = try TemporaryFolder()
                try await RunningDaemon.with(yaml(simulator, isWritten: isWritten), in: folder) { _ in
                    try await play(isWritten: isWritten, simulator)
                }
            }
        }

        private static func play(isWritten: Bool, _ simulator: LLMSimulator) async throws {
            let minute = Duration.seconds(60)
            let begin = ContinuousClock.now
            try await use(isWritten ? 59 : 45, of: minute, from: begin, at: simulator)
            try await use(58, of: minute, from: begin + minute, at: simulator)
            let seen = simulator.requests().filter { $0.kind == .inference }
            let (users, probes) = (seen.filter(\.isUsers), seen.filter { !$0.isUsers })
            #expect(users.count(where: { $0.status == 429 }) == 0)
            #expect(users.count >= 100)
            let start = try #require(users.first?.receivedAtMs)
            let late = probes.filter { $0.receivedAtMs > start + 60_000 }
            #expect(late.count <= 1, "\(late.compactMap(\.model))")
            // It does look.
            #expect(!probes.isEmpty)
            if isWritten { #expect(probes.count <= 2) }
        }

        /// Users ask so many times within a stretch, evenly.
        private static func use(
            _ count: Int, of stretch: Duration, from begin: ContinuousClock.Instant, at simulator: LLMSimulator
        ) async throws {
            let client = HealthClient(url: simulator.openAI.url, token: key)
            for turn in 0..<count {
                let due = begin + stretch * (Double(turn) / Double(count))
                try await Task.sleep(until: due, clock: .continuous)
                let body = #"{"model":"\#(models[turn % 30])","messages":[{"role":"user","content":"a user"}]}"#
                _ = try await client.post("/v1/chat/completions", body)
            }
            try await Task.sleep(until: begin + stretch, clock: .continuous)
        }
    }
}

extension RequestRecord {
    fileprivate var isUsers: Bool { body.contains("a user") }
}
