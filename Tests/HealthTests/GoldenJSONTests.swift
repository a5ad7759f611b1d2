import Foundation
import Health
import Testing

@Suite struct GoldenJSONTests {
    // MARK: Byte for byte, and back

    @Test func `probe configurations`() throws {
        try Reference.check(Samples.probeConfig, "ProbeConfig")
        try Reference.check(Samples.probeConfigDefaults, "ProbeConfig-defaults")
    }

    @Test func `probe results`() throws {
        try Reference.check(Samples.probeResult, "ProbeResult")
        try Reference.check(Samples.failedProbe, "ProbeResult-failed")
    }

    @Test func `statuses of a model`() throws {
        try Reference.check(HealthStatus.allCases, "HealthStatus")
        try Reference.check(Samples.model, "ModelHealthStatus")
        try Reference.check(Samples.unknownModel, "ModelHealthStatus-unknown")
    }

    @Test func `latency percentiles`() throws {
        try Reference.check(Samples.percentiles, "LatencyPercentiles")
        try Reference.check(LatencyPercentiles(), "LatencyPercentiles-none")
    }

    @Test func `snapshots`() throws {
        try Reference.check(Samples.snapshot, "HealthSnapshot")
        try Reference.check(Samples.emptySnapshot, "HealthSnapshot-unknown")
    }

    @Test func `change events`() throws { try Reference.check(Samples.event, "HealthChangeEvent") }

    @Test func `the summary`() throws { try Reference.check(Samples.fleet.summary, "HealthSummary") }

    @Test func `time ranges`() throws { try Reference.check(Samples.range, "TimeRange") }

    @Test func `trends`() throws { try Reference.check(Samples.trends, "HealthTrends") }

    @Test func `model metrics`() throws { try Reference.check(Samples.metrics, "ModelMetrics") }

    @Test func `gateway metrics`() throws { try Reference.check(Samples.portkey, "PortkeyMetrics") }

    @Test func `breakers`() throws { try Reference.check(Samples.breakers, "CircuitBreakerStatus") }

    @Test func `local runtimes`() throws {
        try Reference.check(Samples.local, "LocalModelStatus")
        try Reference.check(Samples.silentLocal, "LocalModelStatus-silent")
    }

    // MARK: The mission's spelling

    private static let missionFields: [(String, [String])] = [
        ("ProbeConfig", ["modelId", "prompt", "maxTokens", "temperature", "metadata"]),
        ("ProbeResult", ["success", "latency"]), ("ProbeResult-failed", ["success", "latency", "error"]),
        (
            "ModelHealthStatus",
            [
                "modelId", "provider", "status", "latency", "errorRate", "availability", "lastCheck",
                "lastSuccessfulResponse", "consecutiveFailures", "metadata",
            ]
        ),
        (
            "ModelHealthStatus-unknown",
            [
                "modelId", "provider", "status", "latency", "errorRate", "availability", "lastCheck",
                "consecutiveFailures", "metadata",
            ]
        ), ("LatencyPercentiles", ["p50", "p90", "p99"]), ("LatencyPercentiles-none", ["p50", "p90", "p99"]),
        ("HealthSnapshot", ["timestamp", "modelId", "status", "metrics", "probeResult"]),
        ("HealthChangeEvent", ["modelId", "previousStatus", "currentStatus", "timestamp", "reason"]),
        ("PortkeyMetrics", ["timestamp", "providers"]),
    ]

    @Test(arguments: missionFields)
    func `every field of the mission is there under its name`(_ file: String, _ fields: [String]) throws {
        let object = try #require(try Reference.json(file).object)
        for field in fields { #expect(object.keys.contains(field), "\(file).\(field)") }
    }

    @Test func `nested fields of the mission are there under their names`() throws {
        for file in ["ModelHealthStatus", "ModelHealthStatus-unknown"] {
            #expect(try Reference.json(file)["latency"]?.object?.keys.sorted() == ["p50", "p90", "p99"])
        }
        for file in ["HealthSnapshot", "HealthSnapshot-unknown"] {
            #expect(
                try Reference.json(file)["metrics"]?.object?.keys.sorted() == [
                    "availability", "errorRate", "latencyP50", "latencyP90", "latencyP99", "requestCount",
                ])
        }
        #expect(try Reference.json("HealthSnapshot")["probeResult"]?["success"] == true)
        #expect(try Reference.json("HealthSnapshot")["probeResult"]?["latency"] == 500)
        let provider = try #require(try Reference.json("PortkeyMetrics")["providers"]?.array?.first)
        #expect(provider["name"] == "openai")
        #expect(
            provider["models"]?.array?.first?.object?.keys.sorted() == [
                "errorCount", "id", "latencyHistogram", "requestCount", "successCount",
            ])
    }

    @Test func `the statuses are the mission's four words`() {
        #expect(Set(HealthStatus.allCases.map(\.rawValue)) == ["healthy", "degraded", "unhealthy", "unknown"])
    }

    // MARK: Nulls and units

    @Test(arguments: ["score", "errorRate", "availability", "lastCheck", "nextProbeAt", "timeToFirstTokenMs"])
    func `what nobody measured is null and not 0`(_ field: String) throws {
        #expect(try Reference.json("ModelHealthStatus-unknown")[field] == .null)
    }

    @Test(arguments: ["latencyP50", "latencyP90", "latencyP99", "errorRate", "availability"])
    func `a snapshot without data says null`(_ field: String) throws {
        #expect(try Reference.json("HealthSnapshot-unknown")["metrics"]?[field] == .null)
    }

    @Test func `latencies are milliseconds and rates are fractions`() throws {
        let model = try Reference.json("ModelHealthStatus")
        #expect(model["latency"]?["p50"] == 612.5)
        #expect(model["errorRate"] == 0.15)
        #expect(model["availability"] == 0.9975)
        #expect(try Reference.json("ProbeResult")["latency"] == 500)
        #expect(try Reference.json("ProbeConfig")["timeout"] == 7_500)
        #expect(try Reference.json("ProbeResult-failed")["outcome"]?["retryAfterMs"] == 30_000)
    }

    @Test func `a probe configuration takes the defaults for what is missing`() throws {
        let config = try HealthJSON.decoder().decode(ProbeConfig.self, from: Data(#"{"modelId":"m"}"#.utf8))
        #expect(config == ProbeConfig(modelId: "m"))
        #expect(config.prompt == "ping")
        #expect(config.maxTokens == 16)
        #expect(config.temperature == nil)
        #expect(config.timeout == .seconds(10))
        #expect(config.metadata == ["probe": "canary", "service": "llm-health"])
    }

    @Test func `a snapshot keeps what the status said`() {
        let snapshot = Samples.snapshot
        #expect(snapshot.metrics.latencyP90 == 900)
        #expect(snapshot.metrics.requestCount == 12)
        #expect(snapshot.reasonCode == .errors)
        #expect(snapshot.probeResult?.success == true)
        #expect(snapshot.probeResult?.error == nil)
    }

    @Test func `model ids are plain strings, also as keys`() throws {
        let text = String(decoding: try HealthJSON.encoder().encode([ModelID("a/b"): 1]), as: UTF8.self)
        #expect(text == #"{"a/b":1}"#)
        #expect(try HealthJSON.decoder().decode([ModelID: Int].self, from: Data(text.utf8)) == ["a/b": 1])
    }

    private static let values: [JSONValue] = [
        .null, true, false, 0, -1.5, 9_007_199_254_740_991, "", "a\"\n\u{1F600}", [], [1, nil, "x"],
        ["a": ["b": [false]]],
    ]

    @Test(arguments: values)
    func `any JSON survives the way out and in`(_ value: JSONValue) throws {
        let data = try HealthJSON.encoder().encode(value)
        #expect(try HealthJSON.decoder().decode(JSONValue.self, from: data) == value)
    }

    @Test(arguments: Outcome.Class.allCases)
    func `outcomes survive the way out and in`(_ class: Outcome.Class) throws {
        for cause in Outcome.Cause.allCases {
            let outcome = Outcome(`class`, cause, detail: "d", httpStatus: 503, retryAfter: .milliseconds(1_500))
            let data = try HealthJSON.encoder().encode(outcome)
            #expect(try HealthJSON.decoder().decode(Outcome.self, from: data) == outcome)
        }
    }
}
