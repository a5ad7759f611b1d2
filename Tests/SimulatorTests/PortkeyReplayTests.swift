import Testing

@testable import Simulator

/// Every recorded request once more, to the simulated gateway, with upstreams that behave as the recorded ones did.
@Suite(.timeLimit(.minutes(1)))
struct PortkeyReplayTests {
    /// The upstreams of the recording, by the first segment of their path.
    static let sites: [String: Behavior] = [
        "ok": .ok, "length": .failing(.emptyText), "s500": .failing(.serverError), "s500text": .failing(.plainServerError),
        "s502html": .failing(.badGateway), "s503": .failing(.overloaded), "s503empty": .failing(.unavailable),
        "s429": .failing(.rateLimited), "s429quota": .failing(.quota), "s401": .failing(.unauthorized),
        "s404": .failing(.modelNotFound), "s400": .failing(.maxTokens), "s529": .failing(.overloadedProvider),
        "reset": .failing(.close), "cut": .failing(.cut), "hang": .hang, "hangbody": .failing(.hangBody),
        "badjson": .failing(.truncated), "html200": .failing(.loginPage), "empty200": .failing(.emptyBody),
        "err200": .failing(.errorBody), "flap": Behavior(fault: .refusal(.serverError), failFirst: 2),
    ]

    @Test func `the recording has all of its scenarios`() {
        #expect(PortkeyRecording.all.count == 69)
    }

    @Test(arguments: PortkeyRecording.all)
    func `the gateway answers as it was recorded`(_ recording: PortkeyRecording) async throws {
        // Waiting takes no time, but where a timeout races an upstream.
        let hasTimeout = recording.request.headers.contains { $0.key.contains("timeout") || $0.value.contains("timeout") }
        let jump = JumpClock()
        let clock = hasTimeout ? SimulatorClock(ContinuousClock()) : SimulatorClock(jump)
        let configuration = SimulatorConfiguration(models: [SimulatedModel("gpt-4o-mini")], sites: Self.sites)
        try await withPeer(configuration, clock: clock) { simulator, client in
            await simulator.stop(.lmStudio)
            let ports = Ports(
                upstream: recording.name.hasPrefix("anthropic") ? simulator.anthropic.port : simulator.openAI.port,
                refused: simulator.lmStudio.port)
            let request = recording.request
            let headers = request.headers.mapValues(ports.translated)
            let url = simulator.portkey.url + request.path
            if let expected = recording.response {
                let answer = try await client.send(request.method, url, headers, request.body ?? "")
                #expect(answer.status == expected.status)
                #expect(Self.telling(answer.headers) == Self.telling(expected.headers))
                let body = ports.translated(expected.body)
                #expect(Self.comparable(answer.body) == Self.comparable(body))
                if !hasTimeout {
                    let waited = jump.now.offset.milliseconds
                    #expect(abs(waited - Double(expected.milliseconds)) < 150, "recorded waits take as long")
                }
            } else {
                // Longer than the timeout that the request asks for, which ends at the head of the answer.
                let answered = try await Self.completes(within: .milliseconds(1500)) {
                    _ = try await client.send(request.method, url, headers, request.body ?? "")
                }
                #expect(!answered)
            }
            try Self.compare(simulator.requests().filter { $0.face != .portkey }, with: recording)
        }
    }

    private struct Ports {
        var upstream: Int
        var refused: Int

        func translated(_ text: String) -> String {
            text.replacing("127.0.0.1:18900", with: "127.0.0.1:\(upstream)")
                .replacing("127.0.0.1:18999", with: "127.0.0.1:\(refused)")
        }
    }

    /// The headers that say what happened; the others are the upstream's noise.
    private static func telling(_ headers: [String: String]) -> [String: String] {
        headers.filter { $0.key.hasPrefix("x-portkey-") || $0.key.hasPrefix("retry-after") || $0.key == "content-type" }
    }

    /// A body without what differs from run to run: ids, times, the name of the model that was not there.
    private static func comparable(_ body: String) -> String {
        body.split(separator: "\n").map { line in
            let isEvent = line.hasPrefix("data: ")
            guard var json = try? JSON(parsing: String(isEvent ? line.dropFirst("data: ".count) : line)) else {
                return String(line)
            }
            for key in ["id", "created", "system_fingerprint"] where json[key] != nil { json[key] = "…" }
            return (isEvent ? "data: " : "")
                + json.text.replacing(#","refusal":null"#, with: "").replacing("`nope`", with: "`gpt-4o-mini`")
        }.joined(separator: "\n")
    }

    private static func compare(_ seen: [RequestRecord], with recording: PortkeyRecording) throws {
        #expect(seen.map(\.method) == recording.upstreamSaw.map(\.method))
        #expect(seen.map(\.path) == recording.upstreamSaw.map(\.path))
        #expect(seen.map(\.body) == recording.upstreamSaw.map { $0.body ?? "" })
        for (request, expected) in zip(seen, recording.upstreamSaw) {
            let hasKey = ["authorization", "x-api-key", "api-key"].contains { request.headers[$0] != nil }
            #expect(hasKey == (expected.authorization != nil))
            #expect(!request.headers.keys.contains { $0.hasPrefix("x-portkey-") })
            #expect(request.headers["user-agent"] == "node")
        }
    }

    /// Whether something comes to an end in time.
    private static func completes(
        within limit: Duration, _ operation: @escaping @Sendable () async throws -> Void
    ) async throws -> Bool {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await operation()
                return true
            }
            group.addTask {
                try await ContinuousClock().sleep(for: limit)
                return false
            }
            defer { group.cancelAll() }
            return try await group.next() ?? false
        }
    }
}
