import Health

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What is wrong with something to be imported; the reader adds where.
struct ImportProblem: Error, Sendable, Hashable, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// Times as other tools write them.
enum ImportTime {
    /// RFC 3339, the same without its zone (then UTC), or seconds, milliseconds or nanoseconds since 1970.
    static func date(_ text: String) throws(ImportProblem) -> Date {
        if let date = Date(rfc3339: text) ?? Date(rfc3339: text + "Z") { return date }
        // PostgreSQL and SQLite: "2026-11-23 10:00:00.123+00", Go: "… +0000 UTC".
        let words = text.split(separator: " ")
        if words.count >= 2 {
            let time = "\(words[0])T\(words[1])"
            if words.count == 2, let date = Date(rfc3339: time + ":00") { return date }
            if words.count >= 3, words[2].count == 5, words[2].first == "+" || words[2].first == "-" {
                if let date = Date(rfc3339: time + words[2].prefix(3) + ":" + words[2].suffix(2)) { return date }
            }
        }
        if let number = Double(text), number >= 0 {
            // In the year 2286 seconds reach ten digits more; until then the length tells the unit.
            let divisor = number < 1e11 ? 1 : number < 1e14 ? 1e3 : number < 1e17 ? 1e6 : 1e9
            return Date(timeIntervalSince1970: number / divisor)
        }
        throw ImportProblem("'\(text.prefix(40))' is no time such as 2026-11-23T10:00:00Z")
    }
}
