import Foundation
import Health
import NIOCore
import Testing

@testable import API

/// A log with its fleet, and a reader of it.
private struct Desk {
    var log: LiveLog
    var reader: Subscription
    private var models = LiveFixture.models(4)
    private var revision: UInt64 = 0
    private var asked: UInt64?

    init(
        kept: Int = 100, lastSeq: UInt64 = 0, after: UInt64? = nil, filter: FleetFilter = FleetFilter(),
        limits: LiveLimits = LiveLimits(lag: 10)
    ) throws {
        log = LiveLog(capacity: kept, lastSeq: lastSeq)
        reader = Subscription(filter: filter, after: after, limits: limits)
        try tell()
    }

    /// Appends events `range` of models by turns.
    mutating func happen(_ range: ClosedRange<UInt64>, of modelCount: UInt64 = 4, to status: HealthStatus = .degraded)
        throws
    {
        for seq in range {
            let number = Int(seq % modelCount)
            models[number].status = status
            models[number].score = Double(seq)
            let event = LiveFixture.event(seq, number, to: status)
            log.append(event, json: try Self.json(event), model: try Self.json(models[number]))
        }
    }

    /// Tells the fleet as it now is.
    mutating func tell(inARound: Bool = true) throws {
        revision += 1
        let fleet = FleetHealth(revision: revision, at: Fixture.start, models: models)
        log.tell(try log.told.renewed(fleet, seq: log.lastSeq, position: log.end))
        if inARound { log.round += 1 }
    }

    mutating func remove(_ number: Int) { models.remove(at: number) }

    static func json(_ value: some Encodable) throws -> ByteBuffer {
        ByteBuffer(bytes: try HealthJSON.encoder().encode(value))
    }

    /// What the reader gets until it waits, in short: kinds and numbers.
    mutating func take(limit: Int = .max) throws -> [String] { try messages(limit: limit).map(Self.short) }

    mutating func messages(limit: Int = .max) throws -> [JSONValue] {
        var messages: [JSONValue] = []
        while messages.count < limit {
            switch reader.next(&log) {
            case .send(let message):
                messages.append(
                    try HealthJSON.decoder().decode(JSONValue.self, from: Data(message.json.readableBytesView)))
            case .read(let seq):
                asked = seq
                return messages
            case .wait: return messages
            }
        }
        return messages
    }

    /// The number that history is asked after, if it is.
    mutating func question() throws -> UInt64? {
        defer { asked = nil }
        if asked == nil { #expect(try take() == []) }
        return asked
    }

    mutating func answer(_ seqs: [UInt64], hasFailed: Bool = false) throws {
        reader.take(
            HistoryPage(
                rows: try seqs.map {
                    let event = LiveFixture.event($0, Int($0 % 4))
                    return .init(event: event, json: try Self.json(event))
                }, hasFailed: hasFailed))
    }

    private static func short(_ message: JSONValue) -> String {
        func number(_ name: String) -> String { message[name]?.number.map { "\(Int($0))" } ?? "?" }
        return switch message.kind {
        case "fleet": "fleet@\(number("seq"))"
        case "event": "\(Int(message.eventSeq ?? -1))"
        case "update": "update \(message.modelIDs.joined(separator: " "))"
        case "gap": "gap \(number("from"))-\(number("to"))\(message["restart"] == true ? " restart" : "")"
        case "coalesced": "coalesced \(number("dropped"))"
        default: "?"
        }
    }
}

@Suite("What a reader of the stream gets next", .timeLimit(.minutes(5)))
struct SubscriptionTests {
    @Test func `the fleet and then what happens`() throws {
        var desk = try Desk(lastSeq: 7)
        #expect(try desk.take() == ["fleet@7"])
        try desk.happen(8...9)
        #expect(try desk.take() == ["8", "9"])
        try desk.tell()
        #expect(try desk.take() == ["update m0 m1"])
        #expect(try desk.take() == [])
        try desk.tell()
        #expect(try desk.take() == [], "nothing has changed")
    }

    @Test(arguments: [11, UInt64(Int64.max), .max] as [UInt64])
    func `a number that was never given is no known one`(after: UInt64) throws {
        var desk = try Desk(kept: 4, after: after)
        try desk.happen(1...10)
        #expect(!desk.log.covers(after: after) && desk.log.covers(after: 10) && !desk.log.covers(after: 5))
        try desk.tell()
        let messages = try desk.messages()
        #expect(messages.compactMap(\.kind) == ["fleet", "gap", "fleet"])
        #expect(messages.last?["seq"] == 10)
    }

    @Test func `events between the fleet that is told and now follow it`() throws {
        var desk = try Desk()
        try desk.happen(1...3)
        try desk.tell()
        try desk.happen(4...5)
        #expect(try desk.take() == ["fleet@3", "4", "5"])
    }

    @Test func `a fleet that another reader needs is no update`() throws {
        var desk = try Desk()
        _ = try desk.take()
        try desk.happen(1...1)
        try desk.tell(inARound: false)
        #expect(try desk.take() == ["1"])
        try desk.tell()
        #expect(try desk.take() == ["update m1"])
    }

    @Test func `updates come after the events that are part of them`() throws {
        var desk = try Desk()
        _ = try desk.take()
        try desk.happen(1...2)
        try desk.tell()
        #expect(try desk.take() == ["1", "2", "update m1 m2"])
    }

    @Test func `missed events come from memory with the model as it is now`() throws {
        var desk = try Desk(after: 2)
        try desk.happen(1...6)
        try desk.tell()
        let messages = try desk.messages()
        #expect(messages.compactMap(\.eventSeq) == [3, 4, 5, 6])
        #expect(messages[0]["seq"]?.number == 2)
        // Event 2's model has moved on by event 6, which the fleet knows already.
        #expect(messages[1]["model"]?["score"]?.number == 3)
        #expect(messages.last?["model"]?["score"]?.number == 6)
        try desk.happen(7...7)
        #expect(try desk.take() == ["7"])
    }

    @Test func `a model that is gone is null`() throws {
        var desk = try Desk(after: 0)
        try desk.happen(1...1)
        desk.remove(1)
        try desk.tell()
        let messages = try desk.messages()
        #expect(messages[1].eventSeq == 1)
        #expect(messages[1]["model"] == .null)
    }

    @Test func `missed events come from history page by page and then from memory`() throws {
        var desk = try Desk(kept: 3, after: 2)
        try desk.happen(1...9)
        #expect(try desk.take() == ["fleet@2"])
        #expect(try desk.question() == 1)
        #expect(try desk.question() == nil, "one question at a time")
        try desk.answer([2, 3, 4])
        #expect(try desk.take() == ["3", "4"])
        #expect(try desk.question() == 4)
        try desk.answer([5, 6])
        #expect(try desk.take() == ["5", "6", "7", "8", "9"])
        try desk.happen(10...10)
        #expect(try desk.take() == ["10"])
    }

    @Test func `what memory loses meanwhile is read too`() throws {
        var desk = try Desk(kept: 3, after: 1)
        try desk.happen(1...6)
        #expect(try desk.take() == ["fleet@1"])
        #expect(try desk.question() == 0)
        try desk.answer([1, 2, 3])
        #expect(try desk.take(limit: 2) == ["2", "3"])
        try desk.happen(7...9)
        #expect(try desk.question() == 3)
        try desk.answer([4, 5, 6])
        #expect(try desk.take() == ["4", "5", "6", "7", "8", "9"])
    }

    @Test func `what memory loses while it is replayed is read from history`() throws {
        var desk = try Desk(kept: 4, after: 0)
        try desk.happen(1...4)
        #expect(try desk.take(limit: 2) == ["fleet@0", "1"])
        try desk.happen(5...8)
        #expect(try desk.question() == 1)
        try desk.answer([2, 3, 4])
        #expect(try desk.take() == ["2", "3", "4", "5", "6", "7", "8"])
    }

    @Test func `a long replay is never coalesced`() throws {
        var desk = try Desk(after: 0)
        try desk.happen(1...90)
        #expect(
            try desk.take() == ["fleet@0"] + (1...90).map { "\($0)" })
    }

    @Test func `a hole in history is a restart`() throws {
        var desk = try Desk(kept: 2, after: 2)
        try desk.happen(1...12)
        _ = try desk.take()
        #expect(try desk.question() == 1)
        try desk.answer([2, 3, 8, 9, 10])
        #expect(try desk.take() == ["3", "gap 4-7 restart", "fleet@7", "8", "9", "10", "11", "12"])
    }

    @Test func `a restart that began the log is a gap`() throws {
        var desk = try Desk(lastSeq: 20, after: 20)
        try desk.happen(101...102)
        #expect(try desk.take() == ["fleet@20", "gap 21-100 restart", "fleet@100", "101", "102"])
    }

    @Test func `what history no longer has is a gap`() throws {
        var desk = try Desk(kept: 2, after: 2)
        try desk.happen(1...12)
        _ = try desk.take()
        #expect(try desk.question() == 1)
        try desk.answer([7, 8, 9, 10])
        #expect(try desk.take() == ["gap 3-6", "fleet@6", "7", "8", "9", "10", "11", "12"])
    }

    @Test func `a history that cannot be read is a gap`() throws {
        var desk = try Desk(kept: 2, after: 2)
        try desk.happen(1...12)
        _ = try desk.take()
        _ = try desk.question()
        try desk.answer([], hasFailed: true)
        #expect(try desk.take() == ["gap 3-10", "fleet@10", "11", "12"])
    }

    @Test func `a history that ends before memory begins is a gap`() throws {
        var desk = try Desk(kept: 2, after: 2)
        try desk.happen(1...12)
        _ = try desk.take()
        _ = try desk.question()
        try desk.answer([2, 3])
        #expect(try desk.take() == ["3"])
        #expect(try desk.question() == 3)
        try desk.answer([])
        #expect(try desk.take() == ["gap 4-10", "fleet@10", "11", "12"])
    }

    @Test func `numbers that began anew are a gap`() throws {
        var desk = try Desk(lastSeq: 5, after: 900)
        #expect(try desk.take() == ["fleet@900", "gap 1-5 restart", "fleet@5"])
        try desk.happen(6...6)
        #expect(try desk.take() == ["6"])
    }

    @Test func `too much to be read is a gap`() throws {
        var desk = try Desk(kept: 2, after: 2, limits: LiveLimits(lag: 10, replay: 8))
        try desk.happen(1...12)
        #expect(try desk.take() == ["fleet@2", "gap 3-10", "fleet@10", "11", "12"])
    }

    @Test func `events that the log missed are a gap`() throws {
        var desk = try Desk()
        _ = try desk.take()
        try desk.happen(1...2)
        try desk.happen(6...7)
        try desk.tell()
        let messages = try desk.messages()
        #expect(messages.map(\.kind) == ["event", "event", "gap", "fleet", "event", "event"])
        #expect(messages[2]["from"]?.number == 3)
        #expect(messages[2]["to"]?.number == 5)
        #expect(messages[2]["restart"] == false)
        #expect(messages[3]["seq"]?.number == 5)
    }

    @Test func `who is far behind gets the latest of each model`() throws {
        var desk = try Desk(limits: LiveLimits(lag: 10))
        _ = try desk.take()
        try desk.happen(1...11)
        #expect(try desk.take() == ["coalesced 7", "8", "9", "10", "11"])
        #expect(desk.reader.takeLeftOut() == 7)
        #expect(desk.reader.takeLeftOut() == 0)
        try desk.happen(12...12)
        #expect(try desk.take() == ["12"])
    }

    @Test func `who is a bit behind gets all`() throws {
        var desk = try Desk(limits: LiveLimits(lag: 10))
        _ = try desk.take()
        try desk.happen(1...10)
        #expect(try desk.take() == (1...10).map { "\($0)" })
    }

    @Test func `what memory has lost is coalesced too and the update tells it`() throws {
        var desk = try Desk(kept: 5, limits: LiveLimits(lag: 3))
        _ = try desk.take()
        try desk.happen(1...1)
        // Model 2 alone from here on; the event of model 1 is forgotten.
        for _ in 0..<2 { try desk.happen(2...21, of: 1) }
        try desk.tell()
        #expect(try desk.take() == ["coalesced 20", "21", "update m0 m1"])
    }

    @Test func `it is coalesced again when it falls behind again`() throws {
        var desk = try Desk(kept: 8, limits: LiveLimits(lag: 6))
        _ = try desk.take()
        try desk.happen(1...8)
        #expect(try desk.take(limit: 2) == ["coalesced 4", "5"])
        try desk.happen(9...30)
        let rest = try desk.take()
        #expect(rest.first?.hasPrefix("coalesced ") == true)
        #expect(Array(rest.dropFirst()) == ["27", "28", "29", "30"])
    }

    @Test(
        arguments: [
            (FleetFilter(modelID: "m1"), ["fleet@0", "1", "5", "update m1"], ["m1"]),
            (FleetFilter(provider: "even"), ["fleet@0", "2", "4", "6", "update m0 m2"], ["m0", "m2"]),
            (FleetFilter(modelID: "m1", provider: "even"), ["fleet@0"], []),
            (FleetFilter(status: .degraded), ["fleet@0"] + (1...6).map { "\($0)" } + ["update m0 m1 m2 m3"], []),
            (FleetFilter(status: .unhealthy), ["fleet@0"], []),
        ] as [(FleetFilter, [String], [String])])
    func `a filter lets through what is asked for`(filter: FleetFilter, messages: [String], shown: [String]) throws {
        var desk = try Desk(filter: filter)
        let hello = try desk.messages()
        #expect(hello[0].modelIDs == shown)
        try desk.happen(1...6)
        try desk.tell()
        // A summary that changes is told to everybody.
        #expect(try ["fleet@0"] + desk.take().filter { $0 != "update " } == messages)
    }

    @Test func `what leaves a status leaves its view`() throws {
        var desk = try Desk(filter: FleetFilter(status: .healthy))
        #expect(try desk.messages()[0].modelIDs == ["m0", "m1", "m2", "m3"])
        try desk.happen(1...1)
        try desk.tell()
        let messages = try desk.messages()
        #expect(messages.map(\.kind) == ["event", "update"])
        #expect(messages[1].modelIDs == [])
        #expect(messages[1]["removed"] == ["m1"])
    }

    @Test func `updates tell what is gone`() throws {
        var desk = try Desk()
        _ = try desk.take()
        desk.remove(2)
        try desk.tell()
        let update = try #require(try desk.messages().first)
        #expect(update["removed"] == ["m2"])
        #expect(update.modelIDs == [])
        #expect(update["summary"]?["counts"]?["total"]?.number == 3)
    }
}
