/// What a provider says of the number of requests that it lets an account make (provider facts §9.2).
public struct Allowance: Sendable, Hashable, Codable {
    /// Requests in one `period`.
    public var limit: Int?
    /// Requests left of it.
    public var remaining: Int?
    /// Until it is full again.
    public var resetAfter: Duration?
    /// What `limit` is counted over; `nil` where nobody says.
    public var period: Duration?

    /// What is not told stays `nil`.
    public init(limit: Int? = nil, remaining: Int? = nil, resetAfter: Duration? = nil, period: Duration? = nil) {
        self.limit = limit
        self.remaining = remaining
        self.resetAfter = resetAfter
        self.period = period
    }

    enum CodingKeys: String, CodingKey { case limit, remaining, resetAfterMs, periodMs }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        limit = try container.decodeIfPresent(Int.self, forKey: .limit)
        remaining = try container.decodeIfPresent(Int.self, forKey: .remaining)
        resetAfter = try container.decodeIfPresent(Double.self, forKey: .resetAfterMs).map { .milliseconds($0) }
        period = try container.decodeIfPresent(Double.self, forKey: .periodMs).map { .milliseconds($0) }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(limit, forKey: .limit)
        try container.encodeIfPresent(remaining, forKey: .remaining)
        try container.encodeIfPresent(resetAfter?.milliseconds, forKey: .resetAfterMs)
        try container.encodeIfPresent(period?.milliseconds, forKey: .periodMs)
    }
}
