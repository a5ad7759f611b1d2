package import Health

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension HistoryStore {
    /// Snapshots of one model in stretches of equal length, and which way they go.
    ///
    /// A range of up to ``exactReach`` is cut into `buckets` exactly; the buckets of a longer one begin on whole minutes,
    /// hours or days, so there may be fewer, and the first may begin before the range.
    /// - Parameter buckets: 1…``HistoryLimits/buckets``.
    package func trends(of modelID: ModelID, in range: TimeRange, buckets: Int) async throws(HealthStorageError)
        -> HealthTrends
    {
        do throws(HealthStorageError) {
            return try await aggregated(modelID, in: range, buckets: buckets)
        } catch {
            // Whatever it was put together from, aggregating is what failed.
            var error = error
            error.operation = .aggregate
            throw error
        }
    }

    private func aggregated(_ modelID: ModelID, in range: TimeRange, buckets: Int) async throws(HealthStorageError)
        -> HealthTrends
    {
        var exact = try TrendBuckets(range: range, count: buckets)
        if let rows = try await snapshots(of: modelID, exactlyIn: range) {
            for row in rows { exact.add(row.metrics, at: row.timestamp) }
            return exact.finish(
                modelID, along: try await timeline(of: modelID, in: range, sightings: rows.map(Sighting.init)))
        }
        let width = (range.length + Int64(buckets) - 1) / Int64(buckets)
        let (grid, cells) = try await cells(of: modelID, in: range, resolution: width)
        let known = Dictionary(cells.map { ($0.start.milliseconds, $0) }) { first, _ in first }
        let result = grid.starts.map { start in
            HealthTrends.Bucket(known[start] ?? RollUp(start: Date(milliseconds: start)), width: grid.width)
        }
        return HealthTrends(
            modelId: modelID, range: range, buckets: result, latency: TrendDirection.latency(result),
            errorRate: TrendDirection.errorRate(result), availability: TrendDirection.availability(result))
    }

    /// The past of a model at a resolution: one snapshot for each cell that anything is known of, with the worst status
    /// in it.
    package func history(of modelID: ModelID, provider: String, in range: TimeRange, resolution: Duration)
        async throws(HealthStorageError) -> [HealthSnapshot]
    {
        let (_, cells) = try await cells(of: modelID, in: range, resolution: resolution.wholeMilliseconds)
        return cells.map { cell in
            let status = cell.spans.worst ?? .unknown
            let latency = cell.latency.medians
            return HealthSnapshot(
                timestamp: cell.start, modelId: modelID, provider: provider, status: status,
                reasonCode: HealthReason.Code(stored: "", of: status),
                metrics: HealthSnapshot.Metrics(
                    latencyP50: latency.p50, latencyP90: latency.p90, latencyP99: latency.p99,
                    errorRate: cell.errorRate, requestCount: cell.requests, availability: cell.spans.availability))
        }
    }
}

extension HealthTrends.Bucket {
    /// - Parameter width: milliseconds.
    init(_ cell: RollUp, width: Int64) {
        self.init(
            start: cell.start, width: Double(width) / 1_000, latency: cell.latency.medians, errorRate: cell.errorRate,
            availability: cell.spans.availability, requestCount: cell.requests, worstStatus: cell.spans.worst)
    }
}

extension TimeRange {
    /// With what came shortly before, which may still vouch for the beginning.
    var lookingBack: TimeRange { TimeRange(milliseconds: milliseconds.lookingBack) }
}
