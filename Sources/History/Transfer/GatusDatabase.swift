import GRDB
import Health

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The SQLite file that Gatus keeps its history in: its last results, and the hours before them.
package struct GatusDatabase {
    /// One result, as Gatus has it.
    package struct Check: Sendable, Hashable {
        package var endpoint: String
        package var group: String
        package var at: String
        package var success: Bool
        /// Milliseconds.
        package var latency: Double?
        package var error: String?
    }

    private let queue: DatabaseQueue

    /// - Returns: `nil` when the file is not Gatus'.
    package init?(path: String) throws {
        var configuration = GRDB.Configuration()
        configuration.readonly = true
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        guard try queue.read({ try $0.tableExists("endpoint_results") && $0.tableExists("endpoints") }) else {
            return nil
        }
        self.queue = queue
    }

    package func results() throws -> [Check] {
        try queue.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT e.endpoint_name, e.endpoint_group, CAST(r.timestamp AS TEXT), r.success, r.duration, r.errors
                    FROM endpoint_results r JOIN endpoints e USING (endpoint_id) ORDER BY r.timestamp
                    """
            ).map { row in
                let errors: String = row[5] ?? ""
                return Check(
                    endpoint: row[0] ?? "", group: row[1] ?? "", at: row[2] ?? "", success: row[3] ?? false,
                    latency: (row[4] as Double?).map { $0 / 1e6 },
                    error: errors.isEmpty ? nil : errors.replacing("|~|", with: "; "))
            }
        }
    }

    /// What each hour came to. Gatus counts its checks, so an hour was up for the share of them that passed.
    package func hours() throws -> [(endpoint: String, sum: RollUp)] {
        try queue.read { db in
            guard try db.tableExists("endpoint_uptimes") else { return [] }
            return try Row.fetchAll(
                db,
                sql: """
                    SELECT e.endpoint_name, u.hour_unix_timestamp, u.total_executions, u.successful_executions,
                        u.total_response_time
                    FROM endpoint_uptimes u JOIN endpoints e USING (endpoint_id)
                    WHERE u.total_executions > 0 ORDER BY e.endpoint_name, u.hour_unix_timestamp
                    """
            ).map { row in
                let hour = RollUpWidth.hour
                let total: Int64 = row[2]
                let passed: Int64 = min(row[3], total)
                var sum = RollUp(start: Date(milliseconds: hour.start(of: (row[1] as Int64) * 1_000)))
                sum.snapshots = Int(total)
                sum.requests = Int(total)
                sum.errors = Double(total - passed)
                sum.spans.healthy = hour.milliseconds * passed / total
                sum.spans.unhealthy = hour.milliseconds - sum.spans.healthy
                let latency = Double(row[4] as Int64) / Double(total) / 1_000
                sum.latency.p50.record(latency, times: Int(total))
                sum.latency.p90.record(latency, times: Int(total))
                sum.latency.p99.record(latency, times: Int(total))
                return (row[0] ?? "", sum)
            }
        }
    }
}
