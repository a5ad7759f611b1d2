/// Latency percentiles in milliseconds; `nil` where nothing was measured.
public struct LatencyPercentiles: Sendable, Hashable {
    /// The median, milliseconds.
    public var p50: Double?
    /// The 90th percentile, milliseconds.
    public var p90: Double?
    /// The 99th percentile, milliseconds.
    public var p99: Double?

    /// Milliseconds; `nil` where nothing was measured.
    public init(p50: Double? = nil, p90: Double? = nil, p99: Double? = nil) {
        self.p50 = p50
        self.p90 = p90
        self.p99 = p99
    }
}

// By hand, so that a value nobody measured is an explicit null.
extension LatencyPercentiles: Codable {
    enum CodingKeys: String, CodingKey { case p50, p90, p99 }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(p50, forKey: .p50)
        try container.encode(p90, forKey: .p90)
        try container.encode(p99, forKey: .p99)
    }
}
