import GRDB
import Health

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A snapshot as a row of `llm_health_snapshots`.
enum StoredSnapshot {
    static let columns = """
        at, provider, status, score, reason, latency_p50, latency_p90, latency_p99, error_rate, request_count, \
        availability, probe_success, probe_latency, probe_error
        """
    static let insert = """
        INSERT INTO llm_health_snapshots (model_id, \(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT DO NOTHING
        """

    static func arguments(of row: HealthSnapshot) -> StatementArguments {
        let metrics = row.metrics
        return [
            row.modelId.rawValue, row.timestamp.milliseconds, row.provider, row.status.rawValue, row.score,
            row.reasonCode.rawValue, metrics.latencyP50, metrics.latencyP90, metrics.latencyP99, metrics.errorRate,
            metrics.requestCount, metrics.availability, row.probeResult?.success, row.probeResult?.latency,
            row.probeResult?.error,
        ]
    }

    /// Reads a row of ``columns``, by position: names cost a lookup each.
    static func snapshot(_ row: Row, of modelID: ModelID) -> HealthSnapshot {
        let status = HealthStatus(stored: row[2])
        return HealthSnapshot(
            timestamp: Date(milliseconds: row[0]), modelId: modelID, provider: row[1], status: status, score: row[3],
            reasonCode: HealthReason.Code(stored: row[4], of: status),
            metrics: HealthSnapshot.Metrics(
                latencyP50: row[5], latencyP90: row[6], latencyP99: row[7], errorRate: row[8], requestCount: row[9],
                availability: row[10]),
            probeResult: (row[11] as Bool?).map { .init(success: $0, latency: row[12], error: row[13]) })
    }

    /// What trends need of a row.
    static let trendColumns = "at, status, reason, latency_p50, latency_p90, latency_p99, error_rate, request_count"

    static func trend(_ row: Row) -> (Sighting, HealthSnapshot.Metrics) {
        (
            sighting(row),
            HealthSnapshot.Metrics(
                latencyP50: row[3], latencyP90: row[4], latencyP99: row[5], errorRate: row[6], requestCount: row[7])
        )
    }

    static func sighting(_ row: Row) -> Sighting {
        let status = HealthStatus(stored: row[1])
        return Sighting(
            at: Date(milliseconds: row[0]), status: status, code: HealthReason.Code(stored: row[2], of: status))
    }
}

extension HealthStatus {
    /// A word that only a newer version knows reads as `unknown`: one row must not make a week unreadable.
    init(stored text: String) { self = HealthStatus(rawValue: text) ?? .unknown }
}

extension HealthReason.Code {
    /// A code that only a newer version knows reads as the plain one of its status.
    init(stored text: String, of status: HealthStatus) {
        self =
            HealthReason.Code(rawValue: text)
            ?? {
                switch status {
                case .healthy: .passing
                case .degraded: .errors
                case .unhealthy: .outage
                case .unknown: .stale
                }
            }()
    }
}
