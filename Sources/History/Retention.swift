/// How long history is kept.
package struct Retention: Sendable, Hashable {
    /// Snapshots as they were written; days. Default 7 days.
    package var snapshots: Duration
    /// Changes: few, and what a timeline tells its reasons from. Default 400 days.
    package var changes: Duration
    /// Rows deleted in one step; a writer waits at most for one. Default 1,000.
    package var stepRows: Int
    /// Pages given back to the file system in one step. Default 200.
    package var stepPages: Int

    package init(
        snapshots: Duration = .seconds(7 * 86_400), changes: Duration = .seconds(400 * 86_400), stepRows: Int = 1_000,
        stepPages: Int = 200
    ) {
        self.snapshots = snapshots
        self.changes = changes
        self.stepRows = max(stepRows, 1)
        self.stepPages = max(stepPages, 1)
    }
}

/// What pruning came to.
package struct PruneReport: Sendable, Hashable {
    package var snapshots: Int
    package var changes: Int
    /// Bytes given back to the file system; 0 where a store has no file.
    package var freedBytes: Int64

    package init(snapshots: Int = 0, changes: Int = 0, freedBytes: Int64 = 0) {
        self.snapshots = snapshots
        self.changes = changes
        self.freedBytes = freedBytes
    }
}
