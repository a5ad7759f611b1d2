import Basics

extension Host {
    /// Whether it is on this machine or a private network, by its address or by a name that only such networks have.
    ///
    /// A name is not resolved: one that looks public counts as public.
    var isPrivate: Bool {
        if isLoopback { return true }
        if let address = IPAddress(name) { return Self.networks.contains { address.isWithin($0.0, length: $0.1) } }
        // Names of containers and of machines in one's own domain have no dot.
        return !name.isEmpty && (!name.contains(".") || Self.suffixes.contains { name.hasSuffix($0) })
    }

    /// RFC 1918, RFC 6598 (shared), RFC 3927 and 4291 (link-local), RFC 4193 (unique local).
    private static let networks: [(IPAddress, Int)] = [
        ("10.0.0.0", 8), ("172.16.0.0", 12), ("192.168.0.0", 16), ("100.64.0.0", 10), ("169.254.0.0", 16),
        ("fc00::", 7),
        ("fe80::", 10),
    ].compactMap { text, length in IPAddress(text).map { ($0, length) } }

    /// RFC 6762, RFC 8375, ICANN's `.internal`, Kubernetes, and what routers hand out.
    private static let suffixes = [".local", ".home.arpa", ".internal", ".svc", ".lan", ".localdomain", ".docker"]
}
