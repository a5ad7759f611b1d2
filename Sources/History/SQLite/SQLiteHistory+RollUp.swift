import GRDB
package import Health

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

// Hours are summed up when they are complete, apart from the writing of rows, which stays as quick as it can be.
extension SQLiteHistory {
    /// After the end of an hour, for rows that are still on their way.
    static let patience = RollUpWidth.minute.milliseconds * 5
    /// Models summed up in one transaction.
    private static let modelsPerStep = 100

    package func rollUps(of modelID: ModelID, in range: TimeRange, width: RollUpWidth, hasLatency: Bool)
        async throws(HealthStorageError) -> StoredRollUps
    {
        let range = range.milliseconds
        return try await read(.aggregate) { db in
            let until = width.start(of: try Self.rolledUntil(db) ?? .distantPast)
            let known = range.lowerBound..<max(range.lowerBound, min(range.upperBound, until))
            return StoredRollUps(
                try Self.sums(width, of: modelID.rawValue, in: known, hasLatency: hasLatency, db),
                until: Date(milliseconds: until))
        }
    }

    package func sumUp(_ range: TimeRange) async throws(HealthStorageError) {
        let range = range.milliseconds
        guard let until = try await read(.aggregate, { try Self.rolledUntil($0) }) else { return }
        // What lies at a border vouches for what is beyond it.
        let silence = StatusTimeline.longestSilence.wholeMilliseconds
        let hour = RollUpWidth.hour
        let from = hour.start(of: range.lowerBound - silence)
        for start in stride(from: from, to: min(range.upperBound + silence, until), by: Int(hour.milliseconds)) {
            try await sumUp(hour: start, isAnew: true)
        }
        let day = RollUpWidth.day
        for start in stride(
            from: day.start(of: from), to: min(range.upperBound, day.start(of: until)), by: Int(day.milliseconds))
        {
            try await sumUp(day: start)
        }
    }

    /// A clock that ran ahead may have closed hours that are still to come: they are summed up when they are over.
    func forgetSumsToCome(at now: Date) async throws(HealthStorageError) {
        let present = RollUpWidth.hour.start(of: now.milliseconds - Self.patience)
        let wasAhead = try await write(.aggregate) { db in
            guard let until = try Self.rolledUntil(db), until > present else { return false }
            try Self.setRolledUntil(present, db)
            return true
        }
        // Those that have passed since were closed too soon.
        let day = RollUpWidth.day.milliseconds
        if wasAhead { try await sumUp(TimeRange(milliseconds: present - day..<present)) }
    }

    /// Sums up anew what came after the sums of later times, as in files whose rows are in any order.
    package func sumUpLateRows() async throws(HealthStorageError) {
        let range = try await read(.aggregate) { db -> Range<Int64>? in
            guard let oldest = try Self.oldestSnapshot(db), let until = try Self.rolledUntil(db), oldest < until else {
                return nil
            }
            return oldest..<until
        }
        if let range { try await sumUp(TimeRange(milliseconds: range)) }
    }

    /// Sums up every hour that is complete. - Returns: how many.
    func sumUpComplete(at now: Date) async throws(HealthStorageError) -> Int {
        let hour = RollUpWidth.hour
        let end = hour.start(of: now.milliseconds - Self.patience)
        var next = try await read(.aggregate) { db in
            try Self.rolledUntil(db) ?? Self.oldestSnapshot(db).map(hour.start)
        }
        var count = 0
        while let start = next, start < end {
            try await sumUp(hour: start)
            let after = start + hour.milliseconds
            if RollUpWidth.day.start(of: after) == after { try await sumUp(day: after - RollUpWidth.day.milliseconds) }
            try await write(.aggregate) { try Self.setRolledUntil(after, $0) }
            next = after
            count += 1
        }
        return count
    }

    /// The minutes and the sum of one hour.
    ///
    /// - Parameter isAnew: sums that know more than the rows that are left stay as they are.
    private func sumUp(hour start: Int64, isAnew: Bool = false) async throws(HealthStorageError) {
        let silence = StatusTimeline.longestSilence.wholeMilliseconds
        let hour = start..<start + RollUpWidth.hour.milliseconds
        let models = try await storedModels(in: "llm_health_snapshots")
        for first in stride(from: 0, to: models.count, by: Self.modelsPerStep) {
            let step = models[first..<min(first + Self.modelsPerStep, models.count)]
            try await write(.aggregate) { db in
                let read = try db.cachedStatement(
                    sql: """
                        SELECT \(StoredSnapshot.trendColumns) FROM llm_health_snapshots
                        WHERE model_id = ? AND at >= ? AND at < ? ORDER BY at
                        """)
                for model in step {
                    var builder = RollUpBuilder(width: RollUpWidth.minute.milliseconds, in: hour)
                    let rows = try Row.fetchCursor(
                        read, arguments: [model, hour.lowerBound - silence, hour.upperBound + silence])
                    while let row = try rows.next() {
                        let (sighting, metrics) = StoredSnapshot.trend(row)
                        builder.add(sighting, metrics)
                    }
                    builder.close(at: .distantFuture)
                    let minutes = builder.rollUps
                    if isAnew, try Self.sums(.hour, of: model, in: hour, db).snapshots > minutes.snapshots { continue }
                    try Self.store(minutes, .minute, of: model, db)
                    try Self.store(minutes.merged(into: RollUpWidth.hour.milliseconds), .hour, of: model, db)
                }
            }
        }
    }

    private func sumUp(day start: Int64) async throws(HealthStorageError) {
        try await write(.aggregate) { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT \(StoredRollUp.columns), model_id FROM llm_health_hours WHERE at >= ? AND at < ?
                    ORDER BY model_id, at
                    """,
                arguments: [start, start + RollUpWidth.day.milliseconds])
            var hours: [String: [RollUp]] = [:]
            for row in rows { hours[row["model_id"], default: []].append(StoredRollUp.rollUp(row)) }
            for (model, hours) in hours {
                let day = start..<start + RollUpWidth.day.milliseconds
                if try Self.sums(.day, of: model, in: day, db).snapshots > hours.snapshots { continue }
                try Self.store(hours.merged(into: RollUpWidth.day.milliseconds), .day, of: model, db)
            }
        }
    }

    static func store(_ rows: [RollUp], _ width: RollUpWidth, of model: String, _ db: Database) throws {
        let insert = try db.cachedStatement(sql: StoredRollUp.insert(into: width))
        for row in rows {
            insert.setUncheckedArguments(StoredRollUp.arguments(of: row, model: model))
            try insert.execute()
        }
    }

    /// What is stored of a model.
    static func sums(
        _ width: RollUpWidth, of model: String, in range: Range<Int64>, hasLatency: Bool = true, _ db: Database
    ) throws -> [RollUp] {
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: """
                    SELECT \(hasLatency ? StoredRollUp.columns : StoredRollUp.plainColumns) FROM \(width.table)
                    WHERE model_id = ? AND at >= ? AND at < ? ORDER BY at
                    """),
            arguments: [model, range.lowerBound, range.upperBound])
        var found: [RollUp] = []
        while let row = try rows.next() { found.append(StoredRollUp.rollUp(row, hasLatency: hasLatency)) }
        return found
    }

    /// Milliseconds since 1970; `nil` before the first hour.
    static func rolledUntil(_ db: Database) throws -> Int64? {
        try Int64.fetchOne(db, sql: "SELECT value FROM llm_health_meta WHERE name = 'rolled_until'")
    }

    static func setRolledUntil(_ time: Int64, _ db: Database) throws {
        try db.execute(
            sql: "INSERT OR REPLACE INTO llm_health_meta (name, value) VALUES ('rolled_until', ?)", arguments: [time])
    }

    private static func oldestSnapshot(_ db: Database) throws -> Int64? {
        var oldest: Int64?
        for model in try storedModels(db, in: "llm_health_snapshots") {
            let first = try Int64.fetchOne(
                db, sql: "SELECT min(at) FROM llm_health_snapshots WHERE model_id = ?", arguments: [model])
            if let first { oldest = min(oldest ?? first, first) }
        }
        return oldest
    }
}
