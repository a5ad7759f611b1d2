/// The rules of the Prometheus text format 0.0.4: names, escapes and numbers.
package enum PrometheusText {
    /// A metric's name: anything that may not stand in one becomes `_`.
    static func metricName(_ text: String) -> String { name(text, allowsColon: true) }

    /// A label's name. Leading `__` belongs to Prometheus, `le` and `quantile` to the format itself.
    static func labelName(_ text: String) -> String {
        let label = name(text, allowsColon: false)
        let isReserved = label.hasPrefix("__") || label == "le" || label == "quantile"
        return isReserved ? "label_" + label.drop { $0 == "_" } : label
    }

    /// Labels as they stand between the braces, sorted by name; of two with one name the last counts.
    static func labels(_ dimensions: [(String, String)]) -> String {
        guard !dimensions.isEmpty else { return "" }
        var values: [String: String] = [:]
        for (name, value) in dimensions { values[labelName(name)] = value }
        return values.sorted { $0.key < $1.key }.map { "\($0.key)=\"\(escaped($0.value, quotes: true))\"" }
            .joined(separator: ",")
    }

    /// Text with backslashes and line feeds escaped, in a label's value quotes too.
    static func escaped(_ text: String, quotes: Bool) -> String {
        guard text.utf8.contains(where: { $0 == 0x5C || $0 == 0x0A || (quotes && $0 == 0x22) }) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// A number as Go's `ParseFloat` reads it; whole ones without a point.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return Int64(exactly: value).map(String.init) ?? value.description
    }

    private static func name(_ text: String, allowsColon: Bool) -> String {
        var bytes: [UInt8] = []
        for scalar in text.unicodeScalars {
            switch scalar {
            case "a"..."z", "A"..."Z", "_": bytes.append(UInt8(ascii: scalar))
            case ":" where allowsColon: bytes.append(UInt8(ascii: scalar))
            case "0"..."9":
                if bytes.isEmpty { bytes.append(UInt8(ascii: "_")) }
                bytes.append(UInt8(ascii: scalar))
            default: bytes.append(UInt8(ascii: "_"))
            }
        }
        return bytes.isEmpty ? "_" : String(decoding: bytes, as: UTF8.self)
    }
}
