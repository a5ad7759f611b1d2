package import Health

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension ClickHouseHistory {
    package func history(of modelID: ModelID, in range: TimeRange, limit: Int?) async throws(HealthStorageError)
        -> [HealthSnapshot]
    {
        try ChangeQuery.check(limit: limit ?? 1)
        let bytes = try await run(
            .query,
            """
            SELECT \(StoredSnapshotBytes.selected) FROM \(schema.table("llm_health_snapshots")) FINAL
            WHERE instance = {instance:String} AND model_id = {model:String}
                AND at >= fromUnixTimestamp64Milli({from:Int64}) AND at < fromUnixTimestamp64Milli({to:Int64})
            ORDER BY at DESC\(limit.map { " LIMIT \($0)" } ?? "") FORMAT RowBinary
            """,
            own(range) + [("model", modelID.rawValue)])
        do { return try StoredSnapshotBytes.snapshots(bytes, of: modelID).reversed() } catch { throw damaged(.query) }
    }

    package func changes(_ query: ChangeQuery) async throws(HealthStorageError) -> [HealthChangeEvent] {
        try ChangeQuery.check(limit: query.limit)
        var conditions = ["instance = {instance:String}", "seq > {after:UInt64}"]
        var parameters = [("instance", client.configuration.instance), ("after", "\(query.after)")]
        if let modelID = query.modelID {
            conditions.append("model_id = {model:String}")
            parameters.append(("model", modelID.rawValue))
        }
        if let range = query.range {
            conditions.append(
                "at >= fromUnixTimestamp64Milli({from:Int64}) AND at < fromUnixTimestamp64Milli({to:Int64})")
            parameters += bounds(range)
        }
        let bytes = try await run(
            .query,
            """
            SELECT \(StoredChangeBytes.selected) FROM \(schema.table("llm_health_changes")) FINAL
            WHERE \(conditions.joined(separator: " AND "))
            ORDER BY seq \(query.end == .oldest ? "ASC" : "DESC") LIMIT \(query.limit) FORMAT RowBinary
            """, parameters)
        do {
            let found = try StoredChangeBytes.changes(bytes)
            return query.end == .oldest ? found : found.reversed()
        } catch { throw damaged(.query) }
    }

    /// Sums are complete when the snapshots after them have come, which settle their end.
    package func rollUps(of modelID: ModelID, in range: TimeRange, width: RollUpWidth, hasLatency: Bool)
        async throws(HealthStorageError) -> StoredRollUps
    {
        let settled = timekeeper.now.wall.milliseconds - 2 * StatusTimeline.longestSilence.wholeMilliseconds
        let until = width.start(of: settled)
        let whole = range.milliseconds
        guard whole.lowerBound < until else { return StoredRollUps([], until: Date(milliseconds: until)) }
        let asked = TimeRange(milliseconds: whole.lowerBound..<min(whole.upperBound, until))
        return StoredRollUps(
            try await storedSums(of: modelID, in: asked, width: width), until: Date(milliseconds: until))
    }

    /// Whatever is summed up so far.
    func storedSums(of modelID: ModelID, in range: TimeRange, width: RollUpWidth)
        async throws(HealthStorageError) -> [RollUp]
    {
        let bytes = try await run(
            .aggregate,
            """
            SELECT \(StoredSumBytes.selected) FROM \(schema.table(width.table)) AS s
            WHERE instance = {instance:String} AND model_id = {model:String}
                AND s.at >= fromUnixTimestamp64Milli({from:Int64}) AND s.at < fromUnixTimestamp64Milli({to:Int64})
            GROUP BY s.at ORDER BY s.at FORMAT RowBinary
            """,
            own(range) + [("model", modelID.rawValue)])
        do { return try StoredSumBytes.rollUps(bytes) } catch { throw damaged(.aggregate) }
    }

    package func lastSeq() async throws(HealthStorageError) -> UInt64 {
        var reader = RowBinaryReader(
            try await run(
                .query,
                """
                SELECT max(seq) FROM \(schema.table("llm_health_changes"))
                WHERE instance = {instance:String} FORMAT RowBinary
                """, [("instance", client.configuration.instance)]))
        do { return try reader.integer() } catch { throw damaged(.query) }
    }

    package func models() async throws(HealthStorageError) -> [ModelID] {
        let parts = ["llm_health_snapshots", "llm_health_days", "llm_health_changes"].map {
            "SELECT DISTINCT model_id AS model FROM \(schema.table($0)) WHERE instance = {instance:String}"
        }
        var reader = RowBinaryReader(
            try await run(
                .query,
                "SELECT DISTINCT toString(model) FROM (\(parts.joined(separator: " UNION ALL "))) FORMAT RowBinary",
                [("instance", client.configuration.instance)]))
        var found: [ModelID] = []
        do { while !reader.isAtEnd { found.append(ModelID(try reader.text())) } } catch { throw damaged(.query) }
        return found.sorted()
    }

    func own(_ range: TimeRange) -> [(String, String)] {
        [("instance", client.configuration.instance)] + bounds(range)
    }

    private func bounds(_ range: TimeRange) -> [(String, String)] {
        // What `DateTime64` can hold, and no row lies beyond.
        let possible = range.milliseconds.clamped(to: 0..<HistoryLimits.end)
        return [("from", "\(possible.lowerBound)"), ("to", "\(possible.upperBound)")]
    }
}
