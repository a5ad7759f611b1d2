public import Health

extension Configuration {
    /// How we get out.
    public struct Network: Sendable, Hashable {
        /// For hosts off this machine; default `HTTPS_PROXY` of the environment; key `proxy`.
        public var proxy: Proxy?
        /// Hosts and domains that are reached without it; default `NO_PROXY` of the environment; key `noProxy`.
        public var noProxy: [String]
        /// PEM file of certificate authorities that are trusted beside the system's; key `caFile`.
        public var caFile: String?
        /// PEM file of the certificate we show; key `clientCertificate`.
        public var clientCertificate: String?
        /// PEM file of its private key; key `clientKey`.
        public var clientKey: String?
        /// What must be reachable while our own network works, as `host:port`; without it an outage of many hosts counts
        /// against them; key `connectivityCheck`.
        public var connectivityCheck: Endpoint?

        /// Defaults as the properties say.
        public init(
            proxy: Proxy? = nil, noProxy: [String] = [], caFile: String? = nil, clientCertificate: String? = nil,
            clientKey: String? = nil, connectivityCheck: Endpoint? = nil
        ) {
            self.proxy = proxy
            self.noProxy = noProxy
            self.caFile = caFile
            self.clientCertificate = clientCertificate
            self.clientKey = clientKey
            self.connectivityCheck = connectivityCheck
        }
    }

    /// An HTTP proxy, written `http://[user:password@]host:port`.
    public struct Proxy: Sendable, Hashable {
        /// A name or an address.
        public var host: String
        /// 1…65535.
        public var port: Int
        /// `nil` where the proxy wants none.
        public var user: Secret?
        /// `nil` where the proxy wants none.
        public var password: Secret?

        /// A proxy without a user by default.
        public init(host: String, port: Int, user: Secret? = nil, password: Secret? = nil) {
            self.host = host
            self.port = port
            self.user = user
            self.password = password
        }
    }

    /// A host and a TCP port.
    public struct Endpoint: Sendable, Hashable, CustomStringConvertible {
        /// A name or an address.
        public var host: String
        /// 1…65535.
        public var port: Int

        /// An address to be connected to.
        public init(host: String, port: Int) {
            self.host = host
            self.port = port
        }

        public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
    }
}

extension Configuration.Network {
    static let section = Section(
        "the network", Configuration.Network(),
        check: { network, node, reader in
            if (network.clientCertificate == nil) != (network.clientKey == nil) {
                reader.note(node, "`clientCertificate` and `clientKey` belong together; give both or none")
            }
        },
        [
            Key(
                "proxy", optional: \.proxy, Configuration.Proxy.format,
                "for hosts off this machine: `http://[user:password@]host:port`, or `none`",
                standard: "`HTTPS_PROXY` of the environment"),
            Key(
                "noProxy", \.noProxy, .list(.text(form: "host or domain")),
                "reached without the proxy, beside this machine; `NO_PROXY` of the environment where `proxy` is not set"
            ),
            Key(
                "caFile", optional: \.caFile, .path(form: "PEM file"),
                "certificate authorities trusted beside the system's"),
            Key("clientCertificate", optional: \.clientCertificate, .path(form: "PEM file"), "the certificate we show"),
            Key("clientKey", optional: \.clientKey, .path(form: "PEM file"), "its private key"),
            Key(
                "connectivityCheck", optional: \.connectivityCheck, Configuration.Endpoint.format,
                "must be reachable while our own network works",
                standard: "none: an outage of many hosts counts against them"),
        ])
}

extension Configuration.Proxy {
    /// `none` reads as nothing, and being written it hides the environment's.
    static var format: Format<Configuration.Proxy> {
        Format(
            shape: .text(form: "URL", pattern: "^http://.+|^none$|\\$\\{"),
            read: { node, reader in
                guard let scalar = reader.scalar(node, wanted: "a URL such as http://proxy.example:3128") else {
                    return nil
                }
                if scalar.text == "none" { return nil }
                switch read(scalar.text) {
                case .success(let proxy): return proxy
                // The text itself may hold a password.
                case .failure(let problem):
                    reader.note(node, "the proxy \(problem.text)")
                    return nil
                }
            }, show: { _ in nil })
    }

    static func read(_ text: String) -> Result<Configuration.Proxy, HTTPAddress.Problem> {
        HTTPAddress.read(text.contains("://") ? text : "http://\(text)", allowsUser: true).flatMap { address in
            guard address.scheme == "http" else {
                return .failure(.init(text: "is spoken to with https, which is not supported; write http://"))
            }
            return .success(
                Configuration.Proxy(
                    host: address.host, port: address.port ?? 3_128, user: address.user.map { Secret($0) },
                    password: address.password.map { Secret($0) }))
        }
    }
}

extension Configuration.Endpoint {
    static var format: Format<Configuration.Endpoint> {
        Format(
            shape: .text(form: "host:port", pattern: "^.+:[0-9]+$|\\$\\{"),
            read: { node, reader in
                guard let scalar = reader.scalar(node, wanted: "host:port") else { return nil }
                guard let (host, port) = HTTPAddress.hostAndPort(scalar.text), let port else {
                    reader.note(node, "\(reader.shown(scalar)) is no host with a port; write it like 1.1.1.1:443")
                    return nil
                }
                return Configuration.Endpoint(host: host, port: port)
            }, show: { $0.description })
    }
}
