import Foundation
import Health
import Testing

extension EndToEnd {
    /// llama.cpp's own server with a real model in it (`scripts/test` installs both).
    @Suite(
        "Real model", .timeLimit(.minutes(5)),
        .enabled(
            if: RealModel.isThere,
            "skipped: set LLM_HEALTH_TEST_PYTHON and LLM_HEALTH_TEST_LLAMA, or use scripts/test, to test with llama.cpp"
        )
    )
    struct RealModelTests {
        private static let key = "the-right-key"

        @Test
        func `is healthy, is known to be gone, is known to be back, and a wrong key is our fault`() async throws {
            let folder = try TemporaryFolder()
            let port = try Ports.free()
            let yaml = """
                server: {port: 0}
                history: {sqlite: {path: ./health.db}}
                providers:
                  right: {kind: openai, url: "http://127.0.0.1:\(port)", key: \(Self.key)}
                  wrong: {kind: openai, url: "http://127.0.0.1:\(port)", key: not-\(Self.key)}
                defaults: {interval: 10s, timeout: 10s, streaming: always}
                models:
                  - {id: smollm2, model: smollm2-135m, provider: right}
                  - {id: locked, model: smollm2-135m, provider: wrong}

                """
            try await RealModel.serve(port, key: Self.key, in: folder) { server in
                try await RunningDaemon.with(yaml, in: folder) { daemon in
                    try await isWell(daemon.api)
                    try await isLocked(daemon.api)

                    let clock = ContinuousClock()
                    // Just after a look at it: from here it takes longest.
                    try await daemon.api.nextLook(at: "smollm2")
                    server.send(SIGKILL)
                    let killed = clock.now
                    let gone = try await daemon.api.model("smollm2", within: .seconds(30), "is down") {
                        $0.status == .unhealthy
                    }
                    let down = clock.now - killed
                    #expect(gone.reasons.first?.code == .outage)
                    #expect(gone.reasons.first?.message.contains("refuses the connection") == true, "\(gone.reasons)")
                    #expect(gone.routing.verdict != .usable)

                    try await RealModel.serve(port, key: Self.key, in: folder) { _ in
                        let restarted = clock.now
                        _ = try await daemon.api.model("smollm2", within: .seconds(30), "is back") {
                            $0.status == .healthy
                        }
                        print(
                            "Real model: unhealthy \(down.rounded) after kill -9, healthy "
                                + "\((clock.now - restarted).rounded) after the restart")
                        try await isWell(daemon.api)
                        try await isLocked(daemon.api)
                    }
                }
            }
        }

        private func isWell(_ api: HealthClient) async throws {
            let model = try await api.model("smollm2", within: .seconds(40), "has answered") {
                $0.status == .healthy && $0.probeResult?.success == true && $0.timeToFirstTokenMs != nil
            }
            let probe = try #require(model.probeResult)
            #expect(probe.isStreamed)
            #expect(try #require(probe.outputTokens) > 0)
            #expect(try #require(probe.inputTokens) > 0)
            let (latency, first) = (try #require(probe.latency), try #require(probe.phases.firstToken))
            #expect(first > .zero && first <= latency)
            #expect(try #require(model.timeToFirstTokenMs) > 0)
            #expect(model.reasons.first?.code == .passing)
            #expect(model.routing.verdict == .usable)
        }

        private func isLocked(_ api: HealthClient) async throws {
            let model = try await api.model("locked", within: .seconds(90), "is known to be locked") {
                $0.reasons.first?.code == .credentials
            }
            #expect(model.status == .unknown)
            #expect(model.score == nil)
            #expect(model.routing.verdict == .excluded)
        }
    }
}

/// The real server, where it is installed.
enum RealModel {
    private static let python = ProcessInfo.processInfo.environment["LLM_HEALTH_TEST_PYTHON"] ?? ""
    private static let script = ProcessInfo.processInfo.environment["LLM_HEALTH_TEST_LLAMA"] ?? ""
    static var isThere: Bool { !python.isEmpty && !script.isEmpty }

    static func serve<Result>(
        _ port: Int, key: String, in folder: TemporaryFolder, _ body: (ChildProcess) async throws -> Result
    ) async throws -> Result {
        try await ChildProcess.with(python, [script, "\(port)", "smollm2-135m", key], in: folder) { server in
            try await eventually("the real model", within: .seconds(60), seen: { server.errors.text }) {
                server.output.text.contains("listening") ? true : nil
            }
            return try await body(server)
        }
    }
}

extension HealthClient {
    /// Waits until the model has been looked at once more.
    func nextLook(at id: String) async throws {
        let last = try await model(id)?.lastCheck
        _ = try await model(id, within: .seconds(40), "is looked at") { $0.lastCheck != last }
    }
}
