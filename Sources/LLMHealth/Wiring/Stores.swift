import Health
import History

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The past and the event numbers, opened.
struct Stores {
    var history: any HistoryStore
    var numbers: any EventNumbers
    /// What operators have said.
    var documents: any StateDocuments
    /// The highest event number that the past holds.
    var lastSeq: UInt64
    /// Where rows wait while the store is away; `nil` for nowhere but in memory.
    var spill: SpillFolder?
    /// Keeps other processes from the same files.
    var lock: StoreLock?

    /// - Throws: ``StartError`` when a file cannot be used, with what to do.
    static func open(_ settings: Configuration.Store, timekeeper: Timekeeper) async throws(StartError) -> Stores {
        guard !settings.isInMemory else {
            return Stores(
                history: MemoryHistory(timekeeper: timekeeper), numbers: MemoryEventNumbers(),
                documents: MemoryDocuments(), lastSeq: 0)
        }
        let clickhouse: ClickHouseHistory?
        do { clickhouse = try clickHouse(settings, timekeeper: timekeeper) } catch { throw StartError("\(error)") }
        if let clickhouse { return try await open(settings, clickhouse) }
        let paths = [settings.path, statePath(beside: settings.path)]
        // A link that leads nowhere is there too, and somebody's.
        let made = paths.filter { (try? FileManager.default.attributesOfItem(atPath: $0)) == nil }
        let lock: StoreLock
        do { lock = try StoreLock(path: lockPath(beside: settings.path)) } catch { throw StartError("\(error)") }
        do {
            let history = try SQLiteHistory(path: paths[0], timekeeper: timekeeper)
            let numbers = try StateStore(path: paths[1])
            return Stores(
                history: history, numbers: numbers, documents: numbers, lastSeq: try await history.lastSeq(),
                spill: try spill(settings), lock: lock)
        } catch {
            // Nothing half-started: what one of them made before the other was refused goes again.
            lock.withdraw()
            for path in made {
                for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
            }
            throw StartError("\(error)")
        }
    }

    /// The state stays on this machine. A ClickHouse that is away is no reason not to start.
    private static func open(_ settings: Configuration.Store, _ history: ClickHouseHistory)
        async throws(StartError) -> Stores
    {
        do {
            let isKept = settings.path != ":memory:"
            let lock = isKept ? try StoreLock(path: lockPath(beside: settings.path)) : nil
            let state = isKept ? try StateStore(path: statePath(beside: settings.path)) : nil
            let numbers: any EventNumbers = state ?? MemoryEventNumbers()
            let documents: any StateDocuments = state ?? MemoryDocuments()
            let spill = try spill(settings)
            do {
                return Stores(
                    history: history, numbers: numbers, documents: documents, lastSeq: try await history.lastSeq(),
                    spill: spill, lock: lock)
            } catch {
                guard history.isAway(error) else { throw error }
                return Stores(
                    history: history, numbers: numbers, documents: documents, lastSeq: 0, spill: spill, lock: lock)
            }
        } catch {
            throw StartError("\(error)")
        }
    }

    /// The ClickHouse that is configured, not connected yet; `nil` for none.
    static func clickHouse(_ settings: Configuration.Store, timekeeper: Timekeeper) throws(StoreOpenError)
        -> ClickHouseHistory?
    {
        let clickhouse = settings.clickhouse
        guard let url = clickhouse.url else { return nil }
        return try ClickHouseHistory(
            ClickHouseConfiguration(
                url: url, database: clickhouse.database, user: clickhouse.user, password: clickhouse.password,
                cluster: clickhouse.cluster, region: clickhouse.region ?? "", instance: clickhouse.instance,
                certificateAuthority: clickhouse.caFile),
            timekeeper: timekeeper)
    }

    private static func spill(_ settings: Configuration.Store) throws(StoreOpenError) -> SpillFolder? {
        guard settings.spillMegabytes > 0, settings.path != ":memory:" else { return nil }
        return try SpillFolder(path: spillPath(beside: settings.path), limit: settings.spillMegabytes << 20)
    }

    /// `llm-health.db` has its `llm-health.spill`.
    static func spillPath(beside path: String) -> String {
        path.hasSuffix(".db") ? "\(path.dropLast(3)).spill" : "\(path).spill"
    }

    /// `llm-health.db` has its `llm-health.lock`.
    static func lockPath(beside path: String) -> String {
        path.hasSuffix(".db") ? "\(path.dropLast(3)).lock" : "\(path).lock"
    }

    /// `llm-health.db` has its `llm-health.evidence`; `nil` where none is kept.
    static func evidencePath(_ settings: Configuration.Store) -> String? {
        guard settings.evidenceMegabytes > 0, settings.path != ":memory:" else { return nil }
        let path = settings.path
        return path.hasSuffix(".db") ? "\(path.dropLast(3)).evidence" : "\(path).evidence"
    }

    /// `llm-health.db` has its `llm-health.state.db`.
    static func statePath(beside path: String) -> String {
        path.hasSuffix(".db") ? "\(path.dropLast(3)).state.db" : "\(path).state.db"
    }
}

extension Retention {
    init(_ settings: Configuration.Store) {
        self.init(
            snapshots: settings.retention, minutes: settings.rollUps.minutes, hours: settings.rollUps.hours,
            days: settings.rollUps.days)
    }
}
