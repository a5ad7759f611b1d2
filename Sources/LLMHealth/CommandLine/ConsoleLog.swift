import Health
package import Logging

#if canImport(FoundationEssentials)
package import FoundationEssentials
#else
package import Foundation
#endif

/// The daemon's log, a line an event: words for people, or JSON for machines.
package struct ConsoleLog: LogHandler {
    package var logLevel: Logger.Level
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?
    private let format: Configuration.Log.Format
    private let write: @Sendable (String) -> Void
    private let now: @Sendable () -> Date

    /// - Parameter write: takes whole lines, each with its end, from any thread.
    package init(
        _ log: Configuration.Log, write: @escaping @Sendable (String) -> Void,
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        logLevel = Logger.Level(log.level)
        format = log.format
        self.write = write
        self.now = now
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var all = metadata
        if let provided = metadataProvider?.get() { all.merge(provided) { $1 } }
        if let own = event.metadata { all.merge(own) { $1 } }
        let values = all.mapValues { "\($0)" }
        switch format {
        case .text: write(text(event, values))
        case .json: write(json(event, values))
        }
    }

    /// `10:00:00.000Z notice  Listening  address=127.0.0.1:8790`, the day left to whoever keeps the log.
    private func text(_ event: LogEvent, _ values: [String: String]) -> String {
        let level = event.level.rawValue
        let padding = String(repeating: " ", count: max(0, 8 - level.count))
        let pairs = values.sorted { $0.key < $1.key }.map { key, value in
            "  \(key)=\(value.contains(where: { $0 == " " || $0 == "\"" }) ? "\"\(value)\"" : value)"
        }
        let line = "\(now().rfc3339) \(level)\(padding) \(event.message)\(pairs.joined())"
        return DisplayWidth.sanitized(line) + "\n"
    }

    private func json(_ event: LogEvent, _ values: [String: String]) -> String {
        // Metadata may not hide what every line has.
        var members = values.reduce(into: [String: String]()) { members, value in
            members[["time", "level", "message"].contains(value.key) ? "metadata.\(value.key)" : value.key] =
                value.value
        }
        members["time"] = now().rfc3339
        members["level"] = event.level.rawValue
        members["message"] = "\(event.message)"
        guard let data = try? HealthJSON.encoder().encode(members) else { return "" }
        return String(decoding: data, as: UTF8.self) + "\n"
    }
}

extension Logger.Level {
    package init(_ level: Configuration.Log.Level) {
        self =
            switch level {
            case .trace: .trace
            case .debug: .debug
            case .info: .info
            case .notice: .notice
            case .warning: .warning
            case .error: .error
            case .critical: .critical
            }
    }
}
