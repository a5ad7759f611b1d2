import Foundation
import HTTPTypes
import Health
import History
import HummingbirdTesting
import TestSupport
import Testing
import Web

@testable import API

@Suite("Badges", .timeLimit(.minutes(5)))
struct BadgeTests {
    private let svg = "/api/llm-manager/health/badge.svg"
    private let json = "/api/llm-manager/health/badge.json"
    private static let secret = "a-secret-for-reading"

    private func message(_ fixture: Fixture, _ query: String) async throws -> String? {
        try await fixture.get("\(json)?\(query)").json["message"]?.string
    }

    @Test(
        arguments: [
            ("modelId=gpt-4o", "gpt-4o", "healthy", Badge.Mood.good),
            ("modelId=mistral", "mistral", "degraded", .fair),
            ("modelId=meta/llama-3.1/8b", "meta/llama-3.1/8b", "unhealthy", .bad),
            ("modelId=neu%2F%C3%A4%20%22x%22%0A", "neu/ä \"x\"\n", "unknown", .unknown),
            ("modelId=gpt-4o&metric=score", "health score", "98/100", .good),
            ("modelId=mistral&metric=score", "health score", "61/100", .fair),
            ("modelId=meta/llama-3.1/8b&metric=score", "health score", "4/100", .bad),
            ("modelId=neu%2F%C3%A4%20%22x%22%0A&metric=score", "health score", "no data", .unknown),
            ("modelId=gpt-4o&metric=latency", "latency", "413 ms", .good),
            ("modelId=mistral&metric=latency", "latency", "3 s", .fair),
            ("modelId=gpt-4o&metric=uptime", "uptime 24h", "no data", .unknown),
            ("modelId=gpt-4o&label=my+label", "my label", "healthy", .good),
            ("modelId=nobody", "nobody", "not found", .unknown),
        ] as [(String, String, String, Badge.Mood)])
    func `what each metric says`(query: String, label: String, message: String, mood: Badge.Mood) async throws {
        let answer = try await Fixture().get("\(json)?\(query)").json
        #expect(answer["schemaVersion"]?.number == 1)
        #expect(answer["label"]?.string == label)
        #expect(answer["message"]?.string == message)
        #expect(answer["color"]?.string == mood.color)
    }

    @Test func `what operators say is shown`() async throws {
        var models = Fixture.models
        models[0].notices = [
            Notice(
                id: "1", modelId: models[0].modelId, kind: .maintenance, at: Fixture.start, until: nil, reason: "",
                by: "x")
        ]
        let fixture = Fixture(models: models)
        #expect(try await message(fixture, "modelId=gpt-4o") == "maintenance")
    }

    @Test func `uptime comes from the history`() async throws {
        let time = ManualTime(start: Fixture.start)
        let store = MemoryHistory(timekeeper: time.timekeeper)
        let rows = (0..<60).map { minute in
            HealthSnapshot(
                timestamp: Fixture.at(Double(minute - 60) * 60), modelId: "gpt-4o", provider: "openai",
                status: minute < 15 ? .unhealthy : .healthy, score: 90, reasonCode: .passing,
                metrics: .init(requestCount: 1))
        }
        try await store.append(rows, [])
        let fixture = Fixture(storage: store)
        #expect(try await message(fixture, "modelId=gpt-4o&metric=uptime") == "75%")
        #expect(try await message(fixture, "modelId=gpt-4o&metric=uptime&window=90d") == "75%")
    }

    @Test func `a change is seen with the next fleet`() async throws {
        let fixture = Fixture()
        #expect(try await message(fixture, "modelId=gpt-4o") == "healthy")
        var models = Fixture.models
        models[0].status = .unhealthy
        fixture.publish(models)
        #expect(try await message(fixture, "modelId=gpt-4o") == "unhealthy")
    }

    @Test(arguments: BadgeImage.Style.allCases)
    func `styles`(style: BadgeImage.Style) async throws {
        let response = try await Fixture().get("\(svg)?modelId=meta/llama-3.1/8b&style=\(style.rawValue)")
        #expect(response.status == .ok)
        #expect(response.headers[.contentType] == "image/svg+xml")
        #expect(response.headers[.cacheControl] == "public, max-age=30")
        #expect(response.headers[.crossOriginResourcePolicy] == "cross-origin")
        let root = try #require(try PlainXML(response.text).elements.first)
        #expect(root.name == "svg")
        #expect(root.attributes["aria-label"] == "meta/llama-3.1/8b: unhealthy")
        #expect(root.attributes["height"] == (style == .forTheBadge ? "28" : "20"))
        #expect(response.text.contains("linearGradient") == (style == .flat))
        #expect(response.text.contains(style == .forTheBadge ? ">UNHEALTHY<" : ">unhealthy<"))
        // No script, no style, nothing from elsewhere.
        #expect(!response.text.contains("style=") && !response.text.contains("href"))
        let again = try await Fixture().get(
            "\(svg)?modelId=meta/llama-3.1/8b&style=\(style.rawValue)",
            headers: [.ifNoneMatch: response.headers[.eTag] ?? ""])
        #expect(again.status == .notModified)
    }

    @Test(arguments: ["<script>alert(1)</script>", "\"'&<>", "\u{1}\u{8}\n\t", "日本語 🚀", "\u{FFFE}a", "]]>"])
    func `whatever a label is, the image is XML`(label: String) async throws {
        var allowed = CharacterSet.alphanumerics
        allowed.insert(charactersIn: "-")
        let sent = try #require(label.addingPercentEncoding(withAllowedCharacters: allowed))
        let response = try await Fixture().get("\(svg)?modelId=gpt-4o&label=\(sent)")
        #expect(response.status == .ok)
        let elements = try PlainXML(response.text).elements
        #expect(!elements.contains { $0.name == "script" })
        #expect(elements.count { $0.name == "text" } == 2)
    }

    @Test(
        arguments: [
            ("", "modelId"), ("modelId=gpt-4o&metric=mood", "metric"), ("modelId=gpt-4o&window=5m", "window"),
            ("modelId=gpt-4o&style=plastic", "style"), ("modelId=gpt-4o&label=", "label"),
            ("modelId=gpt-4o&label=\(String(repeating: "x", count: 65))", "label"),
        ] as [(String, String)])
    func `orders that cannot be meant`(query: String, field: String) async throws {
        try await Fixture().get("\(svg)?\(query)").expectProblem("bad-parameter", 400, field: field)
    }

    @Test func `unknown and forbidden look the same`() async throws {
        let fixture = Fixture(
            configuration: APIConfiguration(
                port: 0,
                tokens: [
                    APIToken(name: "reader", secret: Secret(Self.secret), scopes: [.read]),
                    APIToken(name: "scraper", secret: Secret("another-secret"), scopes: [.metrics]),
                ], publicBadges: [NamePattern("mist*")]))
        let reader: HTTPFields = [.authorization: "Bearer \(Self.secret)"]
        for path in [svg, json] {
            for query in ["", "&metric=uptime", "&metric=latency", "&metric=score"] {
                let unknown = try await fixture.get("\(path)?modelId=gpt-4x\(query)&label=x")
                for headers in [[:], [.authorization: "Bearer wrong"], [.authorization: "Bearer another-secret"]]
                    as [HTTPFields]
                {
                    let forbidden = try await fixture.get("\(path)?modelId=gpt-4o\(query)&label=x", headers: headers)
                    #expect(forbidden.text == unknown.text)
                    #expect(forbidden.status == .ok)
                    #expect(forbidden.headers == unknown.headers)
                }
                let seen = try await fixture.get("\(path)?modelId=gpt-4o\(query)&label=x", headers: reader)
                #expect((seen.text == unknown.text) == false)
                #expect(seen.headers[.cacheControl] == "private, max-age=30")
            }
        }
        let open = try await fixture.get("\(json)?modelId=mistral")
        #expect(try open.json["message"]?.string == "degraded")
        #expect(open.headers[.cacheControl] == "public, max-age=30")
    }
}
