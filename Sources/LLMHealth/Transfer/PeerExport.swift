import Health
import History

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What Gatus and LiteLLM tell of their past over HTTP, saved to a file.
///
/// Each of their checks is a snapshot: passed is healthy, failed is unhealthy, and nobody looked in between for longer
/// than a snapshot vouches.
enum PeerExport {
    /// - Throws: when it is neither of them.
    static func snapshots(_ json: Data) throws(ImportProblem) -> [HealthSnapshot] {
        let decoder = JSONDecoder()
        if let list = try? decoder.decode(LiteLLM.self, from: json) { return try list.snapshots() }
        let endpoints =
            (try? decoder.decode([Gatus].self, from: json))
            ?? (try? decoder.decode(Gatus.self, from: json)).map { [$0] }
        guard let endpoints, !endpoints.isEmpty else {
            throw ImportProblem(
                "is neither a line of JSON per record, nor the answer of LiteLLM's /health/history or of Gatus' "
                    + "/api/v1/endpoints/statuses")
        }
        var found: [HealthSnapshot] = []
        for endpoint in endpoints { found += try endpoint.snapshots() }
        return found
    }

    /// `GET /health/history` of LiteLLM's proxy.
    private struct LiteLLM: Decodable {
        struct Check: Decodable {
            var model_name: String
            var status: String
            var error_message: String?
            var response_time_ms: Double?
            var checked_at: String
        }
        var health_checks: [Check]

        func snapshots() throws(ImportProblem) -> [HealthSnapshot] {
            var found: [HealthSnapshot] = []
            for check in health_checks {
                found.append(
                    .check(
                        of: check.model_name, provider: "", at: try ImportTime.date(check.checked_at),
                        success: check.status.lowercased() == "healthy", latency: check.response_time_ms,
                        error: check.error_message))
            }
            return found
        }
    }

    /// One endpoint of `GET /api/v1/endpoints/statuses` or `GET /api/v1/endpoints/{key}/statuses` of Gatus.
    private struct Gatus: Decodable {
        struct Result: Decodable {
            var success: Bool
            var timestamp: String
            /// Nanoseconds.
            var duration: Double?
            var status: Int?
            var errors: [String]?
            var conditionResults: [Condition]?
        }
        struct Condition: Decodable {
            var condition: String
            var success: Bool
        }
        var name: String
        var group: String?
        var results: [Result]

        func snapshots() throws(ImportProblem) -> [HealthSnapshot] {
            var found: [HealthSnapshot] = []
            for result in results {
                let failed = (result.conditionResults ?? []).filter { !$0.success }.map(\.condition)
                let error = (result.errors ?? []) + failed
                found.append(
                    .check(
                        of: name, provider: group ?? "", at: try ImportTime.date(result.timestamp),
                        success: result.success, latency: result.duration.map { $0 / 1e6 },
                        error: error.isEmpty ? nil : error.joined(separator: "; ")))
            }
            return found
        }
    }
}

extension HealthSnapshot {
    /// What another tool's check of a model says.
    ///
    /// - Parameter latency: milliseconds.
    static func check(
        of model: String, provider: String, at: Date, success: Bool, latency: Double?, error: String?
    ) -> HealthSnapshot {
        let status: HealthStatus = success ? .healthy : .unhealthy
        let shown = success ? latency : nil
        return HealthSnapshot(
            timestamp: at, modelId: ModelID(model), provider: provider, status: status,
            reasonCode: .usual(for: status),
            metrics: .init(
                latencyP50: shown, latencyP90: shown, latencyP99: shown, errorRate: success ? 0 : 1, requestCount: 1),
            probeResult: .init(success: success, latency: latency, error: success ? nil : error))
    }
}
