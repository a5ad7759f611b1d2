import Foundation
import GRDB
import Health
import TestSupport
import Testing

@testable import History

/// The file: how it is made, opened, refused, and what it looks like after a crash.
@Suite(.timeLimit(.minutes(5)))
struct SQLiteFileTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test
    func `a new file is in WAL mode, synchronous NORMAL, and gives pages back`() throws {
        let store = try SQLiteHistory(path: folder["h.db"])
        #expect(try store.pragma("journal_mode") == "wal")
        #expect(try store.pragma("synchronous") == "1")
        #expect(try store.pragma("auto_vacuum") == "2")
        let tables = try store.pool.read { db in
            try Row.fetchAll(
                db,
                sql:
                    "SELECT name, wr, strict FROM pragma_table_list WHERE name LIKE 'llm_%' ORDER BY name"
            )
        }
        #expect(
            tables.map { $0["name"] as String } == [
                "llm_health_changes", "llm_health_days", "llm_health_hours", "llm_health_meta", "llm_health_minutes",
                "llm_health_snapshots",
            ])
        #expect(tables.allSatisfy { ($0["wr"] as Bool) && ($0["strict"] as Bool) })
    }

    @Test
    func `what was stored is there after opening again`() async throws {
        let rows = (0..<250).map { HealthSnapshot.sample(at: Double($0)) }
        for _ in 0..<3 {
            let store = try SQLiteHistory(path: folder["h.db"])
            try await store.append(rows, [.sample(9, at: 1)])
        }
        let store = try SQLiteHistory(path: folder["h.db"])
        #expect(try await store.history(of: "gpt-4o", in: .all) == rows)
        #expect(try await store.lastSeq() == 9)
    }

    @Test(
        arguments: [
            ("", "names no file"), (":memory:", "names no file"), ("FOLDER", "is a folder"),
            ("FOLDER/missing/h.db", "missing' does not exist"), ("FOLDER/file/h.db", "file' does not exist"),
        ])
    func `a path that cannot be opened is refused with what to do`(path: String, problem: String) throws {
        #expect(FileManager.default.createFile(atPath: folder["file"], contents: Data()))
        let path = path.replacing("FOLDER", with: folder.path)
        for error in [openingError(path), stateError(path)] {
            #expect(error?.problem.contains(problem) == true, "\(String(describing: error))")
            #expect(error?.path == (path.isEmpty ? "''" : path))
            #expect(error?.advice.isEmpty == false)
        }
    }

    @Test(arguments: [
        "this is a text file, and it is longer than the hundred bytes of a header of a database file, so", "x",
    ])
    func `a file that is no database is refused and left alone`(text: String) throws {
        let data = Data(text.utf8)
        #expect(FileManager.default.createFile(atPath: folder["h.db"], contents: data))
        for error in [openingError(folder["h.db"]), stateError(folder["h.db"])] {
            let error = try #require(error)
            #expect(error.description.hasPrefix("\(folder["h.db"]): the file is not a SQLite database"))
            #expect(error.advice.contains("move this one away"))
        }
        #expect(FileManager.default.contents(atPath: folder["h.db"]) == data)
    }

    @Test
    func `a damaged file is refused with what to do`() async throws {
        do {
            let store = try SQLiteHistory(path: folder["h.db"])
            try await store.append((0..<500).map { .sample(at: Double($0)) })
            try store.emptyJournal()
        }
        let handle = try #require(FileHandle(forUpdatingAtPath: folder["h.db"]))
        try handle.seek(toOffset: 100)
        try handle.write(contentsOf: Data(repeating: 0xA5, count: 16_000))
        try handle.close()
        let error = try #require(openingError(folder["h.db"]))
        #expect(error.problem.contains("damaged"))
        #expect(error.advice.contains("move it away and start again"))
    }

    @Test
    func `another program's database is refused and left alone`() throws {
        let other = try DatabaseQueue(path: folder["other.db"])
        try other.write { db in try db.execute(sql: "CREATE TABLE theirs (x)") }
        try other.close()
        for error in [openingError(folder["other.db"]), stateError(folder["other.db"])] {
            #expect(error?.problem == "the file is another program's SQLite database")
        }
        let tables = try DatabaseQueue(path: folder["other.db"]).read { db in
            try String.fetchAll(db, sql: "SELECT name FROM sqlite_schema")
        }
        #expect(tables == ["theirs"])
    }

    @Test
    func `history and state do not take each other's file`() throws {
        do {
            _ = try SQLiteHistory(path: folder["h.db"])
            _ = try StateStore(path: folder["s.db"])
        }
        #expect(stateError(folder["h.db"])?.problem.contains("schema 'v2 roll-ups'") == true)
        #expect(openingError(folder["s.db"])?.problem.contains("schema 'v2 documents'") == true)
    }

    @Test
    func `a newer schema is refused and both versions are named`() async throws {
        do {
            let store = try SQLiteHistory(path: folder["h.db"])
            try await store.append([.sample(at: 1)])
            var migrator = SQLiteSchema.migrator
            migrator.registerMigration("v3 planets") { db in try db.execute(sql: "CREATE TABLE planets (x)") }
            try migrator.migrate(store.pool)
        }
        let error = try #require(openingError(folder["h.db"]))
        #expect(error.problem.contains("schema 'v3 planets' of a newer llm-health"))
        #expect(error.problem.contains("knows up to 'v2 roll-ups'"))
        #expect(error.advice.contains("use that newer version"))
    }

    @Test
    func `a full disk is told, changes nothing, and is forgotten when there is room`() async throws {
        let store = try SQLiteHistory(path: folder["h.db"])
        try await store.append((0..<100).map { .sample(at: Double($0)) })
        try await store.limitSize(toBytes: 65_536)
        var stored = 100
        let error = await #expect(throws: HealthStorageError.self) {
            while true {
                try await store.append((stored..<stored + 100).map { .sample(at: Double($0)) })
                stored += 100
            }
        }
        #expect(error?.operation == .insert)
        #expect(error?.message.contains("h.db: the disk is full") == true)
        #expect(error?.message.contains("free some space") == true)
        #expect(try store.countRows("llm_health_snapshots") == stored)
        try await store.limitSize(toBytes: nil)
        try await store.append((stored..<stored + 1_000).map { .sample(at: Double($0)) })
        #expect(try await store.history(of: "gpt-4o", in: .all).count == stored + 1_000)
    }

    @Test(.enabled(if: getuid() != 0, "root may write everywhere"))
    func `a file that may not be written is refused with what to do`() throws {
        _ = try SQLiteHistory(path: folder["h.db"])
        try FileManager.default.setAttributes([.posixPermissions: 0o400], ofItemAtPath: folder["h.db"])
        #expect(openingError(folder["h.db"])?.advice.contains("writable") == true)
    }

    @Test
    func `a copy taken in the middle of a write opens and holds what was committed`() async throws {
        let store = try SQLiteHistory(path: folder["h.db"])
        // A small cache, so that rows reach the journal long before their commit.
        _ = try store.pragma("cache_size = 5")
        var committed = 0
        for round in 0..<25 {
            let count = 40 + round * 13
            let rows = (committed..<committed + count).map { HealthSnapshot.sample(at: Double($0)) }
            let before = committed
            try await store.pool.write { [folder] db in
                for row in rows.prefix(count / 2) {
                    try db.execute(sql: StoredSnapshot.insert, arguments: StoredSnapshot.arguments(of: row))
                }
                try folder.copyDatabase("h.db", to: "during.db")
                for row in rows.suffix(count - count / 2) {
                    try db.execute(sql: StoredSnapshot.insert, arguments: StoredSnapshot.arguments(of: row))
                }
            }
            committed += count
            try folder.copyDatabase("h.db", to: "after.db")
            for (name, expected) in [("during.db", before), ("after.db", committed)] {
                let copy = try SQLiteHistory(path: folder[name])
                #expect(try await copy.history(of: "gpt-4o", in: .all).count == expected)
                #expect(try copy.pragma("integrity_check") == "ok")
                try await copy.append([.sample("new", at: 1)])
                try copy.pool.close()
            }
            if round % 8 == 7 { try store.emptyJournal() }
        }
    }

    @Test
    func `a journal cut anywhere leaves whole batches`() async throws {
        let store = try SQLiteHistory(path: folder["h.db"])
        try store.emptyJournal()
        _ = try store.pragma("wal_autocheckpoint = 0")
        for batch in 0..<20 {
            try await store.append(
                (batch * 50..<batch * 50 + 50).map { .sample(at: Double($0)) },
                [.sample(UInt64(batch + 1), at: Double(batch))])
        }
        var generator = Seeded(state: 7)
        var seen: Set<Int> = []
        for _ in 0..<30 {
            try folder.copyDatabase("h.db", to: "cut.db")
            let handle = try #require(FileHandle(forUpdatingAtPath: folder["cut.db-wal"]))
            let size = try handle.seekToEnd()
            try handle.truncate(atOffset: UInt64.random(in: 0...size, using: &generator))
            try handle.close()
            let copy = try SQLiteHistory(path: folder["cut.db"])
            let rows = try await copy.history(of: "gpt-4o", in: .all)
            #expect(rows.count % 50 == 0)
            #expect(rows.map(\.timestamp) == rows.indices.map { .at(Double($0)) })
            #expect(try await copy.changes(ChangeQuery()).count == rows.count / 50)
            #expect(try copy.pragma("integrity_check") == "ok")
            seen.insert(rows.count)
            try copy.pool.close()
        }
        #expect(seen.count > 5)
    }

    @Test
    func `pruning gives the space back`() async throws {
        let store = try SQLiteHistory(path: folder["h.db"])
        for batch in 0..<20 {
            try await store.append((0..<500).map { .sample(ModelID("model-\($0 % 10)"), at: Double(batch * 500 + $0)) })
        }
        // The sums come first; they take room of their own.
        #expect(try await store.prune(Retention(), at: .at(10_000)).hours > 0)
        try store.emptyJournal()
        let before = try folder.size(of: "h.db")
        let report = try await store.prune(
            Retention(snapshots: .seconds(1_000), stepRows: 100, stepPages: 10), at: .at(10_000))
        try store.emptyJournal()
        let after = try folder.size(of: "h.db")
        #expect(report.snapshots == 9_000)
        #expect(after < before / 2)
        #expect(Int64(before - after) == report.freedBytes)
        #expect(try store.pragma("integrity_check") == "ok")
    }

    @Test
    func `the file stays bounded while rows come and go`() async throws {
        let store = try SQLiteHistory(path: folder["h.db"])
        let retention = Retention(snapshots: .seconds(3_600), minutes: .seconds(7_200), hours: .seconds(14_400))
        var sizes: [Int] = []
        for hour in 0..<12 {
            let start = Double(hour) * 3_600
            for model in 0..<20 {
                try await store.append((0..<120).map { .sample(ModelID("m\(model)"), at: start + Double($0) * 30) })
            }
            _ = try await store.prune(retention, at: .at(start + 3_600))
            try store.emptyJournal()
            sizes.append(try folder.size(of: "h.db"))
        }
        let steady = try #require(sizes[5...].max())
        #expect(steady < sizes[4] * 11 / 10, "\(sizes)")
    }

    @Test
    func `writers get their turn while much is pruned`() async throws {
        let store = try SQLiteHistory(path: folder["h.db"])
        for batch in 0..<20 {
            try await store.append((0..<1_000).map { .sample(at: Double(batch * 1_000 + $0)) })
        }
        let (deletions, deletion) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        try await store.pool.writeWithoutTransaction { db in
            db.trace { if "\($0)".hasPrefix("DELETE FROM llm_health_snapshots") { deletion.yield() } }
        }
        let order = await withTaskGroup(of: String.self) { group in
            group.addTask {
                _ = try? await store.prune(Retention(snapshots: .seconds(1), stepRows: 10), at: .at(1_000_000))
                return "pruned"
            }
            group.addTask {
                // Pruning has begun, and it has some 2,000 steps to go.
                for await _ in deletions { break }
                try? await store.append([.sample(at: 2_000_000)])
                return "written"
            }
            var order: [String] = []
            for await done in group { order.append(done) }
            return order
        }
        #expect(order == ["written", "pruned"])
        #expect(try store.countRows("llm_health_snapshots") == 1)
    }

    /// A daemon goes on writing while its history is copied.
    @Test
    func `a copy comes to its end however often somebody writes meanwhile`() async throws {
        let store = try SQLiteHistory(path: folder["h.db"])
        let long = String(repeating: "x", count: 2_000)
        let rows = (0..<8_000).map { number in
            var row = HealthSnapshot.sample(at: Double(number))
            row.probeResult = .init(success: false, latency: nil, error: long)
            return row
        }
        try await store.append(rows)
        try store.emptyJournal()
        var steps = 0
        try SQLiteCopy.copy(folder["h.db"], toNew: folder["copy.db"]) { _ in
            steps += 1
            guard steps < 1_000 else { return }
            try? store.pool.write { db in
                try db.execute(
                    sql: StoredSnapshot.insert,
                    arguments: StoredSnapshot.arguments(of: .sample("later", at: Double(steps))))
            }
        }
        #expect((3..<100).contains(steps))
        #expect(try SQLiteHistory(path: folder["copy.db"]).countRows("llm_health_snapshots") == 8_000)
        #expect(try store.countRows("llm_health_snapshots") == 8_000 + steps)
    }

    @Test
    func `sums that reach into the hour that goes on do not close it`() async throws {
        let time = ManualTime(start: .at(20 * 60))
        let store = try SQLiteHistory(path: folder["h.db"], timekeeper: time.timekeeper)
        try await store.append((0..<20).map { .sample(at: Double($0) * 60) })
        func hour(_ start: Double) -> RollUp {
            var sum = RollUp(start: .at(start))
            sum.snapshots = 7
            return sum
        }
        #expect(try await store.append([hour(-7_200), hour(0)], width: .hour, of: "other") == 1)
        try await store.append((20..<60).map { .sample(at: Double($0) * 60) })
        _ = try await store.prune(Retention(), at: .at(2 * 3_600))
        func snapshots(_ model: ModelID) async throws -> [Int] {
            try await store.rollUps(of: model, in: .from(-7_200, to: 3_600), width: .hour).rollUps.map(\.snapshots)
        }
        #expect(try await snapshots("gpt-4o") == [60])
        #expect(try await snapshots("other") == [7])
    }

    @Test
    func `hours that a clock ahead has closed are summed up when they are over`() async throws {
        let time = ManualTime(start: .at(0))
        let store = try SQLiteHistory(path: folder["h.db"], timekeeper: time.timekeeper)
        try await store.append((0..<30).map { .sample(at: Double($0) * 60) })
        // Eight hours ahead, and back again.
        _ = try await store.prune(Retention(), at: .at(8 * 3_600))
        try await store.append((30..<180).map { .sample(at: Double($0) * 60) })
        _ = try await store.prune(Retention(), at: .at(180 * 60))
        _ = try await store.prune(Retention(), at: .at(4 * 3_600))
        let hours = try await store.rollUps(of: "gpt-4o", in: .from(0, to: 3 * 3_600), width: .hour).rollUps
        #expect(hours.map(\.snapshots) == [60, 60, 60])
    }

    @Test
    func `a new file and its journal are readable for their user alone`() throws {
        let history = try SQLiteHistory(path: folder["h.db"])
        let state = try StateStore(path: folder["state.db"])
        _ = try state.reserve(1)
        for name in ["h.db", "h.db-wal", "state.db", "state.db-wal"] {
            let attributes = try FileManager.default.attributesOfItem(atPath: folder[name])
            #expect(attributes[.posixPermissions] as? Int == 0o600, "\(name)")
        }
        withExtendedLifetime(history) {}
    }

    @Test
    func `words that only a newer version knows do not make the rest unreadable`() async throws {
        let store = try SQLiteHistory(path: folder["h.db"])
        try await store.append((1...4).map { .sample(at: Double($0)) }, (1...3).map { .sample($0, at: Double($0)) })
        try await store.pool.write { db in
            try db.execute(
                sql: """
                    UPDATE llm_health_snapshots SET status = 'overheated' WHERE at % 4000 = 1000;
                    UPDATE llm_health_snapshots SET reason = 'meltdown', status = 'unhealthy' WHERE at % 4000 = 2000;
                    UPDATE llm_health_changes
                    SET reasons = '[{"code":"meltdown","message":"too hot","new":1}]' WHERE seq = 1;
                    UPDATE llm_health_changes SET reasons = 'no JSON' WHERE seq = 2;
                    """)
        }
        let rows = try await store.history(of: "gpt-4o", in: .all)
        #expect(rows.map(\.status) == [.unknown, .unhealthy, .healthy, .healthy])
        #expect(rows.map(\.reasonCode) == [.passing, .outage, .passing, .passing])
        let changes = try await store.changes(ChangeQuery())
        #expect(changes.map(\.reason) == ["too hot", "", "became unhealthy"])
        #expect(changes[0].reasons.map(\.code) == [.outage])
        #expect(changes[1].reasons.isEmpty)
    }

    @Test
    func `readers do not wait for a writer`() async throws {
        let store = try SQLiteHistory(path: folder["h.db"])
        try await store.append([.sample(at: 0)])
        let other = try SQLiteHistory(path: folder["h.db"])
        try await store.pool.write { db in
            try db.execute(sql: StoredSnapshot.insert, arguments: StoredSnapshot.arguments(of: .sample(at: 1)))
            // In the midst of the transaction.
            #expect(try other.countRows("llm_health_snapshots") == 1)
        }
        #expect(try other.countRows("llm_health_snapshots") == 2)
    }

    private func openingError(_ path: String) -> StoreOpenError? {
        do throws(StoreOpenError) {
            _ = try SQLiteHistory(path: path)
            return nil
        } catch {
            return error
        }
    }

    private func stateError(_ path: String) -> StoreOpenError? {
        do throws(StoreOpenError) {
            _ = try StateStore(path: path)
            return nil
        } catch {
            return error
        }
    }
}
