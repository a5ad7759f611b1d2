public import Health

/// Everything an operator can say: what is watched, how, and where its health is shown.
///
/// A value without behaviour: read from YAML by ``load(paths:environment:overrides:imports:)``, or built in code.
/// ``modelConfigs()`` makes the models of it that are watched.
public struct Configuration: Sendable, Hashable {
    /// The HTTP server; key `server`.
    public var server: Server
    /// Gateways by name; key `gateways`.
    public var gateways: [String: Gateway]
    /// Providers by name; key `providers`.
    public var providers: [String: Provider]
    /// What models take where they say nothing; key `defaults`.
    public var defaults: Defaults
    /// The models that are watched; key `models`.
    public var models: [Model]
    /// Runtimes on this machine or network; key `local`.
    public var local: Local
    /// Where the past is kept; key `history`.
    public var history: Store
    /// How we get out; key `network`.
    public var network: Network
    /// The daemon's own log; key `logging`.
    public var logging: Log
    /// Every number of the decision; key `policy`.
    public var policy: HealthPolicy
    /// What the daemon may use; key `limits`.
    public var limits: Limits
    /// A page for everybody; key `statusPage`.
    public var statusPage: StatusPage
    /// Planned work: its models get no traffic and raise no alerts meanwhile; key `maintenance`.
    public var maintenance: [Announcement]
    /// What everybody should know; key `announcements`.
    public var announcements: [Announcement]
    /// Portkey-style files whose models are watched too; key `import`.
    ///
    /// ``load(paths:environment:overrides:imports:)`` has read them: their models are part of ``models``.
    public var imports: [Import]
    /// Every file that was read, secrets and imports included: whoever reloads watches these.
    public var files: [String]

    /// Defaults as the properties say.
    public init(
        server: Server = Server(), gateways: [String: Gateway] = [:], providers: [String: Provider] = [:],
        defaults: Defaults = Defaults(), models: [Model] = [], local: Local = Local(), history: Store = Store(),
        network: Network = Network(), logging: Log = Log(), policy: HealthPolicy = HealthPolicy(),
        limits: Limits = Limits(), statusPage: StatusPage = StatusPage(), maintenance: [Announcement] = [],
        announcements: [Announcement] = [], imports: [Import] = [], files: [String] = []
    ) {
        self.server = server
        self.gateways = gateways
        self.providers = providers
        self.defaults = defaults
        self.models = models
        self.local = local
        self.history = history
        self.network = network
        self.logging = logging
        self.policy = policy
        self.limits = limits
        self.statusPage = statusPage
        self.maintenance = maintenance
        self.announcements = announcements
        self.imports = imports
        self.files = files
    }
}
