import Basics

/// Which hosts are reached directly although there is a proxy: the usual reading of `NO_PROXY`.
///
/// Comma-separated: `*` for all, a host or domain (its subdomains too), an address, a network (`10.0.0.0/8`), each with
/// an optional `:port`. This machine itself is never asked for through a proxy.
struct ProxyRules: Sendable, Hashable {
    private enum Rule: Hashable {
        case all
        case domain(String, port: Int?)
        case address(IPAddress, port: Int?)
        case network(IPAddress, length: Int)
    }
    private let rules: [Rule]

    init(_ noProxy: String) {
        rules = noProxy.split(whereSeparator: { $0 == "," || $0.isWhitespace }).compactMap { Self.rule(String($0)) }
    }

    /// Whether a host is reached without a proxy.
    func isDirect(_ host: Host) -> Bool {
        if host.isLoopback { return true }
        let address = IPAddress(host.name)
        return rules.contains { rule in
            switch rule {
            case .all: true
            case .domain(let name, let port):
                (port == nil || port == host.port) && (host.name == name || host.name.hasSuffix("." + name))
            case .address(let other, let port): (port == nil || port == host.port) && address == other
            case .network(let network, let length): address?.isWithin(network, length: length) ?? false
            }
        }
    }

    private static func rule(_ text: String) -> Rule? {
        if text == "*" { return .all }
        if let slash = text.lastIndex(of: "/"), let network = IPAddress(String(text[..<slash])),
            let length = Int(text[text.index(after: slash)...])
        {
            return .network(network, length: length)
        }
        if let address = IPAddress(text) { return .address(address, port: nil) }
        let host = Host(of: text)
        let port = text.last == "]" || !text.contains(":") ? nil : Optional(host.port)
        if let address = IPAddress(host.name) { return .address(address, port: port) }
        var name = host.name
        if name.hasPrefix("*") { name.removeFirst() }
        if name.first == "." { name.removeFirst() }
        return name.isEmpty ? nil : .domain(name, port: port)
    }
}
