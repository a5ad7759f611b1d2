import Foundation
import Health
import History
import TestSupport
import Testing

@testable import API

@Suite("The stream as Server-Sent Events", .timeLimit(.minutes(5)))
struct ServerSentStreamTests {
    private static func request(_ query: String = "", _ headers: [String] = []) -> String {
        ([
            "GET /api/llm-manager/health/events\(query) HTTP/1.1", "Host: 127.0.0.1", "Accept: text/event-stream, */*",
        ] + headers).joined(separator: "\r\n") + "\r\n\r\n"
    }

    private static func json(_ event: [String: String]) throws -> JSONValue {
        try HealthJSON.decoder().decode(JSONValue.self, from: Data((event["data"] ?? "").utf8))
    }

    @Test func `the fleet first and then every event with its number`() async throws {
        let live = LiveFixture()
        try await live.serve { port in
            try await RawPeer.connect(port) { peer in
                try await peer.send(Self.request("?modelId=m1"))
                let head = try await peer.head().lowercased()
                #expect(head.hasPrefix("http/1.1 200 "))
                #expect(head.contains("content-type: text/event-stream\r\n"))
                #expect(head.contains("cache-control: no-store\r\n"))
                #expect(head.contains("x-content-type-options: nosniff\r\n"))
                let hello = try await peer.event()
                #expect(hello["event"] == "fleet")
                #expect(hello["id"] == "0")
                #expect(try Self.json(hello).modelIDs == ["m1"])

                live.publish(LiveFixture.event(1, 0), LiveFixture.event(2, 1))
                let event = try await peer.event()
                #expect(event["event"] == "event")
                #expect(event["id"] == "2")
                #expect(try Self.json(event).eventSeq == 2)
                #expect(try Self.json(event)["model"]?["status"] == "degraded")

                await live.time.sleepers(atLeast: 2)
                live.time.advance(by: .seconds(1))
                let update = try await peer.event()
                #expect(update["event"] == "update")
                #expect(update["id"] == nil, "an update is no place to go on from")
            }
        }
    }

    @Test(
        arguments: [
            ("?after=3", []), ("", ["Last-Event-ID: 3"]), ("?after=1", ["Last-Event-ID: 3"]),
        ] as [(String, [String])])
    func `a reader goes on behind the last event it has`(query: String, headers: [String]) async throws {
        let live = LiveFixture()
        live.publish((1...5).map { LiveFixture.event($0) })
        try await live.serve { port in
            try await RawPeer.connect(port) { peer in
                try await peer.send(Self.request(query, headers))
                _ = try await peer.head()
                #expect(try await peer.event()["id"] == "3")
                #expect(try await peer.event()["id"] == "4")
                #expect(try await peer.event()["id"] == "5")
            }
        }
    }

    @Test func `history is read for it too`() async throws {
        let live = LiveFixture(configuration: LiveFixture.configuration(LiveLimits(kept: 10, page: 50)))
        let events = (1...1_000).map { LiveFixture.event($0) }
        try await live.history?.append([], events)
        live.publish(events)
        try await live.serve { port in
            try await RawPeer.connect(port) { peer in
                try await peer.send(Self.request("?after=0"))
                _ = try await peer.head()
                #expect(try await peer.event()["event"] == "fleet")
                for seq in 1...1_000 { #expect(try await peer.event()["id"] == "\(seq)") }
            }
        }
    }

    @Test func `silence is filled`() async throws {
        let live = LiveFixture()
        try await live.serve { port in
            try await RawPeer.connect(port) { peer in
                try await peer.send(Self.request())
                _ = try await peer.head()
                _ = try await peer.event()
                for _ in 0..<22 {
                    await live.time.sleepers(atLeast: 2)
                    live.time.advance(by: .seconds(1))
                }
                #expect(try await peer.text(upTo: "here\n\n").contains(": still here"))
            }
        }
    }

    @Test func `a shutdown ends the response in order`() async throws {
        let live = LiveFixture()
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let (opened, open) = AsyncStream.makeStream(of: Void.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await live.serve { number in
                    port.yield(number)
                    _ = await opened.first { _ in true }
                }
            }
            let number = try #require(await ports.first { _ in true })
            try await RawPeer.connect(number) { peer in
                try await peer.send(Self.request())
                _ = try await peer.head()
                _ = try await peer.event()
                open.yield()
                let rest = try await peer.rest()
                #expect(rest.hasSuffix("0\r\n\r\n"))
            }
            try await group.waitForAll()
        }
    }

    @Test func `a reader that leaves gives its place back`() async throws {
        let live = LiveFixture(configuration: LiveFixture.configuration(LiveLimits(streams: 1)))
        try await live.serve { port in
            for _ in 0..<3 {
                try await RawPeer.connect(port) { peer in
                    try await peer.send(Self.request())
                    #expect(try await peer.head().hasPrefix("HTTP/1.1 200 "))
                    _ = try await peer.event()
                    try await RawPeer.connect(port) { second in
                        try await second.send(Self.request())
                        #expect(try await second.head().hasPrefix("HTTP/1.1 503 "))
                    }
                }
                while !live.feed.hasRoom { await Task.yield() }
            }
        }
    }

    @Test func `a reader that takes nothing is cut`() async throws {
        let limits = LiveLimits(streams: 1, stall: .seconds(5))
        let live = LiveFixture(configuration: LiveFixture.configuration(limits))
        try await live.serve { port in
            try await RawPeer.connect(port, receiveBuffer: 8 * 1_024) { stuck in
                try await stuck.send(Self.request())
                _ = try await stuck.head()
                // Until nothing more is taken, and five seconds on.
                var round = 0
                while !live.feed.hasRoom {
                    round += 1
                    live.publish((0..<300).map { LiveFixture.model($0, score: Double(round % 100)) })
                    await live.time.sleepers(atLeast: 1)
                    live.time.advance(by: .seconds(1))
                }
            }
        }
    }

    @Test func `a question for the head alone takes no place`() async throws {
        let live = LiveFixture(configuration: LiveFixture.configuration(LiveLimits(streams: 1)))
        try await live.serve { port in
            try await RawPeer.connect(port) { peer in
                for _ in 0..<3 {
                    try await peer.send(Self.request().replacing("GET ", with: "HEAD "))
                    let head = try await peer.head()
                    #expect(head.hasPrefix("HTTP/1.1 200 "))
                }
            }
            #expect(live.feed.hasRoom)
        }
    }
}
