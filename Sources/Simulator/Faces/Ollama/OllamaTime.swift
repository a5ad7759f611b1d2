import Basics

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Dates as Ollama writes them: RFC 3339 with a nine-digit fraction and the offset of the machine's zone.
enum OllamaTime {
    /// Any offset will do; this one is not UTC, so that readers have to understand offsets.
    private static let offset = (text: "-07:00", seconds: -7.0 * 3600)

    static func text(_ date: Date) -> String {
        let whole = date.timeIntervalSince1970.rounded(.down)
        let nanoseconds = Int(((date.timeIntervalSince1970 - whole) * 1_000_000_000).rounded(.down))
        let fraction = String(1_000_000_000 + nanoseconds).dropFirst()
        let local = Date(timeIntervalSince1970: whole + offset.seconds).formatted(.iso8601)
        return "\(local.dropLast()).\(fraction)\(offset.text)"
    }

    static var now: String { text(Date()) }

    static func after(_ duration: Duration, _ now: Date) -> String { text(now + duration.seconds) }

    /// As a `Date` header: `Mon, 30 Nov 2026 19:30:00 GMT`.
    static func header(_ date: Date) -> String {
        let parts = Date(timeIntervalSince1970: date.timeIntervalSince1970.rounded(.down)).formatted(.iso8601)
            .split { !$0.isNumber }.compactMap { Int($0) }
        guard parts.count == 6 else { return "" }
        let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let day = Int((date.timeIntervalSince1970 / 86_400).rounded(.down)) % 7
        return "\(days[day]), \(two(parts[2])) \(months[parts[1] - 1]) \(parts[0]) "
            + "\(two(parts[3])):\(two(parts[4])):\(two(parts[5])) GMT"
    }

    /// A `keep_alive` of a request: seconds, or a text with units. Negative means for ever.
    static func keepAlive(_ value: JSON?) -> Duration? {
        switch value {
        case .number(let text): Double(text).map { $0 < 0 || $0 > forever.seconds ? forever : .seconds($0) }
        case .string(let text): text.hasPrefix("-") ? forever : DurationText.parse(text, asGo: true)
        default: nil
        }
    }

    /// What Ollama itself takes for ever: the longest duration that Go can express, 292 years.
    static let forever = Duration.seconds(9_223_372_036)
}
