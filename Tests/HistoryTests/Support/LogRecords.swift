import Logging
import Synchronization

/// Keeps what is logged.
final class LogRecords: Sendable {
    private let records = Mutex<[(level: Logger.Level, text: String)]>([])

    var logger: Logger {
        Logger(label: "test") { _ in Handler(records: self) }
    }

    var texts: [String] { records.withLock { $0.map(\.text) } }

    func count(of level: Logger.Level) -> Int { records.withLock { $0.count { $0.level == level } } }

    private struct Handler: LogHandler {
        let records: LogRecords
        var metadata: Logger.Metadata = [:]
        var logLevel: Logger.Level = .debug

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let extra = (event.metadata ?? [:]).map { "\($0)=\($1)" }.sorted().joined(separator: " ")
            records.records.withLock { $0.append((event.level, "\(event.message) \(extra)")) }
        }
    }
}
