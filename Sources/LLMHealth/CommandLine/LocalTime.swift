import Health

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

#if canImport(FoundationEssentials)
package import FoundationEssentials
#else
package import Foundation
#endif

/// Times in the zone of whoever reads (`TZ`, else the machine's), and named: `18:12:21 CET`, `24 Dec 18:12 CET`.
package enum LocalTime {
    /// - Parameter now: today's times are told without a day.
    package static func text(_ time: Date, at now: Date) -> String {
        let (parts, today) = (Parts(time), Parts(now))
        let clock = "\(pad(parts.hour)):\(pad(parts.minute))"
        if (parts.year, parts.month, parts.day) == (today.year, today.month, today.day) {
            return "\(clock):\(pad(parts.second)) \(parts.zone)"
        }
        let year = parts.year == today.year ? "" : " \(parts.year)"
        return "\(parts.day) \(months[parts.month])\(year) \(clock) \(parts.zone)"
    }

    /// A sentence of the daemon's with its times, which it tells in RFC 3339, as people read them.
    package static func sentence(_ text: String, at now: Date) -> String {
        guard text.utf8.contains(UInt8(ascii: "T")) else { return text }
        return text.replacing(#/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/#) { match in
            Date(rfc3339: String(match.output)).map { self.text($0, at: now) } ?? String(match.output)
        }
    }

    /// The same for a table that has a column of its own for since when, and none for what comes next.
    package static func brief(_ text: String, at now: Date) -> String {
        let time = #/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/#
        var short = text
        for lead in [" since ", "; probing again at "] {
            while let start = short.firstRange(of: lead), let found = short[start.upperBound...].prefixMatch(of: time) {
                short.removeSubrange(start.lowerBound..<found.range.upperBound)
            }
        }
        return sentence(short, at: now)
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    private static func pad(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    private struct Parts {
        var year, month, day, hour, minute, second: Int
        var zone: String

        init(_ date: Date) {
            var time = time_t(date.timeIntervalSince1970.rounded(.down))
            var parts = tm()
            localtime_r(&time, &parts)
            (year, month, day) = (Int(parts.tm_year) + 1_900, Int(parts.tm_mon), Int(parts.tm_mday))
            (hour, minute, second) = (Int(parts.tm_hour), Int(parts.tm_min), Int(parts.tm_sec))
            zone = parts.tm_zone.map { String(cString: $0) } ?? "UTC"
        }
    }
}
