extension PrometheusRegistry {
    /// Everything as Prometheus text 0.0.4, sorted by name and labels; the last line ends with a line feed too.
    package func render() -> String {
        let (families, refused) = contents
        var text = ""
        var isRefusedWritten = false
        for (name, family) in families.sorted(by: { $0.key < $1.key }) {
            if !isRefusedWritten, name > Self.refusedSeriesName {
                text.append(refused: refused)
                isRefusedWritten = true
            }
            text.append(head: name, kind: family.kind, help: family.help)
            for (_, series) in family.series.sorted(by: { $0.key < $1.key }) { text.append(series) }
        }
        if !isRefusedWritten { text.append(refused: refused) }
        return text
    }
}

extension String {
    fileprivate mutating func append(head name: String, kind: Series.Kind, help: String) {
        self += "# HELP \(name) \(ExpositionText.escaped(help, quotes: false))\n# TYPE \(name) \(kind.rawValue)\n"
    }

    fileprivate mutating func append(sample name: String, labels: String, _ value: String) {
        self += labels.isEmpty ? "\(name) \(value)\n" : "\(name){\(labels)} \(value)\n"
    }

    fileprivate mutating func append(_ series: Series) {
        let reading = series.reading
        guard series.kind == .histogram else {
            return append(sample: series.name, labels: series.labels, ExpositionText.number(reading.value))
        }
        var total: UInt64 = 0
        for (bound, count) in zip(series.bounds + [.infinity], reading.counts) {
            total += count
            let le = "le=\"\(ExpositionText.number(bound))\""
            append(
                sample: series.name + "_bucket", labels: series.labels.isEmpty ? le : "\(series.labels),\(le)",
                String(total))
        }
        append(sample: series.name + "_sum", labels: series.labels, ExpositionText.number(reading.value))
        append(sample: series.name + "_count", labels: series.labels, String(total))
    }

    fileprivate mutating func append(refused: [PrometheusRegistry.Refusal: UInt64]) {
        let name = PrometheusRegistry.refusedSeriesName
        append(head: name, kind: .counter, help: "Series that could not be kept, by reason; their values are lost.")
        for reason in PrometheusRegistry.Refusal.allCases.sorted(by: { $0.rawValue < $1.rawValue }) {
            append(sample: name, labels: "reason=\"\(reason.rawValue)\"", String(refused[reason] ?? 0))
        }
    }
}
