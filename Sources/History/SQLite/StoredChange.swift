import GRDB
import Health

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A change as a row of `llm_health_changes`.
enum StoredChange {
    static let columns = "seq, model_id, at, provider, previous_status, current_status, reasons"
    static let insert = """
        INSERT INTO llm_health_changes (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
        """

    static func arguments(of row: HealthChangeEvent) -> StatementArguments {
        [
            Int64(row.seq), row.modelId.rawValue, row.timestamp.milliseconds, row.provider,
            row.previousStatus.rawValue, row.currentStatus.rawValue, StoredReasons.text(row.reasons),
        ]
    }

    static func change(_ row: Row, _ reasons: StoredReasons.Reader) -> HealthChangeEvent {
        let current = HealthStatus(stored: row[5])
        return HealthChangeEvent(
            seq: UInt64(clamping: row[0] as Int64), modelId: ModelID(row[1]), provider: row[3],
            previousStatus: HealthStatus(stored: row[4]), currentStatus: current,
            timestamp: Date(milliseconds: row[2]), reasons: reasons.read(row[6], of: current))
    }
}

/// The reasons of a change as ``HealthReason`` in JSON, but it reads codes that this version does not know.
enum StoredReasons {
    private struct Reason: Codable {
        var code: String
        var message: String
        var target: String?
    }

    static func text(_ reasons: [HealthReason]) -> String {
        let stored = reasons.map { Reason(code: $0.code.rawValue, message: $0.message, target: $0.target) }
        // Three texts can always be encoded.
        return (try? HealthJSON.encoder().encode(stored)).map { String(decoding: $0, as: UTF8.self) } ?? "[]"
    }

    /// Made once for many rows: a decoder costs more than what it reads.
    struct Reader {
        private let decoder = JSONDecoder()

        /// None when the text is damaged: one row must not make a week unreadable.
        func read(_ text: String, of status: HealthStatus) -> [HealthReason] {
            let stored = (try? decoder.decode([Reason].self, from: Data(text.utf8))) ?? []
            return stored.map {
                HealthReason(HealthReason.Code(stored: $0.code, of: status), $0.message, target: $0.target)
            }
        }
    }
}
