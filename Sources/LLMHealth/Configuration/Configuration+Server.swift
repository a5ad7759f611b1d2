import Basics
public import Health

extension Configuration {
    /// The HTTP server.
    public struct Server: Sendable, Hashable {
        /// Name or address to listen on; any but this machine's own needs tokens; default `127.0.0.1`; key `host`.
        public var host: String
        /// TCP port, 0 for any free one; default 8790; key `port`.
        public var port: Int
        /// Who may do what. Without any, everyone on this machine may do everything; key `tokens`.
        public var tokens: [Token]
        /// Names in the `Host` header that are accepted beside the address itself and `localhost`; key `allowedHosts`.
        public var allowedHosts: [String]
        /// Origins, such as `https://status.example`, whose pages may use the API and its live stream beside the server's
        /// own, `*` for all; key `allowedOrigins`.
        public var allowedOrigins: [String]
        /// Origins whose pages may show the dashboard in a frame beside the server's own, `*` for all; key
        /// `frameAncestors`.
        public var frameAncestors: [String]
        /// Models, as patterns, whose badges need no token; key `publicBadges`.
        public var publicBadges: [String]
        /// Live streams that may be open at once; default 1,000; key `maximumStreams`.
        public var maximumStreams: Int

        /// Defaults as the properties say.
        public init(
            host: String = "127.0.0.1", port: Int = 8790, tokens: [Token] = [], allowedHosts: [String] = [],
            allowedOrigins: [String] = [], frameAncestors: [String] = [],
            publicBadges: [String] = [], maximumStreams: Int = 1_000
        ) {
            self.host = host
            self.port = port
            self.tokens = tokens
            self.allowedHosts = allowedHosts
            self.allowedOrigins = allowedOrigins
            self.frameAncestors = frameAncestors
            self.publicBadges = publicBadges
            self.maximumStreams = maximumStreams
        }

        /// Whether only this machine can reach the server.
        public var isLoopback: Bool { Host(of: host).isLoopback }
    }

    /// A bearer token of the API.
    public struct Token: Sendable, Hashable {
        /// Who holds it, for the log; unique; key `name`.
        public var name: String
        /// The token itself, at least 8 characters; key `secret`.
        public var secret: Secret
        /// What it allows; default `read`; key `scopes`.
        public var scopes: Set<Scope>

        /// `scopes`: what its bearer may do; default to read.
        public init(name: String, secret: Secret, scopes: Set<Scope> = [.read]) {
            self.name = name
            self.secret = secret
            self.scopes = scopes
        }
    }

    /// What a token allows.
    public enum Scope: String, Sendable, Hashable, CaseIterable {
        /// Health, history and events.
        case read
        /// Immediate checks, which cost money.
        case probe
        /// `/metrics` and the gateway's metrics.
        case metrics
        /// Everything that changes something.
        case admin
    }
}

extension Configuration.Server {
    static let section = Section(
        "the server", Configuration.Server(),
        check: { server, node, reader in
            for key in ["allowedOrigins", "frameAncestors"] {
                let origins = key == "allowedOrigins" ? server.allowedOrigins : server.frameAncestors
                for origin in origins where origin != "*" && !Configuration.Server.isOrigin(origin) {
                    reader.within(key) { reader in
                        reader.note(
                            node[key] ?? node,
                            "`\(origin)` is no origin; write it like https://status.example, without a path")
                    }
                }
            }
            if server.tokens.isEmpty, server.allowedOrigins.contains("*") {
                reader.within("allowedOrigins") { reader in
                    reader.note(
                        node["allowedOrigins"] ?? node,
                        "`*` lets any site's page do everything here; add `tokens`, or name the origins")
                }
            }
        },
        [
            Key(
                "host", \.host, .text(form: "name or address"),
                "where to listen; any address but this machine's own needs `tokens`"),
            Key("port", \.port, .whole(0...65_535), "TCP port; 0 takes any free one"),
            Key(
                "tokens", \.tokens, .list(Configuration.Token.section.format),
                "who may do what; without any, everyone on this machine may do everything"),
            Key(
                "allowedHosts", \.allowedHosts, .list(.text(form: "host name")),
                "names in the `Host` header that are accepted beside the address itself and `localhost`"),
            Key(
                "allowedOrigins", \.allowedOrigins, .list(.text(form: "origin")),
                "origins, such as `https://status.example`, whose pages may use the API and its live stream beside the server's own; `*` for all"
            ),
            Key(
                "frameAncestors", \.frameAncestors, .list(.text(form: "origin")),
                "origins whose pages may show the dashboard in a frame beside the server's own; `*` for all"),
            Key(
                "publicBadges", \.publicBadges, .list(.text(form: "name or pattern")),
                "models whose badges need no token, with `*` and `?` for any characters"),
            Key(
                "maximumStreams", \.maximumStreams, .whole(1...20_000),
                "live streams (WebSockets and Server-Sent Events) that may be open at once"),
        ])
}

extension Configuration.Server {
    /// Whether a text is a scheme and a host, perhaps with a port, as browsers send it.
    static func isOrigin(_ text: String) -> Bool {
        guard case .success(let address) = HTTPAddress.read(text) else { return false }
        return !text.dropFirst(address.scheme.count + 3).contains("/")
    }
}

extension Configuration.Token {
    static let section = Section(
        "a token", Configuration.Token(name: "", secret: Secret("")),
        check: { token, node, reader in
            // Shorter ones can be guessed over the network.
            if token.secret.reveal().utf8.count < 8 {
                reader.note(
                    node["secret"] ?? node,
                    "the token is shorter than 8 characters; make one with `openssl rand -hex 16`")
            }
            if token.scopes.isEmpty { reader.note(node, "allows nothing; name at least one of `scopes`") }
        },
        [
            Key("name", \.name, .text, "who holds it, for the log; unique", isRequired: true),
            Key("secret", \.secret, .secret, "the token itself, at least 8 characters", isRequired: true),
            Key("scopes", \.scopes, .set(.choice), "what it allows"),
        ])
}
