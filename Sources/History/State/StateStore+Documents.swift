import GRDB
package import Health

extension StateStore: StateDocuments {
    package func documents(_ kind: String) throws(HealthStorageError) -> [(id: String, body: String)] {
        do {
            return try queue.read { db in
                try Row.fetchAll(
                    db, sql: "SELECT id, body FROM documents WHERE kind = ? ORDER BY id", arguments: [kind]
                )
                .map { ($0[0], $0[1]) }
            }
        } catch {
            throw SQLiteProblem.operating(path, .query, error)
        }
    }

    package func put(_ kind: String, id: String, body: String) throws(HealthStorageError) {
        do {
            try queue.write { db in
                try db.execute(
                    sql: "INSERT OR REPLACE INTO documents (kind, id, body) VALUES (?, ?, ?)",
                    arguments: [kind, id, body])
            }
        } catch {
            throw SQLiteProblem.operating(path, .insert, error)
        }
    }

    package func remove(_ kind: String, id: String) throws(HealthStorageError) {
        do {
            try queue.write { db in
                try db.execute(sql: "DELETE FROM documents WHERE kind = ? AND id = ?", arguments: [kind, id])
            }
        } catch {
            throw SQLiteProblem.operating(path, .insert, error)
        }
    }
}
