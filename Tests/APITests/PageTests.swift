import Foundation
import HTTPTypes
import HummingbirdTesting
import Testing

@testable import API

@Suite("Page and components", .timeLimit(.minutes(5)))
struct PageTests {
    @Test(
        arguments: [
            ("/", "text/html; charset=utf-8", "<!doctype html>"),
            ("/assets/app.js", "text/javascript; charset=utf-8", "//"),
            ("/components/dashboard.js", "text/javascript; charset=utf-8", "//"),
            ("/components/react.d.ts", "text/plain; charset=utf-8", "//"),
            ("/assets/app.css", "text/css; charset=utf-8", ":root"), ("/assets/icon.svg", "image/svg+xml", "<svg"),
        ] as [(String, String, String)])
    func `the page and what it loads come from the binary`(path: String, contentType: String, start: String)
        async throws
    {
        let response = try await Fixture().get(path)
        #expect(response.status == .ok)
        #expect(response.headers[.contentType] == contentType)
        #expect(response.text.hasPrefix(start))
        let etag = try #require(response.headers[.eTag])
        #expect(try await Fixture().get(path, headers: [.ifNoneMatch: etag]).status == .notModified)
    }

    @Test func `everything that the page links to is there`() async throws {
        let fixture = Fixture()
        let links = try await fixture.get("/").text.matches(of: /(?:src|href)="(\/[^"#]*)"/).map { String($0.output.1) }
        #expect(links.count > 5)
        for path in links { #expect(try await fixture.get(path).status == .ok, "\(path)") }
    }

    @Test func `the address may name a report`() async throws {
        #expect(try await Fixture().get("/?model=meta%2Fllama-3.1%2F8b").status == .ok)
        let view = "model=a&range=7d&from=2026-11-23T10:00:00Z&to=2026-11-23T11:00:00Z&q=x&show=healthy&sort=name"
        #expect(try await Fixture().get("/?\(view)&reversed=1&group=none&view=wall").status == .ok)
        try await Fixture().get("/docs?model=x").expectProblem("unknown-parameter", 400, field: "model")
    }
}
