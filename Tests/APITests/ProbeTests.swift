import HTTPTypes
import Health
import Hummingbird
import HummingbirdTesting
import NIOCore
import Synchronization
import Testing

@testable import API

@Suite("Immediate checks", .timeLimit(.minutes(5)))
struct ProbeTests {
    private let uri = "/api/llm-manager/health/probe"

    private static func result(_ id: ModelID) -> ProbeResult {
        ProbeResult(modelId: id, outcome: .ok, latency: .milliseconds(250), startedAt: Fixture.start)
    }

    @Test(
        arguments: [
            (#"{"modelId":"gpt-4o"}"#, "gpt-4o"), (#"{"modelId":"meta/llama-3.1/8b"}"#, "meta/llama-3.1/8b"),
            (#"{ "modelId" : "\u00fc\n\"" }"#, "ü\n\""), ("{}", nil), ("", nil), (#"{"modelId":null}"#, nil),
        ] as [(String, String?)])
    func `a body says which model`(body: String, model: String?) async throws {
        let asked = Mutex<[ModelID?]>([])
        let fixture = Fixture(probe: { id throws(HealthCheckError) in
            asked.withLock { $0.append(id) }
            return [Self.result(id ?? "all")]
        })
        let response = try await fixture.post(uri, body)
        #expect(response.status == .ok)
        #expect(response.headers[.cacheControl] == "no-store")
        #expect(asked.withLock { $0 } == [model.map { ModelID($0) }])
        let json = try response.json
        #expect(json["results"]?.array?.first?["modelId"]?.string == model ?? "all")
        #expect(json["results"]?.array?.first?["latency"]?.number == 250)
        #expect(json["summary"]?["counts"]?["total"]?.number == 4)
    }

    @Test(
        arguments: [
            ("[]", "body"), ("null", "body"), ("\"gpt-4o\"", "body"), ("{", "body"), ("{\"modelId\":\"a\"} x", "body"),
            (#"{"modelId":7}"#, "modelId"), (#"{"modelId":["a"]}"#, "modelId"), (#"{"modelId":""}"#, "modelId"),
            (#"{"model":"a"}"#, "model"), (#"{"modelId":"a","force":true}"#, "force"), ("\u{FEFF}nope", "body"),
            (String(repeating: "[", count: 60_000), "body"), (#"{"modelId":"\ud800"}"#, "modelId"),
        ] as [(String, String)])
    func `a body that cannot be meant is refused`(body: String, field: String) async throws {
        let fixture = Fixture(probe: { _ throws(HealthCheckError) in
            Issue.record("a probe was made")
            return []
        })
        try await fixture.post(uri, body).expectProblem("bad-body", 400, field: field)
    }

    @Test func `a body beyond the limit is refused`() async throws {
        let fixture = Fixture(probe: { _ throws(HealthCheckError) in [] })
        let most = #"{"modelId":"\#(String(repeating: "a", count: Call.maximumBody - 14))"}"#
        #expect(most.utf8.count == Call.maximumBody)
        #expect(try await fixture.post(uri, most).status == .ok)
        try await fixture.post(uri, most + " ").expectProblem("too-large", 413, field: "body")
    }

    @Test func `more than the bound are told to wait`() async throws {
        let turnstile = Turnstile()
        let fixture = Fixture(
            configuration: APIConfiguration(port: 0, concurrentProbes: 2, probeRetryAfter: .milliseconds(2_500)),
            probe: { _ throws(HealthCheckError) in
                await turnstile.pass()
                return []
            })
        try await withThrowingTaskGroup(of: TestResponse.self) { group in
            for _ in 0..<2 { group.addTask { try await fixture.post(uri, "{}") } }
            await turnstile.crowd(of: 2)
            for _ in 0..<5 {
                let refused = try await fixture.post(uri, "{}")
                #expect(refused.headers[.retryAfter] == "3")
                let detail = try refused.expectProblem("too-many-probes", 429)
                #expect(detail == "2 run at once at most. Try again in 3 s.")
            }
            // Reading goes on meanwhile.
            #expect(try await fixture.get("/api/llm-manager/health/summary").status == .ok)
            turnstile.open()
            for try await response in group { #expect(response.status == .ok) }
        }
        #expect(try await fixture.post(uri, "{}").status == .ok)
    }

    @Test func `a check that fails gives its slot back`() async throws {
        let fixture = Fixture(
            configuration: APIConfiguration(port: 0, concurrentProbes: 1),
            probe: { _ throws(HealthCheckError) in throw .unknownModel("x") })
        for _ in 0..<3 { #expect(try await fixture.post(uri, "{}").status == .notFound) }
    }

    @Test func `an unknown model is a problem`() async throws {
        let fixture = Fixture(probe: { id throws(HealthCheckError) in throw .unknownModel(id ?? "") })
        let detail = try await fixture.post(uri, #"{"modelId":"nobody"}"#).expectProblem(
            "unknown-model", 404, field: "modelId")
        #expect(detail == "No model 'nobody' is configured or discovered.")
    }

    @Test(
        arguments: [
            (
                HealthCheckError.probe(
                    CanaryProbeError(
                        modelId: "a", message: "no connection is free", cause: "NSPOSIXError 24", retryable: true)),
                503, "no connection is free"
            ),
            (
                .probe(
                    CanaryProbeError(modelId: "a", message: "the model is switched off", cause: "NS", retryable: false)),
                500, "the model is switched off"
            ),
            (
                .local(
                    LocalHealthCheckError(
                        service: .ollama, endpoint: "http://secret-host", message: "is silent", cause: "NS")),
                503, "ollama: is silent"
            ),
        ] as [(HealthCheckError, Int, String)])
    func `a check that could not be made tells why, not what lies beneath`(
        error: HealthCheckError, status: Int, detail: String
    ) async throws {
        let fixture = Fixture(probe: { _ throws(HealthCheckError) in throw error })
        #expect(try await fixture.post(uri, "{}").expectProblem("probe-not-made", status) == detail)
    }

    @Test func `without a prober the aggregator is asked and the fleet shows the results`() async throws {
        let checked = Mutex<[ModelID?]>([])
        let fixture = Fixture(check: { id throws(HealthCheckError) in
            checked.withLock { $0.append(id) }
            if id == "nobody" { throw .unknownModel("nobody") }
        })
        let one = try await fixture.post(uri, #"{"modelId":"gpt-4o"}"#).json["results"]?.array ?? []
        #expect(one.map { $0["modelId"]?.string } == ["gpt-4o"])
        let all = try await fixture.post(uri, "{}").json["results"]?.array ?? []
        #expect(all.map { $0["modelId"]?.string } == ["gpt-4o", "meta/llama-3.1/8b"])
        try await fixture.post(uri, #"{"modelId":"nobody"}"#).expectProblem("unknown-model", 404, field: "modelId")
        #expect(checked.withLock { $0 } == ["gpt-4o", nil, "nobody"])
    }
}
