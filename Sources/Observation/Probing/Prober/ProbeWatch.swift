package import Health

/// How one target stands in the timetable of probes.
package struct ProbeStanding: Sendable {
    package var key: ProbeKey
    package var model: ModelConfig
    /// Between two probes, as planned.
    package var pace: Duration
    /// Uptime of the last look, or of when the target came on the timetable.
    package var lastLook: Duration
    /// Uptime of the next probe as planned; `nil` when the decision holds it.
    package var next: Duration?
    /// Uptime by which everything in flight has met its deadline; `nil` when nothing is.
    package var busyUntil: Duration?
    /// Due, and waiting for room.
    package var isInLine: Bool
    /// Waiting because its server has more to do than it can.
    package var isSparing: Bool
}

/// Finds targets that should have been probed and were not, whatever the reason: the timetable watched from outside.
package struct ProbeWatch: Sendable {
    package struct Finding: Sendable, Hashable {
        /// Everything that is overdue now, sorted.
        package var overdue: [ProbeKey] = []
        /// What has become so since the last look.
        package var found: [ProbeKey] = []
    }

    /// Planned intervals without a probe, after which a target is overdue.
    static let intervals = 3
    /// However short they are.
    static let leastPatience = Duration.seconds(10)

    /// Since when each target could be probed.
    private var probeableSince: [ProbeKey: Duration] = [:]
    private var overdue: Set<ProbeKey> = []

    package init() {}

    /// - Parameters:
    ///   - isProbeable: whether a model may be probed at all; one of a local runtime only while it is loaded.
    ///   - now: uptime.
    package mutating func look(
        at standings: [ProbeStanding], isProbeable: (ModelConfig) -> Bool, at now: Duration
    ) -> Finding {
        var since: [ProbeKey: Duration] = [:]
        var late: Set<ProbeKey> = []
        for standing in standings where isProbeable(standing.model) {
            since[standing.key] = probeableSince[standing.key] ?? now
            if Self.isOverdue(standing, since: probeableSince[standing.key] ?? now, at: now) {
                late.insert(standing.key)
            }
        }
        defer { (probeableSince, overdue) = (since, late) }
        func sorted(_ keys: Set<ProbeKey>) -> [ProbeKey] {
            keys.sorted { ($0.modelID, $0.target) < ($1.modelID, $1.target) }
        }
        return Finding(overdue: sorted(late), found: sorted(late.subtracting(overdue)))
    }

    private static func isOverdue(_ standing: ProbeStanding, since: Duration, at now: Duration) -> Bool {
        let patience = max(standing.pace * intervals, leastPatience)
        guard now - max(standing.lastLook, since) > patience, !standing.isSparing else { return false }
        if let end = standing.busyUntil, now < end + standing.pace { return false }
        if standing.isInLine { return true }
        // A longer wait that is planned is no omission, and neither is a turn that is just due.
        return standing.next.map { now > $0 + standing.pace } ?? true
    }
}
