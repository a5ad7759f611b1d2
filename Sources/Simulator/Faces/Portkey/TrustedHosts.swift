/// Which custom hosts the gateway lets itself be sent to (provider-facts §1.7).
struct TrustedHosts: Sendable, Equatable {
    /// Names and addresses that are allowed though they are private.
    var names: [String]

    private static let privateEndings = [
        ".local", ".internal", ".lan", ".test", ".localhost", ".home", ".corp", ".intranet",
    ]

    func allow(_ url: String) -> Bool {
        let lowered = url.lowercased()
        guard let scheme = ["http://", "https://"].first(where: { lowered.hasPrefix($0) }) else { return false }
        let authority = lowered.dropFirst(scheme.count).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard !authority.contains("@"), let host = Self.host(in: authority), !host.isEmpty else { return false }
        if names.contains(host) { return true }
        return !Self.isPrivate(host)
    }

    /// The host without port and brackets; nil when the brackets don't match.
    private static func host(in authority: Substring) -> String? {
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return nil }
            return String(authority[authority.index(after: authority.startIndex)..<end])
        }
        return String(authority.prefix { $0 != ":" })
    }

    private static func isPrivate(_ host: String) -> Bool {
        if host == "localhost" || privateEndings.contains(where: { host.hasSuffix($0) }) { return true }
        if host.contains(":") {
            return host == "::1" || host == "::"
                || ["fc", "fd", "fe8", "fe9", "fea", "feb", "::ffff:"].contains { host.hasPrefix($0) }
        }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 4, let first = parts[0], let second = parts[1], parts.allSatisfy({ $0 != nil }) else {
            return false
        }
        return switch first {
        case 0, 10, 127: true
        case 100: (64...127).contains(second)
        case 169: second == 254
        case 172: (16...31).contains(second)
        case 192: second == 168
        case 198: second == 18 || second == 19
        case 224...: true
        default: false
        }
    }
}
