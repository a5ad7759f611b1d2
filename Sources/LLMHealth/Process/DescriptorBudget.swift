import Health

/// Who may have how many of the process's file descriptors.
///
/// What is left beside files and event loops is shared between probes and the API's connections, so that neither takes
/// what the other, the stores or `/livez` need.
struct DescriptorBudget: Sendable, Hashable {
    /// Probes at once.
    var probes: Int
    /// Connections of the API at once.
    var connections: Int
    /// Live streams among them.
    var streams: Int
    /// How long a connection to a provider is kept for the next probe.
    var idleTimeout: Duration

    /// What is asked for where there are plenty.
    struct Wishes: Sendable, Hashable {
        var probes: Int
        var connections: Int
        var streams: Int
        /// Gateways, runtimes and lists that are polled beside the probes.
        var polls: Int
        var idleTimeout: Duration
    }

    /// Databases with their journals and readers, the evidence file, a listener, a name that is being resolved.
    static let files = 20
    /// Kept free for what nobody planned.
    static let reserve = 6
    /// Below this, connections are not kept: every host that is probed would hold one.
    static let plenty = 4_096

    /// - Parameter open: what is open before anything of the daemon is, event loops included.
    init(limit: Int, open: Int, wishes: Wishes) {
        let free = max(0, limit - open - Self.files - Self.reserve - wishes.polls)
        probes = min(wishes.probes, max(2, free / 2))
        connections = min(wishes.connections, max(4, free - probes - 8))
        streams = min(wishes.streams, max(1, connections / 2))
        idleTimeout = limit < Self.plenty ? min(wishes.idleTimeout, .milliseconds(100)) : wishes.idleTimeout
    }
}
