import Basics

extension DurationText {
    /// What people write instead.
    private static let otherNames: [String: String] = [
        "msec": "ms", "msecs": "ms", "millis": "ms", "millisecond": "ms", "milliseconds": "ms", "sec": "s",
        "secs": "s", "second": "s", "seconds": "s", "min": "m", "mins": "m", "minute": "m", "minutes": "m",
        "hr": "h", "hrs": "h", "hour": "h", "hours": "h", "day": "d", "days": "d",
    ]

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
}
