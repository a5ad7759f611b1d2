import Foundation
import Health
import History
import TestSupport
import Testing

@testable import API

@Suite("Readers that come back, and readers that are slow", .timeLimit(.minutes(5)))
struct ResumeTests {
    /// Stores and publishes events, a hundred at a time.
    private static func happen(_ range: ClosedRange<UInt64>, in live: LiveFixture) async throws {
        for start in stride(from: range.lowerBound, through: range.upperBound, by: 100) {
            let events = (start...min(start + 99, range.upperBound)).map { LiveFixture.event($0, Int($0 % 3)) }
            try await live.history?.append([], events)
            live.publish(events)
        }
    }

    @Test func `ten thousand events without a hole`() async throws {
        let live = LiveFixture()
        // They wait to be taken up until the server runs.
        try await Self.happen(1...10_000, in: live)
        try await live.serve { port in
            while live.feed.lastSeq < 10_000 { await Task.yield() }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for start: UInt64 in [0, 17, 5_000, 9_990] {
                    group.addTask {
                        try await RawPeer.open(port, "?after=\(start)") { peer in
                            let hello = try await peer.message()
                            #expect(hello["seq"]?.number == Double(start))
                            var expected = start + 1
                            while expected <= 10_500 {
                                guard let seq = try await peer.eventSeq() else { continue }
                                try #require(seq == expected)
                                expected += 1
                            }
                        }
                    }
                }
                // Meanwhile life goes on.
                for start in stride(from: UInt64(10_001), through: 10_500, by: 10) {
                    try await Self.happen(start...start + 9, in: live)
                    await Task.yield()
                }
                try await group.waitForAll()
            }
        }
    }

    @Test func `what is not there any more is a gap and a fresh fleet`() async throws {
        let live = LiveFixture(configuration: LiveFixture.configuration(LiveLimits(kept: 50)))
        try await live.history?.append([], (300...500).map { LiveFixture.event($0) })
        live.publish((1...500).map { LiveFixture.event($0) })
        try await live.serve { port in
            try await RawPeer.open(port, "?after=100") { peer in
                #expect(try await peer.message()["seq"]?.number == 100)
                let gap = try await peer.message()
                #expect(gap == ["type": "gap", "from": 101, "to": 299, "restart": false])
                let fresh = try await peer.message()
                #expect(fresh.kind == "fleet")
                #expect(fresh["seq"]?.number == 299)
                for seq in 300...500 { #expect(try await peer.message().eventSeq == Double(seq)) }
            }
        }
    }

    @Test func `without a history memory has to do`() async throws {
        let live = LiveFixture(configuration: LiveFixture.configuration(LiveLimits(kept: 50)), history: nil)
        live.publish((1...100).map { LiveFixture.event($0) })
        try await live.serve { port in
            try await RawPeer.open(port, "?after=60") { peer in
                let hello = try await peer.message()
                #expect(hello["seq"]?.number == 60)
                for seq in 61...100 { #expect(try await peer.message().eventSeq == Double(seq)) }
            }
            try await RawPeer.open(port, "?after=10") { peer in
                _ = try await peer.message()
                #expect(try await peer.message() == ["type": "gap", "from": 11, "to": 50, "restart": false])
            }
        }
    }

    @Test func `a slow reader is told that it gets the latest and nobody else notices`() async throws {
        let live = LiveFixture(configuration: LiveFixture.configuration(LiveLimits(kept: 2_000, lag: 500)))
        try await live.serve { port in
            try await RawPeer.open(port, receiveBuffer: 8 * 1_024) { slow in
                _ = try await slow.message()
                try await RawPeer.open(port) { quick in
                    _ = try await quick.message()
                    for start in stride(from: UInt64(1), through: 9_901, by: 100) {
                        try await Self.happen(start...start + 99, in: live)
                        for seq in start...start + 99 { #expect(try await quick.eventSeq() == seq) }
                    }
                }
                var received = 0.0
                var dropped = 0.0
                var last = 0.0
                while last < 10_000 {
                    let message = try await slow.message()
                    if message.kind == "coalesced" { dropped += message["dropped"]?.number ?? 0 }
                    guard let seq = message.eventSeq else { continue }
                    #expect(seq > last)
                    last = seq
                    received += 1
                }
                #expect(dropped > 0)
                #expect(received + dropped == 10_000)
                live.publish(LiveFixture.event(10_001, 1))
                #expect(try await slow.message().eventSeq == 10_001)
            }
        }
    }

    @Test func `a reader that takes nothing is cut`() async throws {
        let limits = LiveLimits(streams: 1, kept: 100, lag: 50, stall: .seconds(5), close: .milliseconds(20))
        let live = LiveFixture(configuration: LiveFixture.configuration(limits))
        try await live.serve { port in
            try await RawPeer.open(port, receiveBuffer: 8 * 1_024) { stuck in
                _ = try await stuck.message()
                // Fleets are what fills a connection quickly.
                for round in 0..<60 {
                    live.publish((0..<300).map { LiveFixture.model($0, score: Double(round)) })
                    await live.time.sleepers(atLeast: 1)
                    live.time.advance(by: .seconds(1))
                }
                #expect(try await stuck.closeCode() == nil, "the close frame did not get through")
            }
            // Its place is free once the connection is gone.
            while !live.feed.hasRoom { await Task.yield() }
        }
    }
}
