#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// The one way our values become JSON: times in RFC 3339, UTC, with milliseconds.
public enum HealthJSON {
    /// A new encoder; keys sorted, slashes left alone.
    public static func encoder(pretty: Bool = false) -> JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting =
            pretty ? [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted] : [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .custom { date, encoder in
            var container = encoder.singleValueContainer()
            try container.encode(date.rfc3339)
        }
        return encoder
    }

    /// A new decoder that takes any RFC 3339 time.
    public static func decoder() -> JSONDecoder {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .custom { decoder in
            let container = try decoder.singleValueContainer()
            let text = try container.decode(String.self)
            guard let date = Date(rfc3339: text) else {
                throw DecodingError.dataCorruptedError(
                    in: container, debugDescription: "'\(text)' is no RFC 3339 time such as 2026-11-23T10:00:00.000Z")
            }
            return date
        }
        return decoder
    }
}

extension Date {
    /// `2026-11-23T10:00:00.000Z`; milliseconds are rounded.
    public var rfc3339: String {
        let milliseconds = Int64((timeIntervalSince1970 * 1_000).rounded())
        let (days, inDay) = milliseconds.floorDivided(by: 86_400_000)
        let civil = CivilDay(daysSinceEpoch: days)
        let (seconds, ms) = inDay.quotientAndRemainder(dividingBy: 1_000)
        var text = [UInt8]()
        text.reserveCapacity(24)
        text.append(civil.year, digits: 4)
        text.append(UInt8(ascii: "-"))
        text.append(civil.month, digits: 2)
        text.append(UInt8(ascii: "-"))
        text.append(civil.day, digits: 2)
        text.append(UInt8(ascii: "T"))
        text.append(seconds / 3_600, digits: 2)
        text.append(UInt8(ascii: ":"))
        text.append(seconds / 60 % 60, digits: 2)
        text.append(UInt8(ascii: ":"))
        text.append(seconds % 60, digits: 2)
        text.append(UInt8(ascii: "."))
        text.append(ms, digits: 3)
        text.append(UInt8(ascii: "Z"))
        return String(decoding: text, as: UTF8.self)
    }

    /// Any RFC 3339 time: `Z` or an offset, any number of digits after the point; `nil` for anything else.
    public init?(rfc3339 text: String) {
        var parser = TimeText(text.utf8)
        guard let year = parser.number(digits: 4), parser.skip("-"), let month = parser.number(digits: 2),
            parser.skip("-"), let day = parser.number(digits: 2), parser.skip("T", "t", " "),
            let hour = parser.number(digits: 2), parser.skip(":"), let minute = parser.number(digits: 2),
            parser.skip(":"), let second = parser.number(digits: 2),
            (1...12).contains(month), (1...CivilDay.lastDay(year: year, month: month)).contains(day),
            hour < 24, minute < 60, second <= 60
        else { return nil }
        var fraction = 0.0
        if parser.skip(".") {
            guard let digits = parser.fraction() else { return nil }
            fraction = digits
        }
        var offset: Int64 = 0
        if !parser.skip("Z", "z") {
            let isWest = parser.peek("-")
            guard parser.skip("+", "-"), let hours = parser.number(digits: 2), parser.skip(":"),
                let minutes = parser.number(digits: 2), hours < 24, minutes < 60
            else { return nil }
            offset = (hours * 60 + minutes) * (isWest ? -60 : 60)
        }
        guard parser.isAtEnd else { return nil }
        let days = CivilDay(year: year, month: month, day: day).daysSinceEpoch
        self.init(
            timeIntervalSince1970: Double(days * 86_400 + hour * 3_600 + minute * 60 + second - offset) + fraction)
    }
}

/// A day of the Gregorian calendar, by Howard Hinnant's formulae ("chrono-compatible low-level date algorithms").
private struct CivilDay {
    var year: Int64
    var month: Int64
    var day: Int64

    init(year: Int64, month: Int64, day: Int64) {
        self.year = year
        self.month = month
        self.day = day
    }

    init(daysSinceEpoch: Int64) {
        let z = daysSinceEpoch + 719_468
        let (era, dayOfEra) = z.floorDivided(by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shifted + 2) / 5 + 1
        month = shifted < 10 ? shifted + 3 : shifted - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    var daysSinceEpoch: Int64 {
        let y = month <= 2 ? year - 1 : year
        let (era, yearOfEra) = y.floorDivided(by: 400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    static func lastDay(year: Int64, month: Int64) -> Int64 {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
    }
}

private struct TimeText {
    private var rest: String.UTF8View.SubSequence

    init(_ text: String.UTF8View) { rest = text[...] }

    var isAtEnd: Bool { rest.isEmpty }

    func peek(_ character: UnicodeScalar) -> Bool { rest.first == UInt8(ascii: character) }

    mutating func skip(_ any: UnicodeScalar...) -> Bool {
        guard let first = rest.first, any.contains(where: { UInt8(ascii: $0) == first }) else { return false }
        rest.removeFirst()
        return true
    }

    mutating func number(digits: Int) -> Int64? {
        var value: Int64 = 0
        for _ in 0..<digits {
            guard let digit = rest.first, (48...57).contains(digit) else { return nil }
            value = value * 10 + Int64(digit - 48)
            rest.removeFirst()
        }
        return value
    }

    mutating func fraction() -> Double? {
        var value = 0.0
        var scale = 0.1
        var any = false
        while let digit = rest.first, (48...57).contains(digit) {
            value += Double(digit - 48) * scale
            scale /= 10
            any = true
            rest.removeFirst()
        }
        return any ? value : nil
    }
}

extension Int64 {
    fileprivate func floorDivided(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (q, r) = quotientAndRemainder(dividingBy: divisor)
        return r < 0 ? (q - 1, r + divisor) : (q, r)
    }
}

extension [UInt8] {
    fileprivate mutating func append(_ number: Int64, digits: Int) {
        var divisor: Int64 = 1
        for _ in 1..<digits { divisor *= 10 }
        for _ in 0..<digits {
            append(UInt8(48 + number / divisor % 10))
            divisor /= 10
        }
    }
}
