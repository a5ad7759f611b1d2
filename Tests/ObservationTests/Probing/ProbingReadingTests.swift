import Health
import NIOHTTP1
import Testing

@testable import Observation

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The small readings that a verdict rests on: finish reasons, waits, allowances, keys and names, token counts.
@Suite("Readings of an answer", .timeLimit(.minutes(5)))
struct ProbingReadingTests {
    // MARK: Finish reasons

    @Test(
        arguments: [
            ("stop", .alive("stop")), ("STOP", .alive("STOP")), ("length", .alive("length")),
            ("max_tokens", .alive("max_tokens")), ("MAX_TOKENS", .alive("MAX_TOKENS")),
            ("tool_calls", .alive("tool_calls")), ("tool_use", .alive("tool_use")), ("toolUse", .alive("toolUse")),
            ("content_filter", .alive("content_filter")), ("refusal", .alive("refusal")),
            ("SAFETY", .alive("SAFETY")), ("sensitive", .alive("sensitive")), ("eos_token", .alive("eos_token")),
            ("end_turn", .alive("end_turn")), ("model_length", .alive("model_length")),
            ("ERROR_TOXIC", .alive("ERROR_TOXIC")), ("guardrail_intervened", .alive("guardrail_intervened")),
            ("error", .failed("error")), ("abort", .failed("abort")), ("cancelled", .failed("cancelled")),
            ("insufficient_system_resource", .failed("insufficient_system_resource")),
            ("network_error", .failed("network_error")),
            ("MALFORMED_FUNCTION_CALL", .failed("MALFORMED_FUNCTION_CALL")),
            ("ERROR", .failed("ERROR")), ("engine_failure", .failed("engine_failure")),
            ("upstream_timeout", .failed("upstream_timeout")), ("worker_crashed", .failed("worker_crashed")),
            ("reached_the_moon", .unknown("reached_the_moon")), ("null", nil), ("", nil), (nil, nil),
        ] as [(String?, FinishReason?)])
    func `a reason to stop is alive, failed or new`(word: String?, reason: FinishReason?) {
        #expect(FinishReason(word, .openAI) == reason)
    }

    @Test
    func `a reason that no table has is alive, and told; one that failed is none`() {
        func verdict(_ choice: String) -> Verdict {
            ProbingClassifierTests.verdict(ProbingClassifierTests.exchange(200, #"{"choices":[\#(choice)]}"#))
        }
        let new = verdict(#"{"message":{"content":"x"},"finish_reason":"reached_the_moon"}"#)
        #expect(new.outcome == .ok && new.newFinishReason == "reached_the_moon")
        #expect(new.notes.joined().contains("reached_the_moon"))
        let failed = verdict(#"{"message":{"content":"x"},"finish_reason":"abort"}"#).outcome
        #expect(failed.class == .failing && failed.detail.contains("'abort'"))
        let native = verdict(
            #"{"message":{"content":""},"finish_reason":"stop","native_finish_reason":"MALFORMED_FUNCTION_CALL"}"#)
        #expect(native.outcome.class == .failing)
        let quiet = verdict(
            #"{"message":{"content":"x"},"finish_reason":"stop","native_finish_reason":"some_word_of_theirs"}"#)
        #expect(quiet.outcome == .ok && quiet.newFinishReason == nil)
    }

    static let silences: [(message: String, finish: String, tokens: String, isAlive: Bool)] = [
        (#"{"content":""}"#, #""stop""#, "0", false),
        (#"{"content":null}"#, #""stop""#, "0", false),
        (#"{"content":""}"#, "null", "0", false),
        (#"{"content":""}"#, #""stop""#, "1", true),
        (#"{"content":""}"#, #""length""#, "0", true),
        (#"{"content":""}"#, #""content_filter""#, "0", true),
        (#"{"content":"","tool_calls":[{"id":"1"}]}"#, #""stop""#, "0", true),
        (#"{"content":"","reasoning_text":"hm"}"#, #""stop""#, "0", true),
        (#"{"content":"","thoughts":"hm"}"#, #""stop""#, "0", true),
        (#"{"content":"","refusal":"no"}"#, #""stop""#, "0", true),
        (#"{"content":"pong"}"#, #""stop""#, "0", true),
    ]

    @Test(arguments: silences)
    func `nothing said, nothing called, nothing thought and no token is no answer`(
        row: (message: String, finish: String, tokens: String, isAlive: Bool)
    ) {
        let body =
            #"{"choices":[{"message":\#(row.message),"finish_reason":\#(row.finish)}],"usage":{"completion_tokens":\#(row.tokens)}}"#
        let outcome = ProbingClassifierTests.verdict(ProbingClassifierTests.exchange(200, body)).outcome
        #expect((outcome.class == .ok) == row.isAlive, "\(outcome)")
    }

    // MARK: Streams

    @Test(arguments: [
        #"{"content":"x"}"#, #"{"reasoning":"x"}"#, #"{"reasoning_content":"x"}"#, #"{"reasoning_text":"x"}"#,
        #"{"thinking":"x"}"#, #"{"thoughts":"x"}"#, #"{"thinking_blocks":[{"type":"thinking","thinking":"x"}]}"#,
        #"{"reasoning_details":[{"type":"reasoning.text","text":"x"}]}"#, #"{"refusal":"x"}"#,
        #"{"tool_calls":[{"index":0}]}"#, #"{"function_call":{"name":"f"}}"#, #"{"audio":{"data":"AAAA"}}"#,
        #"{"content":[{"type":"thinking","thinking":[{"type":"text","text":"x"}]}]}"#,
    ])
    func `a token is one under any name`(delta: String) throws {
        #expect(AnswerParts.carries(try #require(JSONText.parse(delta))))
    }

    @Test(arguments: [
        #"{}"#, #"{"role":"assistant"}"#, #"{"role":"assistant","content":""}"#, #"{"content":null}"#,
        #"{"reasoning_content":"","content":""}"#, #"{"tool_calls":[]}"#, #"{"id":"x","index":0}"#,
        #"{"reasoning_details":[{"type":"reasoning.text","text":"","format":"x"}]}"#,
    ])
    func `and none where there is none`(delta: String) throws {
        #expect(!AnswerParts.carries(try #require(JSONText.parse(delta))))
    }

    static func stream(_ body: String, failure: TransportFailure?, every gap: Duration = .seconds(1)) -> Exchange {
        var exchange = ProbingClassifierTests.exchange(200, "", type: "text/event-stream", failure: failure)
        exchange.body = Array(body.utf8)
        var events = ServerSentEvents()
        exchange.events = events.append(exchange.body).enumerated().map { .init(event: $1, at: gap * $0) }
        exchange.duration = .seconds(10)
        return exchange
    }

    static let chunk = "data: {\"choices\":[{\"delta\":{\"content\":\"po\"}}]}\n\n"
    static let last = "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"

    static let endless: [(body: String, failure: TransportFailure, Outcome.Class, Outcome.Cause)] = [
        (String(repeating: ": keep-alive\n\n", count: 50), .deadline, .failing, .stall),
        (String(repeating: "data:\n\n", count: 50), .deadline, .failing, .stall),
        (String(repeating: "data: {}\n\n", count: 50), .deadline, .failing, .stall),
        (String(repeating: "event: ping\ndata: {\"type\":\"ping\"}\n\n", count: 50), .deadline, .failing, .stall),
        (
            "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n"
                + String(repeating: ": ping\n\n", count: 9), .deadline, .failing, .stall
        ),
        (chunk + String(repeating: ": ping\n\n", count: 9), .deadline, .failing, .stall),
        // It goes on saying something, too slowly.
        (String(repeating: chunk, count: 10), .deadline, .failing, .timeout),
        (chunk, .reset, .failing, .connectionReset),
        // It had said all there was.
        (chunk + last, .deadline, .ok, .none),
        (chunk + last + "data: [DONE]\n\n", .stall(.seconds(5)), .ok, .none),
        (chunk + "data: [DONE]\n\n", .reset, .ok, .none),
        (chunk + last + "data: [DONE]\n\n: ping\n\n: ping\n\n", .deadline, .ok, .none),
        (chunk + "data: {\"error\":{\"code\":429,\"message\":\"slow down\"}}\n\n", .deadline, .rateLimited, .rateLimit),
    ]

    @Test(arguments: endless)
    func `heartbeats for ever are a stall, and an answer that is whole is one though the line stays open`(
        row: (body: String, failure: TransportFailure, outcome: Outcome.Class, cause: Outcome.Cause)
    ) {
        let outcome = ProbingClassifierTests.verdict(Self.stream(row.body, failure: row.failure)).outcome
        #expect(outcome.class == row.outcome, "\(outcome)")
        #expect(outcome.cause == row.cause, "\(outcome)")
    }

    @Test
    func `an answer that was whole counts with the time of its end`() {
        let verdict = ProbingClassifierTests.verdict(Self.stream(Self.chunk + Self.last, failure: .deadline))
        #expect(verdict.endedAt == .seconds(1))
        #expect(verdict.notes.contains { $0.contains("stayed open") })
    }

    // MARK: Waits

    static let now = Date(timeIntervalSince1970: 1_764_547_200)

    @Test(
        arguments: [
            ("Please try again in 20s.", 20), ("try again in 6ms", 0.006), ("Please try again in 1m12.5s", 72.5),
            ("Please retry in 34.07s.", 34.07), ("retry after 3 seconds", 3), ("Try again in 60 seconds.", 60),
            ("please wait 2 hours and 5 minutes", 7_500), ("Please wait 51084 seconds before retrying.", 51_084),
            ("Please retry after 26 seconds.", 26), ("try again in about 2 minutes", 120),
            ("try again in 1 day", 86_400),
            ("try again later", nil), ("wait for it", nil), ("try again in 5", nil), ("", nil),
            ("we wait. try again in 3 minutes", 180),
        ] as [(String, Double?)])
    func `a wait in words`(text: String, seconds: Double?) {
        let wait = WaitWords.duration(in: text)
        #expect((wait == nil) == (seconds == nil))
        #expect(abs((wait?.seconds ?? 0) - (seconds ?? 0)) < 1e-6)
    }

    static let waits: [(headers: [(String, String)], body: JSONValue, seconds: Double?)] = [
        ([("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1764547230")], [:], 30),
        ([("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1764547230000")], [:], 30),
        ([("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "30")], [:], 30),
        ([("x-ratelimit-remaining", "3"), ("x-ratelimit-reset", "30")], [:], nil),
        ([("ratelimit", "\"day\";r=0;t=7200")], [:], 7_200),
        ([("ratelimit", "limit=100, remaining=0, reset=50")], [:], 50),
        (
            [("x-ratelimit-remaining-requests-day", "0"), ("x-ratelimit-reset-requests-day", "33011.38")], [:],
            33_011.38
        ),
        ([("retry-after", "2025-12-01T00:00:30Z")], [:], 30),
        ([("retry-after", "30s")], [:], 30),
        ([("retry-after", "1764547230")], [:], 30),
        ([("retry-after", "31536000")], [:], 604_800),
        ([], ["message": "x", "retry_after": 12], 12),
        ([], ["message": "x", "retry_after_ms": 1_500], 1.5),
        ([], ["message": "Rate limited. Try again in 8 seconds."], 8),
        (
            [],
            [
                "message": "x", "code": 429,
                "metadata": ["headers": ["X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1764550800000"]],
            ], 3_600
        ),
        ([], ["message": "x"], nil),
    ]

    @Test(arguments: waits)
    func `a wait is kept whole, from wherever it is told`(
        row: (headers: [(String, String)], body: JSONValue, seconds: Double?)
    ) {
        let wait = RetryAfter.duration(HTTPHeaders(row.headers), ErrorBody(["error": row.body]), now: Self.now)
        #expect((wait == nil) == (row.seconds == nil), "\(String(describing: wait))")
        #expect(abs((wait?.seconds ?? 0) - (row.seconds ?? 0)) < 1e-3)
    }

    @Test(
        arguments: [
            (0.5, "500 ms"), (7, "7 s"), (90, "90 s"), (300, "5 min"), (7_800, "2 h 10 min"), (259_200, "3 days"),
        ] as [(Double, String)])
    func `how a wait reads`(seconds: Double, text: String) { #expect(Duration.seconds(seconds).waitText == text) }

    @Test
    func `the wish stands in the sentence`() {
        let exchange = ProbingClassifierTests.exchange(429, "{}", [("retry-after", "7800")])
        #expect(ProbingClassifierTests.verdict(exchange).outcome.detail.contains("wait 2 h 10 min"))
    }

    // MARK: Allowances

    static let allowances: [(headers: [(String, String)], vendor: String, Allowance?)] = [
        (
            [
                ("x-ratelimit-limit-requests", "500"), ("x-ratelimit-remaining-requests", "499"),
                ("x-ratelimit-reset-requests", "120ms"), ("x-ratelimit-limit-tokens", "30000"),
            ], "acme",
            Allowance(limit: 500, remaining: 499, resetAfter: .milliseconds(120), period: .seconds(60))
        ),
        (
            [
                ("x-ratelimit-limit-requests", "10000"), ("x-ratelimit-remaining-requests", "9999"),
                ("x-ratelimit-reset-requests", "8.64s"),
            ], "openai",
            Allowance(limit: 10_000, remaining: 9_999, resetAfter: .seconds(8.64), period: .seconds(86_400))
        ),
        (
            [
                ("x-ratelimit-limit-requests", "14400"), ("x-ratelimit-remaining-requests", "14370"),
                ("x-ratelimit-reset-requests", "2m59.56s"),
            ], "acme",
            Allowance(limit: 14_400, remaining: 14_370, resetAfter: .seconds(179.56), period: .seconds(86_400))
        ),
        (
            [("x-ratelimit-limit-requests", "1000"), ("x-ratelimit-remaining-requests", "1000")],
            "groq api.groq.com:443",
            Allowance(limit: 1_000, remaining: 1_000, period: .seconds(86_400))
        ),
        (
            [
                ("anthropic-ratelimit-requests-limit", "50"), ("anthropic-ratelimit-requests-remaining", "0"),
                ("anthropic-ratelimit-requests-reset", "2025-12-01T00:00:30Z"),
                ("anthropic-ratelimit-input-tokens-limit", "40000"),
            ], "acme", Allowance(limit: 50, remaining: 0, resetAfter: .seconds(30), period: .seconds(60))
        ),
        (
            [("x-ratelimit-limit-req-minute", "60"), ("x-ratelimit-remaining-req-minute", "59")], "mistral",
            Allowance(limit: 60, remaining: 59, period: .seconds(60))
        ),
        (
            [
                ("x-ratelimit-limit-requests-day", "14400"), ("x-ratelimit-remaining-requests-day", "14399"),
                ("x-ratelimit-limit-requests-minute", "30"), ("x-ratelimit-remaining-requests-minute", "29"),
                ("x-ratelimit-reset-requests-day", "33011.382867"),
            ], "cerebras",
            Allowance(limit: 14_400, remaining: 14_399, resetAfter: .seconds(33_011.382867), period: .seconds(86_400))
        ),
        (
            [
                ("X-RateLimit-Limit", "50"), ("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", "1764550800000"),
            ], "openrouter", Allowance(limit: 50, remaining: 0, resetAfter: .seconds(3_600))
        ),
        (
            [("ratelimit", "\"api\";r=489;t=212"), ("ratelimit-policy", "\"fixed window\";\"api\";q=500;w=300")], "hf",
            Allowance(limit: 500, remaining: 489, resetAfter: .seconds(212), period: .seconds(300))
        ),
        (
            [("ratelimit-limit", "100, 100;w=60"), ("ratelimit-remaining", "7"), ("ratelimit-reset", "21")], "kong",
            Allowance(limit: 100, remaining: 7, resetAfter: .seconds(21), period: .seconds(60))
        ),
        (
            [
                ("x-ratelimit-limit-requests", "250"), ("x-ratelimit-remaining-requests", "249"),
                ("x-ratelimit-renewalperiod-requests", "10"),
            ], "azure", Allowance(limit: 250, remaining: 249, period: .seconds(10))
        ),
        (
            [("x-ratelimit-remaining-tokens", "0"), ("x-ratelimit-reset-tokens", "9")], "acme",
            Allowance(remaining: 0, resetAfter: .seconds(9))
        ),
        ([("x-ratelimit-limit-tokens", "9000"), ("x-ratelimit-remaining-tokens", "8000")], "acme", nil),
        ([("x-ratelimit-limit", "many"), ("x-request-id", "1")], "acme", nil),
        ([], "acme", nil),
    ]

    @Test(arguments: allowances)
    func `an allowance is read in every spelling`(
        row: (headers: [(String, String)], vendor: String, allowance: Allowance?)
    ) {
        let read = Allowance.reading(HTTPHeaders(row.headers), nil, vendor: row.vendor, now: Self.now)
        #expect(read?.limit == row.allowance?.limit)
        #expect(read?.remaining == row.allowance?.remaining)
        #expect(read?.period == row.allowance?.period)
        #expect(abs((read?.resetAfter?.seconds ?? 0) - (row.allowance?.resetAfter?.seconds ?? 0)) < 1e-3)
    }

    @Test(
        arguments: [
            ("Rate limit of 50 per 86400s exceeded for UserByModelByDay. Please wait 51084 seconds.", 50, 86_400),
            ("Rate limit reached for gpt-4o on requests per day (RPD): Limit 200, Used 200, Requested 1.", 200, 86_400),
            ("Rate limit reached for x on requests per min (RPM): Limit 3, Used 3. Please try again in 20s.", 3, 60),
            ("Rate limit exceeded: free-models-per-day. Add 10 credits", nil, 86_400),
        ] as [(String, Int?, Double)])
    func `an allowance is read from words`(text: String, limit: Int?, period: Double) throws {
        let read = try #require(Allowance.reading([:], ErrorBody(text: text), vendor: "x", now: Self.now))
        #expect(read.limit == limit && read.remaining == 0 && read.period == .seconds(period))
    }

    @Test
    func `a good answer tells its allowance too`() {
        let headers = [("x-ratelimit-limit-requests", "500"), ("x-ratelimit-remaining-requests", "0")]
        let verdict = ProbingClassifierTests.verdict(
            ProbingClassifierTests.exchange(200, ProbingClassifierTests.choice, headers))
        #expect(verdict.outcome == .ok && verdict.allowance?.remaining == 0)
    }

    // MARK: Numbers

    @Test(
        arguments: [
            ("-1", nil), ("0", 0), ("12", 12), ("10000000", 10_000_000), ("10000001", nil), ("1e300", nil),
            ("\"3\"", nil),
            ("null", nil), ("{}", nil),
        ] as [(String, Int?)])
    func `a count of tokens that cannot be one is none`(text: String, count: Int?) {
        let body =
            #"{"choices":[{"message":{"content":"x"}}],"usage":{"prompt_tokens":\#(text),"completion_tokens":\#(text)}}"#
        let answer = ProbingClassifierTests.verdict(ProbingClassifierTests.exchange(200, body)).answer
        #expect(answer?.inputTokens == count && answer?.outputTokens == count)
        let anthropic = #"{"content":[{"text":"x"}],"usage":{"input_tokens":\#(text),"output_tokens":\#(text)}}"#
        let other = ProbingClassifierTests.verdict(
            ProbingClassifierTests.exchange(200, anthropic), dialect: .anthropic
        ).answer
        #expect(other?.inputTokens == count && other?.outputTokens == count)
    }

    // MARK: Names and keys

    @Test(arguments: [
        "xai-eu answers with an error", "provider xai-eu, model pk-7b-instruct", "sk-learn is a library",
        "pk-gpt-4o-2024-08-06 does not exist", "the model `sk-llama-3.1-70b-instruct`", "fw_mixtral-8x7b",
        "hf_models are listed", "xai-eu/grok-4-fast-reasoning", "Basic plans have no access",
        "Bearer token is missing", "csk-team asked for pplx-70b-online", "sk-test model of nvapi-prod",
    ])
    func `names that begin like keys stay`(text: String) { #expect(Redactor().clean(text) == text) }

    @Test(arguments: [
        ("sk-12345678", "the model sk-12345678 failed"), ("xai-1234567890abcdef", "xai-1234567890abcdef refuses"),
        ("ollama", "ollama has no model loaded"), ("openai-production", "openai-production: timeout"),
    ])
    func `a name of the configuration stays whatever it looks like, beside a key that goes`(name: String, text: String)
    {
        let secrets = [Secret("ollama"), Secret("my-openai-production-key-99")]
        #expect(Redactor(secrets, names: [name]).clean(text) == text)
        #expect(!Redactor(secrets, names: [name]).clean("\(text) my-openai-production-key-99").contains("key-99"))
    }

    @Test(arguments: [
        ("sk-proj-Ab3dEf6hIj9kLmN0pQr5tUv", "Ab3dEf"), ("xai-8fK2mN4pQ7rS9tU1vW3x", "8fK2"),
        ("Received API Key = sk-...Zx9Q", "Zx9Q"), ("api_key=sk-abc", "sk-abc"), ("nvapi-0123456789", "0123456789"),
        ("key 'sk-abc'", "sk-abc"), ("pplx-a1b2c3d4e5f6a7b8", "a1b2c3"), ("Bearer abcdef123456", "abcdef123456"),
        ("sk-ant-api03-Zm9v-YmFy_cXV4-MDEyMzQ1Njc4OUFCQ0RFRg", "MDEyMzQ1"),
        ("https://h/v1?key=AIzaSyA1234567890abcdef", "AIza"),
    ])
    func `keys go`(text: String, secret: String) {
        let clean = Redactor().clean(text)
        #expect(!clean.contains(secret) && clean.contains(Redactor.placeholder), "\(clean)")
    }

    @Test
    func `characters that turn, join or hide others are dropped, and hide no key`() {
        let text = "a\u{202e}b\u{2066}c\u{200b}d\u{feff}e\u{00ad}f\u{e0041}g\u{2028}h"
        #expect(Redactor().clean(text) == "abcdefg h")
        let key = Secret("verysecretvalue1")
        #expect(!Redactor([key]).clean("it was very\u{200b}secret\u{202e}value1").contains("secretvalue"))
    }

    // MARK: Lessons

    static let streamLessons: [(error: JSONValue, status: Int, isStreamed: Bool, Lessons.Streaming?)] = [
        (
            [
                "message": "Your organization must be verified to stream this model. Please go to: …",
                "param": "stream", "code": "unsupported_value",
            ], 400, true, .never
        ),
        (["message": "This model does not support streaming."], 400, true, .never),
        (["message": "stream is not supported for this model", "param": "stream"], 400, true, .never),
        (["message": "The model is unsupported for streaming"], 400, true, .never),
        (["message": "not authorized to perform: bedrock:InvokeModelWithResponseStream"], 403, true, .never),
        (["message": "This model does not support streaming."], 400, false, nil),
        (["message": "This model only support stream mode, please enable the stream parameter"], 400, false, .always),
        (["message": "parameter.enable_thinking must be set to false for non-streaming calls"], 400, false, .always),
        (["message": "upstream closed the stream"], 500, true, nil),
        (["message": "bad request"], 400, true, nil),
        (["message": "this endpoint does not support stream_options"], 400, true, nil),
    ]

    @Test(arguments: streamLessons)
    func `an account that may not stream, or a model that only streams, is learnt`(
        row: (error: JSONValue, status: Int, isStreamed: Bool, streaming: Lessons.Streaming?)
    ) throws {
        let error = try #require(ErrorBody(["error": row.error]))
        let learnt = Lessons().learning(
            from: error, status: row.status, isTokenFieldOpen: true, isStreamed: row.isStreamed)
        #expect(learnt?.streaming == row.streaming)
        #expect(learnt == nil || learnt?.note != nil)
        #expect(row.streaming == nil || learnt?.omitted.isEmpty == true)
    }

    @Test(
        arguments: [
            ("Argument not supported on this model: temperature", Lessons(omitted: ["temperature"])),
            ("`temperature` is deprecated for this model.", Lessons(omitted: ["temperature"])),
            ("property 'stream_options' is unsupported", Lessons(omitted: ["stream_options"])),
            (
                "Invalid JSON payload received. Unknown name \"store\": Cannot find field.", Lessons(omitted: ["store"])
            ),
            (
                "Additional properties are not allowed ('disable_fallbacks' was unexpected)",
                Lessons(omitted: ["disable_fallbacks"])
            ),
            (
                "litellm.UnsupportedParamsError: openai does not support parameters: ['temperature']",
                Lessons(omitted: ["temperature"])
            ),
            ("max_tokens must be at least 16", Lessons(leastTokens: 16)),
            ("max_tokens: Input should be greater than or equal to 20", Lessons(leastTokens: 20)),
            ("messages must hold at least 1 item", nil),
        ] as [(String, Lessons?)])
    func `other parameters that a refusal names`(message: String, lessons: Lessons?) {
        let error = ErrorBody(text: message)
        #expect(Lessons().learning(from: error, status: 400, isTokenFieldOpen: true) == lessons)
    }

    // MARK: LiteLLM

    static let route = GatewayRoute(gateway: "edge", kind: .litellm)

    @Test
    func `a LiteLLM gateway is asked without fallbacks and without Portkey's headers`() throws {
        let target = ModelTarget(baseURL: "http://h:4000", model: "m", gateway: Self.route)
        let model = ModelConfig(id: "m", provider: "acme", targets: [target])
        let ask = ProbeAsk(
            model: model, target: target, config: model.probe, check: nil, isStreamed: false, lessons: Lessons(),
            nonce: "1")
        let request = try ProbeRequest(ask, trace: "t")
        #expect(JSONText.parse(request.body)?["disable_fallbacks"] == true)
        #expect(!request.headers.contains { $0.name.hasPrefix("x-portkey") })
        #expect(request.headers.first(name: "x-litellm-timeout") != nil)
        var learnt = ask
        learnt.lessons.omitted = ["disable_fallbacks"]
        #expect(JSONText.parse(try ProbeRequest(learnt, trace: "t").body)?["disable_fallbacks"] == nil)
        var plain = target
        plain.gateway = nil
        var direct = ask
        direct.target = plain
        #expect(JSONText.parse(try ProbeRequest(direct, trace: "t").body)?["disable_fallbacks"] == nil)
    }

    @Test
    func `no way to a LiteLLM gateway is the gateway's`() {
        var exchange = ProbingClassifierTests.exchange(nil, failure: .refused)
        exchange.phases.connect = nil
        let outcome = ProbingClassifierTests.verdict(exchange, gateway: Self.route).outcome
        #expect(outcome.class == .gateway && outcome.cause == .gatewayUnreachable)
    }

    @Test(
        arguments: [
            ([("x-litellm-attempted-fallbacks", "1")], false), ([("x-litellm-attempted-fallbacks", "0")], true),
            ([("x-litellm-model-group", "gpt-4o-mini")], true), ([("x-litellm-model-group", "claude")], false),
            ([("x-litellm-model-group", "gpt-*")], true), ([("x-litellm-model-group", "")], true),
        ] as [([(String, String)], Bool)])
    func `an answer through a fallback of LiteLLM proves nothing`(headers: [(String, String)], isProof: Bool) {
        for gateway in [Self.route, nil] {
            let outcome = ProbingClassifierTests.verdict(
                ProbingClassifierTests.exchange(200, ProbingClassifierTests.choice, headers), gateway: gateway
            ).outcome
            #expect((outcome.class == .ok) == isProof, "\(outcome)")
            #expect(isProof || outcome.class == .misconfigured && outcome.cause == .otherModelAnswered)
        }
    }
}
