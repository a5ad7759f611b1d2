import Health

/// A wait that a message tells in words: "try again in 1m12.5s", "retry after 3 seconds", "wait 2 hours".
enum WaitWords {
    private static let leads = [
        "try again in ", "try again after ", "retry in ", "retry after ", "retrying in ", "please wait ", "wait for ",
        "available in ", "available again in ", "resets in ", "reset in ", "reset after ", "reset within ",
        "renews in ",
        "replenished in ", "wait ",
    ]

    static func duration(in message: String) -> Duration? {
        let text = String(message.prefix(4_096)).lowercased()
        for lead in leads {
            var rest = text[...]
            while let range = rest.firstRange(of: lead) {
                rest = rest[range.upperBound...]
                if let duration = span(rest) { return duration }
            }
        }
        return nil
    }

    /// The numbers with units that a text begins with; `nil` without any, or for a bare number.
    static func span(_ text: Substring) -> Duration? {
        var rest = text
        var total: Duration = .zero
        var isAny = false
        while true {
            var next = rest.drop { $0 == " " || $0 == "," || $0 == "~" }
            if isAny, next.hasPrefix("and ") { next = next.dropFirst(4) }
            for filler in ["about ", "approximately ", "another ", "at least "] where next.hasPrefix(filler) {
                next = next.dropFirst(filler.count)
            }
            let digits = next.prefix { $0.isASCII && $0.isNumber || $0 == "." }
            guard let value = Double(digits.hasSuffix(".") ? digits.dropLast() : digits), value.isFinite, value < 1e9
            else { break }
            next = next.dropFirst(digits.count).drop { $0 == " " }
            let word = next.prefix { $0.isLetter }
            guard let unit = seconds(of: word) else { break }
            total += .seconds(value * unit)
            isAny = true
            rest = next.dropFirst(word.count)
        }
        return isAny && total > .zero ? total : nil
    }

    private static func seconds(of unit: Substring) -> Double? {
        switch unit {
        case "ms", "millisecond", "milliseconds": 0.001
        case "s", "sec", "secs", "second", "seconds": 1
        case "m", "min", "mins", "minute", "minutes": 60
        case "h", "hr", "hrs", "hour", "hours": 3_600
        case "d", "day", "days": 86_400
        default: nil
        }
    }
}

extension Duration {
    /// `34 s`, `5 min`, `2 h 10 min`, `3 days`: how long a wait is, to two figures.
    var waitText: String {
        let whole = Int(seconds.rounded(.up))
        if self < .seconds(10) { return text }
        if whole < 120 { return "\(whole) s" }
        if whole < 7_200 { return "\((whole + 59) / 60) min" }
        if whole < 172_800 {
            let minutes = whole % 3_600 / 60
            return minutes == 0 ? "\(whole / 3_600) h" : "\(whole / 3_600) h \(minutes) min"
        }
        return "\(whole / 86_400) days"
    }
}
