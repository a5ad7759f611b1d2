#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// Snapshots of one model in time buckets, and which way they go.
public struct HealthTrends: Sendable, Hashable, Codable {
    public enum Direction: String, Sendable, Hashable, Codable { case improving, steady, worsening, unknown }

    public struct Bucket: Sendable, Hashable, Codable {
        public var start: Date
        /// Seconds.
        public var width: Double
        /// Milliseconds; medians over the bucket's snapshots, weighted by their requests.
        public var latency: LatencyPercentiles
        public var errorRate: Double?
        /// Share 0…1 of the bucket's observed time not unhealthy.
        public var availability: Double?
        public var requestCount: Int
        public var worstStatus: HealthStatus?

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

    public var modelId: ModelID
    public var range: TimeRange
    public var buckets: [Bucket]
    public var latency: Direction
    public var errorRate: Direction
    public var availability: Direction

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
