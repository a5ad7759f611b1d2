import Basics
import Health
import History

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension Query {
    /// What `timeRange` may be, and how long that is.
    static let timeRanges: [(name: String, duration: Duration)] = [
        ("1h", .hours(1)), ("6h", .hours(6)), ("24h", .hours(24)), ("7d", .hours(7 * 24)), ("30d", .hours(30 * 24)),
        ("90d", .hours(90 * 24)),
    ]
    static let defaultLimit = 1_000
    static let maximumLimit = 10_000
    /// What a trend may look back: the daily roll-ups that are kept.
    static let windows: ClosedRange<Duration> = .seconds(60)...HistoryLimits.report

    /// `timeRange`, or `from` and `to`; the last 24 hours without any of them.
    func timeRange(now: Date) throws(Problem) -> TimeRange {
        if let ends = try ends() { return ends }
        return TimeRange(last: try namedRange() ?? .hours(24), endingAt: now)
    }

    /// How long `timeRange` is; `nil` without it.
    private func namedRange() throws(Problem) -> Duration? {
        guard let name = self["timeRange"] else { return nil }
        guard let range = Self.timeRanges.first(where: { $0.name == name }) else {
            let known = Self.timeRanges.map(\.name).joined(separator: ", ")
            throw .badParameter("timeRange", "\(Problem.quoted(name)) is no time range; there are \(known).")
        }
        return range.duration
    }

    /// `from` and `to`; `nil` without them.
    func ends() throws(Problem) -> TimeRange? {
        guard self["from"] != nil || self["to"] != nil else { return nil }
        for other in ["timeRange", "window"] where self[other] != nil {
            throw .badParameter(other, "Give \(other), or from and to, not both.")
        }
        do {
            return try TimeRange(from: time("from"), to: time("to"))
        } catch let problem as Problem {
            throw problem
        } catch {
            throw .badParameter("to", "to must be later than from.")
        }
    }

    func limit() throws(Problem) -> Int {
        guard let text = self["limit"] else { return Self.defaultLimit }
        guard let limit = Self.whole(text), (1...Self.maximumLimit).contains(limit) else {
            throw .badParameter("limit", "limit must be a whole number from 1 to \(Self.maximumLimit).")
        }
        return limit
    }

    /// `window`, such as `5m` or `24h`, or `timeRange`; 24 hours without either.
    func window() throws(Problem) -> Duration {
        let named = try namedRange()
        guard let text = self["window"] else { return named ?? .hours(24) }
        guard named == nil else { throw .badParameter("window", "Give window or timeRange, not both.") }
        guard let window = Self.duration(text), Self.windows.contains(window) else {
            throw .badParameter(
                "window", "window must be a number with s, m, h or d behind it, from 60s to 1830d, such as 24h.")
        }
        return window
    }

    /// `buckets`, or as many as `resolution` cuts the range into; `nil` without either.
    func buckets(of range: TimeRange) throws(Problem) -> Int? {
        let resolution = try resolution()
        guard let text = self["buckets"] else {
            return resolution.map {
                let count = (range.to.timeIntervalSince(range.from) / $0.seconds).rounded(.up)
                return Int(min(max(count, 1), Double(HistoryLimits.buckets)))
            }
        }
        guard resolution == nil else { throw .badParameter("buckets", "Give buckets or resolution, not both.") }
        guard let count = Self.whole(text), (1...HistoryLimits.buckets).contains(count) else {
            throw .badParameter("buckets", "buckets must be a whole number from 1 to \(HistoryLimits.buckets).")
        }
        return count
    }

    /// `resolution`, such as `60s` or `1h`; `nil` without one.
    func resolution() throws(Problem) -> Duration? {
        guard let text = self["resolution"] else { return nil }
        guard let resolution = Self.duration(text), resolution >= .seconds(60), resolution <= .hours(24 * 400) else {
            throw .badParameter(
                "resolution", "resolution must be a number with s, m, h or d behind it, from 60s to 400d, such as 10m.")
        }
        return resolution
    }

    /// `objective`, in percent as people write it, as a fraction; `nil` without one.
    func objective() throws(Problem) -> Double? {
        guard let text = self["objective"] else { return nil }
        guard text.allSatisfy({ $0.isASCIIDigit || $0 == "." }), let percent = Double(text), (0...100).contains(percent)
        else {
            throw .badParameter("objective", "objective must be a number of percent from 0 to 100, such as 99.9.")
        }
        return (percent * 1_000_000).rounded() / 100_000_000
    }

    private func time(_ name: String) throws(Problem) -> Date {
        guard let text = self[name] else {
            throw .badParameter(name, "from and to belong together; \(name) is missing.")
        }
        // A plus sign that was not percent-encoded reads as a space.
        let time = text.contains("T") ? String(text.map { $0 == " " ? "+" : $0 }) : text
        guard let date = Date(rfc3339: time) else {
            throw .badParameter(
                name, "\(Problem.quoted(text)) is no RFC 3339 time such as 2026-11-23T10:00:00Z.")
        }
        return date
    }

    /// Digits and nothing else.
    private static func whole(_ text: String) -> Int? { text.allSatisfy(\.isASCIIDigit) ? Int(text) : nil }

    static func duration(_ text: String) -> Duration? {
        text.dropLast().allSatisfy(\.isASCIIDigit) ? DurationText.parse(text) : nil
    }
}

extension Duration {
    static func hours(_ hours: Int64) -> Duration { .seconds(hours * 3_600) }
}

extension Character {
    fileprivate var isASCIIDigit: Bool { ("0"..."9").contains(self) }
}
