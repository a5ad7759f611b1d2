/// The host and port of a URL.
struct Host: Sendable, Hashable {
    /// Lower-case, without brackets and without a trailing dot; empty when the URL has none.
    var name: String
    var port: Int
    var scheme: String
    /// Whether the URL names a port itself.
    var hasPort: Bool

    init(of url: String) {
        var rest = url[...]
        scheme = ""
        if let end = rest.firstRange(of: "://") {
            scheme = rest[..<end.lowerBound].lowercased()
            rest = rest[end.upperBound...]
        }
        rest = rest.prefix { !"/?#\\".contains($0) }
        if let at = rest.lastIndex(of: "@") { rest = rest[rest.index(after: at)...] }
        if rest.first == "[", let end = rest.firstIndex(of: "]") {
            name = rest[rest.index(after: rest.startIndex)..<end].lowercased()
            rest = rest[rest.index(after: end)...]
        } else {
            name = rest.prefix { $0 != ":" }.lowercased()
            rest = rest.dropFirst(name.count)
        }
        if name.last == "." { name.removeLast() }
        let usual = scheme == "https" ? 443 : 80
        let written = rest.first == ":" ? Int(rest.dropFirst()) : nil
        hasPort = written != nil
        port = written ?? usual
    }

    /// `host:port`, with brackets round an IPv6 address.
    var text: String { "\(name.contains(":") ? "[\(name)]" : name):\(port)" }

    var isLoopback: Bool {
        if name == "localhost" || name.hasSuffix(".localhost") { return true }
        guard let address = IPAddress(name) else { return false }
        return address.isLoopback
    }
}
