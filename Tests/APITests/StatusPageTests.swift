import Foundation
import HTTPTypes
import Health
import History
import HummingbirdTesting
import NIOCore
import TestSupport
import Testing
import Web

@testable import API

@Suite("The public status page", .timeLimit(.minutes(5)))
struct StatusPageTests {
    private static let page = StatusPage(
        title: "Status <of> models", text: "What we run & how it goes", url: "https://status.example/",
        groups: [
            .init(name: "Chat", models: [NamePattern("gpt-*"), NamePattern("mistral")]),
            .init(name: "Batch", models: [NamePattern("meta/*")], showsModels: false),
        ], names: ["gpt-4o": "Our best \"model\""])

    private func store() async throws -> MemoryHistory {
        let store = MemoryHistory(timekeeper: ManualTime(start: Fixture.start).timekeeper)
        for model in ["gpt-4o", "meta/llama-3.1/8b", "mistral", "neu/ä \"x\"\n"] as [ModelID] {
            let rows = (0..<120).map { minute in
                let isDown = model == "meta/llama-3.1/8b" && minute >= 110
                return HealthSnapshot(
                    timestamp: Fixture.at(Double(minute - 120) * 60), modelId: model, provider: "secret-provider",
                    status: isDown ? .unhealthy : .healthy, score: 90, reasonCode: isDown ? .credentials : .passing,
                    metrics: .init(requestCount: 1))
            }
            let changes = [
                HealthChangeEvent(
                    seq: 17, modelId: model, provider: "secret-provider", previousStatus: .healthy,
                    currentStatus: .unhealthy, timestamp: Fixture.at(-600),
                    reasons: [HealthReason(.credentials, "https://internal.example refuses the key of team-x")])
            ]
            try await store.append(rows, model == "meta/llama-3.1/8b" ? changes : [])
        }
        return store
    }

    private func fixture(_ page: StatusPage? = StatusPageTests.page, tokens: [APIToken] = []) async throws -> Fixture {
        Fixture(
            configuration: APIConfiguration(port: 0, tokens: tokens, statusPage: page), storage: try await store())
    }

    @Test func `it is off by default`() async throws {
        for path in ["/status", "/status/feed.xml", "/status/feed.json"] {
            let fixture = try await fixture(nil)
            let response = try await fixture.with { try await $0.execute(uri: path, method: .get) }
            try response.expectProblem("unknown-route", 404)
        }
    }

    @Test func `it needs no token and no script`() async throws {
        let token = APIToken(name: "x", secret: Secret("some-secret"), scopes: [.read])
        let fixture = try await fixture(tokens: [token])
        let response = try await fixture.get("/status")
        #expect(response.status == .ok)
        #expect(response.headers[.contentType] == "text/html; charset=utf-8")
        // The one that keeps it fresh may fail to run.
        #expect(response.text.matches(of: /<script/).count == 1 && !response.text.contains("style="))
        let again = try await fixture.get("/status", headers: [.ifNoneMatch: response.headers[.eTag] ?? ""])
        #expect(again.status == .notModified)
    }

    @Test func `it shows what is named and nothing private`() async throws {
        let fixture = try await fixture()
        for path in ["/status", "/status/feed.xml", "/status/feed.json"] {
            let text = try await fixture.get(path).text
            for secret in [
                "secret-provider", "internal.example", "team-x", "meta/", "llama", "neu/", "credentials", "openai",
                "together", "refused", "gpt-4o",
            ] {
                #expect(!text.contains(secret), "\(path): \(secret)")
            }
        }
        let text = try await fixture.get("/status").text
        #expect(text.contains("Status &lt;of&gt; models"))
        #expect(text.contains("Our best &quot;model&quot;"))
        #expect(text.contains("<h2>Batch</h2>"))
        #expect(text.contains("Batch is down"))
        #expect(text.contains("Batch: no answers"))
        #expect(text.contains("Not over yet"))
        // Three lines of ninety days each.
        #expect(text.matches(of: /<rect class="[a-z]+"/).count == 270)
        #expect(text.matches(of: /<rect class="unseen"/).count == 267)
        #expect(text.matches(of: /<rect class="outage"/).count == 1)
    }

    @Test func `maintenance and words to everybody are shown`() async throws {
        let fixture = try await fixture()
        let now = Fixture.start
        try fixture.notices.add(
            maintenance: Announcement(
                id: "m1", title: "New <GPUs>", text: "Slower for a while", from: now + 3_600, until: now + 7_200,
                models: ["gpt-*"]))
        try fixture.notices.add(
            maintenance: Announcement(
                id: "m2", title: "Private work", from: now + 3_600, until: now + 7_200, models: ["neu/*"]))
        try fixture.notices.add(
            announcement: Announcement(id: "a1", title: "Prices change", from: now - 60, until: nil))
        for path in ["/status", "/status/feed.xml", "/status/feed.json"] {
            let text = try await fixture.get(path).text
            #expect(text.contains("GPUs"))
            #expect(text.contains("Prices change"))
            #expect(!text.contains("Private work"), "\(path)")
        }
        #expect(try await fixture.get("/status").text.contains("Planned maintenance"))
    }

    @Test func `what is said or ended within the minute is shown at once`() async throws {
        let fixture = try await fixture()
        let board = fixture.notices
        let keeper = StatusPageCache(page: Self.page, past: try await store(), board: board)
        func text(at seconds: Double) async throws -> String {
            let document = try await keeper.document(
                .page, of: fixture.publisher.fleet, at: Fixture.at(seconds), home: "x", failed: { _ in }
            ) { Document(ByteBuffer(string: StatusHTML.text($0)), contentType: "text/html") }
            return String(buffer: document.body)
        }
        #expect(try await !text(at: 4).contains("Prices change"))
        try board.add(announcement: Announcement(id: "a", title: "Prices change", from: Fixture.at(5), until: nil))
        try board.add(
            maintenance: Announcement(id: "m", title: "GPUs", from: Fixture.at(6), until: Fixture.at(3_600)))
        let during = try await text(at: 7)
        #expect(during.contains("Prices change") && during.contains("Maintenance now"))
        #expect(try board.takeBack("m", at: Fixture.at(30)))
        let after = try await text(at: 31)
        #expect(after.contains("Prices change") && !after.contains("GPUs"))
    }

    @Test func `feeds are well formed`() async throws {
        let fixture = try await fixture()
        let rss = try await fixture.get("/status/feed.xml")
        #expect(rss.headers[.contentType] == "application/rss+xml; charset=utf-8")
        let elements = try PlainXML(rss.text).elements
        #expect(elements.first?.name == "rss")
        #expect(elements.count { $0.name == "item" } == 1, "\(rss.text)")
        #expect(elements.first { $0.name == "pubDate" }?.text == "Mon, 23 Nov 2026 09:50:00 GMT")
        let json = try await fixture.get("/status/feed.json").json
        #expect(json["version"]?.string == "https://jsonfeed.org/version/1.1")
        #expect(json["home_page_url"]?.string == "https://status.example/")
        #expect(json["items"]?.array?.first?["title"]?.string == "Batch: no answers")
    }

    @Test func `however many ask the past is read once a minute`() async throws {
        let store = CountingStore(try await store())
        let keeper = StatusPageCache(page: Self.page, past: store, board: nil)
        let fleet = FleetHealth(revision: 1, at: Fixture.start, models: Fixture.models)
        @Sendable func ask(at seconds: Double) async throws -> String {
            try await keeper.document(
                .page, of: fleet, at: Fixture.at(seconds), home: "x",
                failed: { _ in store.noteFailure() }
            ) { Document(ByteBuffer(string: StatusHTML.text($0)), contentType: "text/html") }.etag
        }
        let tags = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<20 { group.addTask { try await ask(at: 0) } }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(tags.count == 1 && store.reads == 1)
        _ = try await ask(at: 59)
        #expect(store.reads == 1)
        _ = try await ask(at: 61)
        #expect(store.reads == 2)
        // What cannot be read is told, and the old one shown.
        store.isBroken = true
        _ = try await ask(at: 200)
        _ = try await ask(at: 201)
        #expect(store.reads == 3 && store.failures == 1)
        await #expect(throws: HealthStorageError.self) {
            try await StatusPageCache(page: Self.page, past: store, board: nil).document(
                .page, of: fleet, at: Fixture.start, home: "x", failed: { _ in }
            ) { _ in Document(ByteBuffer(), contentType: "text/html") }
        }
    }
}
