import Health
import History

/// The past and the event numbers, opened.
struct Stores {
    var history: any HistoryStore
    var numbers: any EventNumbers
    /// The highest event number that the past holds.
    var lastSeq: UInt64

    /// - Throws: ``StartError`` when a file cannot be used, with what to do.
    static func open(_ settings: Configuration.Store, timekeeper: Timekeeper) async throws(StartError) -> Stores {
        guard !settings.isInMemory else {
            return Stores(history: MemoryHistory(timekeeper: timekeeper), numbers: MemoryEventNumbers(), lastSeq: 0)
        }
        do {
            let history = try SQLiteHistory(path: settings.path, timekeeper: timekeeper)
            let numbers = try StateStore(path: statePath(beside: settings.path))
            return Stores(history: history, numbers: numbers, lastSeq: try await history.lastSeq())
        } catch {
            throw StartError("\(error)")
        }
    }

    /// `llm-health.db` has its `llm-health.state.db`.
    static func statePath(beside path: String) -> String {
        path.hasSuffix(".db") ? "\(path.dropLast(3)).state.db" : "\(path).state.db"
    }
}
