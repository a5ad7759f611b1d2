import Foundation
import HTTPTypes
import Health
import Testing

@testable import API

@Suite("Who may open the stream", .timeLimit(.minutes(5)))
struct HandshakeTests {
    private static let tokens = [
        APIToken(name: "reader", secret: Secret("reading-token/with+odd_signs~?"), scopes: [.read]),
        APIToken(name: "prober", secret: Secret("probing-token"), scopes: [.probe]),
    ]

    private static func offer(_ token: String) -> String {
        let text = Data(token.utf8).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
            .replacing("=", with: "")
        return "Sec-WebSocket-Protocol: llm-health.v1, llm-health.token.\(text)"
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var request: String
        var status: Int
        var kind = ""
        var isGuarded = false
        var testDescription: String { name }
    }

    /// A handshake with one line of its head replaced, or left out.
    private static func changed(_ line: String, to other: String?) -> String {
        RawPeer.handshake().replacing(line + "\r\n", with: other.map { $0 + "\r\n" } ?? "")
    }

    private static let plain = "GET /api/llm-manager/health/events HTTP/1.1\r\nHost: 127.0.0.1\r\n"

    static let cases: [Case] = [
        Case(name: "a program's handshake", request: RawPeer.handshake(), status: 101),
        Case(
            name: "all parameters", request: RawPeer.handshake("?after=0&modelId=m1&provider=odd&status=healthy"),
            status: 101),
        Case(name: "the own page", request: RawPeer.handshake(headers: ["Origin: http://127.0.0.1"]), status: 101),
        Case(
            name: "a page that is allowed", request: RawPeer.handshake(headers: ["Origin: https://Status.example"]),
            status: 101),
        Case(
            name: "another site's page", request: RawPeer.handshake(headers: ["Origin: https://evil.example"]),
            status: 403, kind: "foreign-origin"),
        Case(
            name: "a page without a site", request: RawPeer.handshake(headers: ["Origin: null"]), status: 403,
            kind: "foreign-origin"),
        Case(
            name: "an allowed name on another port",
            request: RawPeer.handshake(headers: ["Origin: https://status.example:8443"]), status: 403,
            kind: "foreign-origin"),
        Case(
            name: "another site's page reading events",
            request: plain + "Accept: text/event-stream\r\nOrigin: https://evil.example\r\n\r\n", status: 403,
            kind: "foreign-origin"),
        Case(
            name: "a name resolved to this machine", request: changed("Host: 127.0.0.1", to: "Host: evil.example"),
            status: 421, kind: "unknown-host"),
        Case(
            name: "two hosts", request: RawPeer.handshake(headers: ["Host: evil.example"]), status: 400,
            kind: "missing-host"),
        Case(
            name: "an unknown parameter", request: RawPeer.handshake("?since=1"), status: 400, kind: "unknown-parameter"
        ),
        Case(
            name: "a status that is none", request: RawPeer.handshake("?status=fine"), status: 400,
            kind: "bad-parameter"),
        Case(
            name: "a number that is none", request: RawPeer.handshake("?after=-1"), status: 400, kind: "bad-parameter"),
        Case(
            name: "a number that no event can have", request: RawPeer.handshake("?after=18446744073709551615"),
            status: 400, kind: "bad-parameter"),
        Case(
            name: "a last event that is none", request: plain + "Accept: text/event-stream\r\nLast-Event-ID: x\r\n\r\n",
            status: 400, kind: "bad-parameter"),
        Case(name: "neither", request: plain + "\r\n", status: 406, kind: "no-stream-asked"),
        Case(name: "JSON", request: plain + "Accept: application/json\r\n\r\n", status: 406, kind: "no-stream-asked"),
        Case(
            name: "an old version", request: changed("Sec-WebSocket-Version: 13", to: "Sec-WebSocket-Version: 8"),
            status: 426, kind: "not-upgraded"),
        Case(
            name: "no version", request: changed("Sec-WebSocket-Version: 13", to: nil), status: 426,
            kind: "not-upgraded"),
        Case(
            name: "a key that is too short",
            request: changed("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", to: "Sec-WebSocket-Key: YQ=="), status: 426,
            kind: "not-upgraded"),
        Case(
            name: "no key", request: changed("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", to: nil), status: 406,
            kind: "no-stream-asked"),
        Case(
            name: "no connection header",
            request: changed("Connection: keep-alive, Upgrade", to: "Connection: keep-alive"), status: 426,
            kind: "not-upgraded"),
        Case(
            name: "another protocol", request: changed("Upgrade: websocket", to: "Upgrade: h2c"), status: 426,
            kind: "not-upgraded"),
        Case(
            name: "another path", request: RawPeer.handshake().replacing("health/events", with: "health/event"),
            status: 404, kind: "unknown-route"),
        Case(
            name: "another method", request: RawPeer.handshake().replacing("GET ", with: "POST "), status: 405,
            kind: "wrong-method"),
        Case(name: "no token", request: RawPeer.handshake(), status: 401, kind: "missing-token", isGuarded: true),
        Case(
            name: "a wrong token", request: RawPeer.handshake(headers: ["Authorization: Bearer nonsense"]), status: 401,
            kind: "unknown-token", isGuarded: true),
        Case(
            name: "a wrong token offered", request: RawPeer.handshake(headers: [offer("nonsense")]), status: 401,
            kind: "unknown-token", isGuarded: true),
        Case(
            name: "no token but its place", request: RawPeer.handshake(headers: [offer("")]), status: 401,
            kind: "unknown-token", isGuarded: true),
        Case(
            name: "no base64", request: RawPeer.handshake(headers: ["Sec-WebSocket-Protocol: llm-health.token.!!"]),
            status: 401, kind: "unknown-token", isGuarded: true),
        Case(
            name: "a token for other things", request: RawPeer.handshake(headers: [offer("probing-token")]),
            status: 403, kind: "missing-scope", isGuarded: true),
        Case(
            name: "the token in a header",
            request: RawPeer.handshake(headers: ["Authorization: Bearer reading-token/with+odd_signs~?"]), status: 101,
            isGuarded: true),
        Case(
            name: "the token offered", request: RawPeer.handshake(headers: [offer("reading-token/with+odd_signs~?")]),
            status: 101, isGuarded: true),
        Case(
            name: "the header counts where both are sent",
            request: RawPeer.handshake(headers: [
                "Authorization: Bearer nonsense", offer("reading-token/with+odd_signs~?"),
            ]), status: 401, kind: "unknown-token", isGuarded: true),
        Case(
            name: "the token in the address", request: RawPeer.handshake("?token=reading-token"), status: 401,
            kind: "missing-token", isGuarded: true),
        Case(
            name: "events without a token", request: plain + "Accept: text/event-stream\r\n\r\n", status: 401,
            kind: "missing-token", isGuarded: true),
    ]

    @Test(arguments: cases)
    func `a handshake is answered or told why not`(row: Case) async throws {
        let live = LiveFixture(
            configuration: LiveFixture.configuration(
                tokens: row.isGuarded ? Self.tokens : [], origins: ["https://status.example"]))
        try await live.serve { port in
            try await RawPeer.connect(port) { peer in
                try await peer.send(row.request)
                let head = try await peer.head()
                #expect(head.hasPrefix("HTTP/1.1 \(row.status) "), "\(head)")
                guard row.status != 101 else {
                    #expect(try await peer.message().kind == "fleet")
                    return
                }
                #expect(head.lowercased().contains("content-type: application/problem+json\r\n"))
                let body = try await peer.text(upTo: "}")
                #expect(body.contains("urn:llm-health:problem:\(row.kind)\""), "\(body)")
                for token in Self.tokens { #expect(!(head + body).contains(token.secret.reveal())) }
                let isUpgrade =
                    row.request.contains("\r\nUpgrade: ") && row.request.contains("\r\nConnection: keep-alive, Upgrade")
                guard !isUpgrade else {
                    // Nothing can be read behind such a request.
                    #expect(head.lowercased().contains("close\r\n"))
                    _ = try await peer.rest()
                    return
                }
                try await peer.send("GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
                #expect(try await peer.head().hasPrefix("HTTP/1.1 200 "))
            }
        }
    }

    @Test func `who merely offers another protocol is answered`() async throws {
        let live = LiveFixture()
        try await live.serve { port in
            try await RawPeer.connect(port) { peer in
                let livez = "GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                try await peer.send(livez + "\r\n")
                #expect(try await peer.head().contains("close") == false)
                _ = try await peer.text(upTo: "}")
                // As curl's --http2 does.
                try await peer.send(
                    livez + "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n")
                let head = try await peer.head()
                #expect(head.hasPrefix("HTTP/1.1 200 "))
                #expect(head.lowercased().contains("connection: close\r\n"))
                let rest = try await peer.rest()
                #expect(rest == #"{"status":"alive"}"#)
            }
        }
    }

    @Test func `a later request of a connection is not upgraded and told so`() async throws {
        let live = LiveFixture()
        try await live.serve { port in
            try await RawPeer.connect(port) { peer in
                try await peer.send("GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
                #expect(try await peer.head().hasPrefix("HTTP/1.1 200 "))
                _ = try await peer.text(upTo: "}")
                try await peer.send(RawPeer.handshake())
                let head = try await peer.head()
                #expect(head.hasPrefix("HTTP/1.1 426 "))
                #expect(head.lowercased().contains("sec-websocket-version: 13\r\n"))
            }
        }
    }

    @Test(arguments: [
        "nonsense\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/1.1\r\nno colon\r\n\r\n", "GET / HTTP/9.9\r\n\r\n",
    ])
    func `what is no HTTP is refused and the connection closed`(request: String) async throws {
        let live = LiveFixture()
        try await live.serve { port in
            try await RawPeer.connect(port) { peer in
                try await peer.send(request)
                #expect(try await peer.rest().hasPrefix("HTTP/1.1 400 "))
            }
        }
    }

    @Test func `pipelined requests are all answered`() async throws {
        let live = LiveFixture()
        try await live.serve { port in
            try await RawPeer.connect(port) { peer in
                let request = "GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
                try await peer.send(request + request + request)
                for _ in 0..<3 {
                    #expect(try await peer.head().hasPrefix("HTTP/1.1 200 "))
                    _ = try await peer.text(upTo: "}")
                }
            }
        }
    }

    @Test(
        arguments: [
            ([], nil, nil), (["llm-health.v1"], "llm-health.v1", nil), (["chat"], nil, nil),
            (["chat,llm-health.v1 , x"], "llm-health.v1", nil), (["chat", "llm-health.v1"], "llm-health.v1", nil),
            (["llm-health.token.aGk"], nil, "hi"), (["llm-health.v1, llm-health.token.aGk"], "llm-health.v1", "hi"),
            (["llm-health.token.aGk="], nil, "hi"), (["llm-health.token."], nil, ""),
            (["llm-health.token.*"], nil, ""), (["LLM-HEALTH.V1"], nil, nil),
        ] as [([String], String?, String?)])
    func `what a client offers`(offered: [String], selected: String?, token: String?) {
        let protocols = Subprotocols(offered)
        #expect(protocols.selected == selected)
        #expect(protocols.token == token.map { Array($0.utf8) })
    }
}
