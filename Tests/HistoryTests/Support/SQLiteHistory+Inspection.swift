import GRDB

@testable import History

extension SQLiteHistory {
    /// Moves everything from the journal to the file.
    func emptyJournal() throws {
        try pool.writeWithoutTransaction { db in _ = try db.checkpoint(.truncate) }
    }

    func pragma(_ name: String) throws -> String? {
        try pool.writeWithoutTransaction { db in try String.fetchOne(db, sql: "PRAGMA \(name)") }
    }

    func countRows(_ table: String) throws -> Int {
        try pool.read { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM \(table)") ?? 0 }
    }
}

extension StateStore {
    func inspect<T>(_ body: (Database) throws -> T) throws -> T { try queue.inDatabase(body) }
}
