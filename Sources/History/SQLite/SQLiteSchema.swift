import GRDB

/// The tables of a history file, by named steps. A step that has been released is never edited; a new one is added.
enum SQLiteSchema {
    /// Marks a file as ours (`PRAGMA application_id`): "LLMH".
    static let applicationID: Int64 = 0x4C4C_4D48

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("v1 snapshots and changes") { db in
            try db.execute(sql: "PRAGMA application_id = \(applicationID)")
            // Times are milliseconds since 1970, latencies milliseconds, rates fractions 0…1, no data is NULL.
            try db.execute(
                sql: """
                    CREATE TABLE llm_health_snapshots (
                        model_id TEXT NOT NULL,
                        at INTEGER NOT NULL,
                        provider TEXT NOT NULL,
                        status TEXT NOT NULL,
                        score REAL,
                        reason TEXT NOT NULL,
                        latency_p50 REAL,
                        latency_p90 REAL,
                        latency_p99 REAL,
                        error_rate REAL,
                        request_count INTEGER NOT NULL,
                        availability REAL,
                        probe_success INTEGER,
                        probe_latency REAL,
                        probe_error TEXT,
                        PRIMARY KEY (model_id, at)
                    ) STRICT, WITHOUT ROWID
                    """)
            try db.execute(
                sql: """
                    CREATE TABLE llm_health_changes (
                        seq INTEGER NOT NULL PRIMARY KEY,
                        model_id TEXT NOT NULL,
                        at INTEGER NOT NULL,
                        provider TEXT NOT NULL,
                        previous_status TEXT NOT NULL,
                        current_status TEXT NOT NULL,
                        reasons TEXT NOT NULL
                    ) STRICT, WITHOUT ROWID
                    """)
            try db.execute(sql: "CREATE INDEX llm_health_changes_by_model ON llm_health_changes (model_id, at)")
            try db.execute(sql: "CREATE INDEX llm_health_changes_by_time ON llm_health_changes (at)")
        }
        migrator.registerMigration("v2 roll-ups") { db in
            try db.execute(
                sql:
                    "CREATE TABLE llm_health_meta (name TEXT NOT NULL PRIMARY KEY, value INTEGER) STRICT, WITHOUT ROWID"
            )
            for table in RollUpWidth.allCases.map(\.table) {
                // What the columns hold: RollUp. The last one: LatencyCode.
                try db.execute(
                    sql: """
                        CREATE TABLE \(table) (
                            model_id TEXT NOT NULL,
                            at INTEGER NOT NULL,
                            snapshots INTEGER NOT NULL,
                            requests INTEGER NOT NULL,
                            errors REAL NOT NULL,
                            healthy_ms INTEGER NOT NULL,
                            degraded_ms INTEGER NOT NULL,
                            unhealthy_ms INTEGER NOT NULL,
                            unknown_ms INTEGER NOT NULL,
                            idle_ms INTEGER NOT NULL,
                            latency BLOB NOT NULL,
                            PRIMARY KEY (model_id, at)
                        ) STRICT, WITHOUT ROWID
                        """)
            }
        }
        return migrator
    }
}

extension DatabaseMigrator {
    /// Brings a file up to date.
    ///
    /// - Throws: ``StoreOpenError`` when the file is another program's, or of a newer version than this one.
    func open(_ writer: some DatabaseWriter, at path: String, applicationID: Int64) throws {
        try check(writer, at: path, applicationID: applicationID)
        try migrate(writer)
    }

    /// Only looks.
    func check(_ reader: some DatabaseReader, at path: String, applicationID: Int64) throws {
        try reader.read { db in
            let applied = try appliedIdentifiers(db)
            let unknown = applied.subtracting(migrations).sorted()
            if let newest = unknown.last {
                throw StoreOpenError(
                    path: path,
                    problem: "the file has schema '\(newest)' of a newer llm-health, this one knows up to "
                        + "'\(migrations.last ?? "")'",
                    advice: "use that newer version, or name another file")
            }
            let owner = try Int64.fetchOne(db, sql: "PRAGMA application_id") ?? 0
            let tables = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_schema WHERE type = 'table'") ?? 0
            if applied.isEmpty ? (owner != 0 || tables > 0) : owner != applicationID {
                throw StoreOpenError(
                    path: path, problem: "the file is another program's SQLite database",
                    advice: "name a file of llm-health's own")
            }
        }
    }
}
