import Basics
import Health
import NIOHTTP1
import Testing

@testable import Observation

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite("Texts the prober reads", .timeLimit(.minutes(5)))
struct ProbingTextTests {
    // MARK: Server-sent events

    static let streams: [(text: String, events: [ServerSentEvent])] = [
        ("data: a\n\ndata: b\n\n", [.init(name: "", data: "a"), .init(name: "", data: "b")]),
        ("data: a\r\n\r\ndata: b\r\n\r\n", [.init(name: "", data: "a"), .init(name: "", data: "b")]),
        ("data: a\r\rdata: b\r\r", [.init(name: "", data: "a"), .init(name: "", data: "b")]),
        ("\u{feff}data: a\n\n", [.init(name: "", data: "a")]),
        (": OPENROUTER PROCESSING\n\ndata:a\n\n", [.init(name: "", data: "a")]),
        ("event: message_start\ndata: {\"x\":1}\n\n", [.init(name: "message_start", data: "{\"x\":1}")]),
        ("data: one\ndata: two\n\n", [.init(name: "", data: "one\ntwo")]),
        ("data\n\n", [.init(name: "", data: "")]),
        ("event: ping\n\n", []),
        ("id: 7\nretry: 10\ndata:  é\n\n", [.init(name: "", data: " é")]),
        ("data: {\"a\":\"b: c\"}\n\n\n\n", [.init(name: "", data: "{\"a\":\"b: c\"}")]),
    ]

    @Test(arguments: streams)
    func `events are the same wherever the bytes are split`(stream: (text: String, events: [ServerSentEvent])) {
        let bytes = Array(stream.text.utf8)
        for split in 0...bytes.count {
            var parser = ServerSentEvents()
            let events = parser.append(bytes[..<split]) + parser.append(bytes[split...])
            #expect(events == stream.events, "split at \(split)")
        }
        var parser = ServerSentEvents()
        #expect(bytes.flatMap { parser.append([$0]) } == stream.events)
    }

    @Test(arguments: ["data: a", "data: a\n", "data: a\r"])
    func `an event without its blank line comes with the end of the stream`(text: String) {
        var parser = ServerSentEvents()
        #expect(parser.append(text.utf8).isEmpty)
        #expect(parser.finish() == ServerSentEvent(name: "", data: "a"))
        #expect(parser.finish() == nil)
    }

    // MARK: Waiting

    static let now = Date(timeIntervalSince1970: 784_111_777)  // Sun, 06 Nov 1994 08:49:37 GMT

    @Test(
        arguments: [
            ("120ms", 0.12), ("1s", 1), ("6m0s", 360), ("1h2m3s", 3_723), ("2m59.56s", 179.56), ("7", 7), ("1.5", 1.5),
            ("250us", 0.000_25), ("0s", 0),
        ] as [(String, Double)])
    func `a duration as Go prints it`(text: String, seconds: Double) throws {
        let duration = try #require(RetryAfter.goDuration(text))
        #expect(abs(duration.seconds - seconds) < 1e-9)
    }

    @Test(arguments: ["", "soon", "1x", "ms", "-5s", "1s2", "nan", "inf", "1e9", "0x10", "."])
    func `what is no duration`(text: String) { #expect(RetryAfter.goDuration(text) == nil) }

    @Test(arguments: [
        "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
    ])
    func `the three dates of HTTP`(text: String) { #expect(HTTPTime.date(text, now: Self.now) == Self.now) }

    @Test(arguments: [
        "", "tomorrow", "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 25:49:37 GMT", "6 Nov",
    ])
    func `what is no date`(text: String) { #expect(HTTPTime.date(text, now: Self.now) == nil) }

    static let waits: [(headers: [(String, String)], hint: String?, seconds: Double?)] = [
        ([("retry-after", "20")], nil, 20),
        ([("retry-after", "1.5")], nil, 1.5),
        ([("retry-after", "1"), ("retry-after-ms", "800")], nil, 0.8),
        ([("x-ms-retry-after-ms", "2500")], nil, 2.5),
        ([("retry-after", "Sun, 06 Nov 1994 08:50:37 GMT")], nil, 60),
        ([("retry-after", "Sun, 06 Nov 1994 08:00:00 GMT")], nil, nil),
        ([("retry-after", "0")], nil, nil),
        ([("retry-after", "99999999")], nil, 604_800),
        ([("retry-after", "later")], nil, nil),
        ([("x-ratelimit-remaining-requests", "0"), ("x-ratelimit-reset-requests", "6m0s")], nil, 360),
        (
            [
                ("x-ratelimit-remaining-requests", "9"), ("x-ratelimit-reset-requests", "6m0s"),
                ("x-ratelimit-remaining-tokens", "0"), ("x-ratelimit-reset-tokens", "2m59.5s"),
            ], nil, 179.5
        ),
        ([("x-ratelimit-remaining-requests", "499"), ("x-ratelimit-reset-requests", "120ms")], nil, nil),
        (
            [
                ("anthropic-ratelimit-requests-remaining", "0"),
                ("anthropic-ratelimit-requests-reset", "1994-11-06T08:50:07Z"),
            ], nil, 30
        ),
        ([], "34s", 34),
        ([("retry-after", "5")], "34s", 5),
        ([], nil, nil),
    ]

    @Test(arguments: waits)
    func `how long a provider asks us to wait`(wait: (headers: [(String, String)], hint: String?, seconds: Double?)) {
        let duration = RetryAfter.duration(HTTPHeaders(wait.headers), hint: wait.hint, now: Self.now)
        #expect((duration == nil) == (wait.seconds == nil))
        #expect(abs((duration?.seconds ?? 0) - (wait.seconds ?? 0)) < 1e-6)
    }

    // MARK: Secrets

    static let key = "sk-proj-4f9aQ7ZzXy01LongEnoughToBeReal"

    @Test(arguments: [
        "Incorrect API key provided: \(key).", "key=\(key)&x=1", "\(key)\(key)", "…\(key.dropFirst(5))…",
        "you sent \(key.prefix(14))", "IT WAS \(key.uppercased())", "{\"authorization\":\"Bearer \(key)\"}",
        "Bearer \(key)", "(\(key.dropFirst(10).prefix(12)))",
    ])
    func `a secret is taken out however it is echoed`(text: String) {
        let clean = Redactor([Secret(Self.key)]).clean(text)
        #expect(!clean.lowercased().contains("4f9aq7zz"))
        #expect(!clean.lowercased().contains("zzxy01lo"))
        #expect(clean.contains(Redactor.placeholder))
    }

    @Test(arguments: [
        ("Incorrect API key provided: sk-fake.", "sk-fake"), ("sk-proj-****abcd is wrong", "abcd"),
        ("key AIzaSyA1234567890abcdef", "AIza"), ("token hf_abcdefgh", "hf_abcdefgh"), ("gsk_12345678", "12345678"),
        ("got Bearer abcdef123456 instead", "abcdef123456"), ("(eyJhbGciOiJIUzI1NiJ9.e30.abc)", "hbGci"),
        ("key: xai-12345", "12345"),
    ])
    func `what looks like anybody's key is taken out`(text: String, secret: String) {
        let clean = Redactor().clean(text)
        #expect(!clean.contains(secret), "\(clean)")
    }

    @Test(arguments: [
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
        "The model `gpt-4o-mini` does not exist", "task-force ask-me risk-free",
        "api-version 2024-10-21 is unknown",
    ])
    func `ordinary words stay`(text: String) {
        #expect(Redactor([Secret("unrelated-secret-value")]).clean(text) == text)
    }

    @Test
    func `a text is put on one line, without control characters, and cut`() {
        let clean = Redactor().clean("a\nb\r\n\tc\u{0}\u{1b}[31m " + String(repeating: "x ", count: 400))
        #expect(clean.hasPrefix("a b c [31m x x"))
        #expect(clean.count == 300)
        #expect(clean.hasSuffix("…"))
    }

    @Test
    func `a secret that lies across the cut does not show its beginning`() {
        let text = String(repeating: "x", count: 290) + " " + Self.key
        #expect(!Redactor([Secret(Self.key)]).clean(text).contains("sk-proj"))
    }

    // MARK: Names and paths

    @Test(
        arguments: [
            ("*", "", true), ("*", "gpt-4o", true), ("gpt-*", "gpt-4o", true), ("gpt-*", "my-gpt-4o", false),
            ("*-mini", "gpt-4o-mini", true), ("*4?-*", "gpt-4o-mini", true), ("gpt-4o", "gpt-4o-mini", false),
            ("gpt-4?", "gpt-4o", true), ("gpt-4?", "gpt-4", false), ("meta/*", "meta/llama/3", true), ("", "", true),
            ("", "a", false), ("a*b*c", "abbbc", true), ("a*b*c", "abbb", false), ("**", "x", true),
            ("G*", "gpt", false),
            ("[gpt]", "g", false), ("é?", "éa", true),
        ] as [(String, String, Bool)])
    func `a pattern fits the whole name`(pattern: String, name: String, fits: Bool) {
        #expect(Glob(pattern).matches(name) == fits)
    }

    @Test
    func `a pattern of many stars ends in no time`() {
        let clock = ContinuousClock()
        let time = clock.measure {
            #expect(!Glob(String(repeating: "*a", count: 50)).matches(String(repeating: "a", count: 2_000) + "b"))
        }
        #expect(time < .seconds(2))
    }

    @Test
    func `includes and excludes`() {
        let filter = NameFilter(include: ["gpt-*", "o?"], exclude: ["*-preview"])
        #expect(["gpt-4o", "o3", "gpt-4-preview", "claude"].filter(filter.admits) == ["gpt-4o", "o3"])
        #expect(NameFilter(exclude: ["x"]).admits("anything"))
    }

    @Test(
        arguments: [
            ("a", "1"), ("b.0.c", "\"x\""), ("b[0].c", "\"x\""), ("$.b.1", "null"), ("b.2", nil), ("b.-1", nil),
            ("a.b", nil), ("", "{\"a\":1,\"b\":[{\"c\":\"x\"},null]}"),
        ] as [(String, String?)])
    func `a path into JSON`(path: String, text: String?) {
        let json = JSONText.parse(#"{"a":1,"b":[{"c":"x"},null]}"#)
        #expect(json.flatMap { JSONPath(path).value(in: $0) } == text.flatMap { JSONText.parse($0) })
    }

    @Test(arguments: [
        ("gpt-4o-mini", "gpt-4o-mini-2024-07-18"), ("gpt-4", "gpt-4-0613"),
        ("gpt-4-turbo-preview", "gpt-4-0125-preview"),
        ("claude-3-5-haiku-latest", "claude-3-5-haiku-20241022"),
        ("gemini-flash-latest", "gemini-2.5-flash-preview-09-2025"),
        ("mistral-large-latest", "mistral-large-2411"), ("llama3.2", "llama3.2:latest"),
        ("llama3.2:3b", "llama3.2:3b-instruct-q4_K_M"),
        ("qwen2.5-7b-instruct", "Qwen/Qwen2.5-7B-Instruct"), ("@openai-prod/gpt-4o", "gpt-4o-2024-08-06"),
        ("deepseek-chat", "deepseek-v3"), ("prod-chat", "gpt-4o-2024-08-06"), ("openai/gpt-4o", "gpt-4o"),
        ("o3-mini", "o3-mini-2025-01-31"), ("gpt-5", "gpt-5-2025-08-07"), ("SmolLM2", "/models/smollm2.gguf"),
        ("my-model", "something-else"), ("text-embedding-3-small", "text-embedding-3-small"),
        ("anthropic.claude-3-5-haiku-20241022-v1:0", "claude-3-5-haiku-20241022"),
    ])
    func `the same model under a longer name, an alias or a path`(asked: String, answered: String) {
        #expect(!ModelName(answered).isCertainlyNot(ModelName(asked)))
    }

    @Test(arguments: [
        ("gpt-4o-mini", "gpt-4o"), ("gpt-4o", "gpt-4o-mini"), ("gpt-4o", "gpt-4-0613"),
        ("gpt-4o", "claude-3-5-haiku-20241022"),
        ("claude-3-5-haiku-latest", "claude-3-5-sonnet-20241022"), ("llama-3.1-8b", "llama-3.1-70b"),
        ("llama-3.1-8b", "my-finetune"), ("qwen2.5-7b-instruct", "llama-3.1-8b-instruct"), ("llama3.2", "llama2"),
    ])
    func `certainly another model`(asked: String, answered: String) {
        #expect(ModelName(answered).isCertainlyNot(ModelName(asked)))
    }

    @Test(arguments: [
        ("o1", true), ("o3-mini", true), ("o4-mini-2025-04-16", true), ("gpt-5", true), ("gpt-5.1-mini", true),
        ("gpt-6", true), ("@openai-prod/gpt-5-nano", true), ("gpt-4o", false), ("gpt-4.1", false),
        ("gpt-3.5-turbo", false), ("olmo", false), ("omni", false), ("claude-3", false), ("gpt-oss-20b", false),
    ])
    func `models that take max_completion_tokens`(name: String, isReasoning: Bool) {
        #expect(ModelName(name).isOpenAIReasoning == isReasoning)
    }

    // MARK: Addresses

    @Test(arguments: [
        ("http://Example.com/v1", "example.com", 80), ("https://a.b:8443", "a.b", 8_443),
        ("https://a.b", "a.b", 443),
        ("http://user:p%40ss@h:1/x@y", "h", 1), ("http://[::1]:8080/x", "::1", 8_080),
        ("http://h.?q=http://x", "h", 80),
        ("http://evil\\@good/", "evil", 80),
    ])
    func `the host of a URL`(url: String, name: String, port: Int) {
        let host = Host(of: url)
        #expect(host.name == name)
        #expect(host.port == port)
    }

    @Test(arguments: [
        "169.254.169.254", "2852039166", "0xA9FEA9FE", "0251.0376.0251.0376", "169.254.43518",
        "::ffff:169.254.169.254",
        "::FFFF:A9FE:A9FE", "fd00:ec2::254", "FD00:0EC2:0:0:0:0:0:254", "metadata.google.internal",
        "Metadata.Google.Internal.",
        "100.100.100.200", "169.254.170.2", "64:ff9b::a9fe:a9fe",
    ])
    func `metadata services are known in every spelling`(host: String) {
        #expect(ForbiddenAddress.contains(host: host))
    }

    @Test(arguments: ["127.0.0.1", "169.254.1.1", "localhost", "10.0.0.1", "api.openai.com", "::1", ""])
    func `ordinary hosts are not`(host: String) { #expect(!ForbiddenAddress.contains(host: host)) }

    @Test(arguments: [
        ("https://api.openai.com", false), ("https://gw.corp.example", true), ("https://corp.example", true),
        ("https://notcorp.example", false), ("http://10.3.4.5:8787", true), ("http://11.0.0.1", false),
        ("http://special:8080", true), ("http://special:8081", false), ("http://localhost:1", true),
        ("http://127.0.0.9:1", true), ("http://[::1]:1", true), ("http://192.168.1.7", true),
        ("http://[fd12::1]", true),
        ("http://sub.wild.example", true),
    ])
    func `who is reached without the proxy`(url: String, isDirect: Bool) {
        let rules = ProxyRules(".corp.example, 10.0.0.0/8 special:8080,192.168.1.7,fd12::/16,*.wild.example")
        #expect(rules.isDirect(Host(of: url)) == isDirect)
        #expect(ProxyRules("*").isDirect(Host(of: url)))
    }

    @Test(arguments: [
        ("https://api.openai.com", "https://api.openai.com/v1/models"), ("http://h:1/", "http://h:1/v1/models"),
        ("http://h:1/v1", "http://h:1/v1/models"), ("http://h:1/v1/", "http://h:1/v1/models"),
        ("https://g.example/v1beta/openai", "https://g.example/v1beta/openai/models"),
        ("https://z.example/api/paas/v4", "https://z.example/api/paas/v4/models"),
        ("https://h/site", "https://h/site/v1/models"), ("http://v1.example", "http://v1.example/v1/models"),
    ])
    func `the address of an endpoint`(base: String, url: String) {
        #expect(ModelTarget(baseURL: base, model: "m").endpoint("models") == url)
    }

    // MARK: Discovery

    @Test
    func `models come at once, go after two lists without them, and an empty list changes nothing`() {
        var known = DiscoveredModels()
        #expect(known.absorb(["a", "b", "a"]).added == ["a", "b"])
        #expect(known.absorb([]).isEmpty)
        #expect(known.absorb(["a", "c"]) == .init(added: ["c"], removed: []))
        #expect(known.absorb(["a", "b", "c"]).isEmpty)
        #expect(known.absorb(["a"]).isEmpty)
        #expect(known.absorb([]).isEmpty)
        #expect(known.absorb(["a"]) == .init(added: [], removed: ["b", "c"]))
        #expect(known.names == ["a"])
    }
}
