import GRDB
package import Health

/// The small local file for what is not history: event numbers, and what operators have said.
///
/// It stays local where history is elsewhere. Unlike history it survives a power failure to the last transaction
/// (`synchronous = FULL`): a number that was handed out must never come back.
package final class StateStore: EventNumbers {
    package let path: String
    let queue: DatabaseQueue

    /// Marks a file as ours (`PRAGMA application_id`): "LLMS".
    static let applicationID: Int64 = 0x4C4C_4D53
    private static let lockPatience = 5.0

    /// Opens or creates the file and brings its schema up to date.
    ///
    /// - Throws: ``StoreOpenError`` when the folder is missing, access denied, the file not ours, newer or damaged.
    package init(path: String) throws(StoreOpenError) {
        self.path = path
        try SQLiteFile.prepare(path)
        var configuration = Configuration()
        configuration.label = "state"
        configuration.busyMode = .timeout(Self.lockPatience)
        configuration.prepareDatabase { db in
            // Not by the configuration's journal mode, which would set `synchronous` to NORMAL after this.
            _ = try String.fetchOne(db, sql: "PRAGMA journal_mode = WAL")
            try db.execute(sql: "PRAGMA synchronous = FULL")
        }
        do {
            queue = try DatabaseQueue(path: path, configuration: configuration)
            try Self.migrator.open(queue, at: path, applicationID: Self.applicationID)
        } catch {
            throw SQLiteProblem.opening(path, error)
        }
    }

    /// Blocks for one small write; to be called once per block of numbers, not per number.
    package func reserve(_ count: Int, after used: UInt64) throws(HealthStorageError) -> ClosedRange<UInt64> {
        guard count >= 1, let used = Int64(exactly: used) else {
            throw HealthStorageError(
                operation: .insert, message: "cannot reserve \(count) event numbers after \(used)")
        }
        do {
            return try queue.write { db in
                let reserved =
                    try Int64.fetchOne(db, sql: "SELECT value FROM counters WHERE name = 'event_number'") ?? 0
                let last = max(reserved, used)
                let (end, overflow) = last.addingReportingOverflow(Int64(count))
                guard !overflow else {
                    throw HealthStorageError(operation: .insert, message: "\(path): no event numbers are left")
                }
                try db.execute(
                    sql: """
                        INSERT INTO counters (name, value) VALUES ('event_number', ?)
                        ON CONFLICT (name) DO UPDATE SET value = excluded.value
                        """,
                    arguments: [end])
                return UInt64(last + 1)...UInt64(end)
            }
        } catch {
            throw SQLiteProblem.operating(path, .insert, error)
        }
    }

    /// The highest number reserved so far; 0 when none was.
    package func lastReserved() throws(HealthStorageError) -> UInt64 {
        do {
            return try queue.read { db in
                UInt64(
                    clamping: try Int64.fetchOne(db, sql: "SELECT value FROM counters WHERE name = 'event_number'")
                        ?? 0)
            }
        } catch {
            throw SQLiteProblem.operating(path, .query, error)
        }
    }

    /// That a file is of no newer version than this one, without bringing it up to date.
    ///
    /// - Throws: ``StoreOpenError``.
    package static func checkVersion(_ path: String) throws(StoreOpenError) {
        var configuration = Configuration()
        configuration.readonly = true
        do {
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            try migrator.check(queue, at: path, applicationID: applicationID)
        } catch {
            throw SQLiteProblem.opening(path, error)
        }
    }

    /// Whether a file is a state of ours.
    package static func isOne(_ path: String) -> Bool {
        var configuration = Configuration()
        configuration.readonly = true
        let owner = try? DatabaseQueue(path: path, configuration: configuration).read {
            try Int64.fetchOne($0, sql: "PRAGMA application_id")
        }
        return owner == applicationID
    }

    private static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("v1 counters") { db in
            try db.execute(sql: "PRAGMA application_id = \(applicationID)")
            try db.execute(
                sql: "CREATE TABLE counters (name TEXT NOT NULL PRIMARY KEY, value INTEGER NOT NULL) STRICT")
        }
        migrator.registerMigration("v2 documents") { db in
            // Notices, announcements, notes: JSON by kind and id.
            try db.execute(
                sql: """
                    CREATE TABLE documents (
                        kind TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (kind, id)
                    ) STRICT, WITHOUT ROWID
                    """)
        }
        return migrator
    }
}
