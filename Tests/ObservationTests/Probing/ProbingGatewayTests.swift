import Health
import Simulator
import Synchronization
import TestSupport
import Testing

@testable import Observation

extension ProbingNetworkTests {
    @Suite("Gateway, connectivity, discovery", .timeLimit(.minutes(5)))
    struct ProbingGatewayTests {
        static func watcher(
            _ gateways: [GatewayWatcher.Gateway], egress: Egress, intake: Intake = Intake(),
            timekeeper: Timekeeper = .system
        ) -> GatewayWatcher {
            GatewayWatcher(
                gateways, settings: .init(timeout: .seconds(30)), egress: egress, intake: intake,
                timekeeper: timekeeper,
                logger: LogLines().logger())
        }

        // MARK: Liveness

        static let answers: [(isHosted: Bool, answer: [ProbingPeer.Step], isUp: Bool, asExpected: Bool)] = [
            (false, ProbingPeer.answer("AI Gateway says hey!", type: "text/plain"), true, true),
            (false, ProbingPeer.answer("<html>nginx</html>", type: "text/html"), true, false),
            (false, ProbingPeer.answer("{}", status: "404 Not Found"), true, false),
            (false, ProbingPeer.answer("oops", status: "502 Bad Gateway"), false, false),
            (false, [.close], false, false),
            (
                true, ProbingPeer.answer(#"{"status":"success","message":"Server is healthy","version":"1"}"#), true,
                true
            ),
            (
                true, ProbingPeer.answer(#"{"status":"failure","message":"Either …"}"#, status: "400 Bad Request"),
                true,
                false
            ),
            (true, ProbingPeer.answer("", status: "503 Service Unavailable"), false, false),
        ]

        @Test(arguments: answers)
        func `a gateway is up when it answers below 500, and the detail says when it looks odd`(
            row: (isHosted: Bool, answer: [ProbingPeer.Step], isUp: Bool, asExpected: Bool)
        ) async throws {
            try await withPeer({ _, _ in row.answer }) { peer in
                try await withEgress { egress in
                    let intake = Intake()
                    let gateway = GatewayWatcher.Gateway(
                        name: "gw", url: peer.url + "/v1", isHosted: row.isHosted, apiKey: Secret("pk-secret-key"))
                    let liveness = try #require(
                        await Self.watcher([gateway], egress: egress, intake: intake).check(gateway))
                    #expect(liveness.isUp == row.isUp)
                    #expect((liveness.detail == "It answers as it should.") == row.asExpected)
                    #expect(peer.seen[0].line == (row.isHosted ? "GET /v1/health" : "GET /"))
                    #expect(peer.seen[0].headers["x-portkey-api-key"] == "pk-secret-key")
                    intake.finish()
                    for await item in intake.evidence {
                        #expect(item.kind == .gateway("gw", isUp: liveness.isUp, detail: liveness.detail))
                    }
                }
            }
        }

        @Test
        func `a gateway that refuses is down, and the sentence says where`() async throws {
            let port = try await refusingPort()
            try await withEgress { egress in
                let gateway = GatewayWatcher.Gateway(name: "gw", url: "http://127.0.0.1:\(port)")
                let liveness = try #require(await Self.watcher([gateway], egress: egress).check(gateway))
                #expect(
                    !liveness.isUp && liveness.detail.contains("127.0.0.1:\(port)")
                        && liveness.detail.contains("refused"))
            }
        }

        @Test
        func `polled every 30 s while well; at once and every 5 s when suspected, however many suspect it`()
            async throws
        {
            let time = ManualTime()
            try await withPeer({ _, _ in ProbingPeer.answer("AI Gateway says hey!", type: "text/plain") }) { peer in
                try await withEgress { egress in
                    let intake = Intake()
                    let watcher = Self.watcher(
                        [.init(name: "gw", url: peer.url)], egress: egress, intake: intake, timekeeper: time.timekeeper)
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        group.addTask { try await watcher.run() }
                        func polledAt() async throws -> Duration {
                            for await item in intake.evidence { return item.at.uptime }
                            throw ProbingStage.NoEvidence()
                        }
                        var polls = [try await polledAt()]
                        await time.sleepers(atLeast: 1)
                        time.advance(by: .seconds(29))
                        time.advance(by: .seconds(1))
                        polls.append(try await polledAt())
                        await time.sleepers(atLeast: 1)
                        time.advance(by: .seconds(10))
                        for _ in 0..<100 { watcher.suspect("gw") }
                        watcher.suspect("nobody")
                        polls.append(try await polledAt())
                        for _ in 0..<100 { watcher.suspect("gw") }
                        await time.sleepers(atLeast: 2)
                        time.advance(by: .seconds(5))
                        polls.append(try await polledAt())
                        #expect(polls == [.zero, .seconds(30), .seconds(40), .seconds(45)])
                        #expect(peer.seen.count == 4)
                        group.cancelAll()
                    }
                }
            }
        }

        @Test
        func `a gateway that is down is polled every 5 s until it is back`() async throws {
            let time = ManualTime()
            try await withPeer({ _, number in
                number < 3
                    ? ProbingPeer.answer("", status: "503 Service Unavailable")
                    : ProbingPeer.answer("AI Gateway says hey!", type: "text/plain")
            }) { peer in
                try await withEgress { egress in
                    let intake = Intake()
                    let watcher = Self.watcher(
                        [.init(name: "gw", url: peer.url)], egress: egress, intake: intake, timekeeper: time.timekeeper)
                    await withThrowingTaskGroup(of: Void.self) { group in
                        group.addTask { try await watcher.run() }
                        var seen: [(Duration, Bool)] = []
                        for await item in intake.evidence {
                            guard case .gateway(_, let isUp, _) = item.kind else { continue }
                            seen.append((item.at.uptime, isUp))
                            if isUp { break }
                            await time.sleepers(atLeast: 1)
                            time.advance(by: .seconds(5))
                        }
                        #expect(seen.map(\.0) == [.zero, .seconds(5), .seconds(10), .seconds(15)])
                        #expect(seen.map(\.1) == [false, false, false, true])
                        group.cancelAll()
                    }
                }
            }
        }

        static let kinds: [(answers: [String: [ProbingPeer.Step]], isUp: Bool, asExpected: Bool)] = [
            (["GET /health/liveliness": ProbingPeer.answer(#""I'm alive!""#)], true, true),
            (["GET /health/liveness": ProbingPeer.answer(#""I'm alive!""#)], true, true),
            (
                ["GET /health/readiness": ProbingPeer.answer(#"{"status":"connected","db":"Not connected"}"#)], true,
                true
            ),
            (["GET /health/liveliness": ProbingPeer.answer("<html>nginx</html>", type: "text/html")], true, false),
            ([:], true, false),
            (["GET /health/liveliness": ProbingPeer.answer("", status: "502 Bad Gateway")], false, false),
            (["GET /health/liveliness": [.close]], false, false),
        ]

        @Test(arguments: kinds)
        func `a LiteLLM proxy is asked for its liveness, never for its models' health`(
            row: (answers: [String: [ProbingPeer.Step]], isUp: Bool, asExpected: Bool)
        ) async throws {
            try await withPeer({ seen, _ in
                row.answers[seen.line] ?? ProbingPeer.answer(#"{"detail":"Not Found"}"#, status: "404 Not Found")
            }) { peer in
                try await withEgress { egress in
                    let gateway = GatewayWatcher.Gateway(
                        name: "gw", kind: .litellm, url: peer.url + "/v1", apiKey: Secret("sk-master-key"))
                    let liveness = try #require(await Self.watcher([gateway], egress: egress).check(gateway))
                    #expect(liveness.isUp == row.isUp, "\(liveness)")
                    #expect((liveness.detail == "It answers as it should.") == row.asExpected, "\(liveness)")
                    #expect(peer.seen.allSatisfy { $0.line.hasPrefix("GET /health/") && !$0.line.hasSuffix("/health") })
                    #expect(peer.seen[0].headers["authorization"] == "Bearer sk-master-key")
                }
            }
        }

        @Test
        func `a gateway that takes connections and says nothing is down within the suspicious timeout`() async throws {
            try await withPeer({ _, _ in [] }) { peer in
                try await withEgress { egress in
                    let gateway = GatewayWatcher.Gateway(name: "gw", url: peer.url)
                    let watcher = GatewayWatcher(
                        [gateway], settings: .init(timeout: .seconds(60), suspiciousTimeout: .milliseconds(200)),
                        egress: egress, intake: Intake(), logger: LogLines().logger())
                    let liveness = try #require(await watcher.check(gateway, isSuspected: true))
                    #expect(!liveness.isUp)
                }
            }
        }

        @Test
        func `a suspicion is answered at once, or a second after the last answer, and each poll connects anew`()
            async throws
        {
            let time = ManualTime()
            try await withPeer({ _, _ in ProbingPeer.answer("AI Gateway says hey!", type: "text/plain") }) { peer in
                try await withEgress { egress in
                    let intake = Intake()
                    let watcher = Self.watcher(
                        [.init(name: "gw", url: peer.url)], egress: egress, intake: intake, timekeeper: time.timekeeper)
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        group.addTask { try await watcher.run() }
                        func polledAt() async throws -> Duration {
                            for await item in intake.evidence { return item.at.uptime }
                            throw ProbingStage.NoEvidence()
                        }
                        var polls = [try await polledAt()]
                        await time.sleepers(atLeast: 1)
                        time.advance(by: .seconds(1))
                        watcher.suspect("gw")
                        polls.append(try await polledAt())
                        watcher.suspect("gw")
                        await time.sleepers(atLeast: 2)
                        time.advance(by: .seconds(1))
                        polls.append(try await polledAt())
                        #expect(polls == [.zero, .seconds(1), .seconds(2)])
                        #expect(peer.accepted == 3)
                        #expect(peer.seen.allSatisfy { $0.headers["connection"] == "close" })
                        group.cancelAll()
                    }
                }
            }
        }

        @Test(arguments: [GatewayRoute.Kind.portkey, .litellm])
        func `its own metrics are read where its kind has them`(kind: GatewayRoute.Kind) async throws {
            try await withPeer({ _, _ in ProbingPeer.answer("up 1\n", type: "text/plain") }) { peer in
                try await withEgress { egress in
                    let text = try await GatewayMetricsReader(egress: egress).metrics(
                        of: .init(name: "gw", kind: kind, url: peer.url, apiKey: Secret("the-key")))
                    #expect(text == "up 1\n")
                    let (line, header, value) =
                        kind == .portkey
                        ? ("GET /metrics", "x-portkey-api-key", "the-key")
                        : ("GET /metrics/", "authorization", "Bearer the-key")
                    #expect(peer.seen[0].line == line && peer.seen[0].headers[header] == value)
                }
            }
        }

        // MARK: Connectivity

        @Test
        func `a place that takes connections proves the network, silence the contrary, and a refusal nothing`()
            async throws
        {
            try await withPeer({ _, _ in [] }) { peer in
                let intake = Intake()
                var check = ConnectivityCheck(host: "127.0.0.1", port: peer.port, intake: intake)
                #expect(await check.check() == true)
                check.port = try await refusingPort()
                // Whose it is, the place's or that of a firewall of ours, nobody can tell.
                #expect(await check.check() == nil)
                check.host = "no-such-host.invalid"
                #expect(await check.check() == false)
                intake.finish()
                var kinds: [Evidence.Kind] = []
                for await item in intake.evidence { kinds.append(item.kind) }
                #expect(kinds == [.connectivity(isUp: true), .connectivity(isUp: false)])
                #expect(peer.seen.isEmpty)
            }
        }

        // MARK: Discovery

        static func source(
            _ url: String, dialect: ModelTarget.Dialect = .openAI, gateway: GatewayRoute? = nil,
            filter: NameFilter = NameFilter()
        ) -> ModelDiscovery.Source {
            ModelDiscovery.Source(
                name: "src",
                target: ModelTarget(
                    dialect: dialect, baseURL: url, model: "", key: Secret("sk-list-key-123"), gateway: gateway),
                filter: filter)
        }

        @Test
        func `lists of providers, directly and through the gateway, filtered`() async throws {
            let models =
                ["gpt-4o", "gpt-4o-mini", "text-embedding-3-small"].map { SimulatedModel($0) } + [
                    SimulatedModel("claude-x", on: .anthropic)
                ]
            try await withSimulator(SimulatorConfiguration(models: models)) { simulator in
                try await withEgress { egress in
                    let discovery = ModelDiscovery(egress: egress)
                    let filter = NameFilter(include: ["gpt-*"], exclude: ["*-mini"])
                    let all = try await discovery.models(of: Self.source(simulator.openAI.url))
                    #expect(Set(all) == ["gpt-4o", "gpt-4o-mini", "text-embedding-3-small"])
                    let direct = try await discovery.models(of: Self.source(simulator.openAI.url, filter: filter))
                    #expect(direct == ["gpt-4o"])
                    let route = GatewayRoute(
                        gateway: "gw", provider: "openai", customHost: simulator.openAI.url + "/v1")
                    let via = try await discovery.models(
                        of: Self.source(simulator.portkey.url, gateway: route, filter: filter))
                    #expect(via == ["gpt-4o"])
                    let claude = try await discovery.models(
                        of: Self.source(simulator.anthropic.url, dialect: .anthropic))
                    #expect(claude == ["claude-x"])
                }
            }
        }

        static let shapes: [(body: String, names: [String])] = [
            (#"{"object":"list","data":[{"id":"a"},{"id":"b"},{"id":"a"}]}"#, ["a", "b"]),
            (#"[{"id":"a"}]"#, ["a"]), (#"{"models":[{"name":"models/a"}]}"#, ["models/a"]),
            (#"{"models":[{"key":"a"}]}"#, ["a"]),
            (#"{"data":["a","b"]}"#, ["a", "b"]), (#"{"data":[{"id":""},{"id":"a"},{"x":1}]}"#, ["a"]),
        ]

        @Test(arguments: shapes)
        func `lists in all their shapes`(row: (body: String, names: [String])) async throws {
            try await withPeer({ _, _ in ProbingPeer.answer(row.body) }) { peer in
                try await withEgress { egress in
                    let names = try await ModelDiscovery(egress: egress).models(of: Self.source(peer.url))
                    #expect(names == row.names)
                    #expect(peer.seen[0].line == "GET /v1/models")
                }
            }
        }

        @Test
        func `Anthropic's list is read to its last page`() async throws {
            try await withPeer({ seen, _ in
                ProbingPeer.answer(
                    seen.line.contains("after_id=b%2F2")
                        ? #"{"data":[{"id":"c"}],"has_more":false,"last_id":"c"}"#
                        : #"{"data":[{"id":"a"},{"id":"b/2"}],"has_more":true,"last_id":"b/2"}"#)
            }) { peer in
                try await withEgress { egress in
                    let names = try await ModelDiscovery(egress: egress).models(
                        of: Self.source(peer.url, dialect: .anthropic))
                    #expect(names == ["a", "b/2", "c"])
                    #expect(peer.seen.count == 2)
                    #expect(peer.seen[0].headers["anthropic-version"] == "2023-06-01")
                    #expect(peer.seen[0].headers["x-api-key"] == "sk-list-key-123")
                }
            }
        }

        @Test
        func `a list that says there is more and never ends is cut`() async throws {
            try await withPeer({ _, number in
                ProbingPeer.answer(#"{"data":[{"id":"m\#(number)"}],"has_more":true,"last_id":"m\#(number)"}"#)
            }) { peer in
                try await withEgress { egress in
                    let source = Self.source(peer.url, dialect: .anthropic)
                    let names = try await ModelDiscovery(egress: egress).models(of: source)
                    #expect(names.count == 20)
                }
            }
        }

        static let broken: [(answer: [ProbingPeer.Step], word: String)] = [
            (ProbingPeer.answer(#"{"data":[]}"#), "no models"),
            (ProbingPeer.answer(#"{"object":"list"}"#), "cannot be read"),
            (ProbingPeer.answer("<html>login</html>", type: "text/html"), "web page"),
            (
                ProbingPeer.answer(#"{"error":{"message":"bad key sk-list-key-123"}}"#, status: "401 Unauthorized"),
                "key"
            ),
            (ProbingPeer.answer("", status: "500 Oops"), "failed"), ([.close], "closed"),
            (ProbingPeer.answer("{"), "no JSON"),
            (ProbingPeer.answer(#"{"error":"Unexpected endpoint or method. (GET /v1/models)"}"#), "no endpoint"),
        ]

        @Test(arguments: broken)
        func `a list that cannot be had is a sentence, without the key`(row: (answer: [ProbingPeer.Step], word: String))
            async throws
        {
            try await withPeer({ _, _ in row.answer }) { peer in
                try await withEgress { egress in
                    await #expect {
                        try await ModelDiscovery(egress: egress).models(of: Self.source(peer.url))
                    } throws: {
                        error in
                        let text = "\(error)"
                        return text.contains("src") && text.contains(row.word) && !text.contains("list-key")
                    }
                }
            }
        }
    }
}
