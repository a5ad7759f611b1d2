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
            let reasons = StoredReasons.Reader()
            while let row = try rows.next() { found.append(StoredChange.change(row, reasons)) }
            return query.end == .oldest ? found : found.reversed()
        }
    }

    package func lastSeq() async throws(HealthStorageError) -> UInt64 {
        try await read(.query) { db in
            UInt64(clamping: try Int64.fetchOne(db, sql: "SELECT max(seq) FROM llm_health_changes") ?? 0)
        }
    }
}
