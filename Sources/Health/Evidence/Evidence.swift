/// What one source saw at an instant.
public struct Evidence: Sendable, Hashable {
    /// What was seen or told, with what it is about.
    public enum Kind: Sendable, Hashable {
        /// A probe left. Without its answer in time it is evidence by itself. Its number is one that no probe of the key has
        /// had lately; its end has the same, and what comes twice counts once.
        case probeStarted(ProbeKey, number: UInt64, reason: ProbeReason, isStreamed: Bool = false)
        /// A probe came back.
        case probeFinished(ProbeKey, number: UInt64, ProbeResult)
        /// A probe was cancelled before it came to anything.
        case probeCancelled(ProbeKey, number: UInt64)
        /// Outcomes of real requests, or recorded ones.
        case outcomes(ProbeKey, Outcome, count: Int, latency: Duration?)
        /// Counts and latencies of real requests over a stretch of time, as metrics tell them.
        case traffic(ProbeKey, TrafficBatch)
        /// What the server behind a target says of its own load, asked without inference while a probe waits; `nil` where a
        /// server that used to tell it does not answer.
        case load(ProbeKey, ServerLoad?)
        /// A local runtime's word on one of its models.
        case local(ModelID, LocalModel)
        /// A local runtime's own state; models of a silent one are not idle.
        case runtime(LocalRuntime, isUp: Bool, detail: String)
        /// A gateway's own liveness.
        case gateway(String, isUp: Bool, detail: String)
        /// The connectivity check that tells our own network from everyone else's.
        case connectivity(isUp: Bool)
        /// A store, receiver or other part of the daemon.
        case component(ComponentStatus.Kind, name: String, isUp: Bool, detail: String)
    }
    /// Where evidence comes from.
    public enum Source: String, Sendable, Hashable, Codable, CaseIterable {
        /// A canary probe, a real request, a local runtime, metrics or spans, the daemon itself.
        case probe, traffic, local, telemetry, daemon
    }

    /// What was seen or told.
    public var kind: Kind
    /// Where it comes from.
    public var source: Source
    /// When it was seen.
    public var at: Moment
    /// Where a tracing system may hang its span; the decision only carries it.
    public var trace: TraceContext?

    /// `trace`: the request it belongs to, where that is known.
    public init(_ kind: Kind, source: Source, at: Moment, trace: TraceContext? = nil) {
        self.kind = kind
        self.source = source
        self.at = at
        self.trace = trace
    }
}

/// A W3C trace id and span id, opaque to the decision.
public struct TraceContext: Sendable, Hashable {
    /// The trace id's first eight bytes.
    public var high: UInt64
    /// The trace id's last eight bytes.
    public var low: UInt64
    /// The span id.
    public var span: UInt64

    /// A W3C trace context: 16 bytes of trace id, 8 of span id.
    public init(high: UInt64, low: UInt64, span: UInt64) {
        self.high = high
        self.low = low
        self.span = span
    }
}
