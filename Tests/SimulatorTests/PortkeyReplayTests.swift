import Testing

@testable import Simulator

/// Every recorded request once more, to the simulated gateway, with upstreams that behave as the recorded ones did.
@Suite(.timeLimit(.minutes(5)))
struct PortkeyReplayTests {
    /// The upstreams of the recording, by the first segment of their path.
    static let sites: [String: Behavior] = [
        "ok": .ok, "length": .failing(.emptyText), "s500": .failing(.serverError),
        "s500text": .failing(.plainServerError),
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

    @Test(arguments: PortkeyRecording.all.filter { !$0.hasTimeout })
    func `the gateway answers as it was recorded`(_ recording: PortkeyRecording) async throws {
        let clock = JumpClock()
        try await Self.replay(recording, clock: SimulatorClock(clock)) { exchange in
            try await exchange.send()
            let expected = try #require(recording.response)
            #expect(abs(clock.now.offset.milliseconds - Double(expected.milliseconds)) < 150, "waits take as long")
        }
    }

    @Test(arguments: PortkeyRecording.all.filter(\.hasTimeout))
    func `the gateway gives up when it was recorded to`(_ recording: PortkeyRecording) async throws {
        let clock = ManualClock()
        try await Self.replay(recording, clock: SimulatorClock(clock)) { exchange in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await exchange.send() }
                // The timeout runs, and the upstream, which will not answer, has the request.
                let timeout: Duration = recording.name.contains("500") ? .milliseconds(500) : .milliseconds(1000)
                await clock.sleeper(until: timeout)
                _ = try await exchange.simulator.request { $0.face != .portkey }
                if recording.response != nil {
                    clock.advance(to: timeout)
                    try await group.waitForAll()
                } else {
                    // The head of the answer has ended the timeout; the rest never comes.
                    await clock.nobodySleeps()
                    clock.advance(to: .seconds(3600))
                    #expect(exchange.simulator.requests(on: .portkey).map(\.ending) == [nil])
                    group.cancelAll()
                    // The client gives up, as the recorded one did.
                    await #expect(throws: (any Error).self) { try await group.waitForAll() }
                }
            }
        }
    }

    /// A recorded request, ready to be sent, and the check of its answer.
    private struct Exchange: Sendable {
        var recording: PortkeyRecording
        var simulator: LLMSimulator
        var client: TestClient
        var ports: Ports

        func send() async throws {
            let request = recording.request
            let answer = try await client.send(
                request.method, simulator.portkey.url + request.path, request.headers.mapValues(ports.translated),
                request.body ?? "")
            let expected = try #require(recording.response)
            #expect(answer.status == expected.status)
            #expect(PortkeyReplayTests.telling(answer.headers) == PortkeyReplayTests.telling(expected.headers))
            #expect(
                PortkeyReplayTests.comparable(answer.body)
                    == PortkeyReplayTests.comparable(ports.translated(expected.body)))
        }
    }

    private static func replay(
        _ recording: PortkeyRecording, clock: SimulatorClock, _ body: (Exchange) async throws -> Void
    ) async throws {
        let configuration = SimulatorConfiguration(models: [SimulatedModel("gpt-4o-mini")], sites: sites)
        try await withPeer(configuration, clock: clock) { simulator, client async throws in
            await simulator.stop(.lmStudio)
            let ports = Ports(
                upstream: recording.name.hasPrefix("anthropic") ? simulator.anthropic.port : simulator.openAI.port,
                refused: simulator.lmStudio.port)
            try await body(Exchange(recording: recording, simulator: simulator, client: client, ports: ports))
            // A port of loopback may have been another test's before, whose watcher still asks there.
            let isStray = { (request: RequestRecord) in request.headers["user-agent"] == "llm-health" }
            try compare(simulator.requests().filter { $0.face != .portkey && !isStray($0) }, with: recording)
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
}
