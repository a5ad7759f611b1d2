/// How many requests a provider lets an account make, and the share of them that probing may take.
///
/// It belongs to the key: all targets that use one key share what it leaves.
public struct RequestLimit: Sendable, Hashable, Codable {
    /// What probing takes of a limit where nobody says otherwise.
    public static let standardShare = 0.01

    /// In one `period`; at least 1.
    public var requests: Int
    /// A minute, a day: what `requests` is counted over.
    public var period: Duration
    /// 0…1.
    public var share: Double

    /// `share`: 0…1, the most that probing takes of it; default 1 %.
    public init(requests: Int, period: Duration, share: Double = RequestLimit.standardShare) {
        self.requests = requests
        self.period = period
        self.share = share
    }

    /// Probes of one key a second that the share leaves.
    var rate: Double { Double(requests) * share / max(period.seconds, 1) }

    /// The time between two probes of one key that takes just the share; `nil` when it leaves none.
    public var spacing: Duration? {
        let probes = Double(requests) * share
        return probes > 0 ? period / probes : nil
    }

    /// Probes of one key that the share leaves in a day.
    public var probesPerDay: Double { spacing.map { .seconds(86_400) / $0 } ?? 0 }
}
