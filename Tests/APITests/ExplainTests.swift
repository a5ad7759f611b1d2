import Foundation
import Health
import HummingbirdTesting
import TestSupport
import Testing

@testable import API

@Suite("Explanations", .timeLimit(.minutes(5)))
struct ExplainTests {
    private let uri = "/api/llm-manager/health/explain"

    private static let texts: [String] = [
        """
        gpt-4o (openai) is healthy since 2026-11-23T09:00:00.000Z, for 1 h, with a score of 98 out of 100. All probes \
        succeed. It was last checked 4 s ago, failed in 0 % of the last five minutes' requests, takes 413 ms in the \
        median. The next probe goes out in 11 s. Traffic may be sent to it.
        """,
        """
        meta/llama-3.1/8b (together) is unhealthy since 2026-11-23T09:56:40.000Z, for 3 min 20 s, with a score of 4 \
        out of 100. Every probe since 09:56:40 was refused. Target eu: The share of failures is 0.8. It was last \
        checked 3 s ago, failed 6 times in a row, last answered 3 min 35 s ago, failed in 80 % of the last five \
        minutes' requests, takes 90 ms in the median. Of 2 targets 2 are not healthy: eu is unhealthy (refused). us is \
        unhealthy (refused). Its probe breaker is open, so only recovery probes are sent; the next probe goes out in \
        12 s. No traffic is to be sent to it for another 12 s (unhealthy).
        """,
        """
        mistral (ollama) is degraded since 2026-11-23T09:59:00.000Z, for 1 min, with a score of 61 out of 100. Answers \
        take 3.1 times as long as usual. It was last checked 1 s ago, failed in 5 % of the last five minutes' \
        requests, takes 2950 ms in the median. Its probe breaker is half open: a recovery probe succeeded and is being \
        confirmed; the next probe goes out in 2 s. Traffic should go elsewhere (slow).
        """,
        """
        neu/ä "x"\n (openai) is unknown since 2026-11-23T09:59:59.000Z, for 1 s. Not looked at yet. Nothing has been \
        heard of it yet. No probe is planned. Traffic should go elsewhere (unknown).
        """,
    ]

    @Test(arguments: zip(Fixture.models, texts))
    func `the paragraph tells what, since when, why and what next`(model: ModelHealthStatus, text: String) {
        #expect(Explanation.paragraph(on: model, at: Fixture.start) == text)
    }

    @Test func `the facts stand beside the text`() async throws {
        let response = try await Fixture().get("\(uri)?modelId=meta/llama-3.1/8b")
        let json = try response.json
        #expect(
            Set(try #require(json.object).keys) == [
                "modelId", "provider", "status", "score", "since", "reasons", "routing", "consecutiveFailures",
                "lastCheck", "lastSuccessfulResponse", "nextProbeAt", "circuitBreaker", "targets", "lastProbe", "text",
            ])
        #expect(json["circuitBreaker"]?["state"] == "open")
        #expect(json["circuitBreaker"]?["openUntil"] == "2026-11-23T10:00:12.000Z")
        #expect(json["targets"]?.array?.count == 2)
        #expect(json["lastProbe"]?["error"] == "connection refused")
        #expect(json["text"]?.string?.hasPrefix("meta/llama-3.1/8b (together) is unhealthy") == true)
    }

    @Test func `what nobody knows is null`() async throws {
        let json = try await Fixture().get("\(uri)?modelId=neu%2F%C3%A4%20%22x%22%0A").json
        for key in ["score", "lastCheck", "lastSuccessfulResponse", "nextProbeAt", "lastProbe"] {
            #expect(json[key] == .null, "\(key)")
        }
    }

    @Test func `the text grows older`() async throws {
        let fixture = Fixture()
        fixture.time.advance(by: .seconds(30))
        let text = try await fixture.get("\(uri)?modelId=gpt-4o").json["text"]?.string
        #expect(text?.contains("for 1 h,") == true)
        #expect(text?.contains("last checked 34 s ago") == true)
        #expect(text?.contains("A probe is due now.") == true)
    }

    @Test func `an unknown model is a problem`() async throws {
        try await Fixture().get("\(uri)?modelId=gpt-4").expectProblem("unknown-model", 404, field: "modelId")
        try await Fixture().get(uri).expectProblem("bad-parameter", 400, field: "modelId")
    }

    @Test(
        arguments: [
            (0, "0 s"), (0.4, "0 s"), (1, "1 s"), (59.6, "1 min"), (61, "1 min 1 s"), (3_600, "1 h"), (3_659, "1 h"),
            (3_660, "1 h 1 min"), (86_399, "23 h 59 min"), (90_000, "1 d 1 h"), (-5, "0 s"),
        ] as [(Double, String)])
    func `spans have two units`(seconds: Double, text: String) {
        #expect(Fixture.at(seconds).span(since: Fixture.start) == text)
    }
}
