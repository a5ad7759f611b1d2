import GRDB
package import Health

extension SQLiteHistory {
    package func history(of modelID: ModelID, in range: TimeRange, limit: Int?) async throws(HealthStorageError)
        -> [HealthSnapshot]
    {
        try ChangeQuery.check(limit: limit ?? 1)
        let range = range.milliseconds
        return try await read(.query) { db in
            let rows = try Row.fetchCursor(
                db.cachedStatement(
                    sql: """
                        SELECT \(StoredSnapshot.columns) FROM llm_health_snapshots
                        WHERE model_id = ? AND at >= ? AND at < ? ORDER BY at DESC LIMIT ?
                        """),
                arguments: [modelID.rawValue, range.lowerBound, range.upperBound, limit ?? -1])
            var found: [HealthSnapshot] = []
            while let row = try rows.next() { found.append(StoredSnapshot.snapshot(row, of: modelID)) }
            return found.reversed()
        }
    }

    package func changes(_ query: ChangeQuery) async throws(HealthStorageError) -> [HealthChangeEvent] {
        try ChangeQuery.check(limit: query.limit)
        // Beyond 2^63 - 1 there is nothing.
        guard let after = Int64(exactly: query.after) else { return [] }
        var conditions = ["seq > ?"]
        var arguments: StatementArguments = [after]
        if let modelID = query.modelID {
            conditions.append("model_id = ?")
            arguments += [modelID.rawValue]
        }
        if let range = query.range?.milliseconds {
            conditions.append("at >= ? AND at < ?")
            arguments += [range.lowerBound, range.upperBound]
        }
        arguments += [query.limit]
        let sql = """
            SELECT \(StoredChange.columns) FROM llm_health_changes WHERE \(conditions.joined(separator: " AND "))
            ORDER BY seq \(query.end == .oldest ? "ASC" : "DESC") LIMIT ?
            """
        return try await read(.query) { [arguments] db in
            let rows = try Row.fetchCursor(db, sql: sql, arguments: arguments)
            var found: [HealthChangeEvent] = []
            while let row = try rows.next() { found.append(StoredChange.change(row)) }
            return query.end == .oldest ? found : found.reversed()
        }
    }

    package func trends(of modelID: ModelID, in range: TimeRange, buckets: Int) async throws(HealthStorageError)
        -> HealthTrends
    {
        let empty = try TrendBuckets(range: range, count: buckets)
        let now = timekeeper.now.wall
        return try await read(.aggregate) { db in
            var trends = empty
            var sightings: [Sighting] = []
            let rows = try Self.rows(db, StoredSnapshot.trendColumns, of: modelID, in: range.milliseconds.lookingBack)
            while let row = try rows.next() {
                let (sighting, metrics) = StoredSnapshot.trend(row)
                sightings.append(sighting)
                trends.add(metrics, at: sighting.at)
            }
            return trends.finish(
                modelID,
                along: StatusTimeline(
                    of: modelID, in: range, sightings: sightings,
                    changes: try Self.changes(db, of: modelID, upTo: range), now: now))
        }
    }

    package func timeline(of modelID: ModelID, in range: TimeRange) async throws(HealthStorageError)
        -> StatusTimeline
    {
        let now = timekeeper.now.wall
        return try await read(.query) { db in
            var sightings: [Sighting] = []
            let rows = try Self.rows(
                db, StoredSnapshot.sightingColumns, of: modelID, in: range.milliseconds.lookingBack)
            while let row = try rows.next() { sightings.append(StoredSnapshot.sighting(row)) }
            return StatusTimeline(
                of: modelID, in: range, sightings: sightings, changes: try Self.changes(db, of: modelID, upTo: range),
                now: now)
        }
    }

    package func lastSeq() async throws(HealthStorageError) -> UInt64 {
        try await read(.query) { db in
            UInt64(clamping: try Int64.fetchOne(db, sql: "SELECT max(seq) FROM llm_health_changes") ?? 0)
        }
    }

    private static func rows(_ db: Database, _ columns: String, of modelID: ModelID, in range: Range<Int64>) throws
        -> RowCursor
    {
        try Row.fetchCursor(
            db.cachedStatement(
                sql: """
                    SELECT \(columns) FROM llm_health_snapshots
                    WHERE model_id = ? AND at >= ? AND at < ? ORDER BY at
                    """),
            arguments: [modelID.rawValue, range.lowerBound, range.upperBound])
    }

    /// The changes in the range and shortly before it, and the last one before that.
    private static func changes(_ db: Database, of modelID: ModelID, upTo range: TimeRange) throws
        -> [HealthChangeEvent]
    {
        let looked = range.milliseconds.lookingBack
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT \(StoredChange.columns) FROM llm_health_changes
                WHERE model_id = :model AND at < :to AND at >= coalesce(
                    (SELECT max(at) FROM llm_health_changes WHERE model_id = :model AND at < :from), :from)
                """,
            arguments: ["model": modelID.rawValue, "from": looked.lowerBound, "to": looked.upperBound])
        var found: [HealthChangeEvent] = []
        while let row = try rows.next() { found.append(StoredChange.change(row)) }
        return found
    }
}
