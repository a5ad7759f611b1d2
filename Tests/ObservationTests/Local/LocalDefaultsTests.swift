import AsyncHTTPClient
import Health
import TestSupport
import Testing

@testable import Observation

@Suite(.timeLimit(.minutes(5)))
struct LocalDefaultsTests {
    @Test func `the defaults are the three well-known ports`() {
        #expect(
            DefaultEndpoint.all == [
                DefaultEndpoint(.runtime(.ollama), url: "http://127.0.0.1:11434"),
                DefaultEndpoint(.runtime(.lmStudio), url: "http://127.0.0.1:1234"),
                DefaultEndpoint(.portkey, url: "http://127.0.0.1:8787"),
            ])
    }

    @Test func `what answers is found, each by what only it says`() async throws {
        let found = try await Self.found(
            ollama: { $0.playOllama() }, lmStudio: { $0.playLMStudio(beta: #"{"data":[]}"#) },
            portkey: { $0.answer("/", "AI Gateway says hey!") })
        #expect(found == [true, true, true])
    }

    @Test func `another program on a default port is not taken for it`() async throws {
        let found = try await Self.found(
            ollama: { $0.answer("/api/version", #"{"message":"Not Found"}"#) },
            lmStudio: { $0.answerOtherwise(.body("<html>hello</html>")) },
            portkey: { $0.answer("/", "Ollama is running") })
        #expect(found == [false, false, false])
    }

    @Test func `an LM Studio that wants a token is there`() async throws {
        let found = try await Self.found(
            ollama: { _ in }, lmStudio: { $0.answerOtherwise(.body(#"{"error":{}}"#, status: 401)) }, portkey: { _ in })
        #expect(found == [false, true, false])
    }

    @Test func `a port that hangs takes no longer than the limit`() async throws {
        let time = ManualTime()
        let peer = LocalPeer()
        try await peer.start()
        peer.answerOtherwise(.held(""))
        let found = try await withLocalClient { client in
            await withTaskGroup(of: [DefaultEndpoint].self) { group in
                group.addTask {
                    await probeDefaults(
                        [
                            DefaultEndpoint(.runtime(.ollama), url: peer.url),
                            DefaultEndpoint(.runtime(.lmStudio), url: peer.url),
                            DefaultEndpoint(.portkey, url: peer.url),
                        ], client: client, timekeeper: time.timekeeper)
                }
                // Two limits for each: of the question and of all its questions.
                await time.sleepers(atLeast: 6)
                time.advance(by: .milliseconds(500))
                return await group.next() ?? []
            }
        }
        #expect(found.map(\.isAnswering) == [false, false, false])
        try await peer.stop()
    }

    @Test func `a port that refuses is not answering`() async throws {
        let gone = LocalPeer()
        try await gone.start()
        try await gone.stop()
        let found = try await withLocalClient { client in
            await probeDefaults(
                [DefaultEndpoint(.runtime(.ollama), url: gone.url), DefaultEndpoint(.portkey, url: gone.url)],
                client: client)
        }
        #expect(found.map(\.isAnswering) == [false, false])
    }

    private static func found(
        ollama: @escaping (LocalPeer) -> Void, lmStudio: @escaping (LocalPeer) -> Void,
        portkey: @escaping (LocalPeer) -> Void
    ) async throws -> [Bool] {
        let peers = [LocalPeer(), LocalPeer(), LocalPeer()]
        for (peer, play) in zip(peers, [ollama, lmStudio, portkey]) {
            try await peer.start()
            play(peer)
        }
        let endpoints = [
            DefaultEndpoint(.runtime(.ollama), url: peers[0].url),
            DefaultEndpoint(.runtime(.lmStudio), url: peers[1].url), DefaultEndpoint(.portkey, url: peers[2].url),
        ]
        let found = try await withLocalClient { client in
            await probeDefaults(endpoints, client: client, limit: .seconds(10)).map(\.isAnswering)
        }
        for peer in peers {
            #expect(peer.lines.allSatisfy { $0.hasPrefix("GET ") })
            try await peer.stop()
        }
        return found
    }
}
