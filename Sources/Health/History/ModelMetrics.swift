#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// What metrics tell of one model over a range.
public struct ModelMetrics: Sendable, Hashable, Codable {
    /// The model.
    public var modelId: ModelID
    /// What was asked for.
    public var range: TimeRange
    /// Probes and requests.
    public var requestCount: Int
    /// Those of them that failed.
    public var errorCount: Int
    /// `nil` without requests.
    public var errorRate: Double?
    /// Milliseconds.
    public var latency: LatencyPercentiles
    /// Where the figures come from: `history`, `otlp`, `clickhouse`, `prometheus`.
    public var source: String

    /// Counts, milliseconds and shares 0…1 of one range.
    public init(
        modelId: ModelID, range: TimeRange, requestCount: Int, errorCount: Int, errorRate: Double?,
        latency: LatencyPercentiles, source: String
    ) {
        self.modelId = modelId
        self.range = range
        self.requestCount = requestCount
        self.errorCount = errorCount
        self.errorRate = errorRate
        self.latency = latency
        self.source = source
    }
}

extension ModelMetrics {
    enum CodingKeys: String, CodingKey { case modelId, range, requestCount, errorCount, errorRate, latency, source }

    // By hand, so that a rate of no requests is an explicit null.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(modelId, forKey: .modelId)
        try container.encode(range, forKey: .range)
        try container.encode(requestCount, forKey: .requestCount)
        try container.encode(errorCount, forKey: .errorCount)
        try container.encode(errorRate, forKey: .errorRate)
        try container.encode(latency, forKey: .latency)
        try container.encode(source, forKey: .source)
    }
}

/// What a Portkey gateway's own metrics say, by provider and model.
public struct PortkeyMetrics: Sendable, Hashable, Codable {
    /// A provider's models in a scrape.
    public struct Provider: Sendable, Hashable, Codable {
        /// As the gateway's labels have it.
        public var name: String
        /// In the order of the text.
        public var models: [Model]

        /// A provider with its models.
        public init(name: String, models: [Model]) {
            self.name = name
            self.models = models
        }
    }
    /// One model's counters in a scrape.
    public struct Model: Sendable, Hashable, Codable {
        /// As the gateway's labels have it.
        public var id: String
        /// Requests by HTTP code.
        public var requestCount: [String: Double]
        /// Cumulative counts by upper bound in milliseconds (`+Inf` last).
        public var latencyHistogram: [String: Double]
        /// Requests that failed, since the gateway started.
        public var errorCount: Double
        /// Requests that were answered, since the gateway started.
        public var successCount: Double

        /// Counters since the gateway started.
        public init(
            id: String, requestCount: [String: Double], latencyHistogram: [String: Double], errorCount: Double,
            successCount: Double
        ) {
            self.id = id
            self.requestCount = requestCount
            self.latencyHistogram = latencyHistogram
            self.errorCount = errorCount
            self.successCount = successCount
        }
    }

    /// When the text was read.
    public var timestamp: Date
    /// In the order of the text.
    public var providers: [Provider]

    /// What one reading of a gateway's metrics told.
    public init(timestamp: Date, providers: [Provider]) {
        self.timestamp = timestamp
        self.providers = providers
    }
}
