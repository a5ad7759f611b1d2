extension PrometheusRegistry {
    /// Everything that was counted, by metric; series in the order of their labels.
    package var families: [MetricFamily] {
        let (families, refused) = contents
        return [Self.family(of: refused)]
            + families.map { name, family in
                var shown = MetricFamily(name: name, kind: family.kind, help: family.help)
                for (_, series) in family.series.sorted(by: { $0.key < $1.key }) { shown.add(series) }
                return shown
            }
    }

    /// ``families`` as Prometheus text 0.0.4.
    package func render() -> String { PrometheusText.text(of: families) }

    private static func family(of refused: [Refusal: UInt64]) -> MetricFamily {
        var family = MetricFamily(refusedSeries)
        for reason in Refusal.allCases.sorted(by: { $0.rawValue < $1.rawValue }) {
            family.add(Double(refused[reason] ?? 0), reason.rawValue)
        }
        return family
    }
}

extension MetricFamily {
    fileprivate mutating func add(_ series: Series) {
        let reading = series.reading
        guard series.kind == .histogram else {
            return add(series.name, labels: series.labels, PrometheusText.number(reading.value))
        }
        var total: UInt64 = 0
        for (bound, count) in zip(series.bounds + [.infinity], reading.counts) {
            total += count
            let le = "le=\"\(PrometheusText.number(bound))\""
            add(
                series.name + "_bucket", labels: series.labels.isEmpty ? le : "\(series.labels),\(le)", String(total))
        }
        add(series.name + "_sum", labels: series.labels, PrometheusText.number(reading.value))
        add(series.name + "_count", labels: series.labels, String(total))
    }
}
