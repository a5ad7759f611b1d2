import Health
import Metrics
import Telemetry

/// The daemon's own figures on its storage.
struct RecorderMetrics: Sendable {
    private static let lag = Metric.gauge(
        "llm_health_storage_lag_seconds", "Age of the oldest row that is not stored yet.")
    private static let rows = Metric.counter("llm_health_storage_rows_total", "Rows stored.")
    static let dropped = Metric.counter(
        "llm_health_storage_dropped_total", "Rows given up because the store was away too long.", labels: ["kind"])
    static let spilled = Metric.gauge(
        "llm_health_storage_spilled_rows", "Rows that wait on disk because the store is away.")

    static let all = [lag, rows, dropped, spilled]

    private let lag = Self.lag.makeGauge()
    private let rows = Self.rows.makeCounter()
    private let droppedSnapshots = Self.dropped.makeCounter("snapshot")
    private let droppedChanges = Self.dropped.makeCounter("change")

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
