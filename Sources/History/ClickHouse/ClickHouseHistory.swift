package import Health
import NIOCore
import Synchronization

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// History in ClickHouse, over its HTTP interface.
///
/// Each row carries the instance that wrote it, so many daemons may share one database; each reads its own.
package final class ClickHouseHistory: HistoryStore {
    package let timekeeper: Timekeeper
    let client: ClickHouseClient
    let schema: ClickHouseSchema
    /// The newest snapshot of each model, which the next one settles the time from; `nil` before it has been asked for.
    private let newest = Mutex<[ModelID: Sighting]?>(nil)
    let retention = Mutex<Retention?>(nil)
    private let isOpen = Mutex(false)

    /// How far back the last snapshots are looked for at the start.
    private static let memory = 86_400_000 as Int64

    /// Connects to nothing yet: the first operation does, and makes what is missing.
    ///
    /// - Throws: ``StoreOpenError`` when the address or a certificate's file is none.
    package init(_ configuration: ClickHouseConfiguration, timekeeper: Timekeeper = .system) throws(StoreOpenError) {
        self.timekeeper = timekeeper
        client = try ClickHouseClient(configuration)
        schema = ClickHouseSchema(database: configuration.database, cluster: configuration.cluster)
    }

    deinit { client.close() }

    /// Makes the database and tables where they are missing, and brings them up to date.
    ///
    /// - Throws: ``HealthStorageError`` when ClickHouse cannot be reached or refuses, or when the tables are those of a
    ///   newer version.
    package func open() async throws(HealthStorageError) {
        try await send(.insert, schema.createDatabase, database: "")
        try await send(.insert, schema.createMigrations)
        var reader = RowBinaryReader(
            try await send(
                .query, "SELECT DISTINCT name FROM \(schema.table("llm_health_migrations")) FORMAT RowBinary"))
        var applied: Set<String> = []
        do { while !reader.isAtEnd { applied.insert(try reader.text()) } } catch { throw damaged(.query) }
        let known = schema.steps.map(\.name)
        if let newer = applied.subtracting(known).sorted().last {
            throw HealthStorageError(
                operation: .query,
                message:
                    "\(client.place): the database '\(schema.database)' has schema '\(newer)' of a newer llm-health, "
                    + "this one knows up to '\(known.last ?? "")'; use that newer version, or name another database")
        }
        for step in schema.steps where !applied.contains(step.name) {
            for statement in step.statements { try await send(.insert, statement) }
            try await send(
                .insert, "INSERT INTO \(schema.table("llm_health_migrations")) (name) VALUES ({name:String})",
                [("name", step.name)])
        }
        isOpen.withLock { $0 = true }
    }

    /// Whether an error only says that ClickHouse is away, and not that it refuses us.
    package func isAway(_ error: HealthStorageError) -> Bool { error.message.contains(ClickHouseError.awayMessage) }

    package func append(_ snapshots: [HealthSnapshot], _ changes: [HealthChangeEvent])
        async throws(HealthStorageError)
    {
        var changeRows: [HealthChangeEvent] = []
        for change in changes { changeRows.append(try change.storable()) }
        var snapshotRows: [HealthSnapshot] = []
        for snapshot in snapshots { snapshotRows.append(try snapshot.storable()) }
        try checkCancellation(.insert)
        // Changes first: they are what must not be lost.
        if !changeRows.isEmpty {
            try await insert(
                StoredChangeBytes.rows(changeRows, client.configuration), into: "llm_health_changes",
                StoredChangeBytes.columns, token: Token.of(changeRows, by: client.configuration.instance))
        }
        guard !snapshotRows.isEmpty else { return }
        let known = try await knownSightings()
        let (bytes, after) = StoredSnapshotBytes.rows(snapshotRows, after: known, client.configuration)
        try await insert(
            bytes, into: "llm_health_snapshots", StoredSnapshotBytes.columns,
            token: Token.of(snapshotRows, by: client.configuration.instance))
        newest.withLock { newest in
            for (model, sighting) in after where newest?[model].map({ $0.at < sighting.at }) ?? true {
                newest?[model] = sighting
            }
        }
    }

    /// The newest snapshot of each model; read once, then kept up to date.
    private func knownSightings() async throws(HealthStorageError) -> [ModelID: Sighting] {
        if let known = newest.withLock({ $0 }) { return known }
        // A clock that ran ahead once must not make all rows late for as long.
        let until = timekeeper.now.wall.milliseconds + RollUpWidth.minute.milliseconds
        let since = until - Self.memory
        let bytes = try await run(
            .insert,
            """
            SELECT model_id, toUnixTimestamp64Milli(max(at)), CAST(argMax(status, at), 'String'), argMax(reason, at)
            FROM \(schema.table("llm_health_snapshots"))
            WHERE instance = {instance:String} AND at >= fromUnixTimestamp64Milli({since:Int64})
                AND at <= fromUnixTimestamp64Milli({until:Int64})
            GROUP BY model_id FORMAT RowBinary
            """,
            [("instance", client.configuration.instance), ("since", "\(max(since, 0))"), ("until", "\(until)")])
        var reader = RowBinaryReader(bytes)
        var found: [ModelID: Sighting] = [:]
        do {
            while !reader.isAtEnd {
                let model = ModelID(try reader.text())
                let at = Date(milliseconds: try reader.integer())
                let status = HealthStatus(stored: try reader.text())
                found[model] = Sighting(
                    at: at, status: status, code: HealthReason.Code(stored: try reader.text(), of: status))
            }
        } catch { throw damaged(.insert) }
        return newest.withLock { newest in
            if newest == nil { newest = found }
            return newest ?? found
        }
    }

    // MARK: Statements

    @discardableResult
    func run(
        _ operation: HealthStorageError.Operation, _ statement: String, _ parameters: [(String, String)] = [],
        settings: [(String, String)] = []
    ) async throws(HealthStorageError) -> ByteBuffer {
        try await openOnce(operation)
        return try await send(operation, statement, parameters, settings: settings)
    }

    private func openOnce(_ operation: HealthStorageError.Operation) async throws(HealthStorageError) {
        guard !isOpen.withLock({ $0 }) else { return }
        do {
            try await open()
        } catch {
            var error = error
            error.operation = operation
            throw error
        }
    }

    @discardableResult
    private func send(
        _ operation: HealthStorageError.Operation, _ statement: String, _ parameters: [(String, String)] = [],
        settings: [(String, String)] = [], database: String? = nil
    ) async throws(HealthStorageError) -> ByteBuffer {
        try checkCancellation(operation)
        do throws(ClickHouseError) {
            return try await client.run(statement, parameters, settings: settings, database: database)
        } catch { throw noted(error, operation) }
    }

    func insert(_ rows: ByteBuffer, into table: String, _ columns: String, token: String)
        async throws(HealthStorageError)
    {
        try await openOnce(.insert)
        do throws(ClickHouseError) {
            try await client.insert(rows, into: schema.table(table), columns: columns, token: token)
        } catch { throw noted(error, .insert) }
    }

    /// What somebody has dropped is made again.
    private func noted(_ error: ClickHouseError, _ operation: HealthStorageError.Operation) -> HealthStorageError {
        if [.exception(ClickHouseError.unknownTable), .exception(ClickHouseError.unknownDatabase)].contains(error.kind)
        {
            isOpen.withLock { $0 = false }
        }
        return error.storageError(operation, at: client.place)
    }

    /// An answer that is not what was asked for.
    func damaged(_ operation: HealthStorageError.Operation) -> HealthStorageError {
        HealthStorageError(
            operation: operation,
            message: "\(client.place): the answer ends in the middle of a row; look at ClickHouse's log")
    }
}
