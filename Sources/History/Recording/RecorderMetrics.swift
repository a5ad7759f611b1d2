import Health
import Metrics

/// The daemon's own figures on its storage.
struct RecorderMetrics: Sendable {
    private let lag = Gauge(label: "llm_health_storage_lag_seconds")
    private let rows = Counter(label: "llm_health_storage_rows_total")
    private let droppedSnapshots = Counter(
        label: "llm_health_storage_dropped_total", dimensions: [("kind", "snapshot")])
    private let droppedChanges = Counter(label: "llm_health_storage_dropped_total", dimensions: [("kind", "change")])

    init() {
        // There from the start, so that a rate over them is 0 and not absent.
        lag.record(0)
        rows.increment(by: 0)
        droppedSnapshots.increment(by: 0)
        droppedChanges.increment(by: 0)
    }

    func report(lag: Duration) { self.lag.record(lag.seconds) }

    func report(rows: Int) { self.rows.increment(by: rows) }

    func report(dropped: Backlog.Dropped, since last: Backlog.Dropped) {
        if dropped.snapshots > last.snapshots {
            droppedSnapshots.increment(by: Int64(dropped.snapshots - last.snapshots))
        }
        if dropped.changes > last.changes { droppedChanges.increment(by: Int64(dropped.changes - last.changes)) }
    }
}
