package import Health

/// Which changes are wanted; whatever is left out does not narrow the answer.
package struct ChangeQuery: Sendable, Hashable {
    /// From which end `limit` counts.
    package enum End: Sendable, Hashable { case oldest, newest }

    package var modelID: ModelID?
    package var range: TimeRange?
    /// Only changes with a higher number: how a reader goes on where it stopped.
    package var after: UInt64
    /// At least 1.
    package var limit: Int
    /// Which ones, when there are more than `limit`.
    package var end: End

    package init(
        of modelID: ModelID? = nil, in range: TimeRange? = nil, after: UInt64 = 0, limit: Int = 1_000,
        from end: End = .oldest
    ) {
        self.modelID = modelID
        self.range = range
        self.after = after
        self.limit = limit
        self.end = end
    }
}
