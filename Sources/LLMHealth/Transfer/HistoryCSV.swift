import Health
import History
import SwiftCSV

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Snapshots as a table, one row each; read back, and from other tools' tables by the names that they use.
enum HistoryCSV {
    static let header = """
        timestamp,modelId,provider,status,score,reason,latencyP50,latencyP90,latencyP99,errorRate,requestCount,\
        availability,probeSuccess,probeLatency,probeError
        """

    static func line(_ row: HealthSnapshot) -> String {
        func number(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }
        let metrics = row.metrics
        return [
            row.timestamp.rfc3339, row.modelId.rawValue, row.provider, row.status.rawValue, number(row.score),
            row.reasonCode.rawValue, number(metrics.latencyP50), number(metrics.latencyP90),
            number(metrics.latencyP99), number(metrics.errorRate), "\(metrics.requestCount)",
            number(metrics.availability), (row.probeResult?.success).map { "\($0)" } ?? "",
            number(row.probeResult?.latency), row.probeResult?.error ?? "",
        ].map(quoted).joined(separator: ",")
    }

    static func quoted(_ text: String) -> String {
        text.utf8.contains { [UInt8(ascii: ","), UInt8(ascii: "\""), 10, 13].contains($0) }
            ? "\"" + text.replacing("\"", with: "\"\"") + "\"" : text
    }

    // MARK: Reading

    /// What a column may be called, without case, spaces, `_` and `-`; the first is our own name.
    private enum Column: String, CaseIterable {
        case timestamp, modelId, provider, status, score, reason, latencyP50, latencyP90, latencyP99, errorRate
        case requestCount, availability, probeSuccess, probeLatency, probeError

        var names: [String] {
            switch self {
            case .timestamp: ["timestamp", "time", "at", "checkedat", "date", "datetime"]
            case .modelId: ["modelid", "modelname", "model", "name", "endpoint"]
            case .provider: ["provider", "group"]
            case .status: ["status", "health"]
            case .score: ["score"]
            case .reason: ["reason"]
            case .latencyP50: ["latencyp50", "p50"]
            case .latencyP90: ["latencyp90", "p90"]
            case .latencyP99: ["latencyp99", "p99"]
            case .errorRate: ["errorrate"]
            case .requestCount: ["requestcount", "requests"]
            case .availability: ["availability"]
            case .probeSuccess: ["probesuccess", "success", "up"]
            case .probeLatency: ["probelatency", "latency", "latencyms", "responsetimems", "responsetime"]
            case .probeError: ["probeerror", "error", "errormessage"]
            }
        }
    }

    /// Where each column stands, read from the first line.
    struct Columns {
        private var places: [Column: Int] = [:]

        /// - Throws: what is missing, and what would do.
        init(header: [String]) throws(ImportProblem) {
            let names = header.map { name in
                String(name.lowercased().filter { $0.isLetter || $0.isNumber })
            }
            // LiteLLM has both the name people use and an id of its own.
            for column in Column.allCases {
                let candidates = column == .modelId ? ["modelname"] + column.names : column.names
                for name in candidates {
                    guard let place = names.firstIndex(of: name) else { continue }
                    places[column] = place
                    break
                }
            }
            let missing = [Column.timestamp, .modelId].filter { places[$0] == nil }
            guard missing.isEmpty else {
                throw ImportProblem(
                    "the first line has no column '\(missing[0].rawValue)'; it must name the columns, such as "
                        + "timestamp,modelId,status")
            }
            guard places[.status] != nil || places[.probeSuccess] != nil else {
                throw ImportProblem("the first line has neither a column 'status' nor 'success'")
            }
        }

        func snapshot(_ fields: [String]) throws(ImportProblem) -> HealthSnapshot {
            func text(_ column: Column) -> String? {
                guard let place = places[column], place < fields.count else { return nil }
                let text = fields[place]
                return text.isEmpty ? nil : text
            }
            func number(_ column: Column) throws(ImportProblem) -> Double? {
                guard let text = text(column) else { return nil }
                guard let number = Double(text), number.isFinite else {
                    throw ImportProblem("\(column.rawValue) '\(text.prefix(40))' is no number")
                }
                return number
            }
            func count(_ column: Column) throws(ImportProblem) -> Int? {
                guard let number = try number(column) else { return nil }
                guard let count = Int(exactly: number.rounded()), count >= 0 else {
                    throw ImportProblem("\(column.rawValue) '\(text(column)?.prefix(40) ?? "")' is no count")
                }
                return count
            }
            func truth(_ column: Column) throws(ImportProblem) -> Bool? {
                guard let text = text(column)?.lowercased() else { return nil }
                if ["true", "1", "yes", "t", "up"].contains(text) { return true }
                if ["false", "0", "no", "f", "down"].contains(text) { return false }
                throw ImportProblem("\(column.rawValue) '\(text.prefix(40))' is neither true nor false")
            }
            guard let time = text(.timestamp) else { throw ImportProblem("the timestamp is empty") }
            guard let model = text(.modelId) else { throw ImportProblem("the model is empty") }
            let at = try ImportTime.date(time)
            let success = try truth(.probeSuccess)
            let status: HealthStatus
            if let word = text(.status)?.lowercased() {
                guard let known = HealthStatus(rawValue: word) else {
                    throw ImportProblem(
                        "status '\(word.prefix(40))' is none of "
                            + HealthStatus.allCases.map(\.rawValue).joined(separator: ", "))
                }
                status = known
            } else {
                status = success.map { $0 ? .healthy : .unhealthy } ?? .unknown
            }
            let latency = try number(.probeLatency)
            let seen = success ?? (latency != nil || text(.probeError) != nil ? status == .healthy : nil)
            return HealthSnapshot(
                timestamp: at, modelId: ModelID(model), provider: text(.provider) ?? "", status: status,
                score: try number(.score),
                reasonCode: text(.reason).flatMap(HealthReason.Code.init) ?? .usual(for: status),
                metrics: .init(
                    latencyP50: try number(.latencyP50) ?? latency, latencyP90: try number(.latencyP90) ?? latency,
                    latencyP99: try number(.latencyP99) ?? latency,
                    errorRate: try number(.errorRate) ?? seen.map { $0 ? 0 : 1 },
                    requestCount: try count(.requestCount) ?? (seen == nil ? 0 : 1),
                    availability: try number(.availability)),
                probeResult: seen.map { .init(success: $0, latency: latency, error: text(.probeError)) })
        }
    }

    /// Calls `take` with each row.
    static func read(_ text: String, _ take: (HealthSnapshot) throws -> Void) throws {
        let table: EnumeratedCSV
        do {
            table = try EnumeratedCSV(string: text, loadColumns: false)
        } catch {
            throw ImportProblem("is no table of comma-separated values: \(error)")
        }
        let columns = try Columns(header: table.header)
        for (index, row) in table.rows.enumerated() {
            // The last line may be empty.
            if row.allSatisfy(\.isEmpty) { continue }
            let snapshot: HealthSnapshot
            do { snapshot = try columns.snapshot(row) } catch {
                throw ImportProblem("row \(index + 2): \(error.description)")
            }
            try take(snapshot)
        }
    }
}

extension HealthReason.Code {
    /// The plain reason for a status of which nothing more is told.
    static func usual(for status: HealthStatus) -> HealthReason.Code {
        switch status {
        case .healthy: .passing
        case .degraded: .errors
        case .unhealthy: .outage
        case .unknown: .stale
        }
    }
}
