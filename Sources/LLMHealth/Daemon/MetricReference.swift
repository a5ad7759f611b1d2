import Telemetry

/// `docs/metrics.md`, as the code has it.
enum MetricReference {
    static let markdown = """
        # Metrics

        What `GET /metrics` tells, in Prometheus' text format 0.0.4. It is made at most once a second, or when the fleet
        changes; `Accept-Encoding: gzip` packs it. This page is written from the declarations in the code.

        | metric | type | labels | meaning |
        |---|---|---|---|

        """ + ProcessMetrics.all.map(row).joined()

    private static func row(_ metric: Metric) -> String {
        let labels = metric.labels.map { "`\($0)`" }.joined(separator: ", ")
        return "| `\(metric.name)` | \(metric.kind.rawValue) | \(labels.isEmpty ? "–" : labels) | \(metric.help) |\n"
    }
}
