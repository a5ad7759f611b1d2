package import Health
import Synchronization

#if canImport(FoundationEssentials)
package import FoundationEssentials
#else
package import Foundation
#endif

extension ClickHouseHistory {
    /// Tells the tables how long to keep their rows, and deletes this instance's own that are older: ClickHouse itself
    /// may take hours to get to it.
    package func prune(_ retention: Retention, at now: Date) async throws(HealthStorageError) -> PruneReport {
        try checkCancellation(.insert)
        let kept: [(table: String, duration: Duration)] =
            [("llm_health_snapshots", retention.snapshots), ("llm_health_changes", retention.changes)]
            + RollUpWidth.allCases.map { ($0.table, retention.rollUps($0)) }
        if client.configuration.hasTTL, self.retention.withLock({ $0 != retention }) {
            // What is kept beyond all times that ClickHouse can tell would be gone at once.
            for (table, duration) in kept
            where now.milliseconds + duration.wholeMilliseconds < HistoryLimits.end {
                let column = table == "llm_health_snapshots" || table == "llm_health_changes" ? "toDateTime(at)" : "at"
                try await run(
                    .insert,
                    "ALTER TABLE \(schema.table(table))\(schema.onCluster) MODIFY TTL \(column) + INTERVAL \(max(duration.wholeMilliseconds / 1_000, 1)) SECOND",
                    settings: [("materialize_ttl_after_modify", "0")])
            }
            self.retention.withLock { $0 = retention }
        }
        var report = PruneReport()
        for (table, duration) in kept {
            let count = try await delete(from: table, before: now.milliseconds - duration.wholeMilliseconds)
            switch table {
            case "llm_health_snapshots": report.snapshots += count
            case "llm_health_changes": report.changes += count
            default: report.rollUps += count
            }
        }
        return report
    }

    /// - Returns: how many rows.
    private func delete(from table: String, before limit: Int64) async throws(HealthStorageError) -> Int {
        let condition = "instance = {instance:String} AND at < fromUnixTimestamp64Milli({to:Int64})"
        let parameters = [
            ("instance", client.configuration.instance), ("to", "\(min(max(limit, 0), HistoryLimits.end))"),
        ]
        var reader = RowBinaryReader(
            try await run(
                .query, "SELECT count() FROM \(schema.table(table)) FINAL WHERE \(condition) FORMAT RowBinary",
                parameters))
        let count: UInt64
        do { count = try reader.integer() } catch { throw damaged(.query) }
        guard count > 0 else { return 0 }
        try await run(.insert, "DELETE FROM \(schema.table(table)) WHERE \(condition)", parameters)
        return Int(clamping: count)
    }

    /// Whole days, as far as their snapshots are still there.
    package func sumUp(_ range: TimeRange) async throws(HealthStorageError) {
        let day = RollUpWidth.day
        let silence = StatusTimeline.longestSilence.wholeMilliseconds
        let whole = range.milliseconds.clamped(to: 0..<HistoryLimits.end)
        let days =
            day.start(of: whole.lowerBound - silence)..<(whole.upperBound + silence).roundedUp(to: day.milliseconds)
        for start in stride(from: days.lowerBound, to: days.upperBound, by: Int(day.milliseconds)) {
            try await sumUp(day: start..<start + day.milliseconds)
        }
    }

    /// The same sums as before are no repetition of an insert: the old ones have just been deleted.
    private static let again = [("insert_deduplicate", "0")]

    private func sumUp(day: Range<Int64>) async throws(HealthStorageError) {
        let parameters = own(TimeRange(milliseconds: day))
        let within = """
            instance = {instance:String} AND at >= fromUnixTimestamp64Milli({from:Int64})
                AND at < fromUnixTimestamp64Milli({to:Int64})
            """
        var reader = RowBinaryReader(
            try await run(
                .aggregate,
                """
                SELECT assumeNotNull((SELECT count() FROM \(schema.table("llm_health_snapshots")) FINAL WHERE \(within))),
                    assumeNotNull((SELECT sum(snapshots) FROM \(schema.table("llm_health_days")) WHERE \(within)))
                FORMAT RowBinary
                """, parameters))
        let (rows, summed): (UInt64, UInt64)
        do { (rows, summed) = (try reader.integer(), try reader.integer()) } catch { throw damaged(.aggregate) }
        // Of what has been deleted since, the sums know more than the rows.
        guard rows > 0, rows >= summed else { return }
        for width in RollUpWidth.allCases {
            try await run(.insert, "DELETE FROM \(schema.table(width.table)) WHERE \(within)", parameters)
        }
        // Minutes make their hours and days.
        let minutes = schema.table(RollUpWidth.minute.table)
        let snapshots = "(SELECT * FROM \(schema.table("llm_health_snapshots")) FINAL WHERE \(within)) AS s"
        try await run(
            .insert,
            """
            INSERT INTO \(minutes) (instance, model_id, at, snapshots, requests, errors, latency_p50, latency_p90, latency_p99)
            \(ClickHouseSchema.figures(from: snapshots))
            """, parameters, settings: Self.again)
        // What a snapshot settles is worked out from its neighbours, as if all had come in their order.
        let silence = StatusTimeline.longestSilence.wholeMilliseconds
        let around = """
            instance = {instance:String} AND at >= fromUnixTimestamp64Milli({from:Int64} - \(silence))
                AND at < fromUnixTimestamp64Milli({to:Int64} + \(silence))
            """
        let neighbours = """
            (SELECT instance, model_id, at,
                if(lagInFrame(toString(reason)) OVER w = 'removed', NULL, lagInFrame(toNullable(at)) OVER w) AS previous_at,
                CAST(if(lagInFrame(toString(reason)) OVER w = 'idle', 4, toInt8(lagInFrame(status) OVER w)),
                    'Enum8(\(ClickHouseSchema.states.replacing("'", with: "''")), ''idle'' = 4)') AS previous_status
            FROM \(schema.table("llm_health_snapshots")) FINAL WHERE \(around)
            WINDOW w AS (PARTITION BY instance, model_id ORDER BY at ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)) AS s
            """
        let minute = "minute >= {from:Int64} AND minute < {to:Int64}"
        try await run(
            .insert,
            """
            INSERT INTO \(minutes) (instance, model_id, at, healthy_ms, degraded_ms, unhealthy_ms, unknown_ms, idle_ms, worst)
            \(ClickHouseSchema.spans(from: neighbours, where: minute))
            """, parameters, settings: Self.again)
    }
}
