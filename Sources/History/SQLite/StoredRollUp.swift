import GRDB
import Health

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A roll-up as a row of `llm_health_minutes`, `_hours` or `_days`.
enum StoredRollUp {
    static let plainColumns = """
        at, snapshots, requests, errors, healthy_ms, degraded_ms, unhealthy_ms, unknown_ms, idle_ms
        """
    static let columns = plainColumns + ", latency"

    static func insert(into width: RollUpWidth) -> String {
        "INSERT OR REPLACE INTO \(width.table) (model_id, \(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    }

    static func arguments(of row: RollUp, model: String) -> StatementArguments {
        [
            model, row.start.milliseconds, row.snapshots, row.requests, row.errors, row.spans.healthy,
            row.spans.degraded, row.spans.unhealthy, row.spans.unknown, row.spans.idle,
            Data(LatencyCode.bytes(row.latency)),
        ]
    }

    /// Reads a row of ``columns``, or of ``plainColumns``, by position.
    static func rollUp(_ row: Row, hasLatency: Bool = true) -> RollUp {
        var rollUp = RollUp(start: Date(milliseconds: row[0]))
        rollUp.snapshots = row[1]
        rollUp.requests = row[2]
        rollUp.errors = row[3]
        rollUp.spans.healthy = row[4]
        rollUp.spans.degraded = row[5]
        rollUp.spans.unhealthy = row[6]
        rollUp.spans.unknown = row[7]
        rollUp.spans.idle = row[8]
        if hasLatency { rollUp.latency = LatencyCode.latency(row[9] as Data) }
        return rollUp
    }
}

extension RollUpWidth {
    /// The table that both stores keep it in.
    var table: String {
        switch self {
        case .minute: "llm_health_minutes"
        case .hour: "llm_health_hours"
        case .day: "llm_health_days"
        }
    }
}
