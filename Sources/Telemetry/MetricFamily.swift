/// One metric with all its samples, as they stand in an exposition.
package struct MetricFamily: Sendable, Hashable {
    package let name: String
    let kind: Metric.Kind
    let help: String
    /// Names of the labels, in the order in which values are given.
    private let labels: [String]
    /// Name and labels of each sample as they are written, with its value.
    private(set) var samples: [Sample] = []
    private var keys: Set<String> = []

    struct Sample: Sendable, Hashable {
        var key: String
        var value: String
    }

    package init(_ metric: Metric) {
        self.init(name: metric.name, kind: metric.kind, help: metric.help, labels: metric.labels)
    }

    init(name: String, kind: Metric.Kind, help: String, labels: [String] = []) {
        self.name = name
        self.kind = kind
        self.help = help
        self.labels = labels
    }

    /// Adds a sample, unless there is one of the same labels already.
    ///
    /// - Parameter values: of the metric's labels, in their order.
    package mutating func add(_ value: Double, _ values: String...) {
        let pairs = zip(labels, values).map { "\($0)=\"\(PrometheusText.escaped($1, quotes: true))\"" }
        add(name, labels: pairs.joined(separator: ","), PrometheusText.number(value))
    }

    /// - Parameters:
    ///   - sample: the metric's name, or one of a histogram's.
    ///   - labels: as they are written between the braces.
    mutating func add(_ sample: String, labels: String, _ value: String) {
        let key = labels.isEmpty ? sample : "\(sample){\(labels)}"
        guard keys.insert(key).inserted else { return }
        samples.append(Sample(key: key, value: value))
    }

    /// Takes over those samples of another family of the same name that are not here.
    mutating func join(_ other: MetricFamily) {
        for sample in other.samples where keys.insert(sample.key).inserted { samples.append(sample) }
    }
}

extension PrometheusText {
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// The families, sorted by name; of two with one name the first describes it, and both have their samples there. One
    /// without samples is left out. The last line ends with a line feed too.
    package static func text(of families: [MetricFamily]) -> String {
        var joined: [String: MetricFamily] = [:]
        for family in families {
            if joined[family.name]?.join(family) == nil { joined[family.name] = family }
        }
        var text = ""
        for family in joined.values.sorted(by: { $0.name < $1.name }) where !family.samples.isEmpty {
            text += "# HELP \(family.name) \(escaped(family.help, quotes: false))\n"
            text += "# TYPE \(family.name) \(family.kind.rawValue)\n"
            for sample in family.samples { text += "\(sample.key) \(sample.value)\n" }
        }
        return text
    }
}
