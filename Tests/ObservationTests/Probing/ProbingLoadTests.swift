import Basics
import Health
import Synchronization
import Testing

@testable import Observation

@Suite("Servers' own load", .timeLimit(.minutes(5)))
struct ProbingLoadTests {
    // MARK: Metrics

    static let texts: [(name: String, text: String, load: ServerLoad?)] = [
        (
            "llama.cpp",
            """
            # HELP llamacpp:tokens_predicted_total Number of generation tokens processed.
            # TYPE llamacpp:tokens_predicted_total counter
            llamacpp:tokens_predicted_total 1284
            llamacpp:requests_processing 2
            llamacpp:requests_deferred 6

            """, ServerLoad(running: 2, waiting: 6, generatedTokens: 1_284)
        ),
        (
            "vLLM, two engines and two models",
            """
            vllm:num_requests_running{engine="0",model_name="a"} 3.0
            vllm:num_requests_running{engine="1",model_name="b"} 4.0
            vllm:num_requests_waiting{engine="0",model_name="a"} 0.0
            vllm:num_requests_waiting{engine="1",model_name="b"} 12.0
            vllm:num_requests_waiting_by_reason{engine="0",model_name="a",reason="capacity"} 99.0
            vllm:generation_tokens_total{engine="0",model_name="a"} 1.5e+06
            vllm:generation_tokens_created{engine="0",model_name="a"} 1.7e+09
            """, ServerLoad(running: 7, waiting: 12, generatedTokens: 1_500_000)
        ),
        (
            "SGLang",
            "sglang:num_running_reqs{model_name=\"m\"} 8.0\nsglang:num_queue_reqs{model_name=\"m\"} 4.0\n",
            ServerLoad(running: 8, waiting: 4)
        ),
        (
            "TGI",
            "tgi_batch_current_size 4\ntgi_queue_size 7\ntgi_request_generated_tokens_bucket{le=\"1\"} 0\n"
                + "tgi_request_generated_tokens_sum 8123\n",
            ServerLoad(running: 4, waiting: 7, generatedTokens: 8_123)
        ),
        (
            "LMDeploy", "lmdeploy:num_requests_running{} 5.0\nlmdeploy:num_requests_waiting{} 1\n",
            ServerLoad(running: 5, waiting: 1)
        ),
        (
            "labels with braces, quotes and timestamps, and carriage returns",
            "vllm:num_requests_running{model_name=\"a}\\\"{ b\",x=\"1\"} 2 1700000000000\r\n"
                + "vllm:num_requests_waiting {a=\"b\"}\t3\r\n",
            ServerLoad(running: 2, waiting: 3)
        ),
        ("no number where one is due", "vllm:num_requests_running NaN\nvllm:num_requests_waiting +Inf\n", nil),
        ("absurd numbers", "vllm:num_requests_running -1\nvllm:num_requests_waiting 1e300\n", nil),
        ("labels without an end", "vllm:num_requests_running{a=\"b 1\n", nil),
        ("somebody else's metrics", "go_goroutines 12\nprocess_cpu_seconds_total 3.1\n", nil),
        ("a name that only begins alike", "vllm:num_requests_running_total 5\n", nil),
        ("a web page", "<!doctype html><html><body>vllm:num_requests_running 1</body></html>", nil),
        ("nothing", "", nil),
    ]

    @Test(arguments: texts)
    func `the metrics of each kind of server say how loaded it is`(row: (name: String, text: String, load: ServerLoad?))
    {
        #expect(ServerMetricNames.load(in: Array(row.text.utf8)) == row.load)
    }

    @Test(arguments: ServerMetricNames.all.indices)
    func `each kind of server is read by its own names`(index: Int) {
        let names = ServerMetricNames.all[index]
        let lines =
            names.running.prefix(1).map { "\($0){a=\"b\"} 3" } + names.waiting.prefix(1).map { "\($0) 5" }
            + names.tokens.prefix(1).map { "\($0) 700" }
        let load = ServerMetricNames.load(in: Array(lines.joined(separator: "\n").utf8))
        #expect(load == ServerLoad(running: 3, waiting: 5, generatedTokens: names.tokens.isEmpty ? nil : 700))
    }

    // MARK: Slots

    static let slots: [(body: String, running: Int?, slots: Int, decoded: Double)] = [
        (
            #"[{"id":0,"is_processing":false},{"id":1,"id_task":3,"is_processing":true,"next_token":[{"n_decoded":95}]}]"#,
            1, 2, 95
        ),
        (#"[{"id":0,"id_task":1,"is_processing":true,"next_token":{"n_decoded":7}}]"#, 1, 1, 7),
        (#"[{"id":0,"state":1},{"id":1,"state":0}]"#, 1, 2, 0), (#"[]"#, nil, 0, 0), (#"{"error":"x"}"#, nil, 0, 0),
        (#"[{"id":0}]"#, nil, 0, 0), ("", nil, 0, 0),
    ]

    @Test(arguments: slots)
    func `llama.cpp's slots, in the shapes of its versions`(
        row: (body: String, running: Int?, slots: Int, decoded: Double)
    ) {
        let reading = LoadReading(slots: Array(row.body.utf8))
        #expect(reading?.load.running == row.running)
        if reading != nil { #expect(reading?.load.slots == row.slots) }
        #expect(reading?.progress.values.reduce(0, +) ?? 0 == row.decoded)
    }

    @Test
    func `tokens are counted on when a slot begins another request`() {
        var memory = LoadMemory(isPublic: false)
        func take(_ task: Int, _ decoded: Int) -> Double? {
            let body = #"[{"id":0,"id_task":\#(task),"is_processing":true,"next_token":[{"n_decoded":\#(decoded)}]}]"#
            return LoadReading(slots: Array(body.utf8)).flatMap { memory.take($0, of: .slots).generatedTokens }
        }
        #expect(take(1, 10) == 10)
        #expect(take(1, 25) == 25)
        #expect(take(1, 25) == 25)
        #expect(take(2, 3) == 28)
        #expect(take(2, 5) == 30)
    }

    // MARK: Whom to ask what

    @Test
    func `what a server does not know is left alone for a while, and its best answer is kept`() {
        var memory = LoadMemory(isPublic: false)
        #expect(memory.questions(at: .zero) == [.metrics, .slots, .models])
        memory.refuse(.metrics, at: .zero)
        #expect(memory.questions(at: .seconds(1)) == [.slots, .models])
        _ = memory.take(LoadReading(load: ServerLoad(running: 1)), of: .slots)
        #expect(memory.questions(at: .seconds(500)) == [.slots])
        // A frozen server says nothing: that is no answer, and its front would prove nothing.
        memory.miss(.slots)
        #expect(memory.questions(at: .seconds(501)) == [.slots])
        memory.refuse(.slots, at: .seconds(502))
        #expect(memory.questions(at: .seconds(503)) == [.metrics, .models])
    }

    @Test(arguments: [true, false])
    func `a public host is asked once, for its metrics alone`(answers: Bool) {
        var memory = LoadMemory(isPublic: true)
        #expect(memory.questions(at: .zero) == [.metrics])
        if answers {
            _ = memory.take(LoadReading(load: ServerLoad(running: 1)), of: .metrics)
            memory.miss(.metrics)
            #expect(memory.questions(at: .seconds(9)) == [.metrics])
        } else {
            memory.miss(.metrics)
            #expect(memory.questions(at: .seconds(100_000)).isEmpty)
        }
    }

    static let places: [(url: String, isPrivate: Bool)] = [
        ("http://127.0.0.1:8080", true), ("http://localhost", true), ("http://[::1]:8000/v1", true),
        ("http://10.1.2.3", true), ("http://172.16.0.1", true), ("http://172.32.0.1", false),
        ("http://192.168.1.20:8000", true), ("http://100.64.0.7", true), ("http://[fd12::1]", true),
        ("http://vllm:8000", true), ("http://gpu.local", true), ("http://vllm.models.svc.cluster.local", true),
        ("http://llm.corp.internal", true), ("https://api.openai.com/v1", false), ("https://8.8.8.8", false),
        ("https://internal.example.com", false), ("https://[2001:db8::1]", false),
    ]

    @Test(arguments: places)
    func `which hosts are private`(row: (url: String, isPrivate: Bool)) {
        #expect(Host(of: row.url).isPrivate == row.isPrivate)
    }
}

extension ProbingNetworkTests {
    @Suite("Asking servers while probes wait", .timeLimit(.minutes(5)))
    struct ProbingLoadNetworkTests {
        private static let quick = LoadWatcher.Settings(
            patience: .milliseconds(30), interval: .milliseconds(30), timeout: .milliseconds(500))
        private static let metrics = "vllm:num_requests_running 2\nvllm:num_requests_waiting 5\n"

        @Test
        func `a server that queues is asked while the probe waits, and what it says is evidence`() async throws {
            try await withPeer({ seen, _ in
                switch seen.line {
                case "GET /metrics": ProbingPeer.answer(Self.metrics, type: "text/plain")
                case "POST /v1/chat/completions": [.wait(.milliseconds(400))] + ProbingPeer.pong
                default: ProbingPeer.answer("{}", status: "404 Not Found")
                }
            }) { peer in
                try await withProber(loads: Self.quick) { stage in
                    let result = try await stage.prober.probeOnce(probedModel(at: peer.url + "/v1"))
                    #expect(result.success)
                    let evidence = try await stage.evidence { if case .load = $0 { true } else { false } }
                    #expect(evidence.kind == .load(ProbeKey("m"), ServerLoad(running: 2, waiting: 5)))
                    let asked = peer.seen.count { $0.line == "GET /metrics" }
                    #expect(asked >= 2 && asked < 20)
                    #expect(peer.seen.first { $0.line == "GET /metrics" }?.headers["authorization"] != nil)
                }
            }
        }

        @Test
        func `a quick answer asks nobody`() async throws {
            try await withPeer({ _, _ in ProbingPeer.pong }) { peer in
                try await withProber(loads: LoadWatcher.Settings()) { stage in
                    _ = try await stage.prober.probeOnce(probedModel(at: peer.url))
                    #expect(peer.seen.count == 1)
                }
            }
        }

        @Test
        func `where nothing better is answered, the list of models says that the front lives`() async throws {
            try await withPeer({ seen, _ in
                switch seen.line {
                case "GET /metrics", "GET /slots": ProbingPeer.answer(#"{"error":{}}"#, status: "501 Not Implemented")
                case "GET /v1/models": ProbingPeer.answer(#"{"data":[]}"#)
                default: [.wait(.milliseconds(300))] + ProbingPeer.pong
                }
            }) { peer in
                try await withProber(loads: Self.quick) { stage in
                    _ = try await stage.prober.probeOnce(probedModel(at: peer.url))
                    let evidence = try await stage.evidence { if case .load = $0 { true } else { false } }
                    #expect(evidence.kind == .load(ProbeKey("m"), ServerLoad()))
                    #expect(peer.seen.count { $0.line == "GET /metrics" } == 1)
                    #expect(peer.seen.count { $0.line == "GET /slots" } == 1)
                }
            }
        }

        @Test
        func `a server that says nothing at all gives no evidence, and the probe ends as it would`() async throws {
            try await withPeer({ _, _ in [] }) { peer in
                let settings = LoadWatcher.Settings(
                    patience: .milliseconds(20), interval: .milliseconds(20), timeout: .milliseconds(50))
                try await withProber(loads: settings) { stage in
                    let result = try await stage.prober.probeOnce(
                        probedModel(at: peer.url, timeout: .milliseconds(400)))
                    #expect(result.outcome.cause == .timeout)
                    stage.intake.finish()
                    for await item in stage.intake.evidence {
                        if case .load = item.kind { Issue.record("nothing was said") }
                    }
                }
            }
        }

        @Test
        func `a server that told how busy it is and does not any more is silent`() async throws {
            let isFrozen = Atomic(false)
            try await withPeer({ seen, _ in
                guard !isFrozen.load(ordering: .relaxed) else { return [] }
                return seen.line == "GET /metrics"
                    ? ProbingPeer.answer(Self.metrics, type: "text/plain")
                    : [.wait(.milliseconds(200))] + ProbingPeer.pong
            }) { peer in
                let settings = LoadWatcher.Settings(
                    patience: .milliseconds(20), interval: .milliseconds(20), timeout: .milliseconds(50))
                try await withProber(loads: settings) { stage in
                    _ = try await stage.prober.probeOnce(probedModel(at: peer.url))
                    isFrozen.store(true, ordering: .relaxed)
                    _ = try await stage.prober.probeOnce(probedModel(at: peer.url, timeout: .milliseconds(400)))
                    stage.intake.finish()
                    var words: [Bool] = []
                    for await item in stage.intake.evidence {
                        if case .load(_, let load) = item.kind { words.append(load != nil) }
                    }
                    #expect(words.first == true)
                    #expect(words.last == false)
                }
            }
        }

        @Test
        func `ten probes that wait at one server ask it as often as one, and each learns of it`() async throws {
            try await withPeer({ seen, _ in
                seen.line == "GET /metrics"
                    ? ProbingPeer.answer(Self.metrics, type: "text/plain")
                    : [.wait(.milliseconds(500))] + ProbingPeer.pong
            }) { peer in
                try await withProber(loads: Self.quick) { stage in
                    let models = (0..<10).map { probedModel(ModelID("m\($0)"), at: peer.url, model: "m") }
                    stage.prober.register(models)
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        for model in models {
                            group.addTask { _ = try await stage.prober.probe(model.id, config: model.probe) }
                        }
                        try await group.waitForAll()
                    }
                    #expect(peer.seen.count { $0.line == "GET /metrics" } <= 40)
                    stage.intake.finish()
                    var told: Set<ModelID> = []
                    for await item in stage.intake.evidence {
                        if case .load(let key, _) = item.kind { told.insert(key.modelID) }
                    }
                    #expect(told == Set(models.map(\.id)))
                }
            }
        }

        @Test
        func `behind a gateway nobody is asked`() async throws {
            try await withPeer({ _, _ in [.wait(.milliseconds(200))] + ProbingPeer.pong }) { peer in
                try await withProber(loads: Self.quick) { stage in
                    let route = GatewayRoute(gateway: "gw", provider: "openai")
                    _ = try await stage.prober.probeOnce(probedModel(at: peer.url, gateway: route))
                    #expect(peer.seen.allSatisfy { $0.line.hasPrefix("POST") })
                }
            }
        }
    }
}
