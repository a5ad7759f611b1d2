import Foundation
import Health
import History
import NIOCore
import TestSupport
import Testing

@testable import API

@Suite("The stream over WebSocket", .timeLimit(.minutes(5)))
struct LiveSocketTests {
    @Test func `the fleet first and then every event`() async throws {
        let live = LiveFixture()
        try await live.serve { port in
            try await RawPeer.open(port) { peer in
                let hello = try await peer.message()
                #expect(hello.kind == "fleet")
                #expect(hello["seq"]?.number == 0)
                #expect(hello["revision"]?.number == 7)
                #expect(hello["at"]?.string == "2026-11-23T10:00:00.000Z")
                #expect(hello.modelIDs == ["m0", "m1", "m2"])
                #expect(hello["summary"]?["counts"]?["total"]?.number == 3)

                live.publish(LiveFixture.event(1, 1), LiveFixture.event(2, 2))
                let first = try await peer.message()
                #expect(first.kind == "event")
                #expect(first.eventSeq == 1)
                #expect(first["event"]?["modelId"] == "m1")
                #expect(first["event"]?["previousStatus"] == "healthy")
                #expect(first["event"]?["reason"] == "Event 1.")
                #expect(first["model"]?["status"] == "degraded")
                #expect(try await peer.message().eventSeq == 2)
            }
        }
    }

    @Test func `figures follow once a second`() async throws {
        let live = LiveFixture()
        try await live.serve { port in
            try await RawPeer.open(port) { peer in
                _ = try await peer.message()
                var models = LiveFixture.models(3)
                models[2].score = 55
                live.publish(models)
                models.remove(at: 0)
                live.publish(models, [LiveFixture.event(1, 1)])
                #expect(try await peer.message().kind == "event")
                await second(of: live)
                let update = try await peer.message()
                #expect(update.kind == "update")
                #expect(update["revision"]?.number == 9)
                #expect(update.modelIDs == ["m2"])
                #expect(update["removed"] == ["m0"])
                #expect(update["summary"]?["counts"]?["total"]?.number == 2)
            }
        }
    }

    @Test func `the handshake is answered as the RFC says`() async throws {
        let live = LiveFixture()
        try await live.serve { port in
            try await RawPeer.connect(port) { peer in
                try await peer.send(
                    RawPeer.handshake(headers: ["Sec-WebSocket-Protocol: chat, llm-health.v1, llm-health.token.eA"]))
                let head = try await peer.head().lowercased()
                #expect(head.hasPrefix("http/1.1 101 "))
                // RFC 6455 §1.3: its own example.
                #expect(head.contains("sec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo=\r\n"))
                #expect(head.contains("sec-websocket-protocol: llm-health.v1\r\n"))
                #expect(!head.contains("sec-websocket-extensions"))
                #expect(try await peer.message().kind == "fleet")
            }
            try await RawPeer.connect(port) { peer in
                // A frame that comes along with the handshake is not lost.
                try await peer.send(Array(RawPeer.handshake().utf8) + RawPeer.frame(9, Array("now".utf8)))
                let head = try await peer.head().lowercased()
                #expect(!head.contains("sec-websocket-protocol"))
                var frames: [RawPeer.Frame] = []
                while frames.count < 2, let frame = try await peer.frame() { frames.append(frame) }
                #expect(frames.contains(RawPeer.Frame(opcode: 0xA, payload: Array("now".utf8))))
            }
        }
    }

    @Test(arguments: FrameReaderTests.cases)
    func `each frame has its answer`(row: FrameReaderTests.Case) async throws {
        let limits = LiveLimits(message: 1_024)
        let live = LiveFixture(configuration: LiveFixture.configuration(limits))
        try await live.serve { port in
            try await RawPeer.open(port) { peer in
                _ = try await peer.message()
                // Half a byte stream at a time, as a network may cut it.
                try await peer.send(Array(row.bytes.prefix(row.bytes.count / 2)))
                // What is wrong may be known, and the connection over, by now.
                try? await peer.send(Array(row.bytes.dropFirst(row.bytes.count / 2)))
                let isClosing = row.inputs.contains { if case .close = $0 { true } else { false } }
                if !isClosing, row.code == nil { try? await peer.send(RawPeer.close(1000)) }
                var pongs: [[UInt8]] = []
                var code: Int?
                while let frame = try await peer.frame() {
                    #expect(frame.reserved == 0)
                    #expect(frame.isFinal)
                    if frame.opcode == 0xA { pongs.append(frame.payload) }
                    if frame.opcode == 0x8 {
                        #expect(code == nil, "one close frame")
                        code = frame.code ?? 1005
                    }
                }
                let asked = row.inputs.compactMap {
                    if case .ping(let data) = $0 { Array(data.readableBytesView) } else { nil }
                }
                #expect(pongs == asked)
                // The peer's own code comes back, none for none; nothing more follows and the connection ends.
                let own = row.inputs.compactMap {
                    if case .close(let code) = $0 { code.map { Int($0) } ?? 1005 } else { nil }
                }
                #expect(code == (row.code.map { Int($0) } ?? own.first ?? 1000))
            }
        }
    }

    @Test func `a flood of frames is cut`() async throws {
        let live = LiveFixture(configuration: LiveFixture.configuration(LiveLimits(frames: 50)))
        try await live.serve { port in
            try await RawPeer.open(port) { peer in
                _ = try await peer.message()
                for _ in 0..<51 { try await peer.send(RawPeer.frame(9, [1])) }
                #expect(try await peer.closeCode() == 1008)
            }
        }
    }

    @Test func `a silent peer is asked and then cut`() async throws {
        let live = LiveFixture()
        try await live.serve { port in
            try await RawPeer.open(port) { silent in
                _ = try await silent.message()
                try await RawPeer.open(port) { lively in
                    _ = try await lively.message()
                    for _ in 0..<20 { await second(of: live) }
                    #expect(try await silent.frame()?.opcode == 0x9)
                    #expect(try await lively.frame()?.opcode == 0x9)
                    try await lively.send(RawPeer.frame(0xA))
                    // Answered once it has been heard.
                    try await lively.send(RawPeer.frame(0x9, [7]))
                    #expect(try await lively.frame()?.payload == [7])
                    for _ in 0..<20 { await second(of: live) }
                    #expect(try await silent.frame() == nil)
                    live.publish(LiveFixture.event(1))
                    var message = try await lively.message()
                    while message.kind != "event" { message = try await lively.message() }
                }
            }
        }
    }

    private func second(of live: LiveFixture) async {
        await live.time.sleepers(atLeast: 1)
        live.time.advance(by: .seconds(1))
    }

    @Test func `a shutdown closes every socket`() async throws {
        let live = LiveFixture()
        let (opened, source) = AsyncStream.makeStream(of: Void.self)
        let (codes, codeSource) = AsyncStream.makeStream(of: Int?.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            let (ports, portSource) = AsyncStream.makeStream(of: Int.self)
            group.addTask {
                try await live.serve { port in
                    portSource.yield(port)
                    for _ in 0..<3 { _ = await opened.first { _ in true } }
                }
            }
            let port = try #require(await ports.first { _ in true })
            for _ in 0..<2 {
                group.addTask {
                    try await RawPeer.open(port) { peer in
                        _ = try await peer.message()
                        source.yield()
                        codeSource.yield(try await peer.closeCode())
                        try await peer.send(RawPeer.close(1001))
                        #expect(try await peer.frame() == nil)
                    }
                }
            }
            group.addTask {
                // One that has asked for nothing yet.
                try await RawPeer.connect(port) { peer in
                    source.yield()
                    let rest = try await peer.rest()
                    #expect(rest == "")
                }
            }
            try await group.waitForAll()
        }
        codeSource.finish()
        var seen: [Int?] = []
        for await code in codes { seen.append(code) }
        #expect(seen == [1001, 1001])
    }

    @Test func `a peer that leaves gives its place back`() async throws {
        let live = LiveFixture(configuration: LiveFixture.configuration(LiveLimits(streams: 1)))
        try await live.serve { port in
            for _ in 0..<5 {
                try await RawPeer.open(port) { peer in
                    _ = try await peer.message()
                    try await RawPeer.connect(port) { second in
                        try await second.send(RawPeer.handshake())
                        let head = try await second.head()
                        #expect(head.hasPrefix("HTTP/1.1 503 "))
                        #expect(head.lowercased().contains("retry-after: 5\r\n"))
                    }
                    try await peer.send(RawPeer.close(1000))
                    #expect(try await peer.closeCode() == 1000)
                    #expect(try await peer.frame() == nil)
                }
            }
        }
        #expect(live.feed.hasRoom)
    }
}
