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
        let snapshotLimit = now.milliseconds - retention.snapshots.wholeMilliseconds
        for model in try await storedModels() {
            while true {
                let deleted = try await deleteSnapshots(of: model, before: snapshotLimit, limit: retention.stepRows)
                report.snapshots += deleted
                if deleted < retention.stepRows { break }
            }
        }
        let changeLimit = now.milliseconds - retention.changes.wholeMilliseconds
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

    /// By stepping from one to the next: a plain DISTINCT would read every row.
    private func storedModels() async throws(HealthStorageError) -> [String] {
        try await read(.query) { db in
            try String.fetchAll(
                db,
                sql: """
                    WITH RECURSIVE models (id) AS (
                        SELECT min(model_id) FROM llm_health_snapshots
                        UNION ALL
                        SELECT (SELECT min(model_id) FROM llm_health_snapshots WHERE model_id > models.id)
                        FROM models WHERE models.id IS NOT NULL
                    )
                    SELECT id FROM models WHERE id IS NOT NULL
                    """)
        }
    }

    private func deleteSnapshots(of model: String, before limit: Int64, limit rows: Int)
        async throws(HealthStorageError) -> Int
    {
        try await write(.insert) { db in
            // Up to the last row of this step, a stretch of the primary key.
            try db.execute(
                sql: """
                    DELETE FROM llm_health_snapshots WHERE model_id = :model AND at <= (
                        SELECT max(at) FROM (
                            SELECT at FROM llm_health_snapshots WHERE model_id = :model AND at < :limit
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
