import Foundation
import GRDB

/// A database of the daemon, read behind its back.
struct Database: Sendable {
    struct Change: Sendable {
        var seq: UInt64
        var model: String
        var at: Date
        var to: String
        /// JSON.
        var reasons: String
    }

    struct Snapshot: Sendable {
        var model: String
        var at: Date
        var status: String
    }

    private let queue: DatabaseQueue

    init(_ path: String) throws {
        var configuration = Configuration()
        configuration.busyMode = .timeout(5)
        queue = try DatabaseQueue(path: path, configuration: configuration)
    }

    /// `ok`, or what is broken.
    func integrity() throws -> String {
        try queue.read { db in try String.fetchAll(db, sql: "PRAGMA integrity_check").joined(separator: "; ") }
    }

    func changes() throws -> [Change] {
        try queue.read { db in
            try Row.fetchAll(
                db, sql: "SELECT seq, model_id, at, current_status, reasons FROM llm_health_changes ORDER BY seq"
            ).map { row in
                Change(
                    seq: UInt64(row[0] as Int64), model: row[1], at: Self.date(row[2]), to: row[3], reasons: row[4])
            }
        }
    }

    func snapshots() throws -> [Snapshot] {
        try queue.read { db in
            try Row.fetchAll(db, sql: "SELECT model_id, at, status FROM llm_health_snapshots ORDER BY at").map { row in
                Snapshot(model: row[0], at: Self.date(row[1]), status: row[2])
            }
        }
    }

    /// The highest event number that was set aside; of the state file.
    func lastReserved() throws -> UInt64 {
        try queue.read { db in
            UInt64(try Int64.fetchOne(db, sql: "SELECT value FROM counters WHERE name = 'event_number'") ?? 0)
        }
    }

    private static func date(_ milliseconds: Int64) -> Date {
        Date(timeIntervalSince1970: Double(milliseconds) / 1_000)
    }
}
