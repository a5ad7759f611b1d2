import CoreMetrics
import Testing

@testable import Telemetry

@Suite("Metrics registry", .timeLimit(.minutes(5)))
struct RegistryTests {
    @Test(
        arguments: [
            (0, 0), (0.5, 0), (1, 0), (1.000001, 1), (2, 1), (4, 2), (4.1, 3), (1e9, 3), (-1, 0),
        ] as [(Double, Int)])
    func `a bucket takes its own upper bound`(value: Double, bucket: Int) {
        let series = Series(name: "h", labels: "", kind: .histogram, bounds: [1, 2, 4])
        series.record(value)
        var counts: [UInt64] = [0, 0, 0, 0]
        counts[bucket] = 1
        #expect(series.reading == Series.Reading(value: value, counts: counts))
    }

    @Test func `values that are no numbers are left out`() {
        let histogram = Series(name: "h", labels: "", kind: .histogram, bounds: [1])
        histogram.record(.nan)
        histogram.record(.infinity)
        #expect(histogram.reading == Series.Reading(value: 0, counts: [0, 0]))
        let counter = Series(name: "c", labels: "", kind: .counter)
        counter.increment(by: .nan)
        counter.increment(by: .infinity)
        counter.increment(by: 1.5)
        counter.increment(by: Int64(-4))
        #expect(counter.reading.value == 1.5)
    }

    @Test func `a duration is never negative`() {
        let series = Series(name: "h", labels: "", kind: .histogram, bounds: [1])
        series.recordNanoseconds(-5)
        #expect(series.reading == Series.Reading(value: 0, counts: [1, 0]))
    }

    @Test func `reset begins anew`() {
        let registry = PrometheusRegistry(buckets: [1])
        let timer = Timer(label: "t", factory: registry)
        timer.recordSeconds(2)
        let counter = Counter(label: "c", factory: registry)
        counter.increment(by: 3)
        counter.reset()
        counter.increment()
        #expect(registry.render().contains("\nc_total 1\n"))
        #expect(registry.render().contains("\nt_seconds_bucket{le=\"+Inf\"} 1\n"))
    }

    @Test func `buckets are sorted and unique however they were given`() {
        let registry = PrometheusRegistry(
            metrics: [.histogram("t_seconds", "T.", buckets: [5, 1, 5, .infinity, .nan])])
        Timer(label: "t_seconds", factory: registry).recordSeconds(2)
        #expect(
            registry.render().contains(
                """
                t_seconds_bucket{le="1"} 0
                t_seconds_bucket{le="5"} 1
                t_seconds_bucket{le="+Inf"} 1
                t_seconds_sum 2
                """))
    }

    @Test func `series beyond the bound are refused and counted`() {
        let registry = PrometheusRegistry(maximumSeries: 3)
        for number in 0..<10 {
            Counter(label: "c_total", dimensions: [("n", "\(number)")], factory: registry).increment()
        }
        Counter(label: "c_total", dimensions: [("n", "0")], factory: registry).increment()
        #expect(registry.seriesCount == 3)
        let text = registry.render()
        #expect(text.contains("c_total{n=\"0\"} 2\n"))
        #expect(text.contains("c_total{n=\"2\"} 1\n"))
        #expect(!text.contains("c_total{n=\"3\"}"))
        #expect(text.contains("llm_metrics_refused_series_total{reason=\"full\"} 7\n"))
    }

    @Test func `a second kind under one name is refused and the first goes on`() {
        let registry = PrometheusRegistry()
        Gauge(label: "x_total", factory: registry).record(1)
        Counter(label: "x_total", factory: registry).increment(by: 5)
        Timer(label: "t_seconds", factory: registry).recordSeconds(1)
        Gauge(label: "t_seconds_count", factory: registry).record(99)
        Gauge(label: PrometheusRegistry.refusedSeries.name, factory: registry).record(99)
        let text = registry.render()
        #expect(text.contains("# TYPE x_total gauge\nx_total 1\n"))
        #expect(!text.contains("99"))
        #expect(text.contains("reason=\"kind\"} 3\n"))
    }

    @Test func `other labels under one name are another series`() {
        let registry = PrometheusRegistry()
        Counter(label: "c_total", dimensions: [("a", "1")], factory: registry).increment()
        Counter(label: "c_total", dimensions: [("b", "1"), ("a", "1")], factory: registry).increment()
        Counter(label: "c_total", factory: registry).increment()
        #expect(registry.render().contains("c_total 1\nc_total{a=\"1\"} 1\nc_total{a=\"1\",b=\"1\"} 1\n"))
    }

    @Test func `the order of labels makes no difference`() {
        let registry = PrometheusRegistry()
        Counter(label: "c", dimensions: [("a", "1"), ("b", "2")], factory: registry).increment()
        Counter(label: "c", dimensions: [("b", "2"), ("a", "1")], factory: registry).increment()
        #expect(registry.render().contains("c_total{a=\"1\",b=\"2\"} 2\n"))
        #expect(registry.seriesCount == 1)
    }

    @Test func `what is destroyed is no longer shown and its name is free`() {
        let registry = PrometheusRegistry(maximumSeries: 1)
        let counter = Counter(label: "c_total", dimensions: [("model_id", "gone")], factory: registry)
        counter.increment()
        counter.destroy()
        counter.increment()
        #expect(!registry.render().contains("gone"))
        #expect(registry.seriesCount == 0)
        let timer = Timer(label: "t_seconds", factory: registry)
        timer.destroy()
        let gauge = Gauge(label: "t_seconds_count", factory: registry)
        gauge.record(4)
        #expect(registry.render().contains("t_seconds_count 4\n"))
        gauge.destroy()
        let recorder = Meter(label: "m", factory: registry)
        recorder.destroy()
        recorder.destroy()
        #expect(registry.seriesCount == 0)
    }

    @Test func `many writers lose nothing`() async {
        let registry = PrometheusRegistry(buckets: [1, 2])
        let writers = 8
        let rounds = 2_000
        await withDiscardingTaskGroup { group in
            for writer in 0..<writers {
                group.addTask {
                    for round in 0..<rounds {
                        Counter(label: "c", dimensions: [("n", "\(round % 4)")], factory: registry).increment()
                        Timer(label: "t_seconds", factory: registry).recordMilliseconds(round % 2 == 0 ? 500 : 1_500)
                        if round % 100 == writer { _ = registry.render() }
                    }
                }
            }
        }
        let text = registry.render()
        for label in 0..<4 { #expect(text.contains("c_total{n=\"\(label)\"} \(writers * rounds / 4)\n")) }
        #expect(text.contains("t_seconds_bucket{le=\"1\"} \(writers * rounds / 2)\n"))
        #expect(text.contains("t_seconds_count \(writers * rounds)\n"))
        #expect(text.contains("t_seconds_sum \(writers * rounds)\n"))
    }
}
