/// The few samples of a Prometheus text that are looked for, summed over their labels.
///
/// It reads the text format and OpenMetrics: names, labels in quotes with escapes, values, timestamps. A line that is none
/// of that is passed over.
struct PrometheusSums: Sendable {
    /// By name, only for names that occur with a finite value.
    private(set) var values: [String: Double] = [:]

    init(_ text: [UInt8], names: Set<String>) {
        for line in text.split(whereSeparator: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }) {
            guard let (name, value) = Self.sample(line, names) else { continue }
            values[name, default: 0] += value
        }
    }

    subscript(name: String) -> Double? { values[name] }

    private static func sample(_ line: ArraySlice<UInt8>, _ names: Set<String>) -> (String, Double)? {
        let isSpace: (UInt8) -> Bool = { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        var rest = line.drop(while: isSpace)
        guard let first = rest.first, first != UInt8(ascii: "#") else { return nil }
        let name = rest.prefix { $0 != UInt8(ascii: "{") && !isSpace($0) }
        guard name.count <= 128 else { return nil }
        let text = String(decoding: name, as: UTF8.self)
        guard names.contains(text) else { return nil }
        rest = rest.dropFirst(name.count).drop(while: isSpace)
        if rest.first == UInt8(ascii: "{") {
            guard let end = endOfLabels(rest) else { return nil }
            rest = rest[end...]
        }
        let number = rest.drop(while: isSpace).prefix { !isSpace($0) }
        guard let value = Double(String(decoding: number, as: UTF8.self)), value.isFinite else { return nil }
        return (text, value)
    }

    /// The index after the brace that ends the labels; `nil` where none does.
    private static func endOfLabels(_ text: ArraySlice<UInt8>) -> Int? {
        var isQuoted = false
        var isEscaped = false
        for index in text.indices {
            let byte = text[index]
            if isEscaped {
                isEscaped = false
            } else if isQuoted, byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isQuoted.toggle()
            } else if !isQuoted, byte == UInt8(ascii: "}") {
                return index + 1
            }
        }
        return nil
    }
}
