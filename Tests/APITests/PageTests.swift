import Foundation
import HTTPTypes
import HummingbirdTesting
import Testing

@testable import API

@Suite("Status page", .timeLimit(.minutes(1)))
struct PageTests {
    @Test(
        "the page and what it loads come from the binary",
        arguments: [
            ("/", "text/html; charset=utf-8", "<!doctype html>"),
            ("/assets/app.js", "text/javascript; charset=utf-8", "//"),
            ("/assets/app.css", "text/css; charset=utf-8", ":root"), ("/assets/icon.svg", "image/svg+xml", "<svg"),
        ] as [(String, String, String)])
    func files(path: String, contentType: String, start: String) async throws {
        let response = try await Fixture().get(path)
        #expect(response.status == .ok)
        #expect(response.headers[.contentType] == contentType)
        #expect(response.text.hasPrefix(start))
        let etag = try #require(response.headers[.eTag])
        #expect(try await Fixture().get(path, headers: [.ifNoneMatch: etag]).status == .notModified)
    }

    @Test func thePageNeedsNothingThatItsPolicyForbids() async throws {
        let fixture = Fixture()
        let page = try await fixture.get("/").text
        // Inline scripts, styles and handlers do not run under `default-src 'self'`.
        #expect(!page.contains(/<script(?![^>]*\ssrc=)/))
        #expect(!page.contains("<style"))
        #expect(!page.contains(/\sstyle=/))
        #expect(!page.contains(/\son[a-z]+=/))
        #expect(!page.contains("javascript:"))
        let script = try await fixture.get("/assets/app.js").text
        #expect(!script.contains("innerHTML"))
        #expect(!script.contains("eval("))
        #expect(!script.contains(".style"))
        let style = try await fixture.get("/assets/app.css").text
        #expect(!style.contains("url("))
    }

    @Test func everythingThatThePageLoadsIsThere() async throws {
        let fixture = Fixture()
        let page = try await fixture.get("/").text
        let paths = Set(page.matches(of: /(?:src|href)="(\/[^"#]*)"/).map { String($0.output.1) })
        #expect(paths.contains("/assets/app.js"))
        for path in paths {
            #expect(try await fixture.get(path).status == .ok, "\(path)")
        }
    }

    @Test func everyElementThatTheScriptAsksForIsInThePage() async throws {
        let fixture = Fixture()
        let page = try await fixture.get("/").text
        let script = try await fixture.get("/assets/app.js").text
        let ids = Set(script.matches(of: /element\("([^"]+)"\)/).map { String($0.output.1) })
        #expect(ids.count > 10)
        for id in ids { #expect(page.contains("id=\"\(id)\""), "\(id)") }
        for status in ["healthy", "degraded", "unhealthy", "unknown"] {
            #expect(page.contains("id=\"shape-\(status)\""))
        }
    }
}
