import Basics
package import Health

#if canImport(FoundationEssentials)
package import FoundationEssentials
#else
package import Foundation
#endif

/// A range of time as the command line is told it: the last so long, or from and to.
package enum AskedRange {
    /// - Parameters:
    ///   - last: such as `24h` or `30d`.
    ///   - from: an RFC 3339 time or a date, which is its midnight in UTC.
    ///   - to: the same; now without it.
    /// - Returns: `nil` when nothing is asked for.
    package static func read(last: String?, from: String?, to: String?, now: Date) throws(InputError) -> TimeRange? {
        if let last {
            guard from == nil, to == nil else { throw InputError("give --last, or --from and --to, not both") }
            guard let duration = duration(last) else {
                throw InputError("--last '\(last)' is no time such as 24h, 7d or 30d")
            }
            return TimeRange(last: duration, endingAt: now)
        }
        guard from != nil || to != nil else { return nil }
        guard let from else { throw InputError("--to needs --from") }
        let start = try time(from, "--from")
        let end = try to.map { text throws(InputError) in try time(text, "--to") } ?? now
        do { return try TimeRange(from: start, to: end) } catch {
            throw InputError("--to (\(end.rfc3339)) must be later than --from (\(start.rfc3339))")
        }
    }

    private static func time(_ text: String, _ option: String) throws(InputError) -> Date {
        if let date = Date(rfc3339: text) ?? Date(rfc3339: text + "T00:00:00Z") { return date }
        throw InputError("\(option) '\(text)' is no time such as 2026-11-23 or 2026-11-23T10:00:00Z")
    }

    private static func duration(_ text: String) -> Duration? {
        DurationText.parse(text).flatMap { (.seconds(60)...(.seconds(86_400 * 1_000_000))).contains($0) ? $0 : nil }
    }
}
