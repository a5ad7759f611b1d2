import Health
import History
import TestSupport
import Testing

/// The stores that pass one and the same suite.
enum StoreKind: String, CaseIterable, CustomTestStringConvertible {
    case memory, sqlite

    var testDescription: String { rawValue }
}

/// An empty store of one kind, at noon and ten minutes.
struct StoreUnderTest {
    let store: any HistoryStore
    let time = ManualTime(start: .at(600))
    private let folder: TemporaryFolder

    init(_ kind: StoreKind) throws {
        folder = try TemporaryFolder()
        switch kind {
        case .memory: store = MemoryHistory(timekeeper: time.timekeeper)
        case .sqlite: store = try SQLiteHistory(path: folder["history.db"], timekeeper: time.timekeeper)
        }
    }
}
