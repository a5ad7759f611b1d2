import Foundation
import HTTPTypes
import Health
import History
import HummingbirdTesting
import TestSupport
import Testing

@testable import API

@Suite("What operators say, by HTTP", .timeLimit(.minutes(5)))
struct NoticeTests {
    private static let base = "/api/llm-manager/"

    private static var json: HTTPFields { [.contentType: "application/json"] }

    private func delete(_ fixture: Fixture, _ path: String) async throws -> TestResponse {
        try await fixture.with { try await $0.execute(uri: Self.base + path, method: .delete, headers: Self.json) }
    }

    private func decoded<Value: Decodable>(_ response: TestResponse, as type: Value.Type) throws -> Value {
        try HealthJSON.decoder().decode(type, from: Data(response.text.utf8))
    }

    @Test func `a silence is said, listed and ended`() async throws {
        let fixture = Fixture()
        let model = try #require(fixture.publisher.fleet.models.first).modelId
        let body = #"{"modelId":"\#(model)","kind":"silence","for":"1h","reason":"upgrade"}"#
        let made = try await fixture.post(Self.base + "silences", body)
        #expect(made.status == .created)
        let notice = try decoded(made, as: Notice.self)
        #expect(notice.modelId == model && notice.until == Fixture.start + 3_600 && notice.reason == "upgrade")
        let listed = try await fixture.get(Self.base + "silences")
        #expect(try decoded(listed, as: [Notice].self) == [notice])
        #expect(try await delete(fixture, "silences/\(notice.id)").status == .noContent)
        #expect(try await delete(fixture, "silences/\(notice.id)").status == .notFound)
        #expect(try await fixture.get(Self.base + "silences").text == "[]")
    }

    @Test(
        arguments: [
            (#"{"modelId":"nobody","kind":"silence","for":"1h"}"#, 404, "modelId"),
            (#"{"kind":"silence","for":"1h"}"#, 400, "modelId"),
            (#"{"modelId":"MODEL","kind":"mute","for":"1h"}"#, 400, "kind"),
            (#"{"modelId":"MODEL","kind":"maintenance","for":"1h"}"#, 400, "kind"),
            (#"{"modelId":"MODEL","kind":"silence"}"#, 400, "for"),
            (#"{"modelId":"MODEL","kind":"silence","for":"0s"}"#, 400, "for"),
            (#"{"modelId":"MODEL","kind":"silence","for":"9999d"}"#, 400, "for"),
            (#"{"modelId":"MODEL","kind":"silence","for":3600}"#, 400, "for"),
            (#"{"modelId":"MODEL","kind":"silence","for":"1h","until":"x"}"#, 400, "until"),
            ("[]", 400, "body"), ("", 400, "body"), ("{", 400, "body"),
        ] as [(String, Int, String)])
    func `what is wrong is named`(body: String, status: Int, field: String) async throws {
        let fixture = Fixture()
        let model = try #require(fixture.publisher.fleet.models.first).modelId.rawValue
        let response = try await fixture.post(Self.base + "silences", body.replacing("MODEL", with: model))
        #expect(response.status.code == status, "\(response.text)")
        #expect(response.text.contains("\"field\":\"\(field)\""), "\(response.text)")
    }

    @Test func `planned work and words to everybody`() async throws {
        let fixture = Fixture()
        let window = try await fixture.post(
            Self.base + "maintenance",
            #"{"title":"upgrade","from":"2026-11-23T12:00:00Z","for":"30m","models":["gpt-4o"]}"#)
        #expect(window.status == .created)
        let made = try decoded(window, as: Announcement.self)
        #expect(made.until == Fixture.start + 7_200 + 1_800 && made.models == ["gpt-4o"])
        #expect(try await fixture.post(Self.base + "maintenance", #"{"title":"x"}"#).status == .badRequest)
        let word = try await fixture.post(Self.base + "announcements", #"{"title":"hello","text":"all"}"#)
        #expect(try decoded(word, as: Announcement.self).until == nil)
        #expect(
            try decoded(try await fixture.get(Self.base + "announcements"), as: [Announcement].self).map(\.title)
                == ["hello"])
        #expect(try await delete(fixture, "maintenance/\(made.id)").status == .noContent)
        #expect(try await fixture.get(Self.base + "maintenance").text == "[]")
    }

    @Test func `a note is kept with who wrote it`() async throws {
        let secret = "0123456789abcdef0123456789abcdef"
        let fixture = Fixture(
            configuration: APIConfiguration(
                port: 0, tokens: [APIToken(name: "ops", secret: Secret(secret), scopes: [.admin])]))
        var headers = Self.json
        headers[.authorization] = "Bearer \(secret)"
        let path = Self.base + "health/incidents/17/notes"
        let made = try await fixture.post(path, #"{"text":"looked at it"}"#, headers: headers)
        #expect(made.status == .created)
        #expect(try decoded(made, as: IncidentNote.self).author == "ops")
        #expect(fixture.notices.notes(on: "17").map(\.text) == ["looked at it"])
        #expect(try await fixture.post(path, #"{"text":" "}"#, headers: headers).status == .badRequest)
        #expect(try await fixture.post(path, #"{"text":"x"}"#).status == .unauthorized)
    }

    @Test(arguments: [
        ("17", 201), ("18", 404), ("0", 404), ("at-1795428000000-1x2y", 201), ("at-x", 404),
        ("at-1795428000000", 404), ("nonsense", 404),
    ])
    func `a note belongs to an incident`(id: String, status: Int) async throws {
        let store = MemoryHistory(timekeeper: ManualTime(start: Fixture.start).timekeeper)
        let change = HealthChangeEvent(
            seq: 17, modelId: "gpt-4o", provider: "openai", previousStatus: .healthy, currentStatus: .unhealthy,
            timestamp: Fixture.start, reasons: [HealthReason(.outage, "down")])
        try await store.append([], [change])
        let fixture = Fixture(storage: store)
        let response = try await fixture.post(Self.base + "health/incidents/\(id)/notes", #"{"text":"é 😀"}"#)
        #expect(response.status.code == status)
        #expect(fixture.notices.notes(on: id).count == (status == 201 ? 1 : 0))
    }

    @Test func `a note on an incident of this second, which is not stored yet, is kept`() async throws {
        let store = MemoryHistory(timekeeper: ManualTime(start: Fixture.start).timekeeper)
        let fixture = Fixture(storage: store)
        let (signals, end) = fixture.api.feed.signals()
        try await withThrowingTaskGroup { group in
            group.addTask { await fixture.api.feed.run(logger: Fixture.logger()) }
            let change = HealthChangeEvent(
                seq: 3, modelId: "gpt-4o", provider: "openai", previousStatus: .healthy, currentStatus: .unhealthy,
                timestamp: Fixture.start, reasons: [HealthReason(.outage, "down")])
            fixture.publisher.publish(
                FleetHealth(revision: 8, at: Fixture.start, models: Fixture.models), events: [change])
            for await _ in signals where fixture.api.feed.lastSeq == 3 { break }
            for (id, status) in [("3", 201), ("2", 404), ("4", 404)] {
                let response = try await fixture.post(Self.base + "health/incidents/\(id)/notes", #"{"text":"seen"}"#)
                #expect(response.status.code == status, "\(id)")
            }
            group.cancelAll()
        }
        end.finish()
    }

    @Test(arguments: [
        (#"{"title":"\#(String(repeating: "é", count: 200))"}"#, 201),
        (#"{"title":"\#(String(repeating: "é", count: 201))"}"#, 400), (#"{"title":" "}"#, 400),
        (#"{"title":"a","until":null,"for":null,"text":null,"models":null}"#, 201),
        (#"{"title":"a","from":"2453-09-11T11:56:14.10-01:53"}"#, 201),
        (#"{"title":"a","from":"9999-12-31T23:59:59-23:00"}"#, 400),
        (#"{"title":"a","from":"9999-12-31T00:00:00Z","for":"366d"}"#, 400),
        (#"{"title":"a","from":"0000-01-01T00:00:00Z"}"#, 201), (#"{"title":"a","for":"0s"}"#, 400),
        (#"{"title":"a","models":[""]}"#, 400),
    ])
    func `orders at the edges`(body: String, status: Int) async throws {
        let response = try await Fixture().post(Self.base + "announcements", body)
        #expect(response.status.code == status, "\(response.text)")
    }
}
