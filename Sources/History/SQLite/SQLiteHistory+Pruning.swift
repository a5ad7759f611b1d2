import GRDB
package import Health

#if canImport(FoundationEssentials)
package import FoundationEssentials
#else
package import Foundation
#endif

extension SQLiteHistory {
    /// Every step is a transaction of its own, so appends get their turn in between.
    package func prune(_ retention: Retention, at now: Date) async throws(HealthStorageError) -> PruneReport {
        var report = PruneReport()
        try await forgetSumsToCome(at: now)
        report.hours = try await sumUpComplete(at: now)
        let now = now.milliseconds
        report.snapshots = try await delete(
            from: "llm_health_snapshots", before: now - retention.snapshots.wholeMilliseconds, retention.stepRows)
        for width in RollUpWidth.allCases {
            report.rollUps += try await delete(
                from: width.table, before: now - retention.rollUps(width).wholeMilliseconds, retention.stepRows)
        }
        let changeLimit = now - retention.changes.wholeMilliseconds
        while true {
            let deleted = try await deleteChanges(before: changeLimit, limit: retention.stepRows)
            report.changes += deleted
            if deleted < retention.stepRows { break }
        }
        while true {
            let (freed, isDone) = try await vacuum(pages: retention.stepPages)
            report.freedBytes += freed
            if isDone { break }
        }
        return report
    }

    package func models() async throws(HealthStorageError) -> [ModelID] {
        var models: Set<String> = []
        for table in ["llm_health_snapshots", "llm_health_days", "llm_health_changes"] {
            models.formUnion(try await storedModels(in: table))
        }
        return models.map { ModelID($0) }.sorted()
    }

    func storedModels(in table: String) async throws(HealthStorageError) -> [String] {
        try await read(.query) { try Self.storedModels($0, in: table) }
    }

    /// By stepping from one to the next: a plain DISTINCT would read every row.
    static func storedModels(_ db: Database, in table: String) throws -> [String] {
        try String.fetchAll(
            db,
            sql: """
                WITH RECURSIVE models (id) AS (
                    SELECT min(model_id) FROM \(table)
                    UNION ALL
                    SELECT (SELECT min(model_id) FROM \(table) WHERE model_id > models.id)
                    FROM models WHERE models.id IS NOT NULL
                )
                SELECT id FROM models WHERE id IS NOT NULL
                """)
    }

    /// Deletes what a table keyed by model and time holds from before a time. - Returns: how many rows.
    private func delete(from table: String, before limit: Int64, _ step: Int) async throws(HealthStorageError) -> Int {
        var count = 0
        for model in try await storedModels(in: table) {
            while true {
                let deleted = try await delete(from: table, of: model, before: limit, limit: step)
                count += deleted
                if deleted < step { break }
            }
        }
        return count
    }

    private func delete(from table: String, of model: String, before limit: Int64, limit rows: Int)
        async throws(HealthStorageError) -> Int
    {
        try await write(.insert) { db in
            // Up to the last row of this step, a stretch of the primary key.
            try db.execute(
                sql: """
                    DELETE FROM \(table) WHERE model_id = :model AND at <= (
                        SELECT max(at) FROM (
                            SELECT at FROM \(table) WHERE model_id = :model AND at < :limit
                            ORDER BY at LIMIT :rows))
                    """,
                arguments: ["model": model, "limit": limit, "rows": rows])
            return db.changesCount
        }
    }

    private func deleteChanges(before limit: Int64, limit rows: Int) async throws(HealthStorageError) -> Int {
        try await write(.insert) { db in
            try db.execute(
                sql: """
                    DELETE FROM llm_health_changes WHERE seq IN (
                        SELECT seq FROM llm_health_changes WHERE at < ? ORDER BY at LIMIT ?)
                    """,
                arguments: [limit, rows])
            return db.changesCount
        }
    }

    /// Gives free pages back to the file system.
    private func vacuum(pages: Int) async throws(HealthStorageError) -> (freed: Int64, isDone: Bool) {
        try await write(.insert) { db in
            let free = try Int64.fetchOne(db, sql: "PRAGMA freelist_count") ?? 0
            guard free > 0 else { return (0, true) }
            let before = try Int64.fetchOne(db, sql: "PRAGMA page_count") ?? 0
            try db.execute(sql: "PRAGMA incremental_vacuum(\(pages))")
            let after = try Int64.fetchOne(db, sql: "PRAGMA page_count") ?? 0
            let pageSize = try Int64.fetchOne(db, sql: "PRAGMA page_size") ?? 0
            let left = try Int64.fetchOne(db, sql: "PRAGMA freelist_count") ?? 0
            return ((before - after) * pageSize, left == 0 || after == before)
        }
    }
}
