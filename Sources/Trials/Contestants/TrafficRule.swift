/// How a gateway turns the outcomes of its users' requests into whom to send them to: a peer's documented rule.
package protocol TrafficRule: Sendable {
    /// Whether a request at `now` goes to the primary; uptime in seconds.
    mutating func admits(at now: Double) -> Bool
    /// Takes up what a request that went there came to.
    mutating func outcome(_ isSuccess: Bool, latency: Double, at now: Double)
    /// Seconds between health probes of its own; `nil` for none.
    var probeInterval: Double? { get }
    mutating func probe(_ isSuccess: Bool, latency: Double, at now: Double)
}

extension TrafficRule {
    package var probeInterval: Double? { nil }
    package mutating func probe(_ isSuccess: Bool, latency: Double, at now: Double) {}
}
