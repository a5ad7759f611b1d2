import Health

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The three date formats of HTTP (RFC 9110 §5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`,
/// `Sunday, 06-Nov-94 08:49:37 GMT`, `Sun Nov  6 08:49:37 1994`.
enum HTTPTime {
    private static let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]

    /// - Parameter now: decides the century of two-digit years: none is more than 50 years ahead.
    static func date(_ text: String, now: Date) -> Date? {
        let words = text.split { " ,-".contains($0) }.map { $0.lowercased() }
        let day: String, month: String, year: String, time: String
        if words.count == 6, words[5] == "gmt" || words[5] == "utc" {
            (day, month, year, time) = (words[1], words[2], words[3], words[4])
        } else if words.count == 5 {
            (month, day, time, year) = (words[1], words[2], words[3], words[4])
        } else {
            return nil
        }
        guard let monthIndex = months.firstIndex(of: String(month)), let dayNumber = Int(day),
            var yearNumber = Int(year),
            dayNumber > 0
        else { return nil }
        if year.count == 2 {
            let current = Int(now.rfc3339.prefix(4)) ?? 2_000
            yearNumber += current / 100 * 100
            if yearNumber > current + 50 { yearNumber -= 100 }
        }
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        guard (1_000...9_999).contains(yearNumber) else { return nil }
        return Date(rfc3339: "\(yearNumber)-\(two(monthIndex + 1))-\(two(dayNumber))T\(time)Z")
    }
}
