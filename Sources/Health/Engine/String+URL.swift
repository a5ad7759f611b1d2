extension String {
    /// The host of a URL, lower-case, without brackets, port and user.
    var urlHost: String {
        var rest = self[...]
        if let scheme = rest.firstRange(of: "://") { rest = rest[scheme.upperBound...] }
        rest = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        if let at = rest.lastIndex(of: "@") { rest = rest[rest.index(after: at)...] }
        if rest.first == "[" { return rest.dropFirst().prefix { $0 != "]" }.lowercased() }
        return rest.prefix { $0 != ":" }.lowercased()
    }

    /// `host:port` of a URL, lower-case; the port of the scheme where it names none.
    var urlAuthority: String {
        var rest = self[...]
        var port = "80"
        if let scheme = rest.firstRange(of: "://") {
            if rest[..<scheme.lowerBound].lowercased() == "https" { port = "443" }
            rest = rest[scheme.upperBound...]
        }
        rest = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        if let at = rest.lastIndex(of: "@") { rest = rest[rest.index(after: at)...] }
        let behindBrackets = rest.lastIndex(of: "]").map { rest[$0...] } ?? rest
        let hasPort = behindBrackets.contains(":")
        return hasPort ? rest.lowercased() : "\(rest.lowercased()):\(port)"
    }

    var isLoopbackHost: Bool { self == "localhost" || self == "::1" || hasPrefix("127.") }
}
