import Health
import Testing

@Suite struct ErrorsTests {
    private struct Sample: CustomTestStringConvertible {
        var error: any Error & CustomStringConvertible
        var fields: [String]
        var sentence: String
        var testDescription: String { "\(type(of: error))" }
    }

    private static let samples = [
        Sample(
            error: CanaryProbeError(
                modelId: "m", message: "is not configured", cause: "no such model", retryable: false),
            fields: ["modelId", "message", "cause", "retryable"],
            sentence: "probe of 'm': is not configured (no such model)"),
        Sample(
            error: LocalHealthCheckError(
                service: .lmStudio, endpoint: "http://127.0.0.1:1234", message: "does not answer", cause: "refused"),
            fields: ["service", "endpoint", "message", "cause"],
            sentence: "lmstudio at http://127.0.0.1:1234: does not answer (refused)"),
        Sample(
            error: MetricsScrapeError(endpoint: "http://h/metrics", message: "refuses", statusCode: 401),
            fields: ["endpoint", "message", "statusCode"], sentence: "http://h/metrics: refuses (HTTP 401)"),
        Sample(
            error: MetricsParseError(message: "no number", line: 3, cause: "'x'"),
            fields: ["message", "line", "cause"],
            sentence: "line 3: no number ('x')"),
        Sample(
            error: HealthAggregationError(modelId: "m", message: "nothing known", sources: ["probe"]),
            fields: ["modelId", "message", "sources"], sentence: "'m': nothing known"),
        Sample(
            error: HealthStorageError(operation: .insert, message: "disk full", cause: "ENOSPC"),
            fields: ["operation", "message", "cause"], sentence: "insert: disk full (ENOSPC)"),
    ]

    @Test(arguments: samples)
    private func `an error has the mission's fields and says one sentence`(_ sample: Sample) {
        #expect(Mirror(reflecting: sample.error).children.map { $0.label ?? "" } == sample.fields)
        #expect(sample.error.description == sample.sentence)
    }

    @Test func `optional parts leave no empty brackets`() {
        #expect(CanaryProbeError(modelId: "m", message: "x", retryable: true).description == "probe of 'm': x")
        #expect(MetricsScrapeError(endpoint: "e", message: "x").description == "e: x")
        #expect(MetricsParseError(message: "x").description == "x")
        #expect(HealthAggregationError(message: "x").description == "x")
        #expect(HealthStorageError(operation: .query, message: "x").description == "query: x")
    }

    @Test func `the words of the mission's literals`() {
        #expect(LocalRuntime.allCases.map(\.rawValue).sorted() == ["llamacpp", "lmstudio", "ollama"])
        let operations = ["insert", "query", "aggregate"]
        #expect(operations.compactMap(HealthStorageError.Operation.init(rawValue:)).count == 3)
    }

    @Test func `the mission's undefined errors stand for those it defines`() {
        let storage = StorageError(operation: .query, message: "x")
        #expect(MetricsQueryError.storage(storage).description == storage.description)
        let scrape = MetricsScrapeError(endpoint: "e", message: "x")
        #expect(MetricsQueryError.scrape(scrape).description == scrape.description)
        let parse = MetricsParseError(message: "x")
        #expect(MetricsQueryError.parse(parse).description == parse.description)
        let probe = CanaryProbeError(modelId: "m", message: "x", retryable: true)
        #expect(HealthCheckError.probe(probe).description == probe.description)
        let local = LocalHealthCheckError(service: .ollama, endpoint: "e", message: "x")
        #expect(HealthCheckError.local(local).description == local.description)
        #expect(HealthCheckError.unknownModel("m").description.contains("'m'"))
    }
}
