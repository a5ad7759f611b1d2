/// How long history is kept.
package struct Retention: Sendable, Hashable {
    /// Snapshots as they were written; days. Default 7 days.
    package var snapshots: Duration
    /// Sums of each minute. Default 30 days.
    package var minutes: Duration
    /// Sums of each hour. Default 400 days.
    package var hours: Duration
    /// Sums of each day. Default 5 years.
    package var days: Duration
    /// Changes: few, and what a timeline tells its reasons from. Default 400 days.
    package var changes: Duration
    /// Rows deleted in one step; a writer waits at most for one. Default 1,000.
    package var stepRows: Int
    /// Pages given back to the file system in one step. Default 200.
    package var stepPages: Int

    package init(
        snapshots: Duration = .seconds(7 * 86_400), minutes: Duration = .seconds(30 * 86_400),
        hours: Duration = .seconds(400 * 86_400), days: Duration = .seconds(5 * 366 * 86_400),
        changes: Duration = .seconds(400 * 86_400), stepRows: Int = 1_000,
        stepPages: Int = 200
    ) {
        self.snapshots = snapshots
        self.minutes = minutes
        self.hours = hours
        self.days = days
        self.changes = changes
        self.stepRows = max(stepRows, 1)
        self.stepPages = max(stepPages, 1)
    }

    func rollUps(_ width: RollUpWidth) -> Duration {
        switch width {
        case .minute: minutes
        case .hour: hours
        case .day: days
        }
    }
}

/// What pruning came to.
package struct PruneReport: Sendable, Hashable {
    package var snapshots: Int
    package var changes: Int
    package var rollUps: Int
    /// Hours that were summed up before.
    package var hours: Int
    /// Bytes given back to the file system; 0 where a store has no file.
    package var freedBytes: Int64

    package init(snapshots: Int = 0, changes: Int = 0, rollUps: Int = 0, hours: Int = 0, freedBytes: Int64 = 0) {
        self.snapshots = snapshots
        self.changes = changes
        self.rollUps = rollUps
        self.hours = hours
        self.freedBytes = freedBytes
    }
}
