package import CoreMetrics

extension PrometheusRegistry: MetricsFactory {
    /// A counter; its name ends in `_total` even where the label does not.
    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(Self.name(label, suffix: "_total"), .counter, dimensions: dimensions)
    }

    package func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        series(Self.name(label, suffix: "_total"), .counter, dimensions: dimensions)
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(Self.name(label), .gauge, dimensions: dimensions)
    }

    /// A gauge, or a histogram of the values where they are to be aggregated.
    package func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        series(Self.name(label), aggregate ? .histogram : .gauge, dimensions: dimensions)
    }

    /// A histogram in seconds; its name ends in `_seconds` even where the label does not.
    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        series(Self.name(label, suffix: "_seconds"), .histogram, dimensions: dimensions)
    }

    package func destroyCounter(_ handler: any CounterHandler) { destroy(handler) }
    package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) { destroy(handler) }
    package func destroyMeter(_ handler: any MeterHandler) { destroy(handler) }
    package func destroyRecorder(_ handler: any RecorderHandler) { destroy(handler) }
    package func destroyTimer(_ handler: any TimerHandler) { destroy(handler) }

    private func destroy(_ handler: AnyObject) {
        if let series = handler as? Series { remove(series) }
    }

    private static func name(_ label: String, suffix: String = "") -> String {
        let name = PrometheusText.metricName(label)
        return name.hasSuffix(suffix) ? name : name + suffix
    }
}
