import Foundation
import HTTPTypes
import Health
import Hummingbird
import HummingbirdTesting
import Testing

@testable import API

@Suite("Detailed health and summary", .timeLimit(.minutes(5)))
struct FleetTests {
    private let detailed = "/api/llm-manager/health/detailed"
    private let summary = "/api/llm-manager/health/summary"

    @Test func `detailed is the missions list`() async throws {
        let response = try await Fixture().get(detailed)
        #expect(response.status == .ok)
        #expect(response.headers[.contentType] == "application/json")
        #expect(response.headers[.contentLength] == String(response.body.readableBytes))
        let json = try response.prettyJSON
        #expect(json == Golden.detailed)
    }

    @Test func `summary counts and names the worst`() async throws {
        let response = try await Fixture(components: Fixture.components).get(summary)
        #expect(response.status == .ok)
        let json = try response.prettyJSON
        #expect(json == Golden.summary)
    }

    @Test func `the list survives its decoder`() async throws {
        let response = try await Fixture().get(detailed)
        let models = try HealthJSON.decoder().decode(
            [ModelHealthStatus].self, from: Data(response.body.readableBytesView))
        #expect(models.map(\.modelId) == Fixture.models.map(\.modelId).sorted())
        let again = String(decoding: try HealthJSON.encoder().encode(models), as: UTF8.self)
        #expect(again == response.text)
    }

    @Test func `an empty fleet is an empty list`() async throws {
        let fixture = Fixture(models: [])
        #expect(try await fixture.get(detailed).text == "[]")
        #expect(try await fixture.get(summary).json["status"]?.string == "unknown")
    }

    @Test(
        arguments: [
            ("provider=openai", ["gpt-4o", "neu/ä \"x\"\n"]), ("status=unhealthy", ["meta/llama-3.1/8b"]),
            ("modelId=gpt-4o", ["gpt-4o"]), ("modelId=meta/llama-3.1/8b", ["meta/llama-3.1/8b"]),
            ("modelId=meta%2Fllama-3.1%2F8b", ["meta/llama-3.1/8b"]),
            ("modelId=neu%2F%C3%A4+%22x%22%0A", ["neu/ä \"x\"\n"]),
            ("modelId=neu%2f%c3%a4%20%22x%22%0a", ["neu/ä \"x\"\n"]),
            ("provider=openai&status=unknown", ["neu/ä \"x\"\n"]), ("provider=openai&status=degraded", []),
            ("modelId=nobody", []), ("modelId=%00%F0%9F%92%A5", []),
            ("", ["gpt-4o", "meta/llama-3.1/8b", "mistral", "neu/ä \"x\"\n"]), ("&&status=degraded&", ["mistral"]),
        ] as [(String, [String])])
    func `filters`(query: String, ids: [String]) async throws {
        let response = try await Fixture().get("\(detailed)?\(query)")
        #expect(response.status == .ok)
        #expect(try response.ids == ids)
    }

    @Test(
        arguments: [
            ("modelId=", "bad-parameter", "modelId"), ("status=down", "bad-parameter", "status"),
            ("status=", "bad-parameter", "status"),
            ("model=gpt-4o", "unknown-parameter", "model"), ("modelid=gpt-4o", "unknown-parameter", "modelid"),
            ("modelId=a&modelId=b", "bad-parameter", "modelId"), ("modelId=%zz", "bad-parameter", "modelId"),
            ("modelId=%C3", "bad-parameter", "modelId"), ("modelId=%4", "bad-parameter", "modelId"),
            ("%ff=1", "bad-parameter", "%ff"), ("=1", "unknown-parameter", ""),
        ] as [(String, String, String)])
    func `a query that cannot be meant is refused`(query: String, kind: String, field: String) async throws {
        try await Fixture().get("\(detailed)?\(query)").expectProblem(kind, 400, field: field)
    }

    @Test func `a problem tells what there is instead`() async throws {
        let fixture = Fixture()
        let unknown = try await fixture.get("\(detailed)?model=gpt-4o").expectProblem(
            "unknown-parameter", 400, field: "model")
        #expect(unknown == "There is no parameter 'model'. Known are modelId, provider, status.")
        let status = try await fixture.get("\(detailed)?status=down").expectProblem(
            "bad-parameter", 400, field: "status")
        #expect(status == "'down' is no status; there are healthy, degraded, unhealthy, unknown.")
        let none = try await fixture.get("\(summary)?x").expectProblem("unknown-parameter", 400, field: "x")
        #expect(none == "There is no parameter 'x'. The route has no parameters.")
    }

    @Test(arguments: ["", "?provider=openai", "?status=unknown"])
    func `whoever has the newest revision is not sent it again`(query: String) async throws {
        let fixture = Fixture()
        let first = try await fixture.get(detailed + query)
        let etag = try #require(first.headers[.eTag])
        #expect(first.headers[.cacheControl] == "no-cache")
        for sent in [etag, "W/\(etag)", "\"other\", \(etag)", "*", "\"other\",W/\(etag) "] {
            let again = try await fixture.get(detailed + query, headers: [.ifNoneMatch: sent])
            #expect(again.status == .notModified)
            #expect(again.body.readableBytes == 0)
            #expect(again.headers[.eTag] == etag)
            #expect(again.headers[.contentSecurityPolicy] == first.headers[.contentSecurityPolicy])
        }
        #expect(try await fixture.get(detailed + query, headers: [.ifNoneMatch: "\"other\""]).status == .ok)
    }

    @Test func `a change is seen at once and has another tag`() async throws {
        let fixture = Fixture()
        let first = try await fixture.get(detailed)
        var models = Fixture.models
        models[0].status = .degraded
        fixture.publish(models)
        let second = try await fixture.get(detailed, headers: [.ifNoneMatch: first.headers[.eTag] ?? ""])
        #expect(second.status == .ok)
        #expect(try second.json.array?.first?["status"]?.string == "degraded")
        #expect(second.headers[.eTag] != first.headers[.eTag])
        #expect(try await fixture.get(summary).json["revision"]?.number == 8)
    }

    @Test func `head tells the length without the body`() async throws {
        let fixture = Fixture()
        let full = try await fixture.get(detailed)
        let head = try await fixture.with { try await $0.execute(uri: detailed, method: .head) }
        #expect(head.status == .ok)
        #expect(head.body.readableBytes == 0)
        #expect(head.headers[.contentLength] == full.headers[.contentLength])
    }
}

@Suite("Documents of the fleet", .timeLimit(.minutes(5)))
struct FleetDocumentsTests {
    private let all = FleetDocuments.Kind.detailed(FleetFilter())

    private func fleet(_ revision: UInt64, _ models: [ModelHealthStatus] = Fixture.models) -> FleetHealth {
        FleetHealth(revision: revision, at: Fixture.start, models: models)
    }

    @Test func `a revision is encoded once however many ask`() async throws {
        let documents = FleetDocuments()
        let fleet = fleet(1)
        try await withThrowingTaskGroup(of: Document.self) { group in
            for _ in 0..<200 { group.addTask { try documents.document(all, of: fleet) } }
            let tags = try await group.reduce(into: Set<String>()) { $0.insert($1.etag) }
            #expect(tags.count == 1)
        }
        #expect(documents.figures.encodings == Fixture.models.count)
    }

    @Test func `a new revision encodes only what changed`() throws {
        let documents = FleetDocuments()
        _ = try documents.document(all, of: fleet(1))
        var models = Fixture.models
        models[2].score = 12
        models.remove(at: 3)
        models.append(
            ModelHealthStatus(
                modelId: "added", provider: "p", status: .unknown, reasons: [], since: Fixture.start,
                routing: RoutingVerdict(.avoid, reason: "")))
        let changed = fleet(2, models)
        let document = try documents.document(all, of: changed)
        #expect(documents.figures.encodings == Fixture.models.count + 2)
        // The pieces together are what encoding the whole list gives.
        let whole = try HealthJSON.encoder().encode(changed.models)
        #expect(String(buffer: document.body) == String(decoding: whole, as: UTF8.self))
    }

    @Test func `an older fleet does not come back`() throws {
        let documents = FleetDocuments()
        let newest = try documents.document(.summary, of: fleet(5))
        #expect(try documents.document(.summary, of: fleet(4)).etag == newest.etag)
        #expect(try documents.document(.summary, of: fleet(6)).etag != newest.etag)
    }

    @Test func `filters of callers do not pile up`() throws {
        let documents = FleetDocuments()
        let fleet = fleet(1)
        for number in 0..<1_000 {
            let filter = FleetFilter(modelID: ModelID("m\(number)"))
            let document = try documents.document(.detailed(filter), of: fleet)
            #expect(String(buffer: document.body) == "[]")
        }
        #expect(documents.figures.documents <= FleetDocuments.maximumVariants)
        _ = try documents.document(all, of: fleet)
        _ = try documents.document(.summary, of: fleet)
        #expect(documents.figures.documents <= FleetDocuments.maximumVariants + 2)
        #expect(documents.figures.encodings == Fixture.models.count)
    }

    @Test func `bodies that differ have other tags`() throws {
        let documents = FleetDocuments()
        let fleet = fleet(1)
        let filters = [
            FleetFilter(), FleetFilter(provider: "openai"), FleetFilter(status: .healthy),
            FleetFilter(status: .unknown),
            FleetFilter(modelID: "nobody"),
        ]
        let tags = try filters.map { try documents.document(.detailed($0), of: fleet).etag }
        #expect(Set(tags).count == filters.count)
    }

    @Test func `a figure that is no number is null and hides nothing else`() throws {
        var models = Fixture.models
        models[0].score = .nan
        models[0].errorRate = -.infinity
        models[0].latency.p99 = .infinity
        models[0].metadata = ["loss": .array([.number(.nan), 1])]
        let document = try FleetDocuments().document(all, of: fleet(1, models))
        let list = try #require(
            try HealthJSON.decoder().decode(JSONValue.self, from: Data(document.body.readableBytesView)).array)
        #expect(list.count == models.count)
        #expect(list[0]["score"] == .null)
        #expect(list[0]["errorRate"] == .null)
        #expect(list[0]["latency"] == ["p50": 412.5, "p90": 700, "p99": .null])
        #expect(list[0]["metadata"] == ["loss": [.null, 1]])
    }
}
