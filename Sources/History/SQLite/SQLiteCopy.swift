import GRDB
import Health

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Copies a SQLite file of ours page by page, while others read and write it.
package enum SQLiteCopy {
    /// Pages in one step; writers get their turn in between.
    private static let pages: CInt = 1_000

    /// Copies into a new file, which only its user can read.
    ///
    /// - Parameter progress: takes a fraction 0…1.
    /// - Throws: ``StoreOpenError`` or ``HealthStorageError``; then the new file is gone again.
    package static func copy(_ path: String, toNew copy: String, progress: @escaping (Double) -> Void = { _ in }) throws
    {
        guard (try? FileManager.default.attributesOfItem(atPath: copy)) == nil else {
            throw StoreOpenError(path: copy, problem: "the file is there already", advice: "name another file")
        }
        try SQLiteFile.prepare(copy)
        do {
            try replace(copy, with: path, progress: progress)
            // One file without a journal beside it; who opens it as a history turns that on again.
            let file = try queue(copy, readOnly: false)
            _ = try file.writeWithoutTransaction { try String.fetchOne($0, sql: "PRAGMA journal_mode = DELETE") }
            try file.close()
            try check(copy)
        } catch {
            for suffix in ["", "-wal", "-shm", "-journal"] {
                try? FileManager.default.removeItem(atPath: copy + suffix)
            }
            throw error
        }
    }

    /// Replaces what a file holds, in one transaction: who has it open sees all of it or nothing.
    package static func replace(_ path: String, with source: String, progress: @escaping (Double) -> Void = { _ in })
        throws
    {
        do {
            let from = try queue(source, readOnly: true)
            let into = try queue(path, readOnly: false)
            try from.read { source in
                // Reading holds one state of the file: otherwise each write of a daemon would begin the copy anew.
                _ = try Int.fetchOne(source, sql: "SELECT count(*) FROM sqlite_schema")
                try into.writeWithoutTransaction { target in
                    try source.backup(to: target, pagesPerStep: pages) { state in
                        if state.totalPageCount > 0 {
                            progress(Double(state.completedPageCount) / Double(state.totalPageCount))
                        }
                    }
                }
            }
            try from.close()
            try into.close()
        } catch {
            throw SQLiteProblem.operating(path, .insert, error)
        }
    }

    /// Whether every page is in order.
    ///
    /// - Throws: ``StoreOpenError`` when it is not, or cannot be read.
    package static func check(_ path: String) throws {
        let told: String
        do {
            let file = try queue(path, readOnly: true)
            told = try file.read { try String.fetchOne($0, sql: "PRAGMA quick_check(1)") } ?? "no answer"
            try file.close()
        } catch {
            throw SQLiteProblem.opening(path, error)
        }
        guard told == "ok" else {
            throw StoreOpenError(path: path, problem: "the file is damaged (\(told))", advice: "use another copy")
        }
    }

    private static func queue(_ path: String, readOnly: Bool) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.readonly = readOnly
        configuration.busyMode = .timeout(10)
        return try DatabaseQueue(path: path, configuration: configuration)
    }
}
