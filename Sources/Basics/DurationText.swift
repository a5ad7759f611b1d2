/// Durations as people write them: `500ms`, `15s`, `1m30s`, `2h`, `7d`.
package enum DurationText {
    package static let units: [(name: String, seconds: Double)] = [
        ("ms", 0.001), ("s", 1), ("m", 60), ("h", 3_600), ("d", 86_400),
    ]

    /// Reads a duration of zero or more; `nil` when the text is none.
    ///
    /// - Parameter asGo: takes `us` and a bare `0` too, as `time.ParseDuration` of Go does.
    package static func parse(_ text: String, asGo: Bool = false) -> Duration? {
        var rest = Substring(text)
        var total = 0.0
        guard !rest.isEmpty else { return nil }
        if asGo, text == "0" { return .zero }
        while !rest.isEmpty {
            guard let (amount, name) = takePart(&rest) else { return nil }
            if asGo, name == "us" {
                total += amount / 1_000
            } else if let unit = units.first(where: { $0.name == name }) {
                total += amount * unit.seconds * 1_000
            } else {
                return nil
            }
        }
        // Beyond three centuries nothing is meant, and `Duration` would trap on the way.
        guard total < 1e13 else { return nil }
        // Whole microseconds, so that what was written is what is shown.
        return .microseconds((total * 1_000).rounded())
    }

    /// Writes a duration in its largest whole unit, so that ``parse(_:asGo:)`` reads it back.
    package static func write(_ duration: Duration) -> String {
        let milliseconds = duration / .milliseconds(1)
        guard milliseconds != 0 else { return "0s" }
        for unit in units.reversed() where unit.seconds >= 1 || milliseconds < 1_000 {
            let amount = milliseconds / (unit.seconds * 1_000)
            if amount == amount.rounded(), abs(amount) < 1e15 { return "\(Int64(amount))\(unit.name)" }
        }
        return milliseconds < 1_000 ? "\(milliseconds)ms" : "\(milliseconds / 1_000)s"
    }

    /// Takes a number and the letters behind it off the front.
    package static func takePart(_ rest: inout Substring) -> (amount: Double, unit: String)? {
        let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        guard let amount = Double(digits), amount.isFinite else { return nil }
        rest = rest.dropFirst(digits.count)
        let unit = rest.prefix { $0.isASCII && $0.isLetter }
        rest = rest.dropFirst(unit.count)
        return (amount, String(unit))
    }
}

extension Duration {
    /// Whole nanoseconds, as far as 64 bits go.
    package var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, isOver) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return isOver ? (seconds < 0 ? .min : .max) : product + attoseconds / 1_000_000_000
    }
}
