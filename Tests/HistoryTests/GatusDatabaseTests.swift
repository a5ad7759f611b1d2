import Foundation
import GRDB
import Health
import Testing

@testable import History

/// A file with the tables that Gatus makes, as its 5.x has them.
@Suite(.timeLimit(.minutes(5)))
struct GatusDatabaseTests {
    @Test func `results and hours come out as they were counted`() throws {
        let folder = try TemporaryFolder()
        let queue = try DatabaseQueue(path: folder["gatus.db"])
        try queue.write { db in
            try db.execute(
                sql: """
                    CREATE TABLE endpoints (endpoint_id INTEGER PRIMARY KEY, endpoint_key TEXT UNIQUE,
                        endpoint_name TEXT, endpoint_group TEXT);
                    CREATE TABLE endpoint_results (endpoint_result_id INTEGER PRIMARY KEY, endpoint_id INTEGER,
                        success INTEGER, errors TEXT, connected INTEGER, status INTEGER, dns_rcode TEXT,
                        certificate_expiration INTEGER, hostname TEXT, ip TEXT, duration INTEGER, timestamp TIMESTAMP);
                    CREATE TABLE endpoint_uptimes (endpoint_uptime_id INTEGER PRIMARY KEY, endpoint_id INTEGER,
                        hour_unix_timestamp INTEGER, total_executions INTEGER, successful_executions INTEGER,
                        total_response_time INTEGER);
                    INSERT INTO endpoints VALUES (1, 'openai_gpt-4o', 'gpt-4o', 'openai');
                    INSERT INTO endpoint_results VALUES
                        (1, 1, 1, '', 1, 200, '', 0, 'h', '', 412000000, '2026-11-23 10:00:00.123456789 +0000 UTC'),
                        (2, 1, 0, 'refused|~|no body', 0, 0, '', 0, 'h', '', 1000000, '2026-11-23 10:01:00+00:00');
                    INSERT INTO endpoint_uptimes VALUES (1, 1, 1795600800, 60, 45, 24000), (2, 1, 1795604400, 0, 0, 0);
                    """)
        }
        let database = try #require(try GatusDatabase(path: folder["gatus.db"]))
        let results = try database.results()
        #expect(results.map(\.success) == [true, false])
        #expect(results.map(\.latency) == [412, 1])
        #expect(results.map(\.error) == [nil, "refused; no body"])
        #expect(results[0].at.hasPrefix("2026-11-23 10:00:00.123"))
        let hours = try database.hours()
        let hour = try #require(hours.first)
        #expect(hours.count == 1 && hour.endpoint == "gpt-4o")
        #expect(hour.sum.start.milliseconds == 1_795_600_800_000)
        #expect(hour.sum.spans.availability == 0.75)
        #expect(hour.sum.snapshots == 60 && hour.sum.errors == 15)
        #expect(abs((hour.sum.latency.medians.p50 ?? 0) - 400) < 5)
    }

    @Test func `another program's file is not Gatus'`() throws {
        let folder = try TemporaryFolder()
        try DatabaseQueue(path: folder["x.db"]).write { try $0.execute(sql: "CREATE TABLE t (a)") }
        #expect(try GatusDatabase(path: folder["x.db"]) == nil)
    }
}
