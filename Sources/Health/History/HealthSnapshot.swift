#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// A stored ``ModelHealthStatus``.
public struct HealthSnapshot: Sendable, Hashable {
    /// Figures of the window that ends with the snapshot.
    public struct Metrics: Sendable, Hashable {
        /// Milliseconds.
        public var latencyP50: Double?
        /// Milliseconds.
        public var latencyP90: Double?
        /// Milliseconds.
        public var latencyP99: Double?
        /// A fraction 0…1.
        public var errorRate: Double?
        /// Outcomes since the snapshot before this one.
        public var requestCount: Int
        /// A fraction 0…1.
        public var availability: Double?

        /// Milliseconds and shares 0…1; `nil` where nothing was measured.
        public init(
            latencyP50: Double? = nil, latencyP90: Double? = nil, latencyP99: Double? = nil, errorRate: Double? = nil,
            requestCount: Int = 0, availability: Double? = nil
        ) {
            self.latencyP50 = latencyP50
            self.latencyP90 = latencyP90
            self.latencyP99 = latencyP99
            self.errorRate = errorRate
            self.requestCount = requestCount
            self.availability = availability
        }
    }
    /// The last probe before the snapshot.
    public struct Probe: Sendable, Hashable, Codable {
        /// Whether it was answered.
        public var success: Bool
        /// Milliseconds.
        public var latency: Double?
        /// What it came to, where it was not.
        public var error: String?

        /// `latency`: milliseconds.
        public init(success: Bool, latency: Double?, error: String? = nil) {
            self.success = success
            self.latency = latency
            self.error = error
        }
    }

    /// When it was taken, by the wall clock.
    public var timestamp: Date
    /// The model.
    public var modelId: ModelID
    /// Who serves it.
    public var provider: String
    /// What it was then.
    public var status: HealthStatus
    /// 0…100; `nil` while it was unknown.
    public var score: Double?
    /// The first reason's code.
    public var reasonCode: HealthReason.Code
    /// Figures of the window before it.
    public var metrics: Metrics
    /// The last probe before it; `nil` where there was none.
    public var probeResult: Probe?

    /// One row of a model's past.
    public init(
        timestamp: Date, modelId: ModelID, provider: String, status: HealthStatus, score: Double? = nil,
        reasonCode: HealthReason.Code, metrics: Metrics, probeResult: Probe? = nil
    ) {
        self.timestamp = timestamp
        self.modelId = modelId
        self.provider = provider
        self.status = status
        self.score = score
        self.reasonCode = reasonCode
        self.metrics = metrics
        self.probeResult = probeResult
    }

    /// The snapshot of a status at `timestamp`, with `requestCount` outcomes since the one before.
    public init(_ model: ModelHealthStatus, at timestamp: Date, requestCount: Int) {
        self.init(
            timestamp: timestamp, modelId: model.modelId, provider: model.provider, status: model.status,
            score: model.score, reasonCode: model.reasons.first?.code ?? .starting,
            metrics: Metrics(
                latencyP50: model.latency.p50, latencyP90: model.latency.p90, latencyP99: model.latency.p99,
                errorRate: model.errorRate, requestCount: requestCount, availability: model.availability),
            probeResult: model.probeResult.map {
                Probe(success: $0.success, latency: $0.latency?.milliseconds, error: $0.error)
            })
    }
}

extension HealthSnapshot.Metrics: Codable {
    enum CodingKeys: String, CodingKey {
        case latencyP50, latencyP90, latencyP99, errorRate, requestCount, availability
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(latencyP50, forKey: .latencyP50)
        try container.encode(latencyP90, forKey: .latencyP90)
        try container.encode(latencyP99, forKey: .latencyP99)
        try container.encode(errorRate, forKey: .errorRate)
        try container.encode(requestCount, forKey: .requestCount)
        try container.encode(availability, forKey: .availability)
    }
}

extension HealthSnapshot: Codable {
    enum CodingKeys: String, CodingKey {
        case timestamp, modelId, provider, status, score, reasonCode = "reason", metrics, probeResult
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(timestamp, forKey: .timestamp)
        try container.encode(modelId, forKey: .modelId)
        try container.encode(provider, forKey: .provider)
        try container.encode(status, forKey: .status)
        try container.encode(score, forKey: .score)
        try container.encode(reasonCode, forKey: .reasonCode)
        try container.encode(metrics, forKey: .metrics)
        try container.encodeIfPresent(probeResult, forKey: .probeResult)
    }
}

extension HealthSnapshot.Probe {
    enum CodingKeys: String, CodingKey { case success, latency, error }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(success, forKey: .success)
        try container.encode(latency, forKey: .latency)
        try container.encodeIfPresent(error, forKey: .error)
    }
}
