import Health
import Synchronization

/// A store of the application's own: a list in memory, where a real one would have a database.
public final class SnapshotStore: HealthStorageService {
    private let snapshots = Mutex<[HealthSnapshot]>([])

    public init() {}

    public func store(_ snapshot: HealthSnapshot) async throws(HealthStorageError) {
        snapshots.withLock { snapshots in
            // Storing it twice is storing it once.
            guard !snapshots.contains(snapshot) else { return }
            snapshots.append(snapshot)
        }
    }

    public func history(of modelID: ModelID, in range: TimeRange) async throws(HealthStorageError) -> [HealthSnapshot] {
        snapshots.withLock { $0 }
            .filter { $0.modelId == modelID && range.from <= $0.timestamp && $0.timestamp < range.to }
            .sorted { $0.timestamp < $1.timestamp }
    }

    public func trends(of modelID: ModelID, over window: Duration) async throws(HealthStorageError) -> HealthTrends {
        throw HealthStorageError(operation: .aggregate, message: "this store keeps snapshots alone")
    }
}
