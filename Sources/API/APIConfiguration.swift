package import Health
package import Web

/// How the API listens and whom it lets in.
package struct APIConfiguration: Sendable {
    /// The address to bind; one that other machines can reach needs tokens (``APIServer/validateBind(host:tokens:)``).
    package var host: String
    /// 0 for any free port, which `onServerRunning` then tells.
    package var port: Int
    /// Who may do what. Without any, everybody who reaches the port may do everything.
    package var tokens: [APIToken]
    /// Names, beside this machine's own, under which the API may be called: a web page that gets its name resolved to
    /// this machine must not (DNS rebinding).
    package var allowedHosts: [String]
    /// Origins, such as `https://status.example`, beside the API's own whose pages may use the API and open the live
    /// stream; `*` for all.
    package var allowedOrigins: [String]
    /// Origins beside the API's own whose pages may show the dashboard in a frame; `*` for all.
    package var frameAncestors: [String]
    /// Models whose badges need no token.
    package var publicBadges: [NamePattern]
    /// The page for everybody; `nil` for none.
    package var statusPage: StatusPage?
    /// What the live stream may cost.
    package var live: LiveLimits
    /// Immediate checks that may run at once.
    package var concurrentProbes: Int
    /// What a caller is told to wait who asks for one more; rounded up to whole seconds.
    package var probeRetryAfter: Duration
    /// Connections that may be open at once; for a further one that which has been silent longest is closed.
    package var maximumConnections: Int
    /// How long a connection may be open before its first request.
    package var firstRequestTimeout: Duration
    /// How long a request may take to arrive once it has begun, and a client to read on.
    package var exchangeTimeout: Duration
    /// After which a connection without a request in work is closed.
    package var idleTimeout: Duration

    package init(
        host: String = "127.0.0.1", port: Int = 8790, tokens: [APIToken] = [], allowedHosts: [String] = [],
        allowedOrigins: [String] = [], frameAncestors: [String] = [],
        publicBadges: [NamePattern] = [], statusPage: StatusPage? = nil, live: LiveLimits = LiveLimits(),
        concurrentProbes: Int = 4, probeRetryAfter: Duration = .seconds(2), maximumConnections: Int = 2_048,
        firstRequestTimeout: Duration = .seconds(10), exchangeTimeout: Duration = .seconds(60),
        idleTimeout: Duration = .seconds(75)
    ) {
        self.host = host
        self.port = port
        self.tokens = tokens
        self.allowedHosts = allowedHosts
        self.allowedOrigins = allowedOrigins
        self.frameAncestors = frameAncestors
        self.publicBadges = publicBadges
        self.statusPage = statusPage
        self.live = live
        self.concurrentProbes = concurrentProbes
        self.probeRetryAfter = probeRetryAfter
        self.maximumConnections = maximumConnections
        self.firstRequestTimeout = firstRequestTimeout
        self.exchangeTimeout = exchangeTimeout
        self.idleTimeout = idleTimeout
    }
}

/// What a token opens; no scope includes another.
package enum APIScope: String, Sendable, Hashable, Codable, CaseIterable {
    /// See the health of models, their past and the reasons.
    case read
    /// Ask for immediate checks, which cost tokens at the providers.
    case probe
    /// Scrape metrics.
    case metrics
    /// Change what the daemon does.
    case admin
}

/// A key to the API: sent as `Authorization: Bearer …`.
package struct APIToken: Sendable, Hashable {
    /// For people and logs.
    package var name: String
    package var secret: Secret
    package var scopes: Set<APIScope>

    package init(name: String, secret: Secret, scopes: Set<APIScope>) {
        self.name = name
        self.secret = secret
        self.scopes = scopes
    }
}
