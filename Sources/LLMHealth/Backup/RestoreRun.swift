import Health
import History

#if canImport(FoundationEssentials)
package import FoundationEssentials
#else
package import Foundation
#endif

/// Puts a backup in the place of the configured history and state, while a daemon is running or not.
///
/// What was there is kept beside it. Event numbers never go back: what has been told to subscribers stays told.
package struct RestoreRun {
    private let settings: Configuration.Store

    package init(_ settings: Configuration.Store) { self.settings = settings }

    /// - Parameter path: of the history file that ``BackupRun`` made.
    /// - Throws: ``StartError``; then nothing has been changed.
    package func run(
        from path: String, at now: Date, terminal: Terminal, write: (String) -> Void, note: @escaping (String) -> Void
    ) throws {
        guard settings.path != ":memory:" else {
            throw StartError("history and state are kept in memory only (history.sqlite.path is ':memory:')")
        }
        let statePath = Stores.statePath(beside: settings.path)
        let backupState = Stores.statePath(beside: path)
        let hasHistory = settings.clickhouse.url == nil
        do {
            try check(path, backupState, hasHistory)
            let used = max(try numbers(statePath), try numbers(backupState))
            let stamp = now.rfc3339.prefix(19).filter { $0 != ":" && $0 != "-" }
            for (target, source) in (hasHistory ? [(settings.path, path)] : []) + [(statePath, backupState)] {
                if FileManager.default.fileExists(atPath: target) {
                    let kept = "\(target).before-\(stamp)"
                    try keep(target, as: kept)
                    write("\(kept): what was there before\n")
                }
                var bar = ProgressBar(terminal, write: note)
                if FileManager.default.fileExists(atPath: target) {
                    try SQLiteCopy.replace(target, with: source) { bar.show($0, target) }
                } else {
                    try SQLiteCopy.copy(source, toNew: target) { bar.show($0, target) }
                }
                bar.clear()
                write("\(target): restored\n")
            }
            // One number more than was ever given out is reserved, and with it all before it.
            _ = try StateStore(path: statePath).reserve(1, after: used)
        } catch let error as StartError {
            throw error
        } catch {
            throw StartError("\(error)")
        }
    }

    /// A history that is damaged is no obstacle: it may be why somebody restores. It is moved aside as it is.
    private func keep(_ path: String, as kept: String) throws {
        do {
            try SQLiteCopy.copy(path, toNew: kept)
        } catch {
            // What is in order could not be copied for another reason, such as a full disk: then nothing is changed.
            guard path == settings.path, (try? SQLiteCopy.check(path)) == nil else { throw error }
            for suffix in ["", "-wal", "-shm"] where FileManager.default.fileExists(atPath: path + suffix) {
                try FileManager.default.moveItem(atPath: path + suffix, toPath: kept + suffix)
            }
        }
    }

    /// That both files are ours, whole, and of no newer version.
    private func check(_ path: String, _ state: String, _ hasHistory: Bool) throws {
        let files = (hasHistory ? [path] : []) + [state]
        for file in files where !FileManager.default.fileExists(atPath: file) {
            throw StartError("\(file): there is no such file; name the history file that 'llm-health backup' made")
        }
        if hasHistory, !SQLiteHistory.isOne(path) {
            throw StartError("\(path): is no history of llm-health; name the file that 'llm-health backup' made")
        }
        guard StateStore.isOne(state) else {
            throw StartError("\(state): is no state of llm-health; it must be the one that 'llm-health backup' made")
        }
        for file in files { try SQLiteCopy.check(file) }
        if hasHistory { try SQLiteHistory.checkVersion(path) }
        try StateStore.checkVersion(state)
    }

    /// The highest number that a state has given out; 0 where there is none.
    private func numbers(_ path: String) throws -> UInt64 {
        guard FileManager.default.fileExists(atPath: path) else { return 0 }
        return try StateStore(path: path).lastReserved()
    }
}
