#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// Snapshots of one model in time buckets, and which way they go.
public struct HealthTrends: Sendable, Hashable, Codable {
    /// Which way figures go over the range; `unknown` where too little was measured.
    public enum Direction: String, Sendable, Hashable, Codable { case improving, steady, worsening, unknown }

    /// One stretch of the range.
    public struct Bucket: Sendable, Hashable, Codable {
        /// Its beginning, by the wall clock.
        public var start: Date
        /// Seconds.
        public var width: Double
        /// Milliseconds; medians over the bucket's snapshots, weighted by their requests.
        public var latency: LatencyPercentiles
        /// 0…1; `nil` where nothing was asked.
        public var errorRate: Double?
        /// Share 0…1 of the bucket's observed time not unhealthy.
        public var availability: Double?
        /// Probes and requests.
        public var requestCount: Int
        /// The worst that the model was; `nil` where nothing was kept.
        public var worstStatus: HealthStatus?

        /// Milliseconds and shares 0…1.
        public init(
            start: Date, width: Double, latency: LatencyPercentiles, errorRate: Double?, availability: Double?,
            requestCount: Int, worstStatus: HealthStatus?
        ) {
            self.start = start
            self.width = width
            self.latency = latency
            self.errorRate = errorRate
            self.availability = availability
            self.requestCount = requestCount
            self.worstStatus = worstStatus
        }
    }

    /// The model.
    public var modelId: ModelID
    /// What was asked for.
    public var range: TimeRange
    /// In their order, without holes.
    public var buckets: [Bucket]
    /// Which way the latency goes.
    public var latency: Direction
    /// Which way the share of failures goes.
    public var errorRate: Direction
    /// Which way the availability goes.
    public var availability: Direction

    /// Buckets and what they come to.
    public init(
        modelId: ModelID, range: TimeRange, buckets: [Bucket], latency: Direction, errorRate: Direction,
        availability: Direction
    ) {
        self.modelId = modelId
        self.range = range
        self.buckets = buckets
        self.latency = latency
        self.errorRate = errorRate
        self.availability = availability
    }
}

extension HealthTrends.Bucket {
    enum CodingKeys: String, CodingKey {
        case start, width, latency, errorRate, availability, requestCount, worstStatus
    }

    // By hand, so that a figure nobody has is an explicit null.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(start, forKey: .start)
        try container.encode(width, forKey: .width)
        try container.encode(latency, forKey: .latency)
        try container.encode(errorRate, forKey: .errorRate)
        try container.encode(availability, forKey: .availability)
        try container.encode(requestCount, forKey: .requestCount)
        try container.encode(worstStatus, forKey: .worstStatus)
    }
}
