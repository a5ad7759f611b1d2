import Health

/// How one model fared: its evidence, its changes, and how long it had each status.
struct ReplayTally {
    private(set) var evidence = 0
    private(set) var changes = 0
    private(set) var entries = ReplaySummary.Entries()
    /// Microseconds, so that sums are exact.
    private(set) var times: [HealthStatus: Int64] = [:]
    private var status = HealthStatus.unknown
    private var since: Int64

    init(at now: Int64) { since = now }

    mutating func absorb(_ count: Int) { evidence += count }

    mutating func change(to next: HealthStatus, at now: Int64) {
        pass(to: now)
        status = next
        changes += 1
        if next == .degraded { entries.degraded += 1 }
        if next == .unhealthy { entries.unhealthy += 1 }
    }

    mutating func pass(to now: Int64) {
        times[status, default: 0] += now - since
        since = now
    }
}

extension ReplaySummary.Shares {
    /// - Parameter times: by status; all 0 gives all 0.
    init(_ times: [HealthStatus: Int64]) {
        let total = times.values.reduce(0, +)
        func share(_ status: HealthStatus) -> Double {
            // Six digits are more than anybody reads, and the same everywhere.
            total > 0 ? (Double(times[status] ?? 0) / Double(total) * 1e6).rounded() / 1e6 : 0
        }
        self.init(
            healthy: share(.healthy), degraded: share(.degraded), unhealthy: share(.unhealthy),
            unknown: share(.unknown))
    }
}
