import Testing

@testable import Web

/// What is handed out is whole, keeps to the content security policy, and asks nobody else for anything.
@Suite("Pages and components", .timeLimit(.minutes(5)))
struct WebFileTests {
    /// Every file that is served, by its path.
    private static let files = WebFile.all.map { file in
        (path: file.path, text: file.text.withUTF8Buffer { String(decoding: $0, as: UTF8.self) })
    }

    @Test func `nothing needs what the policy forbids`() throws {
        let files = Self.files
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

    @Test func `nothing leaves the origin`() throws {
        for (path, text) in Self.files {
            let others = text.matches(of: /https?:\/\/[^\s"'`)]+/).map { String($0.output) }
                .filter { !$0.hasPrefix("http://www.w3.org/") }
            #expect(others.isEmpty, "\(path): \(others)")
        }
    }

    @Test func `everything that is imported is there`() {
        let files = Self.files
        let paths = Set(files.map(\.path))
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
