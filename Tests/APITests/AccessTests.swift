import HTTPTypes
import Health
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

@testable import API

@Suite("Who may ask what", .timeLimit(.minutes(5)))
struct AccessTests {
    private static let secrets = Dictionary(
        uniqueKeysWithValues: APIScope.allCases.map { ($0, "canary-secret-\($0.rawValue)-0123456789") })

    /// One token for each scope.
    private static let tokens = APIScope.allCases.map {
        APIToken(name: $0.rawValue, secret: Secret(secrets[$0, default: ""]), scopes: [$0])
    }

    private static func guarded(readiness: @escaping @Sendable () -> Readiness = { Readiness() }) -> Fixture {
        Fixture(configuration: APIConfiguration(port: 0, tokens: tokens), readiness: readiness)
    }

    private func send(_ route: Route, to client: any TestClientProtocol, _ headers: HTTPFields) async throws
        -> TestResponse
    {
        var headers = headers
        headers[.contentType] = "application/json"
        return try await client.execute(
            uri: route.path, method: route.method, headers: headers,
            body: route.method == .get ? nil : ByteBuffer(string: "{}"))
    }

    @Test func `every route refuses whoever lacks its scope`() async throws {
        let fixture = Self.guarded()
        let routes = fixture.api.routes
        #expect(routes.count >= 14)
        try await fixture.with { client in
            for route in routes {
                guard let scope = route.access.scope else { continue }
                try await send(route, to: client, [:]).expectProblem("missing-token", 401, field: "Authorization")
                for wrong in ["Bearer nonsense", "Bearer \(Self.secrets[scope, default: ""])x", "Bearer  "] {
                    let response = try await send(route, to: client, [.authorization: wrong])
                    #expect(response.status == .unauthorized, "\(route.path) with '\(wrong)'")
                    #expect(response.headers[.wwwAuthenticate]?.hasPrefix("Bearer realm=\"llm-health\"") == true)
                }
                let basic = try await send(
                    route, to: client, [.authorization: "Basic \(Self.secrets[scope, default: ""])"])
                #expect(basic.status == .unauthorized)
                for other in APIScope.allCases where other != scope {
                    let response = try await send(
                        route, to: client, [.authorization: "Bearer \(Self.secrets[other, default: ""])"])
                    let detail = try response.expectProblem("missing-scope", 403, field: "Authorization")
                    #expect(detail == "The token lacks the scope '\(scope.rawValue)'.")
                }
                let right = try await send(
                    route, to: client, [.authorization: "bearer \(Self.secrets[scope, default: ""])"])
                #expect(![401, 403].contains(right.status.code), "\(route.path)")
            }
        }
    }

    @Test func `readiness needs no token, which only tells more`() async throws {
        let missing = Readiness(missing: [.init(name: "otlp", reason: "Port 4317 is in use.")])
        let fixture = Self.guarded(readiness: { missing })
        let anyone = try await fixture.get("/readyz")
        #expect(try anyone.expectProblem("not-ready", 503).contains("A token with the scope 'read'"))
        #expect(!anyone.text.contains("otlp"))
        let reader = try await fixture.get(
            "/readyz", headers: [.authorization: "Bearer \(Self.secrets[.read, default: ""])"])
        #expect(try reader.expectProblem("not-ready", 503) == "Not ready: otlp.")
    }

    @Test func `only liveness and the page are open`() {
        let open = Self.guarded().api.routes.filter { $0.access == .open }.map(\.path)
        #expect(
            Set(open.filter { !$0.hasPrefix("/components/") && !$0.hasPrefix("/assets/") })
                == [
                    "/", "/livez", "/readyz", "/docs", "/openapi.json", "/api/llm-manager/health/badge.svg",
                    "/api/llm-manager/health/badge.json",
                ])
    }

    @Test func `what is open needs no token`() async throws {
        try await Self.guarded().with { client in
            for route in Self.guarded().api.routes where route.access == .open {
                let response = try await send(route, to: client, [:])
                // A badge needs to be told of which model.
                #expect(
                    response.status.code == (route.path.contains("llm-manager/health/badge.") ? 400 : 200),
                    "\(route.path)")
            }
        }
    }

    @Test func `without tokens everything is open`() async throws {
        let fixture = Fixture()
        try await fixture.with { client in
            for route in fixture.api.routes {
                let response = try await send(route, to: client, [:])
                #expect(![401, 403].contains(response.status.code), "\(route.path)")
            }
        }
    }

    @Test func `every response keeps browsers in check`() async throws {
        let fixture = Fixture()
        try await fixture.with { client in
            let unrouted = [
                Route(.get, "/nowhere", .open) { _ in Response(status: .ok) },
                Route(.put, "/", .open) { _ in Response(status: .ok) },
            ]
            for route in fixture.api.routes + unrouted {
                let response = try await send(route, to: client, [:])
                let policy = response.headers[.contentSecurityPolicy] ?? ""
                #expect(policy.hasPrefix("default-src 'self';"), "\(route.path)")
                #expect(!policy.contains("unsafe"))
                #expect(response.headers[.xContentTypeOptions] == "nosniff", "\(route.path)")
                #expect(response.headers[.referrerPolicy] == "no-referrer", "\(route.path)")
                #expect(response.headers[.xFrameOptions] == "DENY", "\(route.path)")
                #expect(response.headers[.server] == nil)
                #expect(response.headers[.contentType] != nil)
                #expect(response.headers[.cacheControl] != nil)
            }
        }
    }

    @Test func `a token of two scopes opens both`() async throws {
        let token = APIToken(name: "ops", secret: Secret("two-scopes"), scopes: [.read, .metrics])
        let fixture = Fixture(configuration: APIConfiguration(port: 0, tokens: Self.tokens + [token]))
        for (path, status) in [("/metrics", 200), ("/api/llm-manager/health/summary", 200), ("/readyz", 200)] {
            #expect(try await fixture.get(path, headers: [.authorization: "Bearer two-scopes"]).status.code == status)
        }
    }

    @Test func `secrets are not echoed wherever they are sent`() async throws {
        let fixture = Self.guarded()
        let secret = Self.secrets[.read, default: ""]
        let authorization = HTTPFields([HTTPField(name: .authorization, value: "Bearer \(secret)")])
        let responses = [
            try await fixture.get("/\(secret)"),
            try await fixture.get("/api/llm-manager/health/detailed?\(secret)=1", headers: authorization),
            try await fixture.get("/api/llm-manager/health/detailed?status=\(secret)", headers: authorization),
            try await fixture.get("/api/llm-manager/health/explain?modelId=\(secret)", headers: authorization),
            try await fixture.get(
                "/api/llm-manager/health/history?modelId=x&from=\(secret)&to=", headers: authorization),
            try await fixture.get("/metrics", headers: [.authorization: secret]),
            try await fixture.get("/metrics", headers: [.authorization: "Bearer \(secret)!"]),
        ]
        for response in responses {
            #expect(response.status.code >= 400)
            #expect(!response.text.contains(secret))
            #expect(!"\(response.headers)".contains(secret))
        }
    }

    @Test(
        arguments: [
            ("secret", "secret", true), ("secret", "secre", false), ("secret", "secrets", false),
            ("secret", "Secret", false),
            ("secret", "", false), ("", "", false), ("", "x", false), ("aa", "aaaa", false), ("ab", "abab", false),
            ("ü", "ü", true), ("a", "b", false),
        ] as [(String, String, Bool)])
    func `secrets are compared in full`(secret: String, sent: String, isEqual: Bool) {
        #expect(Secret(secret).isEqual(to: sent.utf8) == isEqual)
    }

    @Test(
        arguments: [
            ("127.0.0.1", [], nil), ("localhost", [], nil), ("::1", [], nil), ("[::1]", [], nil),
            ("127.8.9.1", [], nil),
            ("0.0.0.0", [], .tokensNeeded(host: "0.0.0.0")), ("::", [], .tokensNeeded(host: "::")),
            ("192.168.1.4", [], .tokensNeeded(host: "192.168.1.4")),
            ("127.0.0.1.evil.example", [], .tokensNeeded(host: "127.0.0.1.evil.example")),
            ("health.example", [], .tokensNeeded(host: "health.example")), ("", [], .noHost),
            ("0.0.0.0", [APIToken(name: "a", secret: Secret("s3cret"), scopes: [.read])], nil),
            ("127.0.0.1", [APIToken(name: "a", secret: Secret(""), scopes: [.read])], .emptySecret(token: "a")),
            (
                "0.0.0.0", [APIToken(name: "a", secret: Secret("two words"), scopes: [.read])],
                .unsendableSecret(token: "a")
            ),
            (
                "0.0.0.0", [APIToken(name: "a", secret: Secret("line\n"), scopes: [.read])],
                .unsendableSecret(token: "a")
            ),
            ("0.0.0.0", [APIToken(name: "a", secret: Secret("s"), scopes: [])], .noScopes(token: "a")),
            (
                "0.0.0.0", [APIToken(name: "a", secret: Secret("Change-me-please"), scopes: [.read])],
                .publishedSecret(token: "a")
            ),
            ("127.0.0.1", [APIToken(name: "a", secret: Secret("change-me-please"), scopes: [.read])], nil),
            (
                "::1",
                [
                    APIToken(name: "a", secret: Secret("s"), scopes: [.read]),
                    APIToken(name: "b", secret: Secret("s"), scopes: [.probe]),
                ], .sharedSecret(token: "b")
            ),
        ] as [(String, [APIToken], BindRefusal?)])
    func `a bind is refused when it would open the API to everybody or nobody`(
        host: String, tokens: [APIToken], refusal: BindRefusal?
    ) {
        let result = Result<Void, BindRefusal> { () throws(BindRefusal) in
            try APIServer.validateBind(host: host, tokens: tokens)
        }
        switch (result, refusal) {
        case (.success, nil): break
        case (.failure(let error), let refusal?): #expect(error == refusal)
        default: Issue.record("\(host): \(result) instead of \(String(describing: refusal))")
        }
    }

    @Test func `a refused bind tells what to do and no secret`() {
        #expect(
            BindRefusal.tokensNeeded(host: "0.0.0.0").description
                == "server.host '0.0.0.0' can be reached by other machines, and there are no tokens: add "
                + "server.tokens, or bind 127.0.0.1")
        #expect(BindRefusal.noScopes(token: "ops").description.contains("read, probe, metrics, admin"))
    }
}

@Suite("Hosts and origins", .timeLimit(.minutes(5)))
struct HostTests {
    @Test(
        arguments: [
            ("127.0.0.1", true), ("127.0.0.1:8790", true), ("localhost", true), ("LOCALHOST:1", true),
            ("localhost.", true),
            ("[::1]", true), ("[::1]:8790", true), ("evil.example", false), ("evil.example:8790", false),
            ("127.0.0.1.evil.example", false), ("localhost.evil.example", false), ("192.168.1.4:8790", false),
            ("health.internal:8790", true), ("HEALTH.internal", true), ("0.0.0.0", false), ("", false),
            ("[::2]", false),
            ("127.0.0.1@evil.example", false), ("evil.example#localhost", false),
        ] as [(String, Bool)])
    func `on loopback only this machine's names count`(authority: String, isAllowed: Bool) {
        let rule = HostRule(bind: "127.0.0.1", allowed: ["health.internal"])
        #expect(rule.allows(authority) == isAllowed)
    }

    @Test(
        arguments: [
            ("10.1.2.3:8790", true), ("[fd00::1]:8790", true), ("127.0.0.1", true), ("evil.example", false),
            ("10.1.2.3.evil.example", false), ("health.internal", true), ("", false),
        ] as [(String, Bool)])
    func `bound wider, addresses count too and names do not`(authority: String, isAllowed: Bool) {
        #expect(HostRule(bind: "0.0.0.0", allowed: ["health.internal:443"]).allows(authority) == isAllowed)
    }

    @Test(
        arguments: [
            ("http://127.0.0.1:8790", true), ("http://localhost:8790", false), ("http://127.0.0.1:3000", false),
            ("http://127.0.0.1", false), ("https://evil.example", false), ("null", false), ("", false),
            ("https://health.internal", true), ("https://health.internal.evil.example", false), ("file://", false),
        ] as [(String, Bool)])
    func `a page is the API's own when it came from the same place`(origin: String, isOwn: Bool) {
        let rule = HostRule(bind: "127.0.0.1", allowed: ["health.internal"])
        #expect(rule.isOwn(origin: origin, at: "127.0.0.1:8790") == isOwn)
    }

    @Test func `another sites page cannot probe`() async throws {
        let fixture = Fixture(probe: { _ throws(HealthCheckError) in
            Issue.record("a probe was made")
            return []
        })
        let uri = "/api/llm-manager/health/probe"
        let foreign = try await fixture.post(
            uri, "{}", headers: [.contentType: "application/json", .origin: "https://evil.example"])
        try foreign.expectProblem("foreign-origin", 403, field: "Origin")
        for type in [
            "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/jsonp", "",
            "application/json-patch+json",
        ] {
            try await fixture.post(uri, "{}", headers: [.contentType: type]).expectProblem(
                "not-json", 415, field: "Content-Type")
        }
        try await fixture.post(uri, "", headers: [.contentType: "text/plain"]).expectProblem(
            "not-json", 415, field: "Content-Type")
        try await fixture.post(uri, "", headers: [.origin: "https://evil.example"]).expectProblem(
            "foreign-origin", 403, field: "Origin")
    }

    @Test func `without a body there is nothing to declare`() async throws {
        #expect(try await Fixture().post("/api/llm-manager/health/probe", "", headers: [:]).status == .ok)
    }

    @Test func `the own page may probe`() async throws {
        for type in ["application/json", "application/json; charset=utf-8", "Application/JSON ;x=y"] {
            let response = try await Fixture().post(
                "/api/llm-manager/health/probe", "{}", headers: [.contentType: type, .origin: "http://localhost"])
            #expect(response.status == .ok)
        }
    }
}

@Suite("Routes", .timeLimit(.minutes(5)))
struct RouteTests {
    @Test(
        arguments: [
            "/nowhere", "/api/llm-manager", "/api/llm-manager/health", "/api/llm-manager/health/detailed/more",
            "/assets/",
            "/assets/../index.html", "/assets/%2e%2e/index.html", "/index.html", "/assets/index.html", "/favicon.ico",
            "/LIVEZ", "/%00", "/ä",
        ] as [String])
    func `what is not there is a problem`(path: String) async throws {
        try await Fixture().get(path).expectProblem("unknown-route", 404)
    }

    @Test(
        arguments: [
            (HTTPRequest.Method.post, "/livez", "GET, HEAD"),
            (.delete, "/api/llm-manager/health/detailed", "GET, HEAD"),
            (.get, "/api/llm-manager/health/probe", "POST"), (.options, "/api/llm-manager/health/probe", "POST"),
            (.put, "/", "GET, HEAD"), (.patch, "/metrics/", "GET, HEAD"),
            (.head, "/api/llm-manager/health/probe", "POST"),
        ] as [(HTTPRequest.Method, String, String)])
    func `a method that a route does not know is refused with those it knows`(
        method: HTTPRequest.Method, path: String, allowed: String
    ) async throws {
        let response = try await Fixture().with { try await $0.execute(uri: path, method: method) }
        #expect(response.headers[.allow] == allowed)
        try response.expectProblem("wrong-method", 405)
    }

    @Test func `no two routes are the same`() {
        let routes = Fixture().api.routes.map { "\($0.method) \($0.path)" }
        #expect(Set(routes).count == routes.count)
    }

    @Test func `what a caller sent is shown short and harmless`() {
        #expect(Problem.quoted(String(repeating: "x", count: 81)) == "'\(String(repeating: "x", count: 80))…'")
        #expect(Problem.quoted("a\u{0}\n\u{1B}[31m") == "'a\u{FFFD}\u{FFFD}\u{FFFD}[31m'")
        #expect(Problem.quoted("模型 é") == "'模型 é'")
    }

    @Test func `liveness is always told`() async throws {
        #expect(try await Fixture(models: []).get("/livez").text == #"{"status":"alive"}"#)
    }

    @Test func `readiness lists what is not`() async throws {
        #expect(try await Fixture().get("/readyz").text == #"{"status":"ready"}"#)
        let response = try await Fixture(readiness: {
            Readiness(missing: [
                .init(name: "first verdicts", reason: "3 of 5 models have none yet."),
                .init(name: "otlp", reason: "Port 4317 is in use."),
            ])
        }).get("/readyz")
        #expect(try response.expectProblem("not-ready", 503) == "Not ready: first verdicts, otlp.")
        #expect(
            try response.json["notReady"] == [
                ["name": "first verdicts", "reason": "3 of 5 models have none yet."],
                ["name": "otlp", "reason": "Port 4317 is in use."],
            ])
    }
}
