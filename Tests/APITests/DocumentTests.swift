import Foundation
import HTTPTypes
import Health
import History
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing
import Web

@testable import API

@Suite("Bodies, tags and the API's own document", .timeLimit(.minutes(5)))
struct DocumentTests {
    private let detailed = "/api/llm-manager/health/detailed"

    private func unpacked(_ response: TestResponse) throws -> String {
        var packed = Array(response.body.readableBytesView)
        var bytes: [UInt8] = []
        try #require(GzipReader()).read(&packed, into: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test(
        arguments: [
            ("gzip", true), ("br, gzip;q=0.5", true), ("GZIP", true), ("*", true), ("x-gzip", true),
            ("gzip;q=0", false), ("gzip; q=0.0, *", false), ("br", false), ("identity", false), ("", false),
        ] as [(String, Bool)])
    func `who takes gzip gets it`(accepted: String, isPacked: Bool) async throws {
        let fixture = Fixture()
        let plain = try await fixture.get(detailed)
        #expect(plain.headers[.vary] == "Accept-Encoding")
        let response = try await fixture.with {
            try await $0.execute(uri: detailed, method: .get, headers: [.acceptEncoding: accepted])
        }
        #expect(response.headers[.contentEncoding] == (isPacked ? "gzip" : nil))
        #expect(response.headers[.contentLength] == "\(response.body.readableBytes)")
        #expect((response.headers[.eTag] == plain.headers[.eTag]) == !isPacked)
        #expect(try isPacked ? unpacked(response) == plain.text : response.text == plain.text)
        // Both tags tell that the body is known.
        for tag in [plain.headers[.eTag], response.headers[.eTag]] {
            let again = try await fixture.with {
                try await $0.execute(
                    uri: detailed, method: .get, headers: [.acceptEncoding: accepted, .ifNoneMatch: tag ?? ""])
            }
            #expect(again.status == .notModified)
            #expect(again.headers[.eTag] == response.headers[.eTag])
        }
    }

    @Test func `what fits one packet is not packed`() async throws {
        let response = try await Fixture().get("/livez", headers: [.acceptEncoding: "gzip"])
        #expect(response.headers[.contentEncoding] == nil)
        #expect(response.headers[.vary] == nil)
    }

    @Test(arguments: ["health/summary", "health/explain?modelId=gpt-4o", "health/history?modelId=gpt-4o", "silences"])
    func `every read has a tag`(path: String) async throws {
        let fixture = Fixture()
        let first = try await fixture.get("/api/llm-manager/" + path)
        let tag = try #require(first.headers[.eTag])
        let again = try await fixture.get("/api/llm-manager/" + path, headers: [.ifNoneMatch: tag])
        #expect(again.status == .notModified)
        #expect(again.body.readableBytes == 0)
    }

    @Test func `a head is a get without a body`() async throws {
        let fixture = Fixture()
        let get = try await fixture.get(detailed)
        let head = try await fixture.send(.head, detailed)
        #expect(head.status == .ok)
        #expect(head.body.readableBytes == 0)
        #expect(head.headers[.contentLength] == get.headers[.contentLength])
        #expect(head.headers[.eTag] == get.headers[.eTag])
    }

    // MARK: The document

    @Test func `every route is told of and nothing else`() async throws {
        let fixture = Fixture()
        let json = try await fixture.get("/openapi.json").json
        #expect(json["openapi"]?.string == "3.1.0")
        let told = Set(
            try #require(json["paths"]?.object).flatMap { path, item in
                (item.object ?? [:]).keys.map { "\($0.uppercased()) \(path)" }
            })
        let there = Set(
            fixture.api.routes.filter { !$0.path.hasPrefix("/assets/") && !$0.path.hasPrefix("/components/") }
                .map { "\($0.method.rawValue) \($0.path.replacing(":id", with: "{id}"))" })
        // Pages are for people.
        #expect(told == there.subtracting(["GET /", "GET /docs"]))
    }

    @Test func `every name in it is there`() async throws {
        let json = try await Fixture().get("/openapi.json").json
        let schemas = try #require(json["components"]?["schemas"]?.object)
        var wanted: Set<String> = []
        func collect(_ value: JSONValue) {
            if let name = value["$ref"]?.string { wanted.insert(name) }
            value.object?.values.forEach(collect)
            value.array?.forEach(collect)
        }
        collect(json)
        #expect(wanted == Set(schemas.keys.map { "#/components/schemas/\($0)" }))
        let operations = try #require(json["paths"]?.object).values.flatMap { $0.object.map { Array($0.values) } ?? [] }
        let ids = operations.compactMap { $0["operationId"]?.string }
        #expect(ids.count == operations.count)
        #expect(Set(ids).count == ids.count)
    }

    @Test func `parameters are those that are taken`() async throws {
        let fixture = Fixture()
        for route in fixture.api.routes where route.method == .get && route.operation != nil {
            let complaint = try await fixture.get("\(route.path)?nonsense=1").expectProblem(
                "unknown-parameter", 400, field: "nonsense")
            for name in route.queryNames { #expect(complaint.contains(name), "\(route.path)") }
        }
    }

    @Test func `the check itself can fail`() throws {
        let check = try DocumentCheck.all.get()
        func complaint(_ uri: String, _ status: Int, _ body: String) throws -> String? {
            try check.complaint(
                of: .get, uri, status: status, headers: [.contentType: "application/json"], body: Data(body.utf8))
        }
        let path = "/api/llm-manager/silences"
        #expect(try complaint(path, 200, "[]") == nil)
        #expect(try complaint(path, 418, "[]") != nil)
        #expect(try complaint(path, 200, "{}") != nil)
        #expect(try complaint(path, 200, "[{}]") != nil)
        #expect(try complaint("/livez", 200, #"{"status":"alive"}"#) == nil)
        #expect(try complaint("/livez", 200, #"{"status":"dead"}"#) != nil)
        #expect(try complaint("/livez", 200, #"{"status":"alive","more":1}"#) != nil)
    }
}

@Suite("Pages of other sites", .timeLimit(.minutes(5)))
struct CrossOriginTests {
    private let detailed = "/api/llm-manager/health/detailed"
    private let friend = "https://status.example"

    private func fixture(_ origins: [String], frames: [String] = []) -> Fixture {
        Fixture(configuration: APIConfiguration(port: 0, allowedOrigins: origins, frameAncestors: frames))
    }

    @Test(
        arguments: [
            (["https://status.example"], "https://status.example", true),
            (["https://status.example"], "https://STATUS.example", true),
            (["https://status.example"], "https://other.example", false),
            (["https://status.example"], "http://status.example", false),
            (["https://status.example"], "null", false), (["*"], "https://any.example", true),
            ([], "https://status.example", false),
        ] as [([String], String, Bool)])
    func `who may read`(origins: [String], origin: String, isLetIn: Bool) async throws {
        let response = try await fixture(origins).get(detailed, headers: [.origin: origin])
        // Whoever is not a browser's page may read anyway; it is the browser that keeps the answer from the page.
        #expect(response.status == .ok)
        #expect(response.headers[.accessControlAllowOrigin] == (isLetIn ? origin : nil))
        #expect(response.headers[.crossOriginResourcePolicy] == (isLetIn ? "cross-origin" : "same-origin"))
        #expect(response.headers[.accessControlAllowCredentials] == nil)
        #expect((response.headers[.vary]?.contains("Origin") == true) == !origins.isEmpty)
        let known = try await fixture(origins).get(
            detailed, headers: [.origin: origin, .ifNoneMatch: response.headers[.eTag] ?? ""])
        #expect(known.status == .notModified)
        #expect(known.headers[.accessControlAllowOrigin] == (isLetIn ? origin : nil))
    }

    @Test func `a browser asks beforehand`() async throws {
        let ask: HTTPFields = [
            .origin: friend, .accessControlRequestMethod: "POST", .accessControlRequestPrivateNetwork: "true",
        ]
        let path = "/api/llm-manager/health/probe"
        let answer = try await fixture([friend]).send(.options, path, headers: ask)
        #expect(answer.status == .noContent)
        #expect(answer.headers[.accessControlAllowOrigin] == friend)
        #expect(answer.headers[.accessControlAllowMethods]?.contains("POST") == true)
        #expect(answer.headers[.accessControlAllowHeaders]?.contains("Authorization") == true)
        #expect(answer.headers[.accessControlAllowPrivateNetwork] == "true")
        // Of others, of what is not there, and without anybody let in.
        try await fixture([friend]).send(
            .options, path, headers: [.origin: "https://other.example", .accessControlRequestMethod: "POST"]
        ).expectProblem("wrong-method", 405)
        try await fixture([friend]).send(.options, "/nothing", headers: ask).expectProblem("unknown-route", 404)
        try await fixture([]).send(.options, path, headers: ask).expectProblem("wrong-method", 405)
    }

    @Test func `problems can be read too`() async throws {
        let response = try await fixture([friend]).get("\(detailed)?status=x", headers: [.origin: friend])
        #expect(response.status == .badRequest)
        #expect(response.headers[.accessControlAllowOrigin] == friend)
    }

    @Test func `orders are taken from friends alone`() async throws {
        let order = #"{"title":"Work","for":"1h"}"#
        for (origin, status) in [(friend, 201), ("https://other.example", 403)] {
            let response = try await fixture([friend]).post(
                "/api/llm-manager/maintenance", order,
                headers: [.contentType: "application/json", .origin: origin])
            #expect(response.status.code == status)
        }
    }

    @Test(
        arguments: [
            ([], "frame-ancestors 'none'", "DENY"),
            (["https://wiki.example"], "frame-ancestors 'self' https://wiki.example", nil),
            (["*"], "frame-ancestors 'self' *", nil),
        ] as [([String], String, String?)])
    func `who may show the pages in a frame`(origins: [String], policy: String, old: String?) async throws {
        let response = try await fixture([], frames: origins).get("/")
        #expect(response.headers[.contentSecurityPolicy]?.contains(policy) == true)
        #expect(response.headers[.contentSecurityPolicy]?.hasPrefix("default-src 'self'") == true)
        #expect(response.headers[.xFrameOptions] == old)
    }
}
