/// What real requests of one target came to over a stretch of time: counts, as metrics tell them, and a distribution.
///
/// Requests that were wrong by themselves (400, 401, …) are their senders' affair and have no place here.
public struct TrafficBatch: Sendable, Hashable {
    /// Requests that were answered.
    public var successes: Int
    /// Requests that failed for the provider's sake.
    public var failures: Int
    /// What the failures were, for the sentence.
    public var failure: Outcome?
    /// Requests that the provider's rate limit refused.
    public var limited: Int
    /// A refusal that says more than a count: a rate limit, a quota, a refused key.
    public var limit: Outcome?
    /// Of those that succeeded.
    public var latency: LatencySketch

    /// Counts since the batch before.
    public init(
        successes: Int = 0, failures: Int = 0, failure: Outcome? = nil, limited: Int = 0, limit: Outcome? = nil,
        latency: LatencySketch = LatencySketch()
    ) {
        self.successes = successes
        self.failures = failures
        self.failure = failure
        self.limited = limited
        self.limit = limit
        self.latency = latency
    }
}
