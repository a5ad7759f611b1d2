import Foundation
import Health
import Simulator
import Testing

extension EndToEnd {
    /// What an outage looks like from outside, at the pace the product is made for: a probe every 10 s.
    @Suite("Accuracy", .timeLimit(.minutes(5))) struct AccuracyTests {
        /// A way to fail.
        enum Kind: String, CaseIterable, Sendable {
            case refused, hang, error200, loginPage, stall

            /// On an API whose port can be closed, where nobody is to listen.
            var face: Face { self == .refused ? .anthropic : .openAI }

            /// What the reason says.
            var words: String {
                switch self {
                case .refused: "refuses the connection"
                case .hang: "no answer"
                case .error200: "200 with an error"
                case .loginPage: "web page"
                case .stall: "fell silent"
                }
            }

            func begin(on simulator: LLMSimulator) async throws {
                switch self {
                case .refused: await simulator.stop(.anthropic)
                case .hang: try simulator.set(rawValue, .hang)
                case .error200: try simulator.set(rawValue, .failing(.errorBody))
                case .loginPage: try simulator.set(rawValue, .failing(.loginPage))
                case .stall: try simulator.set(rawValue, .stalling(after: 1))
                }
            }

            func repair(on simulator: LLMSimulator) async throws {
                if self == .refused {
                    try await simulator.start(.anthropic)
                } else {
                    try simulator.reset(rawValue)
                }
            }
        }

        private struct Times: Sendable {
            var kind: Kind
            var toUnhealthy: Duration
            var toHealthy: Duration
        }

        private static let bar = Duration.seconds(30)
        private static let bystander = "bystander"

        private static func yaml(_ simulator: LLMSimulator) -> String {
            let models = Kind.allCases.map { kind in
                "  - {id: \(kind.rawValue), provider: \(kind.face.rawValue)"
                    + (kind == .stall ? ", streaming: always}\n" : "}\n")
            }
            return """
                server: {port: 0}
                history: {sqlite: {path: ./health.db}}
                providers:
                  openai: {kind: openai, url: "\(simulator.openAI.url)", key: none}
                  anthropic: {kind: anthropic, url: "\(simulator.anthropic.url)", key: none}
                defaults: {interval: 10s, timeout: 10s}
                models:
                \(models.joined())  - {id: \(bystander), provider: openai}

                """
        }

        @Test
        func `each failure is known within 30 s, and so is its end`() async throws {
            let latency = Latency.logNormal(median: .milliseconds(150), p95: .milliseconds(400))
            var fleet = Kind.allCases.map { SimulatedModel($0.rawValue, on: $0.face, behavior: .slow(latency)) }
            fleet.append(SimulatedModel(Self.bystander, behavior: .slow(latency)))
            try await withSimulator(SimulatorConfiguration(models: fleet)) { simulator in
                let folder = try TemporaryFolder()
                try await RunningDaemon.with(Self.yaml(simulator), in: folder) { daemon in
                    _ = try await eventually("a healthy fleet", within: .seconds(20)) {
                        try await daemon.api.summary().status == .healthy ? true : nil
                    }
                    let times = try await withThrowingTaskGroup(of: Times.self) { group in
                        for kind in Kind.allCases {
                            group.addTask { try await Self.outage(kind, simulator, daemon.api) }
                        }
                        return try await group.reduce(into: []) { $0.append($1) }
                    }
                    let bystander = try #require(try await daemon.api.model(Self.bystander))
                    #expect(bystander.status == .healthy && bystander.consecutiveFailures == 0)
                    for time in times.sorted(by: { $0.kind.rawValue < $1.kind.rawValue }) {
                        print(
                            "Accuracy: \(time.kind.rawValue) unhealthy after \(time.toUnhealthy.rounded), "
                                + "healthy \(time.toHealthy.rounded) after the repair")
                        #expect(time.toUnhealthy <= Self.bar && time.toHealthy <= Self.bar)
                    }
                }
                let changes = try Database(folder["health.db"]).changes().filter { $0.model == Self.bystander }
                #expect(changes.map(\.to) == ["healthy"], "the model beside them has changed too")
            }
        }

        /// One outage and its end, each begun just after a look, from when it takes longest to be noticed.
        private static func outage(_ kind: Kind, _ simulator: LLMSimulator, _ api: HealthClient) async throws -> Times {
            let clock = ContinuousClock()
            try await api.nextLook(at: kind.rawValue)
            try await kind.begin(on: simulator)
            let begun = clock.now
            let model = try await api.model(kind.rawValue, within: bar + .seconds(10), "is down") {
                $0.status == .unhealthy
            }
            let toUnhealthy = clock.now - begun
            let reason = try #require(model.reasons.first)
            #expect(reason.code == .outage, "\(kind): \(model.reasons)")
            // Of a probe that is overdue nobody knows yet what will become of it.
            let isOverdue = [.hang, .stall].contains(kind) && reason.message.contains("no answer after")
            #expect(isOverdue || reason.message.contains(kind.words), "\(kind): \(model.reasons)")
            #expect(model.routing.verdict != .usable)

            // From here on it is probed least.
            _ = try await api.model(kind.rawValue, within: .seconds(60), "has an open breaker and its own reason") {
                $0.circuitBreaker.state == .open && $0.reasons.contains { $0.message.contains(kind.words) }
            }
            try await api.nextLook(at: kind.rawValue)
            try await kind.repair(on: simulator)
            let repaired = clock.now
            let again = try await api.model(kind.rawValue, within: bar + .seconds(10), "is back") {
                $0.status == .healthy
            }
            #expect(again.reasons.first?.code == .passing && again.circuitBreaker.state == .closed, "\(again.reasons)")
            return Times(kind: kind, toUnhealthy: toUnhealthy, toHealthy: clock.now - repaired)
        }
    }
}
