package import Health

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Answers questions about models from what the daemon itself recorded.
///
/// The figures are those of the stored snapshots, weighted by the requests of each: percentiles are weighted medians
/// of the snapshots' percentiles, an error rate the weighted mean of theirs.
package struct HistoryMetrics: OTelMetricsService {
    /// What ``ModelMetrics/source`` says of these figures.
    package static let source = "history"

    private let store: any HistoryStore
    private let publisher: FleetPublisher

    package init(store: any HistoryStore, publisher: FleetPublisher) {
        self.store = store
        self.publisher = publisher
    }

    package func metrics(of modelID: ModelID, in range: TimeRange) async throws(MetricsQueryError) -> ModelMetrics {
        let bucket = try await bucket(of: modelID, in: range)
        let requests = bucket?.requestCount ?? 0
        let errorRate = requests > 0 ? bucket?.errorRate : nil
        return ModelMetrics(
            modelId: modelID, range: range, requestCount: requests,
            errorCount: Int(((errorRate ?? 0) * Double(requests)).rounded()), errorRate: errorRate,
            latency: requests > 0 ? bucket?.latency ?? .init() : .init(), source: Self.source)
    }

    package func errorRate(of modelID: ModelID, over window: Duration) async throws(MetricsQueryError) -> Double? {
        try await metrics(of: modelID, in: range(of: window)).errorRate
    }

    package func latencyPercentiles(of modelID: ModelID, over window: Duration) async throws(MetricsQueryError)
        -> LatencyPercentiles
    {
        try await metrics(of: modelID, in: range(of: window)).latency
    }

    /// Closed for a model that is not in the fleet: nothing keeps requests from it.
    package func circuitBreakerStatus(of modelID: ModelID) async -> CircuitBreakerStatus {
        publisher.fleet[modelID]?.circuitBreaker ?? CircuitBreakerStatus(state: .closed)
    }

    private func range(of window: Duration) throws(MetricsQueryError) -> TimeRange {
        guard window > .zero else {
            throw .storage(
                HealthStorageError(operation: .aggregate, message: "the window must be longer than zero"))
        }
        return TimeRange(last: window, endingAt: store.timekeeper.now.wall)
    }

    /// All snapshots of the range in one bucket; an error for a model that nobody has heard of.
    private func bucket(of modelID: ModelID, in range: TimeRange) async throws(MetricsQueryError)
        -> HealthTrends.Bucket?
    {
        do throws(HealthStorageError) {
            let bucket = try await store.trends(of: modelID, in: range, buckets: 1).buckets.first
            if bucket?.requestCount ?? 0 > 0 || publisher.fleet[modelID] != nil { return bucket }
            guard try await isKnown(modelID) else {
                throw HealthStorageError(
                    operation: .query, message: "no model '\(modelID)' is in the fleet or in the history")
            }
            return bucket
        } catch {
            throw .storage(error)
        }
    }

    private func isKnown(_ modelID: ModelID) async throws(HealthStorageError) -> Bool {
        let always = TimeRange(last: .seconds(100 * 365 * 86_400), endingAt: store.timekeeper.now.wall + 86_400)
        if try await !store.history(of: modelID, in: always, limit: 1).isEmpty { return true }
        return try await !store.changes(ChangeQuery(of: modelID, limit: 1)).isEmpty
    }
}
