/// How our requests leave the house: proxies, certificates, limits.
package struct EgressConfiguration: Sendable {
    /// Proxy for `https` URLs, `http://[user:password@]host[:port]` or `socks5://host[:port]`; default none.
    /// Key `egress.httpsProxy`, else `HTTPS_PROXY`.
    package var httpsProxy: String?
    /// Proxy for `http` URLs, written alike; default none. Key `egress.httpProxy`, else `HTTP_PROXY`.
    package var httpProxy: String?
    /// Hosts reached without a proxy, comma-separated; default none. Key `egress.noProxy`, else `NO_PROXY`.
    package var noProxy: String
    /// PEM file of further certificate authorities to trust, beside the system's. Key `egress.caFile`.
    package var caFile: String?
    /// PEM file of our client certificate and its chain, for peers that ask for one. Key `egress.certificateFile`.
    package var certificateFile: String?
    /// PEM file of its private key. Key `egress.keyFile`.
    package var keyFile: String?
    /// For DNS, TCP and TLS together; default 5 s. Key `egress.connectTimeout`.
    package var connectTimeout: Duration
    /// Connections to one host at once; default 1024. Key `egress.connectionsPerHost`.
    package var connectionsPerHost: Int
    /// How long an unused connection is kept; default 2 s, which is less than servers wait before they close one (a
    /// request that meets the closing would look like an outage). Key `egress.idleTimeout`.
    package var idleTimeout: Duration

    package init(
        httpsProxy: String? = nil, httpProxy: String? = nil, noProxy: String = "", caFile: String? = nil,
        certificateFile: String? = nil, keyFile: String? = nil, connectTimeout: Duration = .seconds(5),
        connectionsPerHost: Int = 1_024, idleTimeout: Duration = .seconds(2)
    ) {
        self.httpsProxy = httpsProxy
        self.httpProxy = httpProxy
        self.noProxy = noProxy
        self.caFile = caFile
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        self.connectTimeout = connectTimeout
        self.connectionsPerHost = connectionsPerHost
        self.idleTimeout = idleTimeout
    }

    /// Fills in proxies that nobody wrote from `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, in capitals or
    /// not. `HTTP_PROXY` in capitals is not read in a CGI environment, where a client could set it.
    package mutating func fill(from environment: [String: String]) {
        func value(_ name: String) -> String? {
            let text = environment[name.lowercased()] ?? environment[name]
            return text.flatMap { $0.isEmpty ? nil : $0 }
        }
        let all = value("ALL_PROXY")
        httpsProxy = httpsProxy ?? value("HTTPS_PROXY") ?? all
        let isCGI = environment["REQUEST_METHOD"] != nil
        httpProxy = httpProxy ?? (isCGI ? environment["http_proxy"] : value("HTTP_PROXY")) ?? all
        if noProxy.isEmpty { noProxy = value("NO_PROXY") ?? "" }
    }
}

extension EgressConfiguration: CustomStringConvertible, CustomReflectable {
    /// Without the proxies' addresses, which hold passwords.
    package var description: String {
        let proxies = [("https", httpsProxy), ("http", httpProxy)].filter { $0.1 != nil }.map(\.0)
        return "egress(proxy for: \(proxies.isEmpty ? "nothing" : proxies.joined(separator: ", ")))"
    }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// A setting of ``EgressConfiguration`` that cannot be used.
package struct EgressError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The configuration key.
    package var key: String
    package var message: String

    package init(key: String, message: String) {
        self.key = key
        self.message = message
    }

    package var description: String { "\(key): \(message)" }
}
