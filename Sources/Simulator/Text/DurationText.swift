/// Durations as people write them: `500ms`, `20s`, `1m30s`, `2h`.
enum DurationText {
    private static let units: [(name: String, seconds: Double)] = [
        ("ms", 0.001), ("us", 0.000_001), ("h", 3600), ("m", 60), ("s", 1),
    ]

    /// Reads a duration of zero or more; nil when the text is none.
    static func parse(_ text: String) -> Duration? {
        var rest = Substring(text)
        guard !rest.isEmpty else { return nil }
        var total: Double = 0
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            guard let amount = Double(digits), amount.isFinite else { return nil }
            rest = rest.dropFirst(digits.count)
            if rest.isEmpty, total == 0, amount == 0 { return .zero }
            guard let unit = units.first(where: { rest.hasPrefix($0.name) }) else { return nil }
            rest = rest.dropFirst(unit.name.count)
            total += amount * unit.seconds
        }
        // Beyond a century nothing is meant seriously, and `Duration` would trap on the way.
        return total < 3_200_000_000 ? .seconds(total) : nil
    }

    /// Writes a duration so that ``parse(_:)`` reads it back, to the microsecond.
    static func write(_ duration: Duration) -> String {
        let microseconds = Int64((duration.seconds * 1_000_000).rounded())
        return switch microseconds {
        case 0: "0s"
        case let value where value % 1_000_000 == 0: "\(value / 1_000_000)s"
        case let value where value % 1000 == 0: "\(value / 1000)ms"
        case let value: "\(value)us"
        }
    }
}

extension Duration {
    /// The duration in seconds.
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }

    /// The duration in milliseconds.
    var milliseconds: Double { seconds * 1000 }
}
