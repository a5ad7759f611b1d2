import Basics
import NIOCore

/// Under which names the API answers.
///
/// A web page can have its own name resolved to this machine and then read what the API says, as if both were one
/// site; only the name in the Host header tells. So on loopback just the machine's own names count. Bound wider, any
/// address counts too: a page is known by a name, and probes of orchestrators call by address.
struct HostRule: Sendable {
    private let names: Set<String>
    private let configured: Set<String>
    private let allowsAddresses: Bool

    init(bind: String, allowed: [String]) {
        configured = Set(allowed.map { Self.name(in: $0) })
        var names: Set<String> = ["127.0.0.1", "localhost", "::1"]
        names.formUnion(configured)
        names.insert(Self.name(in: bind))
        self.names = names.subtracting(["", "0.0.0.0", "::"])
        allowsAddresses = !Host(of: bind).isLoopback
    }

    /// - Parameter authority: a Host header's value, with or without port.
    func allows(_ authority: String) -> Bool {
        let name = Self.name(in: authority)
        return names.contains(name) || (allowsAddresses && Self.isAddress(name))
    }

    /// Whether a page of `origin` is the API's own, which was called as `authority`.
    func isOwn(origin: String, at authority: String) -> Bool {
        guard let scheme = origin.utf8.firstPosition(of: "://") else { return false }
        let site = origin[origin.utf8.index(scheme, offsetBy: 3)...]
        return site.lowercased() == authority.lowercased() || configured.contains(Self.name(in: site))
    }

    /// The host of `host`, `host:port`, `[address]:port` or a bare IPv6 address, in small letters.
    static func name(in authority: some StringProtocol) -> String {
        let text = authority.lowercased()
        var host = text.utf8[...]
        if host.first == UInt8(ascii: "[") {
            host = host.dropFirst().prefix { $0 != UInt8(ascii: "]") }
        } else if host.count(where: { $0 == UInt8(ascii: ":") }) == 1 {
            host = host.prefix { $0 != UInt8(ascii: ":") }
        }
        if host.last == UInt8(ascii: ".") { host = host.dropLast() }
        return String(Substring(host))
    }

    private static func isAddress(_ name: String) -> Bool {
        (try? SocketAddress(ipAddress: name, port: 0)) != nil
    }
}
