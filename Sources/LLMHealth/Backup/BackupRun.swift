import History

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Copies the configured history and state to files that a daemon could be started with, while one is running.
package struct BackupRun {
    private let settings: Configuration.Store

    package init(_ settings: Configuration.Store) { self.settings = settings }

    /// - Parameter path: of the new history file; the state goes beside it, as `NAME.state.db`.
    /// - Throws: ``StartError`` when there is nothing to be copied or no place for it.
    package func run(to path: String, terminal: Terminal, write: (String) -> Void, note: @escaping (String) -> Void)
        throws
    {
        guard settings.path != ":memory:" else {
            throw StartError("history and state are kept in memory only (history.sqlite.path is ':memory:')")
        }
        let hasHistory = settings.clickhouse.url == nil
        let files =
            (hasHistory ? [(settings.path, path)] : [])
            + [(Stores.statePath(beside: settings.path), Stores.statePath(beside: path))]
        if let (missing, _) = files.first(where: { !FileManager.default.fileExists(atPath: $0.0) }) {
            throw StartError(
                "\(missing): there is no such file yet; name the configuration that the daemon runs with, with --config"
            )
        }
        if let (_, taken) = files.first(where: { FileManager.default.fileExists(atPath: $0.1) }) {
            throw StartError("\(taken): is there already; name another file")
        }
        do {
            for (source, copy) in files {
                var bar = ProgressBar(terminal, write: note)
                try SQLiteCopy.copy(source, toNew: copy) { bar.show($0, copy) }
                bar.clear()
                let size = (try? FileManager.default.attributesOfItem(atPath: copy)[.size] as? Int) ?? 0
                write("\(copy): \(size / 1_024) KiB, checked\n")
            }
        } catch {
            throw StartError("\(error)")
        }
        guard hasHistory else {
            write("the history itself is in ClickHouse, whose own BACKUP statement copies it\n")
            return
        }
    }
}
