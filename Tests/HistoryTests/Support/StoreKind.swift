import Foundation
import Health
import TestSupport
import Testing

@testable import History

/// The stores that pass one and the same suite.
enum StoreKind: String, CaseIterable, CustomTestStringConvertible {
    case memory, sqlite, clickhouse

    var testDescription: String { rawValue }

    /// ClickHouse only where one is there: `scripts/test` starts the real engine.
    static var allCases: [StoreKind] {
        ClickHouseServer.url == nil ? [.memory, .sqlite] : [.memory, .sqlite, .clickhouse]
    }
}

/// The ClickHouse that tests may use, each in a database of its own.
enum ClickHouseServer {
    static let url = ProcessInfo.processInfo.environment["LLM_HEALTH_TEST_CLICKHOUSE"]

    static func configuration(_ database: String = "test_\(UUID().uuidString)") throws -> ClickHouseConfiguration {
        // Tests have a time of their own, of which the server knows nothing.
        ClickHouseConfiguration(
            url: try #require(url), database: database, isCompressed: true, hasTTL: false, timeout: .seconds(60))
    }
}

/// An empty store of one kind, at noon and ten minutes.
struct StoreUnderTest {
    let store: any HistoryStore
    let time = ManualTime(start: .at(600))
    private let folder: TemporaryFolder

    init(_ kind: StoreKind) async throws {
        folder = try TemporaryFolder()
        switch kind {
        case .memory: store = MemoryHistory(timekeeper: time.timekeeper)
        case .sqlite: store = try SQLiteHistory(path: folder["history.db"], timekeeper: time.timekeeper)
        case .clickhouse:
            let clickhouse = try ClickHouseHistory(ClickHouseServer.configuration(), timekeeper: time.timekeeper)
            try await clickhouse.open()
            store = clickhouse
        }
    }

    /// What the store takes on disk; `nil` in memory.
    func bytes() async throws -> Int? {
        if let sqlite = store as? SQLiteHistory {
            try sqlite.emptyJournal()
            return try folder.size(of: "history.db")
        }
        guard let clickhouse = store as? ClickHouseHistory else { return nil }
        return try await clickhouse.bytesOnDisk()
    }
}
