import Health
import NIOHTTP1
import Testing

@testable import Observation

extension ProbingNetworkTests {
    /// One request over a real connection: its phases, and every way it can go wrong.
    @Suite("Timed requests", .timeLimit(.minutes(5)))
    struct ProbingTransportTests {
        static func send(
            to url: String, timeout: Duration = .seconds(5), stallAfter: Duration = .seconds(5),
            isStreamed: Bool = false,
            bodyLimit: Int = ProbeRequest.usualBodyLimit, by egress: Egress
        ) async throws -> Exchange {
            let request = ProbeRequest(
                url: url, headers: ["content-type": "application/json"], body: Array("{}".utf8), isStreamed: isStreamed,
                bodyLimit: bodyLimit, secrets: [])
            return try await TimedRequest(request: request, timeout: timeout, stallAfter: stallAfter).send(by: egress)
        }

        @Test
        func `the phases come in order, and the first byte when it was sent`() async throws {
            var exchange = Exchange()
            // On a busy machine a half may be read late, and both at once: then the gap is shorter than it was sent.
            for _ in 0..<10 where exchange.phases.longestGap ?? .zero < .milliseconds(80) {
                exchange = try await withPeer({ _, _ in
                    [
                        .wait(.milliseconds(60)), .send("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n"),
                        .wait(.milliseconds(60)),
                        .send("po"), .wait(.milliseconds(90)), .send("ng"),
                    ]
                }) { peer in try await withEgress { try await Self.send(to: peer.url, by: $0) } }
            }
            #expect(exchange.failure == nil)
            #expect(exchange.status == 200)
            #expect(exchange.body == Array("pong".utf8))
            let connect = try #require(exchange.phases.connect)
            let head = try #require(exchange.phases.head)
            let firstByte = try #require(exchange.phases.firstByte)
            let gap = try #require(exchange.phases.longestGap)
            #expect(connect < head && head < firstByte && firstByte < exchange.duration)
            #expect(
                head >= .milliseconds(55) && firstByte >= .milliseconds(110) && exchange.duration >= .milliseconds(200))
            #expect(gap >= .milliseconds(80) && firstByte + gap <= exchange.duration)
        }

        @Test
        func `each event of a stream has its time`() async throws {
            var exchange = Exchange()
            var gap: Duration { exchange.events.count == 3 ? exchange.events[2].at - exchange.events[1].at : .zero }
            for _ in 0..<10 where gap < .milliseconds(70) {
                exchange = try await withPeer({ _, _ in
                    [
                        ProbingPeer.streamHead, .send("data: a\n"), .wait(.milliseconds(50)), .send("\ndata: b\n\n"),
                        .wait(.milliseconds(80)), .send("data: c"), .close,
                    ]
                }) { peer in try await withEgress { try await Self.send(to: peer.url, isStreamed: true, by: $0) } }
            }
            #expect(exchange.failure == nil)
            #expect(exchange.events.map(\.event.data) == ["a", "b", "c"])
            #expect(exchange.events[0].at >= .milliseconds(45))
            #expect(gap >= .milliseconds(70))
        }

        @Test
        func `an answer that ends with its connection is whole, however quickly it comes`() async throws {
            try await withPeer({ _, _ in [ProbingPeer.streamHead, .send("data: a\n\n"), .close] }) { peer in
                try await withEgress { egress in
                    try await withThrowingTaskGroup(of: TransportFailure?.self) { group in
                        for _ in 0..<32 {
                            group.addTask {
                                for _ in 0..<100 {
                                    let exchange = try await Self.send(to: peer.url, isStreamed: true, by: egress)
                                    if exchange.failure != nil || exchange.body != Array("data: a\n\n".utf8) {
                                        return exchange.failure ?? .other("\(exchange.body.count) bytes")
                                    }
                                }
                                return nil
                            }
                        }
                        for try await failure in group { #expect(failure == nil) }
                    }
                }
            }
        }

        @Test
        func `a refused connection is told at once`() async throws {
            let port = try await refusingPort()
            try await withEgress { egress in
                let time = try await shortest(below: .milliseconds(200)) {
                    let exchange = try await Self.send(to: "http://127.0.0.1:\(port)", by: egress)
                    #expect(exchange.failure == .refused)
                    #expect(exchange.phases.connect == nil)
                    return exchange.duration
                }
                #expect(time < .milliseconds(200))
            }
        }

        @Test
        func `a name that does not exist`() async throws {
            let exchange = try await withEgress { try await Self.send(to: "http://no-such-host.invalid", by: $0) }
            #expect(exchange.failure == .dns)
        }

        @Test(arguments: [0, 1, 2])
        func `our deadline ends an exchange that hangs, whatever it hangs in`(depth: Int) async throws {
            let steps: [ProbingPeer.Step] = [
                .send("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n"), .send("half"),
            ]
            let exchange = try await withPeer({ _, _ in Array(steps.prefix(depth)) }) { peer in
                try await withEgress { try await Self.send(to: peer.url, timeout: .milliseconds(300), by: $0) }
            }
            #expect(exchange.failure == .deadline)
            #expect(exchange.status == (depth == 0 ? nil : 200))
            #expect(exchange.duration >= .milliseconds(290) && exchange.duration < .seconds(2))
        }

        @Test
        func `a stream that falls silent is a stall, long before the deadline`() async throws {
            let exchange = try await withPeer({ _, _ in [ProbingPeer.streamHead, .send("data: a\n\n")] }) { peer in
                try await withEgress {
                    try await Self.send(
                        to: peer.url, timeout: .seconds(30), stallAfter: .milliseconds(200), isStreamed: true, by: $0)
                }
            }
            #expect(exchange.failure == .stall(.milliseconds(200)))
            #expect(exchange.events.map(\.event.data) == ["a"])
            #expect(exchange.duration < .seconds(3))
        }

        @Test
        func `a stream that sends now and then does not stall`() async throws {
            let exchange = try await withPeer({ _, _ in
                [ProbingPeer.streamHead] + (0..<6).flatMap { [.wait(.milliseconds(120)), .send(": \($0)\n\n")] } + [
                    .send("data: x\n\n"), .close,
                ]
            }) { peer in
                try await withEgress {
                    try await Self.send(to: peer.url, stallAfter: .milliseconds(400), isStreamed: true, by: $0)
                }
            }
            #expect(exchange.failure == nil)
            #expect(exchange.events.map(\.event.data) == ["x"])
        }

        @Test
        func `a plain answer that has begun and falls silent is a stall too; before it begins it may take its time`()
            async throws
        {
            let exchange = try await withPeer({ _, _ in
                [.wait(.milliseconds(500)), .send("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"a\"")]
            }) { peer in
                try await withEgress {
                    try await Self.send(to: peer.url, timeout: .seconds(20), stallAfter: .milliseconds(200), by: $0)
                }
            }
            #expect(exchange.failure == .stall(.milliseconds(200)))
            #expect(exchange.duration >= .milliseconds(690))
        }

        @Test(
            arguments: [
                ([.close], .closed, nil), ([.reset], .reset, nil),
                ([.send("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf"), .close], .closed, 200),
                (
                    [.send("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf"), .wait(.milliseconds(50)), .reset],
                    .reset,
                    200
                ),
                ([.send("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n"), .close], .closed, 200),
                ([.send("SSH-2.0-OpenSSH_9.2\r\n\r\n")], .garbled, nil),
            ] as [([ProbingPeer.Step], TransportFailure, Int?)])
        func `the ways a peer breaks off`(steps: [ProbingPeer.Step], failure: TransportFailure, status: Int?)
            async throws
        {
            let exchange = try await withPeer({ _, _ in steps }) { peer in
                try await withEgress { try await Self.send(to: peer.url, by: $0) }
            }
            #expect(exchange.failure == failure)
            #expect(exchange.status == status)
        }

        /// The peer takes the handshake for a request that never ends, so the connection is being made for ever.
        @Test
        func `a connection that never stands ends with the deadline, or with the connect timeout`() async throws {
            try await withPeer({ _, _ in ProbingPeer.pong }) { peer in
                let url = "https://127.0.0.1:\(peer.port)"
                try await withEgress(EgressConfiguration(connectTimeout: .seconds(5))) { egress in
                    let exchange = try await Self.send(to: url, timeout: .milliseconds(300), by: egress)
                    #expect(exchange.failure == .deadline)
                    #expect(exchange.phases.connect == nil)
                    #expect(exchange.duration < .seconds(1.8))
                }
                try await withEgress(EgressConfiguration(connectTimeout: .seconds(1))) { egress in
                    let slow = try await Self.send(to: url, timeout: .seconds(60), by: egress)
                    #expect(slow.failure?.isConnectLevel == true, "\(String(describing: slow.failure))")
                }
            }
        }

        @Test
        func `cancelling while the connection is being made is as quick`() async throws {
            let time = try await shortest(below: .milliseconds(100)) {
                try await withPeer({ _, _ in ProbingPeer.pong }) { peer in
                    let url = "https://127.0.0.1:\(peer.port)"
                    return try await withEgress(EgressConfiguration(connectTimeout: .seconds(1))) { egress in
                        let clock = ContinuousClock()
                        return await withThrowingTaskGroup(of: Void.self) { group in
                            group.addTask { _ = try await Self.send(to: url, timeout: .seconds(50), by: egress) }
                            await peer.isConnected()
                            let start = clock.now
                            group.cancelAll()
                            await #expect(throws: CancellationError.self) { try await group.next() }
                            return clock.now - start
                        }
                    }
                }
            }
            #expect(time < .milliseconds(100))
        }

        @Test
        func `a body without end is cut off`() async throws {
            let exchange = try await withPeer({ _, _ in
                [.send("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n")]
                    + Array(repeating: .send(String(repeating: "x", count: 4_096)), count: 8)
            }) { peer in try await withEgress { try await Self.send(to: peer.url, bodyLimit: 10_000, by: $0) } }
            #expect(exchange.failure == .tooLong(limit: 10_000))
            #expect(exchange.body.count <= 10_000)
        }

        @Test
        func `cancelling closes the connection within 100 ms`() async throws {
            let time = try await shortest(below: .milliseconds(100)) {
                try await withPeer({ _, _ in [] }) { peer in
                    try await withEgress { egress in
                        let url = peer.url
                        let clock = ContinuousClock()
                        return await withThrowingTaskGroup(of: Void.self) { group in
                            group.addTask { _ = try await Self.send(to: url, timeout: .seconds(50), by: egress) }
                            await peer.saw(1)
                            let start = clock.now
                            group.cancelAll()
                            await #expect(throws: CancellationError.self) { try await group.next() }
                            await peer.isQuiet()
                            return clock.now - start
                        }
                    }
                }
            }
            #expect(time < .milliseconds(100))
        }

        @Test
        func `redirects are not followed`() async throws {
            try await withPeer({ _, _ in ProbingPeer.answer("", status: "302 Found", headers: ["location: /elsewhere"])
            }) {
                peer in
                try await withEgress { egress in
                    let exchange = try await Self.send(to: peer.url, by: egress)
                    #expect(exchange.status == 302)
                    #expect(peer.seen.count == 1)
                }
            }
        }

        // MARK: Egress

        @Test(arguments: ["169.254.169.254", "[fd00:ec2::254]", "0xa9fea9fe", "metadata.google.internal"])
        func `a forbidden address is never connected to`(host: String) async throws {
            let exchange = try await withEgress { try await Self.send(to: "http://\(host)/latest/meta-data", by: $0) }
            guard case .forbidden = exchange.failure else {
                Issue.record("\(String(describing: exchange.failure))")
                return
            }
        }

        @Test
        func `a name that resolves to a forbidden address gets a connection at most, and not a byte`() async throws {
            try await withPeer({ _, _ in ProbingPeer.pong }) { peer in
                let port = peer.port
                try await withEgress(isForbidden: { $0 == "127.0.0.1" || $0 == "::1" }) { egress in
                    let exchange = try await Self.send(to: "http://localhost:\(port)", by: egress)
                    #expect(exchange.failure == .forbidden("127.0.0.1") || exchange.failure == .refused)
                    #expect(peer.seen.isEmpty)
                }
            }
        }

        @Test
        func `a proxy gets the request with its credentials, hosts of NO_PROXY do not`() async throws {
            try await withPeer({ seen, _ in
                seen.line.hasPrefix("CONNECT") ? [.send("HTTP/1.1 200 OK\r\n\r\n")] : ProbingPeer.pong
            }) { proxy in
                try await withPeer({ _, _ in ProbingPeer.pong }) { peer in
                    var configuration = EgressConfiguration(noProxy: "direct.example")
                    configuration.fill(from: ["HTTP_PROXY": "http://us%65r:p%40ss@127.0.0.1:\(proxy.port)"])
                    try await withEgress(configuration) { egress in
                        // Loopback is never asked for through a proxy.
                        #expect(try await Self.send(to: peer.url, by: egress).status == 200)
                        #expect(proxy.seen.isEmpty)
                        let exchange = try await Self.send(to: "http://upstream.example/v1/x", by: egress)
                        #expect(exchange.status == 200)
                        #expect(proxy.seen.map(\.line) == ["CONNECT upstream.example:80", "POST /v1/x"])
                        // base64 of user:p@ss
                        #expect(proxy.seen[0].headers["proxy-authorization"] == "Basic dXNlcjpwQHNz")
                    }
                }
            }
        }

        @Test
        func `a proxy that refuses to connect, or wants a password`() async throws {
            try await withPeer({ _, _ in ProbingPeer.answer("", status: "407 Proxy Authentication Required") }) {
                proxy in
                try await withEgress(EgressConfiguration(httpsProxy: "http://127.0.0.1:\(proxy.port)")) { egress in
                    let exchange = try await Self.send(to: "https://upstream.example/", by: egress)
                    guard case .proxy = exchange.failure else {
                        Issue.record("\(String(describing: exchange.failure))")
                        return
                    }
                    #expect(proxy.seen.first?.line == "CONNECT upstream.example:443")
                }
            }
        }

        @Test
        func `what is printed of the settings shows no password`() {
            let configuration = EgressConfiguration(httpsProxy: "http://user:hunter22@proxy:3128")
            #expect(!"\(configuration)".contains("hunter22"))
            #expect(!String(reflecting: configuration).contains("hunter22"))
        }

        @Test(arguments: [
            (EgressConfiguration(caFile: "/nowhere/ca.pem"), "egress.caFile"),
            (EgressConfiguration(certificateFile: "/nowhere/c.pem"), "egress.keyFile"),
            (EgressConfiguration(keyFile: "/nowhere/k.pem"), "egress.certificateFile"),
            (EgressConfiguration(httpsProxy: "ftp://proxy"), "egress.httpsProxy"),
            (EgressConfiguration(httpProxy: "http://"), "egress.httpProxy"),
        ])
        func `settings that cannot be used are named with their key`(configuration: EgressConfiguration, key: String) {
            #expect { try Egress(configuration) } throws: { error in
                (error as? EgressError)?.key == key && "\(error)".hasPrefix(key)
            }
        }
    }
}
