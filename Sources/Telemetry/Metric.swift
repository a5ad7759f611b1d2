package import CoreMetrics

/// A metric of the daemon's, declared once beside the code that counts: what is counted, how `/metrics` describes it, and
/// the names of its labels.
///
/// Its unit is the end of its name: `_seconds`, `_ratio`, `_bytes`; a `_total` counts.
package struct Metric: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable { case counter, gauge, histogram }

    /// As it is exposed, suffix included: `llm_probe_duration_seconds`, `llm_health_checks_total`.
    package let name: String
    package let kind: Kind
    /// One sentence; becomes the metric's `# HELP` line.
    package let help: String
    /// The names of its labels, in the order in which their values are given.
    package let labels: [String]
    /// Upper bounds of a histogram's buckets in the metric's unit, without the last, endless one; `nil` for the
    /// registry's own.
    package let buckets: [Double]?

    private init(_ name: String, _ kind: Kind, _ help: String, labels: [String], buckets: [Double]? = nil) {
        self.name = name
        self.kind = kind
        self.help = help
        self.labels = labels
        self.buckets = buckets
    }

    /// What only rises; the name ends in `_total`.
    package static func counter(_ name: String, _ help: String, labels: [String] = []) -> Metric {
        Metric(name, .counter, help, labels: labels)
    }

    /// What rises and falls.
    package static func gauge(_ name: String, _ help: String, labels: [String] = []) -> Metric {
        Metric(name, .gauge, help, labels: labels)
    }

    /// Durations; the name ends in `_seconds`.
    package static func histogram(
        _ name: String, _ help: String, labels: [String] = [], buckets: [Double]? = nil
    ) -> Metric {
        Metric(name, .histogram, help, labels: labels, buckets: buckets)
    }

    // MARK: Counting

    /// - Parameter values: of the labels, in their order.
    package func makeCounter(_ values: String..., factory: (any MetricsFactory)? = nil) -> Counter {
        makeCounter(values, factory: factory)
    }

    /// - Parameter values: of the labels, in their order.
    package func makeCounter(_ values: [String], factory: (any MetricsFactory)? = nil) -> Counter {
        Counter(label: name, dimensions: dimensions(values), factory: factory ?? MetricsSystem.factory)
    }

    /// - Parameter values: of the labels, in their order.
    package func makeGauge(_ values: String..., factory: (any MetricsFactory)? = nil) -> Gauge {
        Gauge(label: name, dimensions: dimensions(values), factory: factory ?? MetricsSystem.factory)
    }

    /// - Parameter values: of the labels, in their order.
    package func makeTimer(_ values: [String] = [], factory: (any MetricsFactory)? = nil) -> Timer {
        Timer(label: name, dimensions: dimensions(values), factory: factory ?? MetricsSystem.factory)
    }

    private func dimensions(_ values: [String]) -> [(String, String)] { Array(zip(labels, values)) }
}
