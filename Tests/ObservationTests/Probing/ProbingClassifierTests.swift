import Foundation
import Health
import NIOHTTP1
import Testing

@testable import Observation

/// Whose fault an answer is (provider facts §9.1, §9.3), for providers asked directly and through a gateway.
@Suite("Probe classifier", .timeLimit(.minutes(5)))
struct ProbingClassifierTests {
    static let choice =
        #"{"model":"gpt-4o-mini","choices":[{"index":0,"message":{"content":"pong"},"finish_reason":"stop"}]}"#

    static func exchange(
        _ status: Int?, _ body: String = "", _ headers: [(String, String)] = [], type: String = "application/json",
        failure: TransportFailure? = nil
    ) -> Exchange {
        var exchange = Exchange()
        exchange.status = status
        exchange.phases.connect = .milliseconds(1)
        exchange.headers = HTTPHeaders([("content-type", type)] + headers)
        exchange.body = Array(body.utf8)
        exchange.failure = failure
        exchange.duration = .milliseconds(300)
        if exchange.isEventStream {
            var events = ServerSentEvents()
            exchange.events = events.append(exchange.body).enumerated().map {
                .init(event: $1, at: .milliseconds(100 + $0))
            }
        }
        return exchange
    }

    static func verdict(
        _ exchange: Exchange, model: String = "gpt-4o-mini", mode: ModelConfig.Mode = .chat,
        dialect: ModelTarget.Dialect = .openAI, gateway: GatewayRoute? = nil, usual: String? = nil,
        answersAs: [String] = [], onOtherModel: ModelConfig.OtherModel = .degraded
    ) -> Verdict {
        let target = ModelTarget(dialect: dialect, baseURL: "http://h", model: model, gateway: gateway)
        let context = ProbeContext(
            provider: "acme", model: model, mode: mode, gateway: gateway, host: "h:80", redactor: Redactor(),
            now: Date(timeIntervalSince1970: 1_795_428_000), usualName: usual, answersAs: answersAs,
            onOtherModel: onOtherModel)
        return ProbeClassifier(context: context, dialect: ProbeDialects.dialect(of: target)).verdict(on: exchange)
    }

    // MARK: Direct answers

    static let direct: [(status: Int, body: String, Outcome.Class, Outcome.Cause)] = [
        // Alive.
        (200, choice, .ok, .none),
        (200, #"{"choices":[{"message":{"content":""},"finish_reason":"length"}]}"#, .ok, .none),
        (200, #"{"choices":[{"message":{"content":null},"finish_reason":"tool_calls"}]}"#, .ok, .none),
        (200, #"{"choices":[{"message":{"content":"x"},"finish_reason":"content_filter"}],"error":null}"#, .ok, .none),
        (200, #"{"choices":[{"message":{"content":"x"}}],"error":""}"#, .ok, .none),
        (
            400,
            #"{"error":{"message":"filtered","code":"content_filter","innererror":{"code":"ResponsibleAIPolicyViolation"}}}"#,
            .ok, .none
        ),
        (
            400,
            #"{"error":{"message":"Could not finish the message because max_tokens or model output limit was reached. Please try again with higher max_tokens.","type":"invalid_request_error"}}"#,
            .ok, .none
        ),
        // 200 that is none.
        (200, #"{"choices":[]}"#, .failing, .malformedAnswer),
        (200, #"{"object":"chat.completion"}"#, .failing, .malformedAnswer),
        (200, "", .failing, .malformedAnswer),
        (200, #"{"choices":[{"mess"#, .failing, .malformedAnswer),
        (200, "pong", .failing, .malformedAnswer),
        (200, "<!DOCTYPE html><html><title>Sign in</title></html>", .failing, .html),
        (200, #"{"error":{"message":"soft failure","type":"server_error"}}"#, .failing, .errorInSuccess),
        (200, #"{"error":"something broke"}"#, .failing, .errorInSuccess),
        (
            200, #"{"choices":[{"error":{"message":"provider died","code":502},"finish_reason":"error"}]}"#, .failing,
            .errorInSuccess
        ),
        (200, #"{"error":{"message":"slow","code":"rate_limit_exceeded"}}"#, .rateLimited, .rateLimit),
        (200, #"{"error":{"message":"bad key","code":"invalid_api_key"}}"#, .credentials, .unauthorized),
        (200, #"{"error":"Unexpected endpoint or method. (POST /v1/rerank)"}"#, .misconfigured, .badRequest),
        // Credentials.
        (
            401, #"{"error":{"message":"Incorrect API key provided","code":"invalid_api_key"}}"#, .credentials,
            .unauthorized
        ),
        (401, #"{"detail":"Unauthorized"}"#, .credentials, .unauthorized),
        (401, "", .credentials, .unauthorized),
        (
            401, #"{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}"#,
            .credentials, .unauthorized
        ),
        (
            401,
            #"{"error":{"type":"invalid_request","code":"invalid_api_key","message":"An LM Studio API token is required"}}"#,
            .credentials, .unauthorized
        ),
        (
            403,
            #"{"error":{"message":"Country, region, or territory not supported","code":"unsupported_country_region_territory"}}"#,
            .misconfigured, .blockedOnTheWay
        ),
        (403, "<html><title>Attention Required! | Cloudflare</title></html>", .misconfigured, .blockedOnTheWay),
        (
            400,
            #"{"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID"}]}}"#,
            .credentials, .unauthorized
        ),
        (
            400,
            #"[{"error":{"code":400,"message":"API key expired","status":"INVALID_ARGUMENT","details":[{"reason":"API_KEY_INVALID"}]}}]"#,
            .credentials, .unauthorized
        ),
        // Quota.
        (402, #"{"error":{"message":"Insufficient Balance"}}"#, .quota, .quota),
        (402, #"{"type":"error","error":{"type":"billing_error","message":"x"}}"#, .quota, .quota),
        (
            429,
            #"{"error":{"message":"You exceeded your current quota","type":"insufficient_quota","code":"insufficient_quota"}}"#,
            .quota, .quota
        ),
        (429, #"{"error":{"message":"x","code":"credit_balance_exhausted"}}"#, .quota, .quota),
        (429, #"{"error":{"message":"x","type":"organization_usage_limit_exceeded"}}"#, .quota, .quota),
        (429, #"{"error":{"message":"x","code":"organization_spend_limit_exceeded"}}"#, .quota, .quota),
        (429, #"{"error":{"message":"x","code":"project_spend_limit_exceeded"}}"#, .quota, .quota),
        (429, #"{"error":{"message":"x","code":"billing_hard_limit_reached"}}"#, .quota, .quota),
        (
            400,
            #"{"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to access the Anthropic API."}}"#,
            .quota, .quota
        ),
        (
            400,
            #"{"type":"error","error":{"type":"invalid_request_error","message":"You have reached your specified API usage limits."}}"#,
            .quota, .quota
        ),
        // Rate limits.
        (
            429, #"{"error":{"message":"Rate limit reached","type":"requests","code":"rate_limit_exceeded"}}"#,
            .rateLimited, .rateLimit
        ),
        (429, #"{"error":{"message":"x","code":"slow_down"}}"#, .rateLimited, .rateLimit),
        (429, #"{"type":"error","error":{"type":"rate_limit_error","message":"x"}}"#, .rateLimited, .rateLimit),
        (
            429,
            #"[{"error":{"code":429,"message":"You exceeded your current quota","status":"RESOURCE_EXHAUSTED","details":[{"retryDelay":"34s"}]}}]"#,
            .rateLimited, .rateLimit
        ),
        (429, "", .rateLimited, .rateLimit),
        (429, "<html>Too Many Requests</html>", .rateLimited, .rateLimit),
        // Our request.
        (400, #"{"error":{"message":"Invalid value","type":"invalid_request_error"}}"#, .misconfigured, .badRequest),
        (413, #"{"error":{"message":"too large"}}"#, .misconfigured, .badRequest),
        (415, "", .misconfigured, .badRequest),
        (
            422, #"{"detail":[{"loc":["body","model"],"msg":"field required","type":"missing"}]}"#, .misconfigured,
            .badRequest
        ),
        (404, #"{"detail":"Not Found"}"#, .misconfigured, .badRequest),
        (404, "<html><h1>404</h1></html>", .misconfigured, .badRequest),
        (405, #"{"detail":"Method Not Allowed"}"#, .misconfigured, .badRequest),
        (412, "", .misconfigured, .badRequest),
        (
            501,
            #"{"error":{"code":501,"message":"This server does not support embeddings. Start it with `--embeddings`","type":"not_supported_error"}}"#,
            .misconfigured, .badRequest
        ),
        (301, "", .misconfigured, .badRequest),
        (302, "<html>login</html>", .misconfigured, .badRequest),
        // Gone.
        (
            404,
            #"{"error":{"message":"The model `x` does not exist or you do not have access to it.","code":"model_not_found"}}"#,
            .gone, .modelNotFound
        ),
        (
            404, #"{"type":"error","error":{"type":"not_found_error","message":"model: claude-x"}}"#, .gone,
            .modelNotFound
        ),
        (404, #"{"error":"model \"x\" not found, try pulling it first"}"#, .gone, .modelNotFound),
        (
            404, #"{"object":"error","message":"The model `x` does not exist.","type":"NotFoundError","code":404}"#,
            .gone, .modelNotFound
        ),
        (
            404,
            #"{"error":{"code":"DeploymentNotFound","message":"The API deployment for this resource does not exist."}}"#,
            .gone, .modelNotFound
        ),
        (400, #"{"error":{"message":"Model Not Exist","type":"invalid_request_error"}}"#, .gone, .modelNotFound),
        (410, #"{"error":"The requested model is deprecated"}"#, .gone, .modelNotFound),
        // Not loaded.
        (
            404, #"{"error":{"message":"No models loaded. Please load a model in the developer page."}}"#, .idle,
            .notLoaded
        ),
        // The provider.
        (500, #"{"error":{"message":"x","type":"server_error"}}"#, .failing, .serverError),
        (500, "Internal Server Error", .failing, .serverError),
        (502, "<html><h1>502 Bad Gateway</h1></html>", .failing, .serverError),
        (
            503,
            #"{"error":{"message":"That model is currently overloaded with other requests.","type":"server_error"}}"#,
            .failing, .overloaded
        ),
        (503, #"{"error":{"message":"x","code":"server_is_overloaded"}}"#, .failing, .overloaded),
        (503, #"{"error":"server busy, please try again.  maximum pending requests exceeded"}"#, .failing, .overloaded),
        (504, "", .failing, .serverError),
        (520, "<html>cloudflare</html>", .failing, .serverError),
        (526, "", .failing, .serverError),
        (529, #"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#, .failing, .overloaded),
        (408, #"{"error":{"message":"timeout"}}"#, .failing, .timeout),
        (424, #"{"error":"Request failed during generation","error_type":"generation"}"#, .failing, .serverError),
    ]

    @Test(arguments: direct)
    func `a provider's answer is judged by status and words`(
        row: (status: Int, body: String, outcome: Outcome.Class, cause: Outcome.Cause)
    ) {
        let isPage = row.body.hasPrefix("<")
        let outcome = Self.verdict(Self.exchange(row.status, row.body, type: isPage ? "text/html" : "application/json"))
            .outcome
        #expect(outcome.class == row.outcome, "\(outcome)")
        #expect(outcome.cause == row.cause, "\(outcome)")
        #expect(outcome.httpStatus == row.status)
        #expect(
            outcome.class == .ok ? outcome.detail.isEmpty : outcome.detail.contains(" ") && outcome.detail.count <= 300)
    }

    // MARK: Through a gateway

    static let gateway = GatewayRoute(gateway: "portkey", provider: "acme")

    static let viaGateway: [(status: Int, body: String, headers: [(String, String)], Outcome.Class, Outcome.Cause)] = [
        (412, #"{"status":"failure","message":"budget exhausted"}"#, [], .quota, .quota),
        (401, #"{"status":"failure","message":"Invalid API Key. Error Code: 03"}"#, [], .credentials, .unauthorized),
        (429, #"{"status":"failure","message":"rate limit"}"#, [("retry-after", "3")], .rateLimited, .rateLimit),
        (446, #"{"error":{"message":"denied","type":"hooks_failed"}}"#, [("x-portkey-provider", "acme")], .ok, .none),
        (446, "", [("x-portkey-provider", "acme")], .ok, .none),
        (246, choice, [("x-portkey-provider", "acme")], .ok, .none),
        (
            200, choice, [("x-portkey-provider", "acme"), ("x-portkey-cache-status", "HIT")], .misconfigured,
            .cachedAnswer
        ),
        (
            200, choice, [("x-portkey-provider", "acme"), ("x-portkey-cache-status", "SEMANTIC HIT")], .misconfigured,
            .cachedAnswer
        ),
        (200, choice, [("x-portkey-provider", "acme"), ("x-portkey-cache-status", "SEMANTIC MISS")], .ok, .none),
        (200, choice, [("x-portkey-provider", "acme"), ("x-portkey-cache-status", "REFRESH")], .ok, .none),
        (502, "<html>nginx</html>", [], .gateway, .gatewayUnreachable),
        (503, "no healthy upstream", [], .gateway, .gatewayUnreachable),
        (502, #"{"error":{"message":"acme error: bad"}}"#, [("x-portkey-provider", "acme")], .failing, .serverError),
        (
            500, #"{"status":"failure","message":"Something went wrong"}"#, [("x-portkey-gateway-exception", "true")],
            .failing, .malformedAnswer
        ),
        (500, #"{"status":"failure","message":"Something went wrong"}"#, [], .gateway, .gatewayRefused),
        (
            500,
            #"{"html-message":"Message: fetch failed Cause: Error: getaddrinfo ENOTFOUND api.acme Name: TypeError"}"#,
            [("x-portkey-provider", "acme")], .failing, .dns
        ),
        (
            500, #"{"html-message":"Message: fetch failed Cause: Error: self-signed certificate Name: TypeError"}"#,
            [("x-portkey-provider", "acme")], .failing, .tls
        ),
        (
            503,
            #"{"html-message":"Message: fetch failed Cause: ConnectTimeoutError: Connect Timeout Error Name: TypeError"}"#,
            [("x-portkey-provider", "acme")], .failing, .timeout
        ),
    ]

    @Test(arguments: viaGateway)
    func `an answer through a gateway is judged by whose it is`(
        row: (status: Int, body: String, headers: [(String, String)], outcome: Outcome.Class, cause: Outcome.Cause)
    ) {
        let outcome = Self.verdict(Self.exchange(row.status, row.body, row.headers), gateway: Self.gateway).outcome
        #expect(outcome.class == row.outcome, "\(outcome)")
        #expect(outcome.cause == row.cause, "\(outcome)")
    }

    @Test
    func `a cached answer is told in the note`() {
        let verdict = Self.verdict(
            Self.exchange(200, Self.choice, [("x-portkey-provider", "acme"), ("x-portkey-cache-status", "HIT")]),
            gateway: Self.gateway)
        #expect(verdict.notes.contains { $0.contains("HIT") })
        #expect(verdict.outcome.detail.contains("cache"))
    }

    @Test(arguments: [
        ("Invalid custom host", "TRUSTED_CUSTOM_HOSTS"),
        ("Invalid provider passed", "provider that this gateway knows"),
        ("Invalid config passed. You need to pass a valid json", "hosted gateway"),
        ("Either x-portkey-config or x-portkey-provider header is required", "provider or config"),
        ("Query router did not resolve to any valid target", "one target"),
    ])
    func `a refusal of the gateway says what to do`(message: String, hint: String) {
        let body = JSONText.text(["status": "failure", "message": .string(message)])
        let outcome = Self.verdict(Self.exchange(400, body), gateway: Self.gateway).outcome
        #expect(outcome.detail.contains(message))
        #expect(outcome.detail.contains(hint))
    }

    @Test
    func `a provider's slug at an open-source gateway is named as the mistake`() {
        let route = GatewayRoute(gateway: "portkey", provider: "@openai-prod")
        let outcome = Self.verdict(
            Self.exchange(400, #"{"status":"failure","message":"Invalid provider passed"}"#), gateway: route
        ).outcome
        #expect(outcome.detail.contains("hosted"))
    }

    // MARK: No answer

    static let transport:
        [(failure: TransportFailure, connected: Bool, status: Int?, direct: Outcome.Cause, via: Outcome.Class)] = [
            (.refused, false, nil, .connectionRefused, .gateway),
            (.unreachable, false, nil, .connectionRefused, .gateway),
            (.dns, false, nil, .dns, .gateway),
            (.tls("x"), false, nil, .tls, .gateway),
            (.connectTimeout, false, nil, .timeout, .gateway),
            (.proxy("x"), false, nil, .connectionRefused, .gateway),
            (.reset, true, nil, .connectionReset, .gateway),
            (.closed, true, nil, .connectionReset, .gateway),
            (.reset, true, 200, .connectionReset, .failing),
            (.closed, true, 200, .connectionReset, .failing),
            (.deadline, true, nil, .timeout, .failing),
            (.deadline, true, 200, .timeout, .failing),
            (.deadline, false, nil, .timeout, .gateway),
            (.stall(.seconds(5)), true, 200, .stall, .failing),
            (.tooLong(limit: 1 << 20), true, 200, .malformedAnswer, .failing),
            (.garbled, true, nil, .malformedAnswer, .gateway),
        ]

    @Test(arguments: transport)
    func `no answer from a provider counts; no way to a gateway is the gateway's`(
        row: (failure: TransportFailure, connected: Bool, status: Int?, direct: Outcome.Cause, via: Outcome.Class)
    ) {
        var exchange = Self.exchange(row.status, failure: row.failure)
        if !row.connected { exchange.phases.connect = nil }
        let direct = Self.verdict(exchange).outcome
        #expect(direct.class == .failing && direct.cause == row.direct, "\(direct)")
        let via = Self.verdict(exchange, gateway: Self.gateway).outcome
        #expect(via.class == row.via, "\(via)")
        #expect(via.class != .gateway || via.cause == .gatewayUnreachable)
        #expect(!direct.detail.isEmpty && !via.detail.isEmpty)
    }

    @Test
    func `an address that is refused is ours to correct`() {
        let outcome = Self.verdict(Self.exchange(nil, failure: .forbidden("169.254.169.254"))).outcome
        #expect(outcome.class == .misconfigured)
        #expect(outcome.detail.contains("169.254.169.254"))
    }

    // MARK: Modes

    static let modes: [(mode: ModelConfig.Mode, body: String, isAlive: Bool)] = [
        (.completion, #"{"choices":[{"text":"pong","finish_reason":"length"}]}"#, true),
        (.completion, #"{"choices":[]}"#, false),
        (
            .responses,
            #"{"object":"response","status":"completed","output":[{"type":"message","content":[{"type":"output_text","text":"pong"}]}],"error":null}"#,
            true
        ),
        (
            .responses,
            #"{"object":"response","status":"incomplete","incomplete_details":{"reason":"max_output_tokens"},"output":[],"error":null}"#,
            true
        ),
        (
            .responses,
            #"{"object":"response","status":"failed","output":[],"error":{"code":"server_error","message":"x"}}"#, false
        ),
        (.responses, #"{"object":"response","status":"completed"}"#, false),
        (.embedding, #"{"data":[{"embedding":[0.1,0.2],"index":0}]}"#, true),
        (.embedding, #"{"data":[{"embedding":"AAAA","index":0}]}"#, true),
        (.embedding, #"{"data":[{"embedding":[]}]}"#, false),
        (.embedding, #"{"data":[]}"#, false),
        (.rerank, #"{"results":[{"index":0,"relevance_score":0.9}]}"#, true),
        (.rerank, #"{"data":[{"index":0,"relevance_score":0.9}]}"#, true),
        (.rerank, #"[{"index":0,"score":0.9}]"#, true),
        (.rerank, #"{"results":[]}"#, false),
        (.image, #"{"data":[{"url":"https://x/y.png"}]}"#, true),
        (.image, #"{"data":[{"b64_json":"iVBOR"}]}"#, true),
        (.image, #"{"data":[{}]}"#, false),
        (.audio, #"{"text":""}"#, true),
        (.audio, #"{}"#, false),
    ]

    @Test(arguments: modes)
    func `what alive means in each mode`(row: (mode: ModelConfig.Mode, body: String, isAlive: Bool)) {
        let outcome = Self.verdict(Self.exchange(200, row.body), mode: row.mode).outcome
        #expect((outcome.class == .ok) == row.isAlive, "\(outcome)")
        #expect(row.isAlive || outcome.class == .failing)
    }

    @Test
    func `sound is an answer of a speaking model, silence is none`() {
        #expect(Self.verdict(Self.exchange(200, "ID3....", type: "audio/mpeg"), mode: .audio).outcome.class == .ok)
        #expect(Self.verdict(Self.exchange(200, "", type: "audio/mpeg"), mode: .audio).outcome.class == .failing)
    }

    @Test
    func `Anthropic's own answers`() {
        let body =
            #"{"type":"message","model":"claude-3-5-haiku-20241022","content":[{"type":"text","text":"pong"}],"stop_reason":"end_turn","usage":{"input_tokens":8,"output_tokens":2}}"#
        let verdict = Self.verdict(Self.exchange(200, body), model: "claude-3-5-haiku-latest", dialect: .anthropic)
        #expect(verdict.outcome.class == .ok)
        #expect(verdict.answer?.text == "pong")
        #expect(verdict.answer?.inputTokens == 8)
        #expect(verdict.answer?.outputTokens == 2)
        #expect(
            Self.verdict(Self.exchange(200, #"{"type":"message"}"#), dialect: .anthropic).outcome.cause
                == .malformedAnswer)
    }

    // MARK: Streams

    static let streams:
        [(
            body: String, dialect: ModelTarget.Dialect, mode: ModelConfig.Mode, Outcome.Class, Outcome.Cause,
            tokenAt: Int?
        )] = [
            (
                """
                data: {"model":"gpt-4o-mini","choices":[{"delta":{"role":"assistant","content":""}}]}

                data: {"choices":[{"delta":{"content":"po"}}]}

                data: {"choices":[{"delta":{"content":"ng"},"finish_reason":"stop"}]}

                data: {"choices":[],"usage":{"prompt_tokens":8,"completion_tokens":2}}

                data: [DONE]


                """, .openAI, .chat, .ok, .none, 101
            ),
            (
                """
                data: {"choices":[{"delta":{"reasoning_content":"hm"}}]}

                data: {"choices":[{"delta":{},"finish_reason":"length"}]}


                """, .openAI, .chat, .ok, .none, 100
            ),
            (
                """
                data: {"choices":[{"delta":{"tool_calls":[{"index":0}]}}]}

                data: [DONE]


                """, .openAI, .chat, .ok, .none, 100
            ),
            (
                "data: {\"choices\":[{\"delta\":{\"content\":\"po\"}}]}\n\n", .openAI, .chat, .failing,
                .malformedAnswer, 100
            ),
            ("data: [DONE]\n\n", .openAI, .chat, .failing, .malformedAnswer, nil),
            ("", .openAI, .chat, .failing, .malformedAnswer, nil),
            (
                """
                data: {"choices":[{"delta":{"content":"po"}}]}

                data: {"error":{"message":"died","type":"server_error"}}


                """, .openAI, .chat, .failing, .errorInSuccess, 100
            ),
            (
                "data: {\"choices\":[{\"text\":\"po\",\"finish_reason\":null}]}\n\ndata: [DONE]\n\n", .openAI,
                .completion, .ok, .none, 100
            ),
            (
                """
                event: response.created
                data: {"type":"response.created","response":{"model":"gpt-4o-mini","status":"in_progress"}}

                event: response.output_text.delta
                data: {"type":"response.output_text.delta","delta":"pong"}

                event: response.completed
                data: {"type":"response.completed","response":{"status":"completed","usage":{"input_tokens":8,"output_tokens":1}}}


                """, .openAI, .responses, .ok, .none, 101
            ),
            (
                """
                event: response.failed
                data: {"type":"response.failed","response":{"status":"failed","error":{"code":"server_error","message":"x"}}}


                """, .openAI, .responses, .failing, .errorInSuccess, nil
            ),
            (
                """
                event: message_start
                data: {"type":"message_start","message":{"model":"gpt-4o-mini","usage":{"input_tokens":8}}}

                event: ping
                data: {"type":"ping"}

                event: content_block_delta
                data: {"type":"content_block_delta","delta":{"type":"text_delta","text":"pong"}}

                event: message_delta
                data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":2}}

                event: message_stop
                data: {"type":"message_stop"}


                """, .anthropic, .chat, .ok, .none, 102
            ),
            (
                """
                event: message_start
                data: {"type":"message_start","message":{"model":"gpt-4o-mini"}}

                event: error
                data: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}


                """, .anthropic, .chat, .failing, .overloaded, nil
            ),
        ]

    @Test(arguments: streams)
    func `a streamed answer is judged, and its first token found`(
        row: (
            body: String, dialect: ModelTarget.Dialect, mode: ModelConfig.Mode, outcome: Outcome.Class,
            cause: Outcome.Cause, tokenAt: Int?
        )
    ) {
        let verdict = Self.verdict(
            Self.exchange(200, row.body, type: "text/event-stream"), mode: row.mode, dialect: row.dialect)
        #expect(verdict.outcome.class == row.outcome, "\(verdict.outcome)")
        #expect(verdict.outcome.cause == row.cause, "\(verdict.outcome)")
        #expect(verdict.firstToken == row.tokenAt.map { .milliseconds($0) })
    }

    // MARK: Models that swap, words that leak

    static func answer(of model: String) -> Exchange {
        exchange(200, #"{"model":"\#(model)","choices":[{"message":{"content":"pong"}}]}"#)
    }

    @Test
    func `a version of the asked model is the asked model, and the note says how it calls itself`() {
        let verdict = Self.verdict(Self.answer(of: "gpt-4o-mini-2024-07-18"))
        #expect(verdict.outcome.class == .ok)
        #expect(verdict.notes == ["answers as 'gpt-4o-mini-2024-07-18'"])
    }

    @Test
    func `another model than the usual one is a finding, as grave as the operator says, and both are named`() {
        let answer = Self.answer(of: "gpt-3.5-turbo")
        let outcome = Self.verdict(answer, usual: "gpt-4o-mini").outcome
        #expect(outcome.class == .ok && outcome.cause == .otherModelAnswered)
        #expect(outcome.detail.contains("gpt-4o-mini") && outcome.detail.contains("gpt-3.5-turbo"))
        #expect(outcome.detail.contains("answersAs"))
        #expect(Self.verdict(answer, usual: "gpt-4o-mini", onOtherModel: .unhealthy).outcome.class == .failing)
        let ignored = Self.verdict(answer, usual: "gpt-4o-mini", onOtherModel: .ignore)
        #expect(ignored.outcome == .ok && ignored.notes.joined().contains("gpt-3.5-turbo"))
    }

    @Test
    func `an alias is no finding, whatever stands behind it; a change of what stands behind it is`() {
        #expect(Self.verdict(Self.answer(of: "gpt-4o-2024-08-06"), model: "gpt-4").outcome == .ok)
        #expect(Self.verdict(Self.answer(of: "gpt-4o"), model: "gpt-4", usual: "gpt-4o-2024-08-06").outcome == .ok)
        let change = Self.verdict(Self.answer(of: "gpt-3.5-turbo"), model: "gpt-4", usual: "gpt-4o-2024-08-06")
        #expect(change.outcome.cause == .otherModelAnswered && change.outcome.detail.contains("gpt-4o-2024-08-06"))
        let answer = Self.answer(of: "team-b")
        #expect(Self.verdict(answer, model: "team-a").outcome == .ok)
        #expect(Self.verdict(answer, model: "team-a").notes == ["answers as 'team-b'"])
        #expect(Self.verdict(answer, model: "team-a", usual: "team-b").outcome == .ok)
        #expect(Self.verdict(answer, model: "team-a", usual: "team-a").outcome.cause == .otherModelAnswered)
        #expect(Self.verdict(answer, model: "team-a", usual: "team-a", answersAs: ["team-?"]).outcome == .ok)
        #expect(Self.verdict(answer, model: "team-a", usual: "team-a", answersAs: ["*"]).outcome == .ok)
        #expect(Self.verdict(Self.answer(of: "team-a-2026-01-01"), model: "team-a", usual: "team-a").outcome == .ok)
    }

    @Test
    func `the first two answers in one name settle it, and the own name at once`() {
        let book = EchoBook()
        let target = ModelTarget(baseURL: "http://h", model: "gpt-4")
        func hear(_ name: String, isOwn: Bool = false) -> String? {
            book.heard(name, isOwn: isOwn, from: target, of: "m")
            return book.usualName(of: target, of: "m")
        }
        #expect(book.usualName(of: target, of: "m") == nil)
        #expect(hear("stand-in") == "stand-in")
        #expect(hear("gpt-4o") == "gpt-4o")
        #expect(hear("gpt-4o") == "gpt-4o")
        #expect(hear("other") == "gpt-4o")
        book.keep([:])
        #expect(book.usualName(of: target, of: "m") == nil)
        #expect(hear("gpt-4-0613", isOwn: true) == "gpt-4-0613")
        #expect(hear("other") == "gpt-4-0613")
    }

    @Test
    func `the gateway's prefix is stripped from messages`() {
        let body = #"{"error":{"message":"acme error: It broke.","type":"server_error"},"provider":"acme"}"#
        let outcome = Self.verdict(Self.exchange(500, body, [("x-portkey-provider", "acme")]), gateway: Self.gateway)
            .outcome
        #expect(outcome.detail.contains("It broke.") && !outcome.detail.contains("acme error:"))
    }

    @Test
    func `an error a mile long is cut to a sentence`() {
        let body = JSONText.text(["error": ["message": .string(String(repeating: "no ", count: 10_000))]])
        #expect(Self.verdict(Self.exchange(500, body)).outcome.detail.count <= 300)
    }

    @Test
    func `an answer that names its model with our key shows no key`() {
        let verdict = Self.verdict(Self.answer(of: "sk-12345678"))
        #expect(verdict.answer?.model?.contains("12345678") == false)
        #expect(!verdict.notes.joined().contains("12345678"))
    }

    @Test
    func `a wait is told for limits and overload alike`() {
        #expect(Self.verdict(Self.exchange(429, "", [("retry-after", "7")])).outcome.retryAfter == .seconds(7))
        #expect(Self.verdict(Self.exchange(503, "", [("retry-after", "7")])).outcome.retryAfter == .seconds(7))
        let google =
            #"{"error":{"code":429,"message":"x","status":"RESOURCE_EXHAUSTED","details":[{"retryDelay":"34s"}]}}"#
        #expect(Self.verdict(Self.exchange(429, google)).outcome.retryAfter == .seconds(34))
    }

    // MARK: Custom checks

    static let assertions: [(CheckDefinition.Assertion, holds: Bool)] = [
        (.contains("pong"), true), (.contains("PONG"), false), (.matches("^p.ng$"), true), (.matches("^x"), false),
        (.matches("("), false), (.latencyBelow(.seconds(1)), true), (.latencyBelow(.milliseconds(300)), false),
        (.status(200), true), (.status(201), false), (.json(path: "choices.0.message.content", equals: nil), true),
        (.json(path: "choices.0.message.content", equals: "pong"), true),
        (.json(path: "choices.0.index", equals: 0), true),
        (.json(path: "choices.0.index", equals: 1), false), (.json(path: "choices.1", equals: nil), false),
        (.minimumOutputTokens(2), true), (.minimumOutputTokens(3), false),
    ]

    @Test(arguments: assertions)
    func `an assertion of a check holds or says what was expected and what came`(
        row: (assertion: CheckDefinition.Assertion, holds: Bool)
    ) {
        let body =
            #"{"model":"gpt-4o-mini","choices":[{"index":0,"message":{"content":"pong"}}],"usage":{"completion_tokens":2}}"#
        let exchange = Self.exchange(200, body)
        let judge = CheckJudge(
            check: CheckDefinition(name: "c", prompt: "x", assertions: [.status(200), row.assertion].reversed()),
            redactor: Redactor())
        let outcome = judge.verdict(on: exchange, plain: Self.verdict(exchange)).outcome
        #expect((outcome.class == .ok) == row.holds, "\(outcome)")
        guard !row.holds else { return }
        #expect(outcome.class == .failing && outcome.cause == .assertion)
        #expect(outcome.detail.hasPrefix("Check 'c': "))
    }

    @Test
    func `a check of a model that fails fails as the model does`() {
        let exchange = Self.exchange(401, "{}")
        let judge = CheckJudge(
            check: CheckDefinition(name: "c", prompt: "x", assertions: [.contains("x")]), redactor: Redactor())
        #expect(judge.verdict(on: exchange, plain: Self.verdict(exchange)).outcome.class == .credentials)
    }

    @Test
    func `a check that expects a refusal is content with one`() {
        let exchange = Self.exchange(400, #"{"error":{"message":"no","code":"bad"}}"#)
        let judge = CheckJudge(
            check: CheckDefinition(
                name: "c", body: [:], assertions: [.status(400), .json(path: "error.code", equals: "bad")]),
            redactor: Redactor())
        #expect(judge.verdict(on: exchange, plain: Self.verdict(exchange)).outcome.class == .ok)
    }
}
