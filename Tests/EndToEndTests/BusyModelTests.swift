import AsyncHTTPClient
import Foundation
import Health
import NIOCore
import NIOHTTP1
import Synchronization
import Testing

extension EndToEnd {
    /// Busy is not dead: llama.cpp's own server with one thread and two slots under more users than it can serve at once.
    @Suite(
        "Busy model", .serialized, .timeLimit(.minutes(15)),
        .enabled(
            if: RealModel.isThere,
            "skipped: set LLM_HEALTH_TEST_PYTHON and LLM_HEALTH_TEST_LLAMA, or use scripts/test, to test with llama.cpp"
        )
    )
    struct BusyModelTests {
        private static let key = "the-right-key"
        /// Users at once; `scripts/verify` asks for 4, 8 and 16.
        static let levels =
            (ProcessInfo.processInfo.environment["LLM_HEALTH_TEST_USERS"] ?? "8").split(separator: " ")
            .compactMap { Int($0) }
        private static let span = Duration.seconds(60)

        @Test(arguments: levels)
        func `is never unhealthy while its users are served, and is within 30 s when it is frozen`(users: Int)
            async throws
        {
            let folder = try TemporaryFolder()
            let port = try Ports.free()
            let yaml = """
                server: {port: 0}
                logging: {format: json}
                history: {sqlite: {path: ":memory:"}}
                providers:
                  here: {kind: openai, url: "http://127.0.0.1:\(port)", key: \(Self.key)}
                defaults: {interval: 5s, timeout: 10s}
                models:
                  - {id: smollm2, model: smollm2-135m, provider: here}

                """
            try await RealModel.serve(port, key: Self.key, in: folder) { server in
                try await RunningDaemon.with(yaml, in: folder) { daemon in
                    _ = try await daemon.api.model("smollm2", within: .seconds(40), "has answered") {
                        $0.status == .healthy
                    }
                    let crowd = Crowd(url: "http://127.0.0.1:\(port)", key: Self.key)
                    let seen = try await crowd.while(users: users) {
                        try await Self.statuses(of: daemon.api, for: Self.span)
                    }
                    let counts = Dictionary(grouping: seen, by: { "\($0.status.rawValue) \($0.code)" })
                        .mapValues(\.count)
                    print(
                        "Busy model: \(users) users, \(crowd.served) answers, longest wait "
                            + "\(crowd.longest.rounded), seen \(counts)")
                    #expect(crowd.served > users, "the users were served")
                    #expect(crowd.refused == 0)
                    let wrong = daemon.loggedChanges.filter { $0.to == "unhealthy" }
                    #expect(wrong.isEmpty, "called dead while it answered: \(wrong)")
                    #expect(!seen.contains { $0.status == .unhealthy })
                    #expect(
                        seen.filter { $0.status == .degraded }.allSatisfy {
                            $0.code == .overloaded || $0.code == .slow
                        },
                        "\(counts)")

                    _ = try await daemon.api.model("smollm2", within: .seconds(90), "is well again") {
                        $0.status == .healthy
                    }
                    let clock = ContinuousClock()
                    server.send(SIGSTOP)
                    let frozen = clock.now
                    let dead = try await daemon.api.model("smollm2", within: .seconds(30), "is known to be frozen") {
                        $0.status == .unhealthy
                    }
                    print("Busy model: unhealthy \((clock.now - frozen).rounded) after SIGSTOP")
                    #expect(dead.reasons.first?.code == .outage, "\(dead.reasons)")
                    let explanation = try await daemon.api.get(
                        HealthClient.base + "health/explain?modelId=smollm2"
                    ).body
                    #expect(explanation.contains("outage") && !explanation.contains("\"overloaded\""), "\(explanation)")
                    server.send(SIGCONT)
                    // Busy, well, dead and back within minutes may be called restless, and is not down.
                    _ = try await daemon.api.model("smollm2", within: .seconds(60), "is back") {
                        $0.status != .unhealthy && $0.probeResult?.success == true
                    }
                }
            }
        }

        private struct Sight: Sendable {
            var status: HealthStatus
            var code: HealthReason.Code
        }

        private static func statuses(of api: HealthClient, for span: Duration) async throws -> [Sight] {
            let clock = ContinuousClock()
            let end = clock.now + span
            var seen: [Sight] = []
            while clock.now < end {
                if let model = try await api.model("smollm2"), let reason = model.reasons.first {
                    seen.append(Sight(status: model.status, code: reason.code))
                }
                try await clock.sleep(for: .milliseconds(250))
            }
            return seen
        }
    }
}

/// Users who ask a model one question after the other.
private final class Crowd: Sendable {
    private let url: String
    private let key: String
    private let counts = Mutex((served: 0, refused: 0, longest: Duration.zero))

    init(url: String, key: String) {
        self.url = url
        self.key = key
    }

    var served: Int { counts.withLock(\.served) }
    var refused: Int { counts.withLock(\.refused) }
    var longest: Duration { counts.withLock(\.longest) }

    /// Asks for as long as `body` takes.
    func `while`<R: Sendable>(users: Int, _ body: @escaping @Sendable () async throws -> R) async throws -> R {
        try await withThrowingTaskGroup(of: R?.self) { group in
            for user in 0..<users {
                group.addTask {
                    while !Task.isCancelled { await self.ask(user) }
                    return nil
                }
            }
            group.addTask { try await body() }
            defer { group.cancelAll() }
            while let next = try await group.next() {
                if let next { return next }
            }
            throw CancellationError()
        }
    }

    private func ask(_ user: Int) async {
        var request = HTTPClientRequest(url: url + "/v1/chat/completions")
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/json")
        request.headers.add(name: "authorization", value: "Bearer \(key)")
        request.body = .bytes(
            ByteBuffer(
                string: #"{"model":"smollm2-135m","max_tokens":48,"#
                    + #""messages":[{"role":"user","content":"Tell user \#(user) a story."}]}"#))
        let clock = ContinuousClock()
        let start = clock.now
        do {
            let response = try await HTTPClient.shared.execute(request, timeout: .seconds(300))
            _ = try await response.body.collect(upTo: 1 << 20)
            let taken = clock.now - start
            counts.withLock {
                if response.status.code == 200 { $0.served += 1 } else { $0.refused += 1 }
                $0.longest = max($0.longest, taken)
            }
        } catch {
            // Cut off at the end of the test.
        }
    }
}
