import HTTPTypes
import Health
import HummingbirdTesting
import Synchronization
import Telemetry
import TestSupport
import Testing

@testable import API

@Suite("Metrics", .timeLimit(.minutes(5)))
struct MetricsTests {
    private let passthrough = "/api/llm-manager/metrics"

    @Test func `the fleet as prometheus text`() async throws {
        let response = try await Fixture(
            components: Fixture.components,
            processMetrics: { [Self.family(.counter("up_total", "Ups."), 1)] }
        ).get("/metrics")
        #expect(response.status == .ok)
        #expect(response.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
        #expect(response.text == Golden.metrics)
    }

    @Test func `an empty fleet has its counts alone`() async throws {
        let text = try await Fixture(models: []).get("/metrics").text
        #expect(!text.contains("llm_health_status"))
        #expect(text.contains("llm_health_models{status=\"healthy\"} 0\n"))
        #expect(text.contains("llm_health_revision 7\n"))
    }

    private static func family(_ metric: Metric, _ value: Double) -> MetricFamily {
        var family = MetricFamily(metric)
        family.add(value)
        return family
    }

    @Test func `a metric that the process has too is described once and keeps all its series`() async throws {
        var up = MetricFamily(.gauge("llm_gateway_up", "Another text.", labels: ["gateway"]))
        up.add(0, "portkey")
        up.add(1, "a } \"b\" c")
        let process = [
            Self.family(.counter("a_total", "A."), 1), up, Self.family(.gauge("llm_health_revision", "X."), 99),
            Self.family(.counter("z_total", "Z."), 3),
        ]
        let text = try await Fixture(components: Fixture.components, processMetrics: { process }).get("/metrics").text
        let lines = text.split(separator: "\n").map(String.init)
        #expect(lines.count { $0.hasPrefix("# TYPE llm_gateway_up ") } == 1)
        #expect(lines.count { $0.hasPrefix("# HELP llm_gateway_up ") } == 1)
        #expect(!text.contains("Another text"))
        #expect(
            lines.filter { $0.hasPrefix("llm_gateway_up") } == [
                #"llm_gateway_up{gateway="portkey"} 1"#, #"llm_gateway_up{gateway="eu \"2\""} 0"#,
                #"llm_gateway_up{gateway="a } \"b\" c"} 1"#,
            ])
        #expect(lines.filter { $0.hasPrefix("llm_health_revision") } == ["llm_health_revision 7"])
        #expect(lines.contains("a_total 1"))
        #expect(lines.contains("z_total 3"))
        #expect(text.hasSuffix("\n"))
        // Every family is one block.
        let families = lines.filter { $0.hasPrefix("# TYPE ") }.map { $0.split(separator: " ")[2] }
        #expect(Set(families).count == families.count)
    }

    @Test func `it is made once for each revision and second`() async throws {
        let made = Mutex(0)
        let fixture = Fixture(processMetrics: {
            made.withLock { $0 += 1 }
            return []
        })
        for _ in 0..<5 { _ = try await fixture.get("/metrics", headers: [.acceptEncoding: "gzip"]) }
        #expect(made.withLock { $0 } == 1)
        fixture.publish([])
        _ = try await fixture.get("/metrics")
        #expect(made.withLock { $0 } == 2)
        fixture.time.advance(by: .seconds(1))
        for _ in 0..<3 { _ = try await fixture.get("/metrics") }
        #expect(made.withLock { $0 } == 3)
    }

    @Test func `the newest revision is shown`() async throws {
        let fixture = Fixture()
        #expect(
            try await fixture.get("/metrics").text.contains(
                #"llm_health_status{model_id="gpt-4o",provider="openai",status="healthy"} 1"#))
        var models = Fixture.models
        models[0].status = .unknown
        models[0].score = nil
        fixture.publish(models)
        let text = try await fixture.get("/metrics").text
        #expect(text.contains(#"llm_health_status{model_id="gpt-4o",provider="openai",status="healthy"} 0"#))
        #expect(text.contains(#"llm_health_status{model_id="gpt-4o",provider="openai",status="unknown"} 1"#))
        #expect(!text.contains(#"llm_health_score{model_id="gpt-4o""#))
        #expect(text.contains("llm_health_revision 8\n"))
    }

    @Test func `lost publications are counted`() async throws {
        let fixture = Fixture()
        let slow = fixture.publisher.items(buffer: 1)
        for _ in 0..<3 { fixture.publish([]) }
        #expect(try await fixture.get("/metrics").text.contains("llm_health_dropped_items_total 2\n"))
        withExtendedLifetime(slow) {}
    }

    @Test func `the only gateway need not be named`() async throws {
        let gateways = GatewayMetrics(gateways: ["portkey"]) { name throws(MetricsScrapeError) in "of_\(name) 1\n" }
        let response = try await Fixture(gatewayMetrics: gateways).get(passthrough)
        #expect(response.text == "of_portkey 1\n")
        #expect(response.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
        #expect(
            try await Fixture(gatewayMetrics: gateways).get("\(passthrough)?gateway=portkey").text == "of_portkey 1\n")
    }

    @Test func `one of several gateways is named`() async throws {
        let fixture = Fixture(
            gatewayMetrics: GatewayMetrics(gateways: ["us", "e/u"]) { name throws(MetricsScrapeError) in
                "of_\(name) 1\n"
            })
        #expect(try await fixture.get("\(passthrough)?gateway=e%2Fu").text == "of_e/u 1\n")
        let several = try await fixture.get(passthrough).expectProblem("bad-parameter", 400, field: "gateway")
        #expect(several == "There are several gateways; say which: e/u, us.")
        let unknown = try await fixture.get("\(passthrough)?gateway=asia").expectProblem(
            "unknown-gateway", 404, field: "gateway")
        #expect(unknown == "No gateway 'asia' is configured; there are e/u, us.")
    }

    @Test func `a gateway without metrics says so`() async throws {
        let gateways = GatewayMetrics(gateways: ["portkey"]) { _ throws(MetricsScrapeError) in nil }
        let detail = try await Fixture(gatewayMetrics: gateways).get(passthrough).expectProblem(
            "no-gateway-metrics", 501)
        #expect(detail.contains("the open-source Portkey gateway has no /metrics"))
        try await Fixture().get(passthrough).expectProblem("no-gateway", 501)
    }

    @Test func `a gateway that fails is not quoted`() async throws {
        for (code, detail) in [(nil, "could not be read"), (503, "answered with HTTP 503.")] as [(Int?, String)] {
            let gateways = GatewayMetrics(gateways: ["portkey"]) { _ throws(MetricsScrapeError) in
                throw MetricsScrapeError(endpoint: "http://key@inside:1", message: "NSError", statusCode: code)
            }
            let response = try await Fixture(gatewayMetrics: gateways).get(passthrough)
            #expect(try response.expectProblem("gateway-failed", 502).contains(detail))
            #expect(!response.text.contains("inside"))
            #expect(!response.text.contains("NSError"))
        }
    }
}
