import Synchronization

/// The process's own metrics, kept in memory and written as Prometheus text.
///
/// It is the backend of `CoreMetrics`: whoever makes a `Counter`, `Timer` and so on feeds it. Nothing that a caller
/// names can stop the process: a name is made valid, a second kind under one name and a series beyond the bound are
/// refused, which is counted in ``refusedSeries``, and their values go nowhere.
package final class PrometheusRegistry: Sendable {
    /// Bounds in seconds that fit calls to models: from a cache hit to the patience of a person.
    package static let defaultBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]
    /// The default of the bound on series: each costs some hundred bytes here and in whoever scrapes.
    package static let defaultMaximumSeries = 20_000
    /// Counts the series that were refused.
    package static let refusedSeries = Metric.counter(
        "llm_metrics_refused_series_total", "Series that could not be kept, by reason; their values are lost.",
        labels: ["reason"])
    /// Stands for the sentence of a metric that is not declared.
    package static let undescribed = "Nobody has described this metric."

    /// Why a series was refused.
    enum Refusal: String, CaseIterable, Sendable {
        /// There are as many series as there may be.
        case full
        /// Its name belongs to a metric of another kind.
        case kind
    }

    struct Family: Sendable {
        var kind: Metric.Kind
        var help: String
        var bounds: [Double]
        /// By labels as they are written.
        var series: [String: Series] = [:]
    }

    private struct State {
        var families: [String: Family] = [:]
        /// Which family writes samples of this name.
        var owners: [String: String] = [PrometheusRegistry.refusedSeries.name: ""]
        var seriesCount = 0
        var refused: [Refusal: UInt64] = [:]

        mutating func add(
            _ name: String, _ kind: Metric.Kind, labels: String, maximum: Int, family make: () -> Family
        ) throws(Refusal) -> Series {
            let samples = kind.sampleNames(of: name)
            guard families[name]?.kind == kind || samples.allSatisfy({ owners[$0] == nil }) else { throw .kind }
            guard seriesCount < maximum else { throw .full }
            for sample in samples { owners[sample] = name }
            let bounds = families[name]?.bounds ?? begin(name, make())
            let series = Series(name: name, labels: labels, kind: kind, bounds: bounds)
            families[name]?.series[labels] = series
            seriesCount += 1
            return series
        }

        private mutating func begin(_ name: String, _ family: Family) -> [Double] {
            families[name] = family
            return family.bounds
        }
    }

    private let metrics: [String: Metric]
    private let buckets: [Double]
    private let maximumSeries: Int
    private let state = Mutex(State())

    /// - Parameters:
    ///   - metrics: those that are declared; others say that nobody described them.
    ///   - buckets: upper bounds of histograms whose description has none.
    ///   - maximumSeries: how many series are kept; further ones are refused.
    package init(
        metrics: [Metric] = [], buckets: [Double] = defaultBuckets,
        maximumSeries: Int = defaultMaximumSeries
    ) {
        self.metrics = Dictionary(metrics.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
        self.buckets = Self.usable(buckets)
        self.maximumSeries = maximumSeries
    }

    /// How many series are kept now.
    package var seriesCount: Int { state.withLock { $0.seriesCount } }

    /// The series of a name, kind and labels: the one there is, a new one, or, when it is refused, one that nobody reads.
    func series(_ name: String, _ kind: Metric.Kind, dimensions: [(String, String)]) -> Series {
        let labels = PrometheusText.labels(dimensions)
        return state.withLock { state in
            if let family = state.families[name], family.kind == kind, let series = family.series[labels] {
                return series
            }
            do throws(Refusal) {
                return try state.add(name, kind, labels: labels, maximum: maximumSeries) {
                    let metric = metrics[name]
                    return Family(
                        kind: kind, help: metric?.help ?? Self.undescribed,
                        bounds: kind == .histogram ? metric?.buckets.map(Self.usable) ?? buckets : [])
                }
            } catch {
                state.refused[error, default: 0] += 1
                return Series(name: name, labels: labels, kind: kind)
            }
        }
    }

    /// Forgets a series, so that what is gone is no longer shown.
    func remove(_ series: Series) {
        state.withLock { state in
            guard state.families[series.name]?.series[series.labels] === series else { return }
            state.families[series.name]?.series[series.labels] = nil
            state.seriesCount -= 1
            guard let family = state.families[series.name], family.series.isEmpty else { return }
            state.families[series.name] = nil
            for sample in family.kind.sampleNames(of: series.name) { state.owners[sample] = nil }
        }
    }

    /// What there is to show, copied while the lock is held for a few instructions.
    var contents: (families: [String: Family], refused: [Refusal: UInt64]) {
        state.withLock { ($0.families, $0.refused) }
    }

    private static func usable(_ bounds: [Double]) -> [Double] { Set(bounds.filter(\.isFinite)).sorted() }
}

extension PrometheusRegistry.Refusal: Error {}

extension Metric.Kind {
    /// The names under which a metric of this kind writes samples, its own included.
    func sampleNames(of name: String) -> [String] {
        self == .histogram ? [name, name + "_bucket", name + "_sum", name + "_count"] : [name]
    }
}
