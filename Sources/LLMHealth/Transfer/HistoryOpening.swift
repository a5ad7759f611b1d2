import Health
import History

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The configured history, opened by a command beside a daemon that may be running.
enum HistoryOpening {
    /// What operators have said to the daemon of this configuration, and what it says itself.
    static func notices(_ configuration: Configuration) throws(StartError) -> NoticeBoard {
        let path = Stores.statePath(beside: configuration.history.path)
        do {
            let documents: any StateDocuments =
                FileManager.default.fileExists(atPath: path) ? try StateStore(path: path) : MemoryDocuments()
            let board = try NoticeBoard(documents)
            board.configure(announcements: configuration.announcements, maintenance: configuration.maintenance)
            return board
        } catch {
            throw StartError("\(error)")
        }
    }

    /// - Throws: ``StartError`` when there is no history to be had, with what to do.
    static func store(_ settings: Configuration.Store, mustExist: Bool) async throws(StartError) -> any HistoryStore {
        guard !settings.isInMemory else {
            throw StartError(
                "the history is kept in memory only (history.sqlite.path is ':memory:'); name a file or a ClickHouse "
                    + "in the configuration, with --config")
        }
        do {
            if let clickhouse = try Stores.clickHouse(settings, timekeeper: .system) {
                try await clickhouse.open()
                return clickhouse
            }
            guard !mustExist || FileManager.default.fileExists(atPath: settings.path) else {
                throw StartError(
                    "\(settings.path): there is no history yet; name the configuration that the daemon runs with, with "
                        + "--config")
            }
            return try SQLiteHistory(path: settings.path)
        } catch let error as StartError {
            throw error
        } catch {
            throw StartError("\(error)")
        }
    }
}
