import Foundation
import Health
import NIOHTTP1
import Simulator
import Testing

@testable import Observation

extension ProbingNetworkTests {
    /// Every recorded request sent again, by the prober's own way, with upstreams that behave as the recorded ones did.
    @Suite("Recorded requests sent again", .timeLimit(.minutes(5)))
    struct ProbingReplayTests {
        typealias Scenario = ProbingRecordingTests.Scenario

        /// `http://host:port` of a real open-source gateway on this machine.
        static let realGateway = ProcessInfo.processInfo.environment["LLM_HEALTH_TEST_PORTKEY"]

        /// The upstreams of the recording, by the first segment of their path.
        static let sites: [String: Behavior] = [
            "ok": .ok, "length": .failing(.emptyText), "s500": .failing(.serverError),
            "s500text": .failing(.plainServerError), "s502html": .failing(.badGateway), "s503": .failing(.overloaded),
            "s503empty": .failing(.unavailable), "s429": .failing(.rateLimited), "s429quota": .failing(.quota),
            "s401": .failing(.unauthorized), "s404": .failing(.modelNotFound), "s400": .failing(.maxTokens),
            "s529": .failing(.overloadedProvider), "reset": .failing(.close), "cut": .failing(.cut), "hang": .hang,
            "hangbody": .failing(.hangBody), "badjson": .failing(.truncated), "html200": .failing(.loginPage),
            "empty200": .failing(.emptyBody), "err200": .failing(.errorBody),
            "flap": Behavior(fault: .refusal(.serverError), failFirst: 2),
        ]

        @Test
        func `the simulated gateway's answers are judged as the recorded ones`() async throws {
            try await Self.withUpstreams { simulator in try await Self.replay(to: simulator.portkey.url, simulator) }
        }

        @Test(
            .enabled(if: realGateway != nil, "set LLM_HEALTH_TEST_PORTKEY=http://127.0.0.1:8787 to ask a real gateway"))
        func `a real gateway's answers are judged as the recorded ones`() async throws {
            let gateway = try #require(Self.realGateway)
            try await Self.withUpstreams { simulator in try await Self.replay(to: gateway, simulator) }
        }

        private static func withUpstreams(_ body: (LLMSimulator) async throws -> Void) async throws {
            let configuration = SimulatorConfiguration(models: [SimulatedModel("gpt-4o-mini")], sites: sites)
            try await withSimulator(configuration) { simulator in
                // Its port is the one that refuses.
                await simulator.stop(.lmStudio)
                try await body(simulator)
            }
        }

        private static func replay(to gateway: String, _ simulator: LLMSimulator) async throws {
            let scenarios = ProbingRecordingTests.scenarios
            #expect(scenarios.count == 69)
            try await withEgress { egress in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for (index, scenario) in scenarios.enumerated() {
                        if index >= 6 { try await group.next() }
                        group.addTask { try await check(scenario, at: gateway, simulator, egress) }
                    }
                    try await group.waitForAll()
                }
            }
        }

        private static func check(
            _ scenario: Scenario, at gateway: String, _ simulator: LLMSimulator, _ egress: Egress
        ) async throws {
            let upstream = scenario.name.hasPrefix("anthropic") ? simulator.anthropic.port : simulator.openAI.port
            func translated(_ text: String) -> String {
                text.replacing("127.0.0.1:18900", with: "127.0.0.1:\(upstream)")
                    .replacing("127.0.0.1:18999", with: "127.0.0.1:\(simulator.lmStudio.port)")
            }
            var headers = HTTPHeaders()
            for (name, value) in scenario.json["request"]?["headers"]?.object ?? [:] {
                headers.add(name: name, value: translated(value.string ?? ""))
            }
            let body = scenario.json["request"]?["body"]?.string ?? ""
            let request = ProbeRequest(
                method: HTTPMethod(rawValue: scenario.method), url: gateway + scenario.path, headers: headers,
                body: Array(body.utf8), isStreamed: body.contains("\"stream\":true"), secrets: [Secret("sk-fake")])
            let isEndless = scenario.name.contains("mid body")
            let exchange = try await TimedRequest(
                request: request, timeout: isEndless ? .seconds(3) : .seconds(30), stallAfter: .seconds(30)
            ).send(by: egress)
            let expected = try #require(
                ProbingRecordingTests.expected[scenario.path == "/" ? "GET / " : scenario.name])
            let outcome = scenario.outcome(of: exchange)
            #expect(outcome.class == expected.outcome, "\(scenario.name): \(outcome)")
            #expect(outcome.cause == expected.cause, "\(scenario.name): \(outcome)")
        }
    }
}
