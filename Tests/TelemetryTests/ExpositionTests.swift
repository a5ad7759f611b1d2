import CoreMetrics
import Testing

@testable import Telemetry

@Suite("Prometheus text", .timeLimit(.minutes(5)))
struct ExpositionTests {
    @Test func `every kind as it stands in the exposition`() {
        let registry = PrometheusRegistry(
            metrics: [
                .histogram(
                    "llm_probe_duration_seconds", "Time from sending a probe to its last byte.",
                    buckets: [0.1, 0.5, 2.5]),
                .counter("llm_requests_total", "Requests by answer;\nbackslash \\ stays."),
                .gauge("llm_queue_length", "Evidence that waits to be weighed."),
            ],
            buckets: [1, 10])
        let probes = Timer(
            label: "llm_probe_duration_seconds", dimensions: [("model_id", "gpt-4o"), ("provider", "openai")],
            factory: registry)
        for milliseconds in [50, 100, 101, 3_000] { probes.recordMilliseconds(milliseconds) }
        Timer(label: "llm_probe_duration_seconds", dimensions: [("model_id", "a")], factory: registry)
            .recordNanoseconds(500_000_000)
        Counter(label: "llm_requests_total", dimensions: [("status", "200")], factory: registry).increment(by: 41)
        Counter(label: "llm_requests_total", dimensions: [("status", "200")], factory: registry).increment()
        Counter(label: "llm_requests", dimensions: [("status", "0")], factory: registry).increment()
        FloatingPointCounter(label: "llm_probe_cost_dollars_total", factory: registry).increment(by: 0.25)
        Gauge(label: "llm_queue_length", factory: registry).record(7)
        let meter = Meter(label: "llm.in.flight", factory: registry)
        meter.set(3)
        meter.increment(by: 1.5)
        meter.decrement()
        let sizes = Recorder(label: "llm_answer_tokens", dimensions: [("mode", "chat")], factory: registry)
        for tokens in [1, 2, 11] { sizes.record(tokens) }

        #expect(registry.render() == Self.golden)
    }

    static let golden = #"""
        # HELP llm_answer_tokens Nobody has described this metric.
        # TYPE llm_answer_tokens histogram
        llm_answer_tokens_bucket{mode="chat",le="1"} 1
        llm_answer_tokens_bucket{mode="chat",le="10"} 2
        llm_answer_tokens_bucket{mode="chat",le="+Inf"} 3
        llm_answer_tokens_sum{mode="chat"} 14
        llm_answer_tokens_count{mode="chat"} 3
        # HELP llm_in_flight Nobody has described this metric.
        # TYPE llm_in_flight gauge
        llm_in_flight 3.5
        # HELP llm_metrics_refused_series_total Series that could not be kept, by reason; their values are lost.
        # TYPE llm_metrics_refused_series_total counter
        llm_metrics_refused_series_total{reason="full"} 0
        llm_metrics_refused_series_total{reason="kind"} 0
        # HELP llm_probe_cost_dollars_total Nobody has described this metric.
        # TYPE llm_probe_cost_dollars_total counter
        llm_probe_cost_dollars_total 0.25
        # HELP llm_probe_duration_seconds Time from sending a probe to its last byte.
        # TYPE llm_probe_duration_seconds histogram
        llm_probe_duration_seconds_bucket{model_id="a",le="0.1"} 0
        llm_probe_duration_seconds_bucket{model_id="a",le="0.5"} 1
        llm_probe_duration_seconds_bucket{model_id="a",le="2.5"} 1
        llm_probe_duration_seconds_bucket{model_id="a",le="+Inf"} 1
        llm_probe_duration_seconds_sum{model_id="a"} 0.5
        llm_probe_duration_seconds_count{model_id="a"} 1
        llm_probe_duration_seconds_bucket{model_id="gpt-4o",provider="openai",le="0.1"} 2
        llm_probe_duration_seconds_bucket{model_id="gpt-4o",provider="openai",le="0.5"} 3
        llm_probe_duration_seconds_bucket{model_id="gpt-4o",provider="openai",le="2.5"} 3
        llm_probe_duration_seconds_bucket{model_id="gpt-4o",provider="openai",le="+Inf"} 4
        llm_probe_duration_seconds_sum{model_id="gpt-4o",provider="openai"} 3.251
        llm_probe_duration_seconds_count{model_id="gpt-4o",provider="openai"} 4
        # HELP llm_queue_length Evidence that waits to be weighed.
        # TYPE llm_queue_length gauge
        llm_queue_length 7
        # HELP llm_requests_total Requests by answer;\nbackslash \\ stays.
        # TYPE llm_requests_total counter
        llm_requests_total{status="0"} 1
        llm_requests_total{status="200"} 42

        """#

    @Test func `an empty registry still tells its refusals`() {
        #expect(
            PrometheusRegistry().render() == """
                # HELP llm_metrics_refused_series_total Series that could not be kept, by reason; their values are lost.
                # TYPE llm_metrics_refused_series_total counter
                llm_metrics_refused_series_total{reason="full"} 0
                llm_metrics_refused_series_total{reason="kind"} 0

                """)
    }

    @Test(arguments: [
        ("plain", "plain"), ("a\"b", #"a\"b"#), (#"a\b"#, #"a\\b"#), ("a\nb", #"a\nb"#), ("", ""),
        ("{le=\"1\"} 2\n# TYPE x gauge", #"{le=\"1\"} 2\n# TYPE x gauge"#), ("ü/模型 🙂", "ü/模型 🙂"), ("\r\n", "\r\\n"),
        (#"\n"#, #"\\n"#), ("e\u{301}\"", "e\u{301}\\\""),
    ])
    func `a label's value is escaped and otherwise left as it is`(value: String, written: String) {
        let registry = PrometheusRegistry()
        Gauge(label: "g", dimensions: [("l", value)], factory: registry).record(1)
        #expect(
            registry.render().hasPrefix(
                "# HELP g Nobody has described this metric.\n# TYPE g gauge\ng{l=\"\(written)\"} 1\n"))
    }

    @Test(arguments: [
        ("http.server.requests", "http_server_requests"), ("9lives", "_9lives"), ("", "_"), ("a b\nc", "a_b_c"),
        ("rule:sum", "rule:sum"), ("größe", "gr__e"), ("-", "_"), ("a-b/c", "a_b_c"),
    ])
    func `names that Prometheus would refuse are made valid`(label: String, name: String) {
        let registry = PrometheusRegistry()
        Gauge(label: label, factory: registry).record(1)
        #expect(registry.render().contains("# TYPE \(name) gauge\n\(name) 1\n"))
    }

    @Test(arguments: [
        ("model.id", "model_id"), ("1st", "_1st"), ("__name__", "label_name__"), ("le", "label_le"),
        ("quantile", "label_quantile"), ("a:b", "a_b"), ("", "_"), ("__", "label_"), ("_a", "_a"),
    ])
    func `label names that Prometheus would refuse are made valid`(name: String, written: String) {
        #expect(PrometheusText.labels([(name, "v")]) == "\(written)=\"v\"")
    }

    @Test func `labels are sorted and unique`() {
        #expect(PrometheusText.labels([("b", "1"), ("a", "2"), ("b", "3"), ("B", "4")]) == #"B="4",a="2",b="3""#)
    }

    @Test(
        arguments: [
            (0, "0"), (-0.0, "0"), (1, "1"), (0.1, "0.1"), (-2.5, "-2.5"), (1e21, "1e+21"), (1e-7, "1e-07"),
            (9_007_199_254_740_992, "9007199254740992"), (.nan, "NaN"), (.infinity, "+Inf"), (-.infinity, "-Inf"),
        ] as [(Double, String)])
    func `numbers are written as Go reads them`(value: Double, written: String) {
        #expect(PrometheusText.number(value) == written)
    }

    @Test func `of two families with one name the first describes and both have their samples`() {
        let up = Metric.gauge("up", "Whether it is up.", labels: ["part"])
        var first = MetricFamily(up)
        first.add(1, "a")
        first.add(0, "a")
        let registry = PrometheusRegistry()
        for part in ["a", "b \"c\""] {
            Gauge(label: "up", dimensions: [("part", part)], factory: registry).record(0)
        }
        let empty = MetricFamily(.counter("nothing_total", "Left out."))
        let text = PrometheusText.text(of: [first, empty] + registry.families.filter { $0.name == "up" })
        #expect(
            text == """
                # HELP up Whether it is up.
                # TYPE up gauge
                up{part="a"} 1
                up{part="b \\"c\\""} 0

                """)
    }

    @Test func `a metric counts under its own name and labels`() {
        let registry = PrometheusRegistry()
        Metric.counter("c_total", "C.", labels: ["a", "b"]).makeCounter("1", "2", factory: registry).increment(by: 3)
        Metric.gauge("g", "G.").makeGauge(factory: registry).record(4)
        Metric.histogram("t_seconds", "T.", labels: ["a"]).makeTimer(["x"], factory: registry).recordSeconds(1)
        let text = registry.render()
        for line in [#"c_total{a="1",b="2"} 3"#, "g 4", #"t_seconds_count{a="x"} 1"#] {
            #expect(text.contains(line + "\n"))
        }
    }
}
