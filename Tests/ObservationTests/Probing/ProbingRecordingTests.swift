import Foundation
import Health
import NIOHTTP1
import Testing

@testable import Observation

/// Every scenario that was recorded from the real gateway, judged: whose doing it is, and what exactly.
@Suite("Recorded Portkey traffic", .timeLimit(.minutes(5)))
struct ProbingRecordingTests {
    struct Expected: Sendable {
        var outcome: Outcome.Class
        var cause: Outcome.Cause
        init(_ outcome: Outcome.Class, _ cause: Outcome.Cause = .none) {
            self.outcome = outcome
            self.cause = cause
        }
    }

    static let expected: [String: Expected] = [
        "ok": .init(.ok),
        "ok, max_tokens 1 -> length": .init(.ok),
        "ok, stream": .init(.ok),
        "ok, only max_completion_tokens": .init(.ok),
        "ok, no max_tokens at all": .init(.ok),
        "upstream 500 json": .init(.failing, .serverError),
        "upstream 500 text/plain": .init(.failing, .serverError),
        "upstream 502 html": .init(.failing, .serverError),
        "upstream 503 json + retry-after": .init(.failing, .overloaded),
        "upstream 503 empty body": .init(.failing, .serverError),
        "upstream 429": .init(.rateLimited, .rateLimit),
        "upstream 429 insufficient_quota": .init(.quota, .quota),
        "upstream 401": .init(.credentials, .unauthorized),
        "upstream 404 model": .init(.gone, .modelNotFound),
        "upstream 400 max_tokens": .init(.misconfigured, .badRequest),
        "upstream refused": .init(.failing, .connectionRefused),
        "upstream resets": .init(.failing, .connectionReset),
        "upstream cut mid body": .init(.failing, .malformedAnswer),
        "upstream hang, x-portkey-request-timeout 1000": .init(.failing, .timeout),
        "upstream hang mid body, x-portkey-request-timeout 1000": .init(.failing, .timeout),
        "stream asked, upstream 500": .init(.failing, .serverError),
        "upstream 200 bad json": .init(.failing, .malformedAnswer),
        "upstream 200 html": .init(.failing, .html),
        "upstream 200 empty": .init(.failing, .malformedAnswer),
        "upstream 200 with error body": .init(.failing, .errorInSuccess),
        "fallback: 500 -> ok": .init(.ok),
        "fallback: 429 -> ok": .init(.ok),
        "fallback: refused -> ok": .init(.ok),
        "fallback: hang(timeout 500) -> ok": .init(.ok),
        "fallback: 401 -> ok": .init(.ok),
        "fallback: bad json -> ok": .init(.failing, .malformedAnswer),
        "fallback: 503 empty body -> ok": .init(.ok),
        "fallback: on_status_codes [429], first 500": .init(.failing, .serverError),
        "fallback: all fail (500, 503)": .init(.failing, .overloaded),
        "fallback with override_params model": .init(.misconfigured, .otherModelAnswered),
        "nested: fallback[loadbalance[500,500], ok]": .init(.ok),
        "loadbalance weight 0/1": .init(.ok),
        "single": .init(.ok),
        "conditional on metadata": .init(.ok),
        "conditional unresolved": .init(.misconfigured, .gatewayRefused),
        "retry 3 on flap (2 fails then ok)": .init(.ok),
        "retry 1, always 500": .init(.failing, .serverError),
        "retry 1 use_retry_after_header, 429": .init(.rateLimited, .rateLimit),
        "retry 1, refused": .init(.failing, .connectionRefused),
        "cache simple (conf.cache false)": .init(.ok),
        "cb_config in config": .init(.failing, .serverError),
        "unknown provider header": .init(.misconfigured, .gatewayRefused),
        "unknown provider in config": .init(.misconfigured, .gatewayRefused),
        "@slug provider header": .init(.misconfigured, .gatewayRefused),
        "@slug/model in body + provider openai": .init(.ok),
        "no provider no config": .init(.misconfigured, .gatewayRefused),
        "virtual key only": .init(.misconfigured, .gatewayRefused),
        "config id (pc-...) not json": .init(.misconfigured, .gatewayRefused),
        "config json, bad mode": .init(.misconfigured, .gatewayRefused),
        "config provider without api_key": .init(.misconfigured, .gatewayRefused),
        "custom host private ip": .init(.misconfigured, .gatewayRefused),
        "bad request body": .init(.gateway, .gatewayRefused),
        "content-type text/plain": .init(.misconfigured, .gatewayRefused),
        "GET / ": .init(.ok),
        "GET /v1/models no headers": .init(.misconfigured, .gatewayRefused),
        "GET /v1/models via openai": .init(.ok),
        "GET /v1/models upstream refused": .init(.failing, .connectionRefused),
        "GET /health": .init(.gateway, .gatewayRefused),
        "GET /metrics": .init(.gateway, .gatewayRefused),
        "GET /v1/health": .init(.misconfigured, .gatewayRefused),
        "ollama provider ok": .init(.ok),
        "ollama provider refused": .init(.failing, .connectionRefused),
        "anthropic provider 529": .init(.failing, .overloaded),
        "azure-openai provider 401": .init(.credentials, .unauthorized),
    ]

    struct Scenario: Sendable, CustomTestStringConvertible {
        var name: String
        var json: JSONValue
        var testDescription: String { name }

        var method: String { json["request"]?["method"]?.string ?? "" }
        var path: String { json["request"]?["path"]?.string ?? "" }
        var provider: String? { json["request"]?["headers"]?["x-portkey-provider"]?.string }
        var upstreamSawNothing: Bool { json["upstreamSaw"]?.array?.isEmpty ?? true }

        var askedModel: String {
            let body = json["request"]?["body"]?.string ?? ""
            return JSONText.parse(body)?["model"]?.string ?? "gpt-4o-mini"
        }

        /// As the prober would have received it.
        var exchange: Exchange {
            var exchange = Exchange()
            exchange.phases.connect = .milliseconds(1)
            guard let response = json["response"], response != .null else {
                exchange.failure = .deadline
                exchange.duration = .seconds(4)
                return exchange
            }
            exchange.status = response["status"]?.number.map { Int($0) }
            for (name, value) in response["headers"]?.object ?? [:] {
                exchange.headers.add(name: name, value: value.string ?? "")
            }
            exchange.body = Array((response["body"]?.string ?? "").utf8)
            if exchange.isEventStream {
                var events = ServerSentEvents()
                exchange.events = events.append(exchange.body).map { .init(event: $0, at: .milliseconds(40)) }
            }
            return exchange
        }

        var context: ProbeContext {
            ProbeContext(
                provider: provider ?? "openai", model: askedModel,
                gateway: GatewayRoute(gateway: "portkey", provider: provider), host: "127.0.0.1:8787",
                timeout: .seconds(4), redactor: Redactor([Secret("sk-fake")]))
        }

        var outcome: Outcome { outcome(of: exchange) }

        /// What an answer to this request comes to: the recorded one, or one got by asking again.
        func outcome(of exchange: Exchange) -> Outcome {
            if path == "/" {
                let gateway = GatewayWatcher.Gateway(name: "portkey", url: "http://127.0.0.1:8787")
                let liveness = GatewayWatcher.liveness(exchange, gateway, timeout: .seconds(4))
                return liveness == .init(isUp: true, detail: "It answers as it should.")
                    ? .ok : Outcome(.gateway, .other, detail: liveness.detail)
            }
            if path == "/v1/models" {
                switch ModelList.read(exchange, context, in: OpenAIDialect()) {
                case .success(let list): return list.names.isEmpty ? Outcome(.failing, .other) : .ok
                case .failure(let outcome): return outcome
                }
            }
            return ProbeClassifier(context: context, dialect: OpenAIDialect()).verdict(on: exchange).outcome
        }
    }

    static let scenarios: [Scenario] = {
        guard
            let url = Bundle.module.url(
                forResource: "portkey-recorded", withExtension: "json", subdirectory: "Recordings"),
            let data = try? Data(contentsOf: url), let list = JSONText.parse(data)?.array
        else { return [] }
        return list.map { Scenario(name: $0["name"]?.string ?? "", json: $0) }
    }()

    @Test
    func `all 69 scenarios are there, and each has its expectation`() {
        #expect(Self.scenarios.count == 69)
        let names = Set(Self.scenarios.map { $0.path == "/" ? "GET / " : $0.name })
        #expect(names == Set(Self.expected.keys))
    }

    @Test(arguments: scenarios)
    func `is judged rightly`(scenario: Scenario) throws {
        let expected = try #require(Self.expected[scenario.path == "/" ? "GET / " : scenario.name])
        let outcome = scenario.outcome
        #expect(outcome.class == expected.outcome, "\(outcome)")
        #expect(outcome.cause == expected.cause, "\(outcome)")
        #expect(outcome.class == .ok || !outcome.detail.isEmpty)
        #expect(!outcome.detail.contains("sk-fake"))
        #expect(outcome.detail.count <= 300)
    }

    @Test(arguments: scenarios)
    func `nothing that never came to a provider counts against a model`(scenario: Scenario) {
        // Refused upstreams saw nothing either, but the gateway names their provider.
        let isGateways = scenario.upstreamSawNothing && scenario.exchange.header("x-portkey-provider") == nil
        if isGateways { #expect(scenario.outcome.class != .failing) }
    }

    @Test
    func `a retry-after in milliseconds wins over one in seconds`() throws {
        let scenario = try #require(Self.scenarios.first { $0.name == "upstream 429" })
        #expect(scenario.outcome.retryAfter == .milliseconds(800))
    }
}
