import Foundation
import Synchronization
import Testing

@testable import Health

@Suite("What operators say", .timeLimit(.minutes(5)))
struct NoticeBoardTests {
    private let documents = MemoryDocuments()
    private let start = Date(timeIntervalSince1970: 1_795_428_000)

    private func notice(_ id: String, _ kind: Notice.Kind, _ model: ModelID = "m", until seconds: Double?) -> Notice {
        Notice(
            id: id, modelId: model, kind: kind, at: start, until: seconds.map { start + $0 }, reason: "so", by: "ops")
    }

    @Test func `what is said holds until its end, and outlives a restart`() throws {
        let board = try NoticeBoard(documents)
        #expect(board.isEmpty(at: start))
        try board.add(notice("a", .silence, until: 60))
        try board.add(notice("b", .pause, "n", until: 120))
        for board in [board, try NoticeBoard(documents)] {
            #expect(board.notices(of: "m", at: start + 59).map(\.id) == ["a"])
            #expect(board.notices(of: "m", at: start + 60).isEmpty)
            #expect(board.notices(at: start + 90).map(\.id) == ["b"])
            #expect(!board.isEmpty(at: start + 90) && board.isEmpty(at: start + 120))
        }
        try board.tidy(at: start + 61) { _ in nil }
        #expect(try documents.documents("notice").map(\.id) == ["b"])
        #expect(try board.end("b")?.modelId == "n")
        #expect(try board.end("b") == nil)
        #expect(try NoticeBoard(documents).isEmpty(at: start))
    }

    @Test func `every change is told before the call that made it returns, and a read is none`() throws {
        let board = try NoticeBoard(documents)
        let changes = Mutex(0)
        board.onChange { changes.withLock { $0 += 1 } }
        func told(_ body: () throws -> Void) rethrows -> Int {
            let before = changes.withLock { $0 }
            try body()
            return changes.withLock { $0 } - before
        }
        #expect(try told { try board.add(notice("a", .pause, until: 60)) } == 1)
        #expect(told { _ = board.notices(at: start) } == 0)
        #expect(try told { try board.end("nosuch") } == 0)
        #expect(try told { try board.tidy(at: start + 1) { _ in nil } } == 0)
        #expect(try told { try board.tidy(at: start + 60) { _ in nil } } == 1)
        #expect(told { board.configure(announcements: [], maintenance: []) } == 1)
    }

    @Test(arguments: [(-10.0, true), (10.0, false)])
    func `an acknowledgement ends with the trouble it was said of`(healthySince: Double, holds: Bool) throws {
        let board = try NoticeBoard(documents)
        try board.add(notice("a", .acknowledge, until: nil))
        try board.tidy(at: start + 5) { _ in nil }
        #expect(board.notices(of: "m", at: start + 5).count == 1)
        try board.tidy(at: start + 20) { _ in start + healthySince }
        #expect(board.notices(of: "m", at: start + 20).isEmpty != holds)
    }

    @Test func `planned work is a notice of each of its models while it lasts`() throws {
        let board = try NoticeBoard(documents)
        board.configure(
            announcements: [],
            maintenance: [Announcement(id: "c", title: "all", from: start + 100, until: start + 200)])
        try board.add(
            maintenance: Announcement(id: "w", title: "upgrade", from: start + 10, until: start + 20, models: ["m"]))
        #expect(board.maintenance(at: start).map(\.id) == ["w", "c"])
        #expect(board.notices(of: "m", at: start).isEmpty)
        #expect(board.notices(of: "m", at: start + 10).map(\.reason) == ["upgrade"])
        #expect(board.notices(of: "n", at: start + 10).isEmpty)
        #expect(board.notices(of: "n", at: start + 150).map(\.kind) == [.maintenance])
        #expect(board.maintenance(at: start + 20).map(\.id) == ["c"])
        // What the configuration says is taken back there.
        #expect(try !board.takeBack("c", at: start))
        #expect(try !board.takeBack("w", at: start + 20))
        // What has begun ends, and has been.
        #expect(try board.takeBack("w", at: start + 15))
        #expect(board.notices(of: "m", at: start + 16).isEmpty)
        #expect(board.maintenance(of: "m").map(\.to) == [start + 200, start + 15])
        #expect(try NoticeBoard(documents).maintenance(of: "m").map(\.to) == [start + 15])
        // What has not, has never been.
        try board.add(maintenance: Announcement(id: "x", title: "later", from: start + 500, until: start + 600))
        #expect(try board.takeBack("x", at: start + 15))
        #expect(board.maintenance(of: "m").count == 2)
    }

    @Test func `notes stay with their incident, in order`() throws {
        let board = try NoticeBoard(documents)
        for number in 0..<12 {
            try board.add(IncidentNote(at: start + Double(number), text: "\(number)", author: "ops"), to: "17")
        }
        try board.add(IncidentNote(at: start, text: "other", author: "ops"), to: "1")
        let again = try NoticeBoard(documents)
        #expect(again.notes(on: "17").map(\.text) == (0..<12).map { "\($0)" })
        #expect(again.notes(on: "1").map(\.text) == ["other"] && again.notes(on: "2").isEmpty)
    }

    @Test func `a paused model gets no traffic, and shows why`() throws {
        let board = try NoticeBoard(documents)
        let model = ModelHealthStatus(
            modelId: "m", provider: "p", status: .healthy, reasons: [HealthReason(.passing, "Answering.")],
            since: start, routing: RoutingVerdict(.usable, reason: "Answering."))
        let fleet = FleetHealth(revision: 3, at: start, models: [model])
        #expect(fleet.with(board, at: start).models == fleet.models)
        try board.add(notice("a", .silence, until: 60))
        #expect(fleet.with(board, at: start).models[0].routing.verdict == .usable)
        try board.add(notice("b", .pause, until: 60))
        let paused = fleet.with(board, at: start).models[0]
        #expect(paused.routing.verdict == .excluded && paused.routing.reason == "paused: so")
        #expect(paused.notices.map(\.kind) == [.silence, .pause] && paused.status == .healthy)
        let json = try HealthJSON.encoder().encode(paused)
        #expect(try HealthJSON.decoder().decode(ModelHealthStatus.self, from: json) == paused)
        #expect(fleet.with(board, at: start + 61).models == fleet.models)
    }
}
