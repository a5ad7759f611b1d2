/// One metric with all its series, as Prometheus text 0.0.4.
struct PrometheusText: Sendable {
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    let name: String
    private let head: String
    /// Names and labels that have been written.
    private var keys: Set<String> = []
    private var samples = ""

    init(_ name: String, type: String, help: String) {
        self.name = name
        head = "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
    }

    mutating func add(_ value: Double, _ labels: KeyValuePairs<String, String> = [:]) {
        let pairs = labels.map { "\($0.key)=\"\(Self.escaped($0.value))\"" }.joined(separator: ",")
        add(line: pairs.isEmpty ? name : "\(name){\(pairs)}", value: Self.number(value))
    }

    /// Adds a sample that was written elsewhere, unless there is one of the same name and labels already.
    mutating func add(line key: String, value: String) {
        guard keys.insert(key).inserted else { return }
        samples += "\(key) \(value)\n"
    }

    /// Empty without samples: a metric of which nothing is known is left out.
    var text: String { samples.isEmpty ? "" : head + samples }

    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return Int64(exactly: value).map(String.init) ?? value.description
    }

    private static func escaped(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 == 0x5C || $0 == 0x0A || $0 == 0x22 }) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"": result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
