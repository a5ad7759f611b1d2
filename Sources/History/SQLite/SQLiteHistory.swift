import GRDB
package import Health

/// History in one SQLite file: one writer, readers that never wait for it.
///
/// The file is in WAL mode with `synchronous = NORMAL`: a kill loses nothing that was written, a power failure at
/// most the last transactions, and neither damages the file.
package final class SQLiteHistory: HistoryStore {
    package let timekeeper: Timekeeper
    package let path: String
    let pool: DatabasePool

    /// How long to wait for another process that has the file locked.
    private static let lockPatience = 5.0
    /// The journal shrinks to this after a burst; bytes.
    private static let journalLimit = 16 << 20

    /// Opens or creates the file and brings its schema up to date.
    ///
    /// - Throws: ``StoreOpenError`` when the folder is missing, access denied, the file not ours, newer or damaged.
    package init(path: String, timekeeper: Timekeeper = .system) throws(StoreOpenError) {
        self.path = path
        self.timekeeper = timekeeper
        try SQLiteFile.prepare(path)
        var configuration = Configuration()
        configuration.label = "history"
        configuration.busyMode = .timeout(Self.lockPatience)
        configuration.maximumReaderCount = 4
        configuration.prepareDatabase { db in
            guard !db.configuration.readonly else { return }
            // Before the first table is made, or it has no effect.
            try db.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL")
            try db.execute(sql: "PRAGMA journal_size_limit = \(Self.journalLimit)")
        }
        do {
            // The pool puts the file in WAL mode, with `synchronous = NORMAL`.
            pool = try DatabasePool(path: path, configuration: configuration)
            try SQLiteSchema.migrator.open(pool, at: path, applicationID: SQLiteSchema.applicationID)
        } catch {
            throw SQLiteProblem.opening(path, error)
        }
    }

    /// Whether a file is a history of ours; of a file that cannot be read, not.
    package static func isOne(_ path: String) -> Bool {
        var configuration = Configuration()
        configuration.readonly = true
        let owner = try? DatabaseQueue(path: path, configuration: configuration).read {
            try Int64.fetchOne($0, sql: "PRAGMA application_id")
        }
        return owner == SQLiteSchema.applicationID
    }

    /// That a file is of no newer version than this one, without bringing it up to date.
    ///
    /// - Throws: ``StoreOpenError``.
    package static func checkVersion(_ path: String) throws(StoreOpenError) {
        var configuration = Configuration()
        configuration.readonly = true
        do {
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            try SQLiteSchema.migrator.check(queue, at: path, applicationID: SQLiteSchema.applicationID)
        } catch {
            throw SQLiteProblem.opening(path, error)
        }
    }

    package func append(_ snapshots: [HealthSnapshot], _ changes: [HealthChangeEvent])
        async throws(HealthStorageError)
    {
        try checkCancellation(.insert)
        var snapshotRows: [HealthSnapshot] = []
        snapshotRows.reserveCapacity(snapshots.count)
        for snapshot in snapshots { snapshotRows.append(try snapshot.storable()) }
        var changeRows: [HealthChangeEvent] = []
        for change in changes { changeRows.append(try change.storable()) }
        guard !snapshotRows.isEmpty || !changeRows.isEmpty else { return }
        try await write(.insert) { [snapshotRows, changeRows] db in
            // Changes first: they are what must not be lost.
            let insertChange = try db.cachedStatement(sql: StoredChange.insert)
            for row in changeRows {
                insertChange.setUncheckedArguments(StoredChange.arguments(of: row))
                try insertChange.execute()
            }
            let insertSnapshot = try db.cachedStatement(sql: StoredSnapshot.insert)
            for row in snapshotRows {
                insertSnapshot.setUncheckedArguments(StoredSnapshot.arguments(of: row))
                try insertSnapshot.execute()
            }
        }
    }

    /// The largest size the file may grow to; writing beyond it fails as on a full disk. `nil` for no limit.
    package func limitSize(toBytes bytes: Int64?) async throws(HealthStorageError) {
        try await write(.insert) { db in
            let pageSize = try Int64.fetchOne(db, sql: "PRAGMA page_size") ?? 4_096
            // What SQLite itself can hold at most.
            let pages = bytes.map { max($0 / pageSize, 1) } ?? 4_294_967_294
            _ = try Int64.fetchOne(db, sql: "PRAGMA max_page_count = \(pages)")
        }
    }

    /// A number that stays with the file; `nil` when it was never noted.
    package func noted(_ name: String) async throws(HealthStorageError) -> Int64? {
        try await read(.query) { db in
            try Int64.fetchOne(db, sql: "SELECT value FROM llm_health_meta WHERE name = ?", arguments: [name])
        }
    }

    package func note(_ value: Int64, as name: String) async throws(HealthStorageError) {
        try await write(.insert) { db in
            try db.execute(
                sql: "INSERT OR REPLACE INTO llm_health_meta (name, value) VALUES (?, ?)", arguments: [name, value])
        }
    }

    func write<T: Sendable>(
        _ operation: HealthStorageError.Operation, _ body: @Sendable (Database) throws -> T
    ) async throws(HealthStorageError) -> T {
        do {
            return try await pool.write(body)
        } catch {
            throw SQLiteProblem.operating(path, operation, error)
        }
    }

    func read<T: Sendable>(
        _ operation: HealthStorageError.Operation, _ body: @Sendable (Database) throws -> T
    ) async throws(HealthStorageError) -> T {
        do {
            return try await pool.read(body)
        } catch {
            throw SQLiteProblem.operating(path, operation, error)
        }
    }
}
