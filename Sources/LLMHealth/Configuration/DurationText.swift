import Health

/// Durations as people write them: `500ms`, `15s`, `1m30s`, `2h`, `7d`.
package enum DurationText {
    private static let units: [(name: String, seconds: Double)] = [
        ("ms", 0.001), ("s", 1), ("m", 60), ("h", 3_600), ("d", 86_400),
    ]
    /// What people write instead.
    private static let otherNames: [String: String] = [
        "msec": "ms", "msecs": "ms", "millis": "ms", "millisecond": "ms", "milliseconds": "ms", "sec": "s",
        "secs": "s", "second": "s", "seconds": "s", "min": "m", "mins": "m", "minute": "m", "minutes": "m",
        "hr": "h", "hrs": "h", "hour": "h", "hours": "h", "day": "d", "days": "d",
    ]

    /// Reads a duration of zero or more; `nil` when the text is none.
    package static func parse(_ text: String) -> Duration? {
        var rest = Substring(text)
        var milliseconds = 0.0
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            guard let (amount, unit) = takePart(&rest), let unit = units.first(where: { $0.name == unit }) else {
                return nil
            }
            milliseconds += amount * unit.seconds * 1_000
        }
        // Beyond three centuries nothing is meant, and `Duration` would trap on the way.
        guard milliseconds < 1e13 else { return nil }
        // Whole microseconds, so that what was written is what is shown.
        return .microseconds((milliseconds * 1_000).rounded())
    }

    /// Writes a duration in its largest whole unit, so that ``parse(_:)`` reads it back.
    package static func write(_ duration: Duration) -> String {
        let milliseconds = duration.milliseconds
        guard milliseconds != 0 else { return "0s" }
        for unit in units.reversed() where unit.seconds >= 1 || milliseconds < 1_000 {
            let amount = milliseconds / (unit.seconds * 1_000)
            if amount == amount.rounded(), abs(amount) < 1e15 { return "\(Int64(amount))\(unit.name)" }
        }
        return milliseconds < 1_000 ? "\(milliseconds)ms" : "\(milliseconds / 1_000)s"
    }

    /// Why a text is no duration, and what to write.
    static func advice(on text: String) -> String {
        var rest = Substring(text.filter { !$0.isWhitespace }.lowercased())
        var meant = ""
        while !rest.isEmpty, let (amount, name) = takePart(&rest) {
            guard let unit = name.isEmpty ? "s" : otherNames[name] ?? units.first(where: { $0.name == name })?.name
            else { return general }
            meant += (amount == amount.rounded() && amount < 1e9 ? "\(Int64(amount))" : "\(amount)") + unit
        }
        guard rest.isEmpty, parse(meant) != nil else { return general }
        return Double(text) != nil ? "a duration needs a unit; write \(meant)" : "write \(meant)"
    }

    private static let general = "write a duration such as 15s, 500ms, 2m, 1h or 7d"

    private static func takePart(_ rest: inout Substring) -> (amount: Double, unit: String)? {
        let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        guard let amount = Double(digits), amount.isFinite else { return nil }
        rest = rest.dropFirst(digits.count)
        let unit = rest.prefix { $0.isASCII && $0.isLetter }
        rest = rest.dropFirst(unit.count)
        return (amount, String(unit))
    }
}
