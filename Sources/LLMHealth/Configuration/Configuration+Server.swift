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
