/// What the exposition says of one metric, and how its values are grouped.
package struct MetricDescription: Sendable, Hashable {
    /// As it is exposed, suffix included: `llm_probe_duration_seconds`, `llm_health_checks_total`.
    package var name: String
    /// One sentence; becomes the metric's `# HELP` line.
    package var help: String
    /// Upper bounds of a histogram's buckets in the metric's unit, without the last, endless one; `nil` for the
    /// registry's own.
    package var buckets: [Double]?

    package init(_ name: String, _ help: String, buckets: [Double]? = nil) {
        self.name = name
        self.help = help
        self.buckets = buckets
    }
}
