import Foundation
import HTTPTypes
import HummingbirdTesting
import Testing

@testable import API

@Suite("Page and components", .timeLimit(.minutes(5)))
struct PageTests {
    @Test(
        "the page and what it loads come from the binary",
        arguments: [
            ("/", "text/html; charset=utf-8", "<!doctype html>"),
            ("/assets/app.js", "text/javascript; charset=utf-8", "//"),
            ("/components/dashboard.js", "text/javascript; charset=utf-8", "//"),
            ("/components/react.d.ts", "text/plain; charset=utf-8", "//"),
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

    /// Every file that is served, by its path.
    private func served() async throws -> [(path: String, text: String)] {
        let fixture = Fixture()
        var files: [(String, String)] = []
        for route in Page.routes { files.append((route.path, try await fixture.get(route.path).text)) }
        return files
    }

    @Test func nothingNeedsWhatThePolicyForbids() async throws {
        let files = try await served()
        #expect(files.count > 30)
        let page = try #require(files.first { $0.path == "/" }).text
        // Inline scripts, styles and handlers do not run under `default-src 'self'`.
        #expect(!page.contains(/<script(?![^>]*\ssrc=)/))
        #expect(!page.contains("<style"))
        #expect(!page.contains(/\sstyle=/))
        #expect(!page.contains(/\son[a-z]+=/))
        #expect(!page.contains("javascript:"))
        for (path, script) in files where path.hasSuffix(".js") {
            for word in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"] {
                #expect(!script.contains(word), "\(path): \(word)")
            }
        }
    }

    @Test func nothingLeavesTheOrigin() async throws {
        for (path, text) in try await served() {
            let others = text.matches(of: /https?:\/\/[^\s"'`)]+/).map { String($0.output) }
                .filter { !$0.hasPrefix("http://www.w3.org/") }
            #expect(others.isEmpty, "\(path): \(others)")
        }
    }

    @Test func theAddressMayNameAReport() async throws {
        #expect(try await Fixture().get("/?model=meta%2Fllama-3.1%2F8b").status == .ok)
        try await Fixture().get("/docs?model=x").expectProblem("unknown-parameter", 400, field: "model")
    }

    @Test func everythingThatIsLoadedIsThere() async throws {
        let files = try await served()
        let paths = Set(files.map(\.path))
        let page = try #require(files.first { $0.path == "/" }).text
        let fixture = Fixture()
        for match in page.matches(of: /(?:src|href)="(\/[^"#]*)"/) {
            let path = String(match.output.1)
            #expect(try await fixture.get(path).status == .ok, "\(path)")
        }
        for (path, script) in files where path.hasSuffix(".js") {
            let folder = path.split(separator: "/").dropLast().joined(separator: "/")
            for match in script.matches(of: /(?:\}\s*from|import)\s*\(?\s*"([^"\n]+)"/) {
                let name = String(match.output.1)
                // A bundler or an import map has it.
                if name == "react" { continue }
                let wanted = name.hasPrefix("./") ? "/\(folder)/\(name.dropFirst(2))" : name
                #expect(paths.contains(wanted), "\(path) imports \(name)")
            }
        }
    }
}
