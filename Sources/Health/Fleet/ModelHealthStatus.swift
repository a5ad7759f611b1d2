#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// The status, score, reasons, latency and rates of one model.
public struct ModelHealthStatus: Sendable, Hashable {
    /// The model.
    public var modelId: ModelID
    /// Who serves it.
    public var provider: String
    /// What it is now.
    public var status: HealthStatus
    /// 0–100 for display and routing ties; 80–100 healthy, 40–79 degraded, 0–39 unhealthy, `nil` when unknown.
    public var score: Double?
    /// Why, most important first; never empty.
    public var reasons: [HealthReason]
    /// When the status began.
    public var since: Date
    /// What a gateway is to do, and why.
    public var routing: RoutingVerdict
    /// Milliseconds, over the last five minutes of probes and traffic.
    public var latency: LatencyPercentiles
    /// Milliseconds from sending to the first token, median of the streamed probes of the last five minutes.
    public var timeToFirstTokenMs: Double?
    /// A fraction 0…1 of the last five minutes' outcomes; rate limits and faults of ours are not errors.
    public var errorRate: Double?
    /// The share 0…1 of the *observed* time of the last 24 h in which the model was not unhealthy.
    public var availability: Double?
    /// When a probe or request of the model last came to an outcome.
    public var lastCheck: Date?
    /// When it last answered; `nil` when it never has.
    public var lastSuccessfulResponse: Date?
    /// Failures in a row, of its best target.
    public var consecutiveFailures: Int
    /// When the next probe is planned; `nil` when none is.
    public var nextProbeAt: Date?
    /// The breaker of its best target.
    public var circuitBreaker: CircuitBreakerStatus
    /// The last probe, for as long as it counts as current (`probeResultTTL`).
    public var probeResult: ProbeResult?
    /// Outcomes since the daemon started; a reader takes differences.
    public var requestTotal: UInt64
    /// Its targets, in the order of the configuration.
    public var targets: [TargetHealth]
    /// What its runtime and its answers tell beside.
    public var metadata: [String: JSONValue]
    /// What operators have said of it and still holds.
    public var notices: [Notice] = []

    /// Defaults: no target, no latency, nothing known of the past.
    public init(
        modelId: ModelID, provider: String, status: HealthStatus, score: Double? = nil, reasons: [HealthReason],
        since: Date, routing: RoutingVerdict, latency: LatencyPercentiles = .init(),
        timeToFirstTokenMs: Double? = nil, errorRate: Double? = nil, availability: Double? = nil,
        lastCheck: Date? = nil, lastSuccessfulResponse: Date? = nil, consecutiveFailures: Int = 0,
        nextProbeAt: Date? = nil, circuitBreaker: CircuitBreakerStatus = .init(state: .closed),
        probeResult: ProbeResult? = nil, requestTotal: UInt64 = 0, targets: [TargetHealth] = [],
        metadata: [String: JSONValue] = [:]
    ) {
        self.modelId = modelId
        self.provider = provider
        self.status = status
        self.score = score
        self.reasons = reasons
        self.since = since
        self.routing = routing
        self.latency = latency
        self.timeToFirstTokenMs = timeToFirstTokenMs
        self.errorRate = errorRate
        self.availability = availability
        self.lastCheck = lastCheck
        self.lastSuccessfulResponse = lastSuccessfulResponse
        self.consecutiveFailures = consecutiveFailures
        self.nextProbeAt = nextProbeAt
        self.circuitBreaker = circuitBreaker
        self.probeResult = probeResult
        self.requestTotal = requestTotal
        self.targets = targets
        self.metadata = metadata
    }
}

// By hand, so that a value nobody measured is an explicit null: a missing key reads as "old server".
extension ModelHealthStatus: Codable {
    enum CodingKeys: String, CodingKey {
        case modelId, provider, status, score, reasons, since, routing, latency, timeToFirstTokenMs, errorRate
        case availability, lastCheck, lastSuccessfulResponse, consecutiveFailures, nextProbeAt, circuitBreaker
        case probeResult, requestTotal, targets, metadata, notices
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            modelId: try container.decode(ModelID.self, forKey: .modelId),
            provider: try container.decode(String.self, forKey: .provider),
            status: try container.decode(HealthStatus.self, forKey: .status),
            score: try container.decodeIfPresent(Double.self, forKey: .score),
            reasons: try container.decode([HealthReason].self, forKey: .reasons),
            since: try container.decode(Date.self, forKey: .since),
            routing: try container.decode(RoutingVerdict.self, forKey: .routing),
            latency: try container.decode(LatencyPercentiles.self, forKey: .latency),
            timeToFirstTokenMs: try container.decodeIfPresent(Double.self, forKey: .timeToFirstTokenMs),
            errorRate: try container.decodeIfPresent(Double.self, forKey: .errorRate),
            availability: try container.decodeIfPresent(Double.self, forKey: .availability),
            lastCheck: try container.decodeIfPresent(Date.self, forKey: .lastCheck),
            lastSuccessfulResponse: try container.decodeIfPresent(Date.self, forKey: .lastSuccessfulResponse),
            consecutiveFailures: try container.decode(Int.self, forKey: .consecutiveFailures),
            nextProbeAt: try container.decodeIfPresent(Date.self, forKey: .nextProbeAt),
            circuitBreaker: try container.decode(CircuitBreakerStatus.self, forKey: .circuitBreaker),
            probeResult: try container.decodeIfPresent(ProbeResult.self, forKey: .probeResult),
            requestTotal: try container.decode(UInt64.self, forKey: .requestTotal),
            targets: try container.decode([TargetHealth].self, forKey: .targets),
            metadata: try container.decode([String: JSONValue].self, forKey: .metadata))
        notices = try container.decodeIfPresent([Notice].self, forKey: .notices) ?? []
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(modelId, forKey: .modelId)
        try container.encode(provider, forKey: .provider)
        try container.encode(status, forKey: .status)
        try container.encode(score, forKey: .score)
        try container.encode(reasons, forKey: .reasons)
        try container.encode(since, forKey: .since)
        try container.encode(routing, forKey: .routing)
        try container.encode(latency, forKey: .latency)
        try container.encode(timeToFirstTokenMs, forKey: .timeToFirstTokenMs)
        try container.encode(errorRate, forKey: .errorRate)
        try container.encode(availability, forKey: .availability)
        try container.encode(lastCheck, forKey: .lastCheck)
        try container.encodeIfPresent(lastSuccessfulResponse, forKey: .lastSuccessfulResponse)
        try container.encode(consecutiveFailures, forKey: .consecutiveFailures)
        try container.encode(nextProbeAt, forKey: .nextProbeAt)
        try container.encode(circuitBreaker, forKey: .circuitBreaker)
        try container.encodeIfPresent(probeResult, forKey: .probeResult)
        try container.encode(requestTotal, forKey: .requestTotal)
        try container.encode(targets, forKey: .targets)
        try container.encode(metadata, forKey: .metadata)
        if !notices.isEmpty { try container.encode(notices, forKey: .notices) }
    }
}
