import Basics
import Health

/// The address of an HTTP server, as far as configuration must take it apart.
struct HTTPAddress {
    struct Problem: Error {
        /// Follows the written text: "is no …; write …".
        var text: String
    }

    var scheme: String
    var user: String?
    var password: String?
    var host: String
    var port: Int?
    /// Begins with a slash or is empty; never ends with one.
    var path: String

    /// The address without user, password and trailing slash.
    var text: String {
        let host = host.contains(":") ? "[\(host)]" : host
        return "\(scheme)://\(host)\(port.map { ":\($0)" } ?? "")\(path)"
    }

    /// The address without `/v1`, which every prober adds.
    var base: String {
        var copy = self
        if copy.path.hasSuffix("/v1") { copy.path.removeLast(3) }
        return copy.text
    }

    /// The address with `/v1` where its path has no version yet.
    var versioned: String { path.hasSuffix("/v1") ? text : text + "/v1" }

    /// - Parameter allowsUser: whether `user:password@` may stand before the host, as for a proxy.
    static func read(_ written: String, allowsUser: Bool = false) -> Result<HTTPAddress, Problem> {
        func fail(_ text: String) -> Result<HTTPAddress, Problem> { .failure(Problem(text: text)) }
        guard let schemeEnd = written.range(of: "://") else {
            return fail("is no URL; write http:// or https:// before the host")
        }
        let scheme = written[..<schemeEnd.lowerBound].lowercased()
        guard scheme == "http" || scheme == "https" else {
            return fail("has the scheme '\(scheme)', which is not spoken here; write http:// or https://")
        }
        let rest = written[schemeEnd.upperBound...]
        let authorityEnd = rest.firstIndex { "/?#".contains($0) } ?? rest.endIndex
        var authority = rest[..<authorityEnd]
        var address = HTTPAddress(scheme: scheme, host: "", path: "")
        if let at = authority.lastIndex(of: "@") {
            // Never repeated in a message: it holds a password.
            guard allowsUser else { return fail("holds a user or password; give them as a key or a header") }
            let parts = authority[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            address.user = PercentEncoding.decoded(parts[0])
            address.password = parts.count == 2 ? PercentEncoding.decoded(parts[1]) : nil
            authority = authority[authority.index(after: at)...]
        }
        guard let (host, port) = hostAndPort(authority) else {
            return fail("names no host, or a port that is none; write it like http://127.0.0.1:8787")
        }
        address.host = host
        address.port = port
        var path = rest[authorityEnd...]
        if path.contains(where: { "?#".contains($0) }) {
            return fail("has a query or fragment; end it after the path")
        }
        while path.hasSuffix("/") { path.removeLast() }
        address.path = String(path)
        return .success(address)
    }

    /// Splits `host`, `host:port` and `[v6]:port`.
    static func hostAndPort(_ text: some StringProtocol) -> (host: String, port: Int?)? {
        var host = Substring(text)
        var port: Int?
        if host.hasPrefix("[") {
            guard let close = host.firstIndex(of: "]") else { return nil }
            let after = host[host.index(after: close)...]
            host = host[host.index(after: host.startIndex)..<close]
            guard host.allSatisfy({ $0.isHexDigit || $0 == ":" || $0 == "." }) else { return nil }
            if !after.isEmpty {
                guard after.hasPrefix(":"), let number = portNumber(after.dropFirst()) else { return nil }
                port = number
            }
        } else {
            if let colon = host.lastIndex(of: ":") {
                guard let number = portNumber(host[host.index(after: colon)...]) else { return nil }
                port = number
                host = host[..<colon]
            }
            let isName = host.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-._".contains($0)) }
            guard isName else { return nil }
        }
        return host.isEmpty ? nil : (String(host), port)
    }

    private static func portNumber(_ text: Substring) -> Int? {
        guard text.count <= 5, text.allSatisfy({ $0.isASCII && $0.isNumber }), let port = Int(text) else { return nil }
        return (1...65_535).contains(port) ? port : nil
    }
}
