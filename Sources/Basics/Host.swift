/// The host and port of a URL, or of an authority alone (`host`, `host:port`, `[address]:port`, an address).
package struct Host: Sendable, Hashable {
    /// Lower-case, without brackets and without a trailing dot; empty when the URL has none.
    package var name: String
    package var port: Int
    /// Lower-case; empty when the URL has none.
    package var scheme: String
    /// Whether the URL names a port itself.
    package var hasPort: Bool

    /// Never fails: what has no host gets an empty name. User and password are left out.
    package init(of url: String) {
        var rest = url.utf8[...]
        scheme = ""
        if let end = rest.firstPosition(of: "://") {
            scheme = Substring(rest[..<end]).lowercased()
            rest = rest[rest.index(end, offsetBy: 3)...]
        }
        rest = rest.prefix {
            $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") && $0 != UInt8(ascii: "\\")
        }
        if let at = rest.lastIndex(of: UInt8(ascii: "@")) { rest = rest[rest.index(after: at)...] }
        let bare: Substring.UTF8View
        if rest.first == UInt8(ascii: "["), let end = rest.firstIndex(of: UInt8(ascii: "]")) {
            bare = rest[..<end].dropFirst()
            rest = rest[rest.index(after: end)...]
        } else if rest.count(where: { $0 == UInt8(ascii: ":") }) > 1 {
            // An address of IPv6 as it is.
            bare = rest
            rest = rest[rest.endIndex...]
        } else {
            bare = rest.prefix { $0 != UInt8(ascii: ":") }
            rest = rest[bare.endIndex...]
        }
        name = Substring(bare.last == UInt8(ascii: ".") ? bare.dropLast() : bare).lowercased()
        let written = rest.first == UInt8(ascii: ":") ? Int(Substring(rest.dropFirst())) : nil
        hasPort = written != nil
        port = written ?? (scheme == "https" ? 443 : 80)
    }

    /// `host:port`, with brackets round an IPv6 address.
    package var text: String { "\(name.contains(":") ? "[\(name)]" : name):\(port)" }

    /// Whether only this machine can be meant.
    package var isLoopback: Bool {
        name == "localhost" || name.hasSuffix(".localhost") || (IPAddress(name)?.isLoopback ?? false)
    }
}
