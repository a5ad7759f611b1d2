import Foundation
import Health
import NIOCore
import TestSupport
import Testing

@testable import History

/// What is ClickHouse's own: its tables, its errors, its wire format.
@Suite(.timeLimit(.minutes(5)))
struct ClickHouseHistoryTests {
    // MARK: Whatever answers

    @Test(arguments: [7, 42, 99, 101, 199])
    func `what is no answer at all ends in an error`(status: Int) async throws {
        try await withHostilePeer({ _, _ in HostileAnswer(status: status) }) { peer in
            let client = try ClickHouseClient(
                ClickHouseConfiguration(url: "http://127.0.0.1:\(peer.port)", timeout: .seconds(2)))
            let error = await #expect(throws: ClickHouseError.self) { try await client.run("SELECT 1") }
            #expect(error?.kind == .unreachable)
            client.close()
        }
    }

    // MARK: Tables

    private static func script(cluster: String?) -> String {
        let schema = ClickHouseSchema(database: "llm_health", cluster: cluster)
        let statements = [schema.createDatabase, schema.createMigrations] + schema.steps.flatMap(\.statements)
        return statements.joined(separator: ";\n\n") + ";\n"
    }

    @Test(arguments: [("clickhouse.sql", nil), ("clickhouse-cluster.sql", "main")] as [(String, String?)])
    func `the tables are as written down`(file: String, cluster: String?) throws {
        let script = Self.script(cluster: cluster)
        let path = try #require(Bundle.module.path(forResource: "References", ofType: nil)) + "/" + file
        let reference = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        if ProcessInfo.processInfo.environment["LLM_HEALTH_TEST_UPDATE"] != nil {
            try Data(script.utf8).write(
                to: URL(filePath: #filePath).deletingLastPathComponent().appending(path: "References/\(file)"))
        }
        #expect(script == reference, "run with LLM_HEALTH_TEST_UPDATE=1 after a new step; released ones never change")
        // Each table is there once, of a kind that forgets doubles or adds up.
        #expect(
            script.contains(
                cluster == nil
                    ? "ENGINE = ReplacingMergeTree(version)"
                    : "ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}', version)"
            ))
        #expect(script.components(separatedBy: "ON CLUSTER `main`").count - 1 == (cluster == nil ? 0 : 11))
    }

    @Test(.enabled(if: ClickHouseServer.url != nil), arguments: [nil, "main"] as [String?])
    func `the real parser takes every statement`(cluster: String?) async throws {
        let client = try ClickHouseClient(ClickHouseServer.configuration("default"))
        defer { client.close() }
        for statement in Self.script(cluster: cluster).components(separatedBy: ";\n").map({
            $0.trimmingCharacters(in: .whitespacesAndNewlines)
        }) where !statement.isEmpty {
            let tree = try await client.run("EXPLAIN AST \(statement) FORMAT TSV", database: "default")
            #expect(String(buffer: tree).contains("Create"), "\(statement.prefix(80))")
        }
    }

    @Test(.enabled(if: ClickHouseServer.url != nil))
    func `a newer schema is refused, and both versions are named`() async throws {
        let configuration = try ClickHouseServer.configuration()
        let store = try ClickHouseHistory(configuration)
        try await store.append([.sample(at: 1)])
        try await store.run(.insert, "INSERT INTO llm_health_migrations (name) VALUES ('v9 planets')")
        let later = try ClickHouseHistory(configuration)
        let error = await #expect(throws: HealthStorageError.self) { try await later.append([.sample(at: 2)]) }
        #expect(error?.message.contains("schema 'v9 planets' of a newer llm-health") == true)
        #expect(error?.message.contains("'v2 roll-ups'") == true)
        #expect(!later.isAway(try #require(error)))
    }

    @Test(.enabled(if: ClickHouseServer.url != nil))
    func `a database that somebody drops is made again`() async throws {
        let configuration = try ClickHouseServer.configuration()
        let store = try ClickHouseHistory(configuration)
        try await store.append([.sample(at: 1)])
        let other = try ClickHouseClient(configuration)
        defer { other.close() }
        try await other.run("DROP DATABASE `\(configuration.database)`", database: "default")
        let error = await #expect(throws: HealthStorageError.self) { try await store.append([.sample(at: 2)]) }
        #expect(error?.message.contains("is gone") == true)
        try await store.append([.sample(at: 2)])
        #expect(try await store.history(of: "gpt-4o", in: .all).count == 1)
    }

    @Test(.enabled(if: ClickHouseServer.url != nil))
    func `daemons that share a database read their own`() async throws {
        var configuration = try ClickHouseServer.configuration()
        configuration.instance = "it's\t\"one\""
        configuration.region = "eu"
        let one = try ClickHouseHistory(configuration)
        configuration.instance = "two"
        let two = try ClickHouseHistory(configuration)
        try await one.append([.sample(at: 1), .sample(at: 2)], [.sample(1, at: 1)])
        try await two.append([.sample(at: 1, status: .unhealthy)], [.sample(1, "other", at: 1), .sample(2, at: 1)])
        #expect(try await one.history(of: "gpt-4o", in: .all).map(\.status) == [.healthy, .healthy])
        #expect(try await two.history(of: "gpt-4o", in: .all).map(\.status) == [.unhealthy])
        #expect(try await one.lastSeq() == 1)
        #expect(try await two.lastSeq() == 2)
        #expect(try await two.models() == ["gpt-4o", "other"])
        _ = try await two.prune(Retention(snapshots: .seconds(1), changes: .seconds(1)), at: .at(1_000))
        #expect(try await two.history(of: "gpt-4o", in: .all).isEmpty)
        #expect(try await one.history(of: "gpt-4o", in: .all).count == 2)
    }

    /// A batch is known again by its rows and by whose they are.
    @Test(.enabled(if: ClickHouseServer.url != nil))
    func `what two daemons write at the same time is no repetition`() async throws {
        var configuration = try ClickHouseServer.configuration()
        for instance in ["one", "two"] {
            configuration.instance = instance
            let store = try ClickHouseHistory(configuration)
            var sum = RollUp(start: .at(-7_200))
            sum.snapshots = 3
            for added in [1, 0] {
                try await store.append([.sample(at: 1)], [.sample(5, at: 1)])
                #expect(try await store.append([sum], width: .hour, of: "old") == added)
            }
        }
        for instance in ["one", "two"] {
            configuration.instance = instance
            let store = try ClickHouseHistory(configuration)
            #expect(try await store.changes(ChangeQuery()).map(\.seq) == [5], "\(instance)")
            #expect(try await store.history(of: "gpt-4o", in: .all).count == 1, "\(instance)")
            #expect(try await store.total(of: "old", in: .from(-7_200, to: -3_600)).snapshots == 3, "\(instance)")
        }
    }

    // MARK: Errors

    @Test(.enabled(if: ClickHouseServer.url != nil))
    func `a wrong password is told as one, and not told`() async throws {
        var configuration = try ClickHouseServer.configuration()
        configuration.password = Secret("hunter2-hunter2")
        let store = try ClickHouseHistory(configuration)
        let error = await #expect(throws: HealthStorageError.self) { try await store.lastSeq() }
        #expect(error?.message.contains("refuses the user or password") == true)
        #expect(error?.description.contains("hunter2") == false)
        #expect(!store.isAway(try #require(error)))
    }

    @Test func `one that is not there is told as away`() async throws {
        let store = try ClickHouseHistory(ClickHouseConfiguration(url: "http://127.0.0.1:9", timeout: .seconds(5)))
        let error = await #expect(throws: HealthStorageError.self) { try await store.append([.sample(at: 1)]) }
        #expect(error?.operation == .insert)
        #expect(error?.message.contains("http://127.0.0.1:9: ClickHouse cannot be reached") == true)
        #expect(store.isAway(try #require(error)))
    }

    @Test(arguments: ["", "ftp://x", "127.0.0.1:8123", "http://"])
    func `an address that is none is refused with what to write`(url: String) {
        let error = #expect(throws: StoreOpenError.self) { try ClickHouseHistory(ClickHouseConfiguration(url: url)) }
        #expect(error?.advice.contains("http://127.0.0.1:8123") == true)
    }

    @Test(
        arguments: [
            ("Code: 60. DB::Exception: Table x does not exist. (UNKNOWN_TABLE)", 60),
            ("…rows…\nCode: 241. DB::Exception: Memory limit", 241), ("Code: x", nil), ("Code: 5 apples", nil),
            ("", nil),
        ] as [(String, Int?)])
    func `an exception is found by its code`(text: String, code: Int?) {
        #expect(ClickHouseError.code(in: text) == code)
    }

    // MARK: The wire

    @Test func `values are bound as ClickHouse reads them`() {
        #expect(ClickHouseClient.escaped("a\tb\\c\nd\re\0'\"") == "a\\tb\\\\c\\nd\\re\\0'\"")
    }

    @Test func `what is written is read again, and a cut answer is noticed`() throws {
        var writer = RowBinaryWriter(capacity: 16)
        let long = String(repeating: "é", count: 300)
        writer.write(Int64(-5))
        writer.write(1.5)
        writer.write(long)
        writer.write(nil as Double?)
        writer.write("x" as String?)
        writer.write(7 as UInt8?)
        var reader = RowBinaryReader(writer.buffer)
        #expect(try reader.integer(Int64.self) == -5)
        #expect(try reader.double() == 1.5)
        #expect(try reader.text() == long)
        #expect(try reader.optionalDouble() == nil)
        #expect(try reader.optionalText() == "x")
        #expect(try reader.optionalInteger(UInt8.self) == 7)
        #expect(reader.isAtEnd)
        for length in [1, 7, 12, 20, 400] {
            var cut = RowBinaryReader(try #require(writer.buffer.getSlice(at: 0, length: length)))
            #expect(throws: RowBinaryReader.Truncated.self) {
                _ = try cut.integer(Int64.self)
                _ = try cut.double()
                _ = try cut.text()
            }
        }
    }
}
