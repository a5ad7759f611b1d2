package import Health

/// Numbers for change events that no run of the daemon hands out twice, not even after a kill.
package protocol EventNumbers: Sendable {
    /// Reserves the next `count` numbers for this run; on return they are on the disk.
    ///
    /// - Parameters:
    ///   - count: at least 1. What is reserved and not used when the run ends stays a hole.
    ///   - used: the first number is higher than this, whatever was reserved before: the highest number that history
    ///     holds, in case it is older than the reservations.
    func reserve(_ count: Int, after used: UInt64) throws(HealthStorageError) -> ClosedRange<UInt64>
}

extension EventNumbers {
    package func reserve(_ count: Int) throws(HealthStorageError) -> ClosedRange<UInt64> {
        try reserve(count, after: 0)
    }
}

/// A stretch of event numbers whose events nobody can have any more.
package struct EventGap: Sendable, Hashable, Codable {
    package var from: UInt64
    package var to: UInt64
    /// The daemon restarted in between; else a reader fell behind.
    package var restart: Bool

    package init(from: UInt64, to: UInt64, restart: Bool) {
        self.from = from
        self.to = to
        self.restart = restart
    }

    /// The numbers that a restart skipped; `nil` when it skipped none.
    ///
    /// - Parameters:
    ///   - lastUsed: the highest number that history holds (``HistoryStore/lastSeq()``).
    ///   - next: the first number of this run.
    package static func atRestart(lastUsed: UInt64, next: UInt64) -> EventGap? {
        next > lastUsed &+ 1 && lastUsed < .max ? EventGap(from: lastUsed + 1, to: next - 1, restart: true) : nil
    }
}
