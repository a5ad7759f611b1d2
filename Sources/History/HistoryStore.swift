package import Health

#if canImport(FoundationEssentials)
package import FoundationEssentials
#else
package import Foundation
#endif

/// The past of the fleet: snapshots, changes, and what they come to.
///
/// Few and deep operations, each of which a store can answer where its data lies; every question that people ask is put
/// together from them, in one way for all stores. All stores pass one and the same suite. Times live on a grid of whole
/// milliseconds and ranges are half-open. Every operation honours cancellation of the surrounding task by an error
/// whose ``HealthStorageError/isCancellation`` is true.
package protocol HistoryStore: HealthStorageService {
    /// The clock by which "now" is told: a window ends there and nothing after it counts as observed.
    var timekeeper: Timekeeper { get }
    /// How long the oldest row has waited that was taken and is not where it can be read yet.
    var lag: Duration { get }

    /// Stores all the rows or none of them.
    ///
    /// A snapshot is known by its model and millisecond, a change by its number. A row that is there already stays
    /// as it is, so a batch may be sent again after a lost reply; it must then be the same batch.
    func append(_ snapshots: [HealthSnapshot], _ changes: [HealthChangeEvent]) async throws(HealthStorageError)

    /// The snapshots of one model, oldest first; with a `limit`, the newest so many of them.
    func history(of modelID: ModelID, in range: TimeRange, limit: Int?) async throws(HealthStorageError)
        -> [HealthSnapshot]

    /// The changes that a query asks for, in the order of their numbers.
    func changes(_ query: ChangeQuery) async throws(HealthStorageError) -> [HealthChangeEvent]

    /// What one model's minutes, hours or days that begin in the range come to, as far as they have been summed up.
    ///
    /// - Parameter hasLatency: whether the latencies are wanted, which cost more to read than everything else.
    func rollUps(of modelID: ModelID, in range: TimeRange, width: RollUpWidth, hasLatency: Bool)
        async throws(HealthStorageError) -> StoredRollUps

    /// Adds sums of stretches whose snapshots are elsewhere or gone; longer stretches follow from them.
    ///
    /// What is known of a stretch already stays as it is, so the same sums may be added again.
    /// - Parameter sums: of one model, in order of time.
    /// - Returns: how many were added.
    @discardableResult
    func append(_ sums: [RollUp], width: RollUpWidth, of modelID: ModelID) async throws(HealthStorageError) -> Int

    /// Sums up anew what a range holds: rows have come that are older than those before them.
    func sumUp(_ range: TimeRange) async throws(HealthStorageError)

    /// The highest number of a stored change; 0 when there is none.
    func lastSeq() async throws(HealthStorageError) -> UInt64

    /// The models that anything is stored of, in order.
    func models() async throws(HealthStorageError) -> [ModelID]

    /// Sums up what is complete, then deletes what is older than the policy keeps, in steps small enough that writers
    /// hardly wait.
    func prune(_ retention: Retention, at now: Date) async throws(HealthStorageError) -> PruneReport
}

/// Sums that a store holds, in order of time; stretches of which nothing is known are left out.
package struct StoredRollUps: Sendable {
    package var rollUps: [RollUp]
    /// Where they end: what comes later has not been summed up yet.
    package var until: Date

    package init(_ rollUps: [RollUp], until: Date) {
        self.rollUps = rollUps
        self.until = until
    }
}

// What a caller may leave out, and the public service on top of the deeper operations.
extension HistoryStore {
    package var lag: Duration { .zero }

    /// How many buckets a window is cut into when nobody says.
    package static var defaultBuckets: Int { 60 }

    package func rollUps(of modelID: ModelID, in range: TimeRange, width: RollUpWidth)
        async throws(HealthStorageError) -> StoredRollUps
    {
        try await rollUps(of: modelID, in: range, width: width, hasLatency: true)
    }

    package func append(_ snapshots: [HealthSnapshot]) async throws(HealthStorageError) {
        try await append(snapshots, [])
    }

    package func store(_ snapshot: HealthSnapshot) async throws(HealthStorageError) {
        try await append([snapshot], [])
    }

    package func history(of modelID: ModelID, in range: TimeRange) async throws(HealthStorageError)
        -> [HealthSnapshot]
    {
        try await history(of: modelID, in: range, limit: nil)
    }

    package func trends(of modelID: ModelID, over window: Duration) async throws(HealthStorageError) -> HealthTrends {
        guard window > .zero else {
            throw HealthStorageError(operation: .aggregate, message: "the window must be longer than zero")
        }
        let range = TimeRange(last: window, endingAt: timekeeper.now.wall)
        return try await trends(of: modelID, in: range, buckets: Self.defaultBuckets)
    }
}
