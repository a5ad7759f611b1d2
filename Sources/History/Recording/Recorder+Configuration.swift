extension Recorder {
    /// How a recorder writes.
    package struct Configuration: Sendable, Hashable {
        /// Change events that may wait for the recorder. Default 16,384.
        package var eventBuffer: Int
        /// Rows written in one transaction. Default 100.
        package var batchRows: Int
        /// A row waits so long for company; together with ``tick`` at most 1 s. Default 500 ms.
        package var batchWait: Duration
        /// How often the recorder looks at the clock. Default 250 ms.
        package var tick: Duration
        /// Rows that wait while the store is away; beyond it the oldest snapshots go. Default 20,000, about 8 MB.
        package var capacity: Int
        /// Before the second attempt at a store that is away; doubled for each further one. Default 1 s.
        package var firstBackoff: Duration
        /// The longest wait between two attempts. Default 30 s.
        package var longestBackoff: Duration
        /// How long what waits may take to be written at the end. Default 5 s.
        package var drainLimit: Duration
        /// How long history is kept; `nil` keeps everything.
        package var retention: Retention?
        /// Between two rounds of pruning. Default 1 h.
        package var pruneInterval: Duration

        package init(
            eventBuffer: Int = 16_384, batchRows: Int = 100, batchWait: Duration = .milliseconds(500),
            tick: Duration = .milliseconds(250), capacity: Int = 20_000, firstBackoff: Duration = .seconds(1),
            longestBackoff: Duration = .seconds(30), drainLimit: Duration = .seconds(5),
            retention: Retention? = Retention(), pruneInterval: Duration = .seconds(3_600)
        ) {
            self.eventBuffer = eventBuffer
            self.batchRows = batchRows
            self.batchWait = batchWait
            self.tick = tick
            self.capacity = capacity
            self.firstBackoff = firstBackoff
            self.longestBackoff = longestBackoff
            self.drainLimit = drainLimit
            self.retention = retention
            self.pruneInterval = pruneInterval
        }

        func backoff(afterFailures count: Int) -> Duration {
            var wait = firstBackoff
            for _ in 1..<max(count, 1) where wait < longestBackoff { wait *= 2 }
            return min(wait, longestBackoff)
        }
    }
}
