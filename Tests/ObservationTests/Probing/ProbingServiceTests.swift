import Health
import TestSupport
import Testing

@testable import Observation

extension ProbingNetworkTests {
    /// Every method of ``CanaryProbeService``: its result, each of its errors, and what cancelling it does.
    @Suite("Canary probe service", .timeLimit(.minutes(5)))
    struct ProbingServiceTests {
        // MARK: probe(_:config:)

        @Test
        func `a probe brings back tokens, phases and the model that answered, and is evidence`() async throws {
            try await withPeer({ _, _ in ProbingPeer.pong }) { peer in
                try await withProber { stage in
                    let result = try await stage.prober.probeOnce(probedModel(at: peer.url))
                    #expect(result.success && result.outcome == .ok && result.error == nil)
                    #expect(result.inputTokens == 3 && result.outputTokens == 1)
                    #expect(result.answeredModel == "m" && !result.isCached && !result.isStreamed)
                    #expect(result.latency != nil && result.phases.connect != nil && result.phases.head != nil)
                    #expect(peer.seen[0].body.contains("ping "))
                    let started = try await stage.evidence()
                    guard case .probeStarted(let key, let number, .manual, _) = started.kind else {
                        Issue.record("\(started)")
                        return
                    }
                    let finished = try await stage.evidence()
                    #expect(finished.kind == .probeFinished(key, number: number, result))
                    #expect(started.at <= finished.at)
                    #expect(stage.prober.lastResult(of: "m") == result)
                }
            }
        }

        @Test
        func `a model that fails is a result, not an error`() async throws {
            let port = try await refusingPort()
            try await withProber { stage in
                let result = try await stage.prober.probeOnce(probedModel(at: "http://127.0.0.1:\(port)"))
                #expect(result.outcome.class == .failing && result.outcome.cause == .connectionRefused)
                #expect(result.error?.isEmpty == false)
            }
        }

        @Test
        func `a model that nobody configured is an error that trying again does not mend`() async throws {
            try await withProber { stage in
                await #expect {
                    try await stage.prober.probe("nobody", config: ProbeConfig(modelId: "nobody"))
                } throws: {
                    ($0 as? CanaryProbeError)?.modelId == "nobody" && ($0 as? CanaryProbeError)?.retryable == false
                }
            }
        }

        @Test
        func `a probe without a deadline is an error`() async throws {
            try await withProber { stage in
                stage.prober.register([probedModel(at: "http://127.0.0.1:1")])
                await #expect(throws: CanaryProbeError.self) {
                    try await stage.prober.probe("m", config: ProbeConfig(modelId: "m", timeout: .zero))
                }
            }
        }

        @Test
        func `a call that comes before run() is answered once it runs; one that comes after its end is an error`()
            async throws
        {
            try await withPeer({ _, _ in ProbingPeer.pong }) { peer in
                let egress = try Egress()
                let prober = CanaryProber(egress: egress, intake: Intake(), logger: LogLines().logger())
                let model = probedModel(at: peer.url)
                prober.register([model])
                try await withThrowingTaskGroup(of: ProbeResult?.self) { group in
                    group.addTask { try await prober.probe("m", config: model.probe) }
                    // It waits in line before anybody works.
                    while prober.counts.waiting == 0 { await Task.yield() }
                    group.addTask {
                        try await prober.run()
                        return nil
                    }
                    let result = try await group.next()
                    #expect(result??.success == true)
                    group.cancelAll()
                    try await group.waitForAll()
                }
                await #expect { try await prober.probe("m", config: ProbeConfig(modelId: "m", prompt: "x")) } throws: {
                    ($0 as? CanaryProbeError)?.retryable == true
                }
                await egress.shutdown()
            }
        }

        @Test
        func `a second run() is an error, and the first goes on`() async throws {
            try await withPeer({ _, _ in ProbingPeer.pong }) { peer in
                try await withProber { stage in
                    _ = try await stage.prober.probeOnce(probedModel(at: peer.url))
                    await #expect(throws: CanaryProberIsRunning.self) { try await stage.prober.run() }
                    _ = try await stage.prober.probeOnce(probedModel("n", at: peer.url))
                }
            }
        }

        @Test
        func `ten callers of one model at once share one probe`() async throws {
            try await withPeer({ _, _ in [.wait(.milliseconds(200))] + ProbingPeer.pong }) { peer in
                try await withProber { stage in
                    let model = probedModel(at: peer.url)
                    stage.prober.register([model])
                    let results = try await withThrowingTaskGroup(of: ProbeResult.self) { group in
                        for _ in 0..<10 { group.addTask { try await stage.prober.probe("m", config: model.probe) } }
                        var results: [ProbeResult] = []
                        for try await result in group { results.append(result) }
                        return results
                    }
                    #expect(results.count == 10 && Set(results).count <= 2)
                    #expect(peer.seen.count == 1)
                }
            }
        }

        @Test
        func `who asks within two seconds of the last answer gets that, marked; later a new one`() async throws {
            let time = ManualTime()
            try await withPeer({ _, _ in ProbingPeer.pong }) { peer in
                try await withProber(timekeeper: time.timekeeper) { stage in
                    let model = probedModel(at: peer.url)
                    let first = try await stage.prober.probeOnce(model)
                    time.advance(by: .milliseconds(1_999))
                    var second = try await stage.prober.probe("m", config: model.probe)
                    #expect(second.isCached && !first.isCached)
                    second.isCached = false
                    #expect(second == first && peer.seen.count == 1)
                    // Another question is another probe.
                    _ = try await stage.prober.probe("m", config: ProbeConfig(modelId: "m", prompt: "hello"))
                    #expect(peer.seen.count == 2)
                    time.advance(by: .milliseconds(1))
                    #expect(try await stage.prober.probe("m", config: model.probe).isCached == false)
                    #expect(peer.seen.count == 3)
                }
            }
        }

        @Test
        func `the latest result is current for thirty seconds`() async throws {
            let time = ManualTime()
            try await withPeer({ _, _ in ProbingPeer.pong }) { peer in
                try await withProber(timekeeper: time.timekeeper) { stage in
                    _ = try await stage.prober.probeOnce(probedModel(at: peer.url))
                    time.advance(by: .milliseconds(29_999))
                    #expect(stage.prober.lastResult(of: "m") != nil)
                    time.advance(by: .milliseconds(1))
                    #expect(stage.prober.lastResult(of: "m") == nil)
                    #expect(stage.prober.lastResult(of: "x") == nil)
                }
            }
        }

        @Test
        func `of several targets all are asked, and the best answers`() async throws {
            let port = try await refusingPort()
            try await withPeer({ _, _ in ProbingPeer.pong }) { peer in
                try await withProber { stage in
                    var model = probedModel(at: "http://127.0.0.1:\(port)")
                    model.targets[0].name = "eu"
                    model.targets.append(ModelTarget(name: "us", baseURL: peer.url, model: "m"))
                    let result = try await stage.prober.probeOnce(model)
                    #expect(result.success && result.target == "us")
                    let other = try await stage.evidence {
                        if case .probeFinished(let key, _, _) = $0 { key.target == "eu" } else { false }
                    }
                    guard case .probeFinished(_, _, let failed) = other.kind else { return }
                    #expect(failed.outcome.class == .failing)
                }
            }
        }

        @Test
        func `a caller that gives up cancels its probe; with others waiting it goes on`() async throws {
            try await withPeer({ _, number in number == 0 ? [] : [.wait(.milliseconds(300))] + ProbingPeer.pong }) {
                peer in
                try await withProber { stage in
                    let model = probedModel(at: peer.url, timeout: .seconds(50))
                    stage.prober.register([model])
                    await withThrowingTaskGroup(of: ProbeResult.self) { group in
                        group.addTask { try await stage.prober.probe("m", config: model.probe) }
                        await peer.saw(1)
                        group.cancelAll()
                        await #expect(throws: CanaryProbeError.self) { try await group.next() }
                    }
                    await peer.isQuiet()
                    let cancelled = try await stage.evidence { if case .probeCancelled = $0 { true } else { false } }
                    #expect(cancelled.source == .probe)
                    // Two callers, one of them gone: the other gets its answer.
                    try await withThrowingTaskGroup(of: ProbeResult.self) { group in
                        group.addTask { try await stage.prober.probe("m", config: model.probe) }
                        await peer.saw(2)
                        await withThrowingTaskGroup(of: ProbeResult.self) { other in
                            other.addTask { try await stage.prober.probe("m", config: model.probe) }
                            other.cancelAll()
                        }
                        let result = try await group.next()
                        #expect(result?.success == true)
                    }
                    #expect(peer.seen.count == 2)
                }
            }
        }

        @Test
        func `a caller that is cancelled already sends nothing`() async throws {
            try await withPeer({ _, _ in ProbingPeer.pong }) { peer in
                try await withProber { stage in
                    stage.prober.register([probedModel(at: peer.url)])
                    await withThrowingTaskGroup(of: ProbeResult.self) { group in
                        group.cancelAll()
                        group.addTask { try await stage.prober.probe("m", config: ProbeConfig(modelId: "m")) }
                        await #expect(throws: CanaryProbeError.self) { try await group.next() }
                    }
                    #expect(peer.seen.isEmpty)
                }
            }
        }

        // MARK: startScheduledProbes(_:)

        @Test
        func `scheduled probes go out on the beat and come back as evidence, every fourth streamed`() async throws {
            let time = ManualTime()
            var policy = HealthPolicy()
            policy.jitter = 0
            try await withPeer({ seen, _ in
                seen.body.contains("\"stream\":true")
                    ? [
                        ProbingPeer.streamHead,
                        .send("data: {\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}\n\n"),
                        .close,
                    ]
                    : ProbingPeer.pong
            }) { peer in
                try await withProber(policy: policy, timekeeper: time.timekeeper) { stage in
                    try await stage.prober.startScheduledProbes([
                        probedModel(at: peer.url, interval: .seconds(10), streaming: .auto)
                    ])
                    for turn in 1...8 {
                        let result = try await stage.finished()
                        #expect(result.success)
                        #expect(result.isStreamed == (turn % 4 == 0))
                        #expect((result.phases.firstToken != nil) == result.isStreamed)
                        await time.sleepers(atLeast: 1)
                        time.advance(by: .seconds(10))
                    }
                    #expect(peer.seen.count >= 8)
                }
            }
        }

        @Test
        func `started twice is one schedule`() async throws {
            let time = ManualTime()
            try await withPeer({ _, _ in ProbingPeer.pong }) { peer in
                try await withProber(timekeeper: time.timekeeper) { stage in
                    let models = [probedModel(at: peer.url, interval: .seconds(10))]
                    try await stage.prober.startScheduledProbes(models)
                    _ = try await stage.finished()
                    try await stage.prober.startScheduledProbes(models)
                    await time.sleepers(atLeast: 1)
                    for _ in 0..<5 {
                        time.advance(by: .seconds(12))
                        _ = try await stage.finished()
                        await time.sleepers(atLeast: 1)
                    }
                    #expect(peer.seen.count == 6)
                }
            }
        }

        @Test
        func `a second start cancels what is in flight to models that are gone`() async throws {
            try await withPeer({ seen, _ in seen.body.contains("\"old\"") ? [] : ProbingPeer.pong }) { peer in
                try await withProber { stage in
                    try await stage.prober.startScheduledProbes([
                        probedModel("old", at: peer.url, timeout: .seconds(50))
                    ])
                    await peer.saw(1)
                    try await stage.prober.startScheduledProbes([probedModel("new", at: peer.url)])
                    // In whichever order the two come.
                    var (isCancelled, isFinished) = (false, false)
                    while !isCancelled || !isFinished {
                        switch try await stage.evidence().kind {
                        case .probeCancelled(let key, _) where key.modelID == "old": isCancelled = true
                        case .probeFinished(let key, _, let result) where key.modelID == "new":
                            isFinished = true
                            #expect(result.success)
                        default: break
                        }
                    }
                    await #expect(throws: CanaryProbeError.self) {
                        try await stage.prober.probe("old", config: ProbeConfig(modelId: "old"))
                    }
                }
            }
        }

        static let senseless: [(models: [ModelConfig], word: String)] = [
            ([probedModel(at: "http://h"), probedModel(at: "http://h")], "twice"),
            ([ModelConfig(id: "m", provider: "p", targets: [])], "no target"),
            ([probedModel(at: "http://h", interval: .zero)], "interval"),
            ([probedModel(at: "http://h", timeout: .zero)], "timeout"),
            ([probedModel(at: "http://h", checks: [.init(name: "c"), .init(name: "c")])], "checks"),
            (
                [
                    ModelConfig(
                        id: "m", provider: "p",
                        targets: [.init(baseURL: "a", model: "m"), .init(baseURL: "b", model: "m")])
                ], "targets"
            ),
        ]

        @Test(arguments: senseless)
        func `models that make no sense are an error, and nothing is changed`(
            row: (models: [ModelConfig], word: String)
        ) async throws {
            try await withPeer({ _, _ in ProbingPeer.pong }) { peer in
                try await withProber { stage in
                    try await stage.prober.startScheduledProbes([probedModel("good", at: peer.url)])
                    await #expect { try await stage.prober.startScheduledProbes(row.models) } throws: {
                        ($0 as? CanaryProbeError)?.message.contains(row.word) == true
                    }
                    #expect(try await stage.prober.probe("good", config: ProbeConfig(modelId: "good")).success)
                }
            }
        }

        @Test
        func `cancelling the task that started the schedule does not end the schedule`() async throws {
            try await withPeer({ _, _ in ProbingPeer.pong }) { peer in
                try await withProber { stage in
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        group.addTask { try await stage.prober.startScheduledProbes([probedModel(at: peer.url)]) }
                        group.cancelAll()
                        try await group.waitForAll()
                    }
                    #expect(try await stage.finished().success)
                }
            }
        }

        // MARK: stopScheduledProbes()

        @Test
        func `stopping cancels what is in flight within 100 ms, and the provider sees nothing afterwards`() async throws
        {
            let bar = Duration.milliseconds(100)
            let shortest = try await shortest(below: bar) {
                let time = ManualTime()
                return try await withPeer({ _, _ in [] }) { peer in
                    try await withProber(timekeeper: time.timekeeper) { stage in
                        try await stage.prober.startScheduledProbes(
                            (0..<20).map {
                                probedModel(
                                    ModelID("m\($0)"), at: peer.url, interval: .seconds(1), timeout: .seconds(50))
                            })
                        time.advance(by: .milliseconds(990))
                        await peer.saw(20)
                        let clock = ContinuousClock()
                        let start = clock.now
                        await stage.prober.stopScheduledProbes()
                        let elapsed = clock.now - start
                        #expect(stage.prober.counts.inFlight == 0)
                        await peer.isQuiet()
                        let seen = peer.seen.count
                        time.advance(by: .seconds(100))
                        stage.prober.plan([
                            ProbePlan(
                                key: ProbeKey("m0"), next: .zero, anchor: .zero, every: .seconds(1),
                                reason: .confirmation)
                        ])
                        // A probe on demand goes through the same loop: what was to leave before it has left by its end.
                        await withThrowingTaskGroup(of: Void.self) { group in
                            group.addTask {
                                let config = ProbeConfig(modelId: "m0", timeout: .seconds(50))
                                _ = try await stage.prober.probe("m0", config: config)
                            }
                            await peer.saw(seen + 1)
                            group.cancelAll()
                        }
                        #expect(peer.seen.count == seen + 1)
                        for _ in 0..<seen {
                            _ = try await stage.evidence { if case .probeCancelled = $0 { true } else { false } }
                        }
                        return elapsed
                    }
                }
            }
            #expect(shortest < bar)
        }

        @Test
        func `stopping answers those who wait for a probe with an error`() async throws {
            try await withPeer({ _, _ in [] }) { peer in
                try await withProber { stage in
                    let model = probedModel(at: peer.url, timeout: .seconds(50))
                    stage.prober.register([model])
                    await withThrowingTaskGroup(of: ProbeResult.self) { group in
                        group.addTask { try await stage.prober.probe("m", config: model.probe) }
                        await peer.saw(1)
                        await stage.prober.stopScheduledProbes()
                        await #expect { try await group.next() } throws: {
                            ($0 as? CanaryProbeError)?.retryable == true
                        }
                    }
                }
            }
        }

        @Test
        func `stopping what was never started returns at once, twice too`() async throws {
            let egress = try Egress()
            let prober = CanaryProber(egress: egress, intake: Intake(), logger: LogLines().logger())
            await prober.stopScheduledProbes()
            await prober.stopScheduledProbes()
            await egress.shutdown()
        }

        @Test
        func `stopped and started again, it probes again`() async throws {
            try await withPeer({ _, _ in ProbingPeer.pong }) { peer in
                try await withProber { stage in
                    try await stage.prober.startScheduledProbes([probedModel(at: peer.url)])
                    _ = try await stage.finished()
                    await stage.prober.stopScheduledProbes()
                    try await stage.prober.startScheduledProbes([probedModel(at: peer.url)])
                    _ = try await stage.finished()
                    #expect(peer.seen.count == 2)
                }
            }
        }

        @Test
        func `ending run() cancels what is in flight and tells those who wait`() async throws {
            try await withPeer({ _, _ in [] }) { peer in
                let egress = try Egress()
                let intake = Intake()
                let prober = CanaryProber(egress: egress, intake: intake, logger: LogLines().logger())
                let model = probedModel(at: peer.url, timeout: .seconds(50))
                prober.register([model])
                await withTaskGroup(of: CanaryProbeError?.self) { group in
                    group.addTask {
                        await withThrowingTaskGroup(of: Void.self) { inner in
                            inner.addTask { try await prober.run() }
                            await peer.saw(1)
                            inner.cancelAll()
                        }
                        return nil
                    }
                    group.addTask {
                        do throws(CanaryProbeError) {
                            _ = try await prober.probe("m", config: model.probe)
                            return nil
                        } catch {
                            return error
                        }
                    }
                    var errors: [CanaryProbeError] = []
                    for await error in group { if let error { errors.append(error) } }
                    #expect(errors.count == 1 && errors.allSatisfy(\.retryable))
                }
                await peer.isQuiet()
                await egress.shutdown()
            }
        }

        // MARK: Plans, limits, local models

        @Test
        func `a plan of the decision sends a probe when it says so`() async throws {
            let time = ManualTime()
            try await withPeer({ _, _ in ProbingPeer.pong }) { peer in
                try await withProber(timekeeper: time.timekeeper) { stage in
                    try await stage.prober.startScheduledProbes([probedModel(at: peer.url)])
                    _ = try await stage.finished()
                    let key = ProbeKey("m")
                    stage.prober.plan([
                        ProbePlan(
                            key: key, next: .seconds(1.6), anchor: .seconds(60), every: .seconds(60),
                            reason: .confirmation)
                    ])
                    // The loop arms a timer for the plan beside the one for the next turn.
                    await time.sleepers(atLeast: 2)
                    time.advance(by: .seconds(1.6))
                    let item = try await stage.evidence { if case .probeStarted = $0 { true } else { false } }
                    guard case .probeStarted(key, _, .confirmation, _) = item.kind else {
                        Issue.record("\(item)")
                        return
                    }
                    #expect(item.at.uptime == .seconds(1.6))
                }
            }
        }

        @Test
        func `no more probes are in flight than allowed; the others wait their turn and all are made`() async throws {
            try await withPeer({ _, _ in [.wait(.milliseconds(20))] + ProbingPeer.pong }) { peer in
                var policy = HealthPolicy()
                policy.firstRound = .zero
                try await withProber(policy: policy, limits: .init(maxConcurrent: 3)) { stage in
                    try await stage.prober.startScheduledProbes(
                        (0..<30).map { probedModel(ModelID("m\($0)"), at: peer.url, model: "m") })
                    var (inFlight, most) = (0, 0)
                    var done = 0
                    while done < 30 {
                        switch try await stage.evidence().kind {
                        case .probeStarted: inFlight += 1
                        case .probeFinished:
                            inFlight -= 1
                            done += 1
                        default: break
                        }
                        most = max(most, inFlight)
                    }
                    #expect(most == 3)
                }
            }
        }

        @Test
        func `a local model that is not loaded is asked for nothing, by schedule or on demand`() async throws {
            let time = ManualTime()
            try await withPeer({ _, _ in ProbingPeer.pong }) { peer in
                try await withProber(timekeeper: time.timekeeper, isProbeable: { _ in false }) { stage in
                    let model = probedModel(at: peer.url, interval: .seconds(10), localRuntime: .ollama)
                    try await stage.prober.startScheduledProbes([model])
                    // The decision had it probed, and its memory is freed before the probe leaves.
                    let key = ProbeKey("m", target: TargetName.default)
                    stage.prober.plan([
                        ProbePlan(
                            key: key, next: time.timekeeper.now.uptime, anchor: time.timekeeper.now.uptime,
                            every: .seconds(10),
                            reason: .scheduled)
                    ])
                    let result = try await stage.prober.probe("m", config: model.probe)
                    #expect(
                        result.outcome.class == .idle && result.outcome.cause == .notLoaded && result.latency == nil)
                    for _ in 0..<20 {
                        await time.sleepers(atLeast: 1)
                        time.advance(by: .seconds(10))
                    }
                    #expect(peer.seen.isEmpty && peer.accepted == 0)
                    #expect(stage.intake.counts.received == 0)
                }
            }
        }

        @Test
        func `by default models of local runtimes are never probed, others are`() async throws {
            try await withPeer({ _, _ in ProbingPeer.pong }) { peer in
                try await withProber { stage in
                    let local = try await stage.prober.probeOnce(probedModel(at: peer.url, localRuntime: .lmStudio))
                    #expect(local.outcome.class == .idle)
                    let other = try await stage.prober.probeOnce(probedModel("n", at: peer.url))
                    #expect(other.success)
                    #expect(peer.seen.count == 1)
                }
            }
        }

        @Test
        func `a custom check runs on its own beat under its own key`() async throws {
            try await withPeer({ seen, _ in
                ProbingPeer.answer(
                    #"{"choices":[{"message":{"content":"\#(seen.body.contains("2+2") ? "5" : "pong")"}}]}"#)
            }) { peer in
                try await withProber { stage in
                    let check = CheckDefinition(name: "math", prompt: "2+2?", assertions: [.contains("4")])
                    try await stage.prober.startScheduledProbes([probedModel(at: peer.url, checks: [check])])
                    let item = try await stage.evidence {
                        if case .probeFinished(let key, _, _) = $0 { key.check == "math" } else { false }
                    }
                    guard case .probeFinished(_, _, let result) = item.kind else { return }
                    #expect(result.outcome.class == .failing && result.outcome.cause == .assertion)
                    #expect(result.outcome.detail.contains("'4'") && result.outcome.detail.contains("'5'"))
                }
            }
        }

        @Test
        func `trouble with a gateway is told by its name`() async throws {
            let port = try await refusingPort()
            let (names, told) = AsyncStream.makeStream(of: String.self, bufferingPolicy: .bufferingNewest(8))
            try await withProber(onGatewayTrouble: { told.yield($0) }) { stage in
                let model = probedModel(
                    at: "http://127.0.0.1:\(port)", gateway: GatewayRoute(gateway: "portkey", provider: "openai"))
                let result = try await stage.prober.probeOnce(model)
                #expect(result.outcome.class == .gateway && result.outcome.cause == .gatewayUnreachable)
                var iterator = names.makeAsyncIterator()
                #expect(await iterator.next() == "portkey")
            }
        }

        // MARK: Learning and secrets

        static let unsupported =
            #"{"error":{"message":"Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.","type":"invalid_request_error","param":"max_tokens","code":"unsupported_parameter"}}"#

        @Test
        func `a refusal is learnt from once, within the same probe, said so, and remembered`() async throws {
            try await withPeer({ seen, _ in
                seen.body.contains("max_completion_tokens")
                    ? ProbingPeer.pong : ProbingPeer.answer(Self.unsupported, status: "400 Bad Request")
            }) { peer in
                try await withProber(limits: .init(manualReuse: .zero)) { stage in
                    let model = probedModel(at: peer.url)
                    let first = try await stage.prober.probeOnce(model)
                    #expect(first.success && peer.seen.count == 2)
                    #expect(
                        first.note?.contains("learnt") == true && first.note?.contains("max_completion_tokens") == true)
                    let second = try await stage.prober.probe("m", config: model.probe)
                    #expect(second.success && peer.seen.count == 3)
                    #expect(second.note == "uses max_completion_tokens")
                }
            }
        }

        @Test
        func `a lesson that does not help is forgotten, and costs one more request a probe`() async throws {
            try await withPeer({ _, _ in ProbingPeer.answer(Self.unsupported, status: "400 Bad Request") }) { peer in
                try await withProber(limits: .init(manualReuse: .zero)) { stage in
                    let model = probedModel(at: peer.url)
                    let result = try await stage.prober.probeOnce(model)
                    #expect(result.outcome.class == .misconfigured && result.note == nil)
                    #expect(peer.seen.count == 2)
                }
            }
        }

        @Test
        func `a model that refuses one thing after the other is asked rightly from the second probe on`() async throws {
            let tooSmall =
                #"{"error":{"message":"Invalid 'max_completion_tokens': integer below minimum value. Expected a value >= 16, but got 1 instead.","code":"integer_below_min_value"}}"#
            try await withPeer({ seen, _ in
                if !seen.body.contains("max_completion_tokens") {
                    return ProbingPeer.answer(Self.unsupported, status: "400 Bad Request")
                }
                return seen.body.contains(":16")
                    ? ProbingPeer.pong : ProbingPeer.answer(tooSmall, status: "400 Bad Request")
            }) { peer in
                try await withProber(limits: .init(manualReuse: .zero)) { stage in
                    var model = probedModel(at: peer.url)
                    model.probe.maxTokens = 1
                    let first = try await stage.prober.probeOnce(model)
                    #expect(first.outcome.class == .misconfigured && peer.seen.count == 2)
                    let second = try await stage.prober.probe("m", config: model.probe)
                    #expect(second.success && peer.seen.count == 3, "\(second.outcome)")
                    #expect(second.note?.contains("16 tokens") == true)
                }
            }
        }

        @Test(arguments: ["127.0.0.1:1", "ftp://h", "http://", "http://a b"])
        func `an address that is none is ours to correct`(url: String) async throws {
            try await withProber { stage in
                let outcome = try await stage.prober.probeOnce(probedModel(at: url)).outcome
                #expect(outcome.class == .misconfigured, "\(outcome)")
                #expect(outcome.detail.contains("URL"))
            }
        }

        @Test
        func `a key that an upstream echoes is in no detail, note, log line or piece of evidence`() async throws {
            let key = "sk-CANARY-9f8e7d6c5b4a3210"
            let bodies = [
                (
                    "401 Unauthorized",
                    #"{"error":{"message":"Incorrect API key provided: \#(key). You sent Bearer \#(key)","code":"invalid_api_key"}}"#
                ),
                ("500 Internal Server Error", "panic: Authorization: Bearer \(key)"),
                ("200 OK", #"{"model":"\#(key)","choices":[{"message":{"content":"\#(key)"}}]}"#),
                ("200 OK", #"{"html-message":"<html><title>\#(key)</title></html>"}"#),
                ("400 Bad Request", #"{"detail":[{"loc":["header","\#(key)"],"msg":"bad \#(key.prefix(16))"}]}"#),
            ]
            try await withPeer({ _, number in
                ProbingPeer.answer(bodies[number].1, status: bodies[number].0)
            }) { peer in
                try await withProber(limits: .init(manualReuse: .zero)) { stage in
                    let model = probedModel(
                        at: peer.url, key: Secret(key),
                        checks: [CheckDefinition(name: "c", prompt: "x", assertions: [.contains("y")])])
                    for _ in bodies {
                        let result = try await stage.prober.probeOnce(model)
                        let text = "\(result)"
                        #expect(!text.contains("CANARY") && !text.contains("9f8e7d6c"), "\(text)")
                    }
                    #expect(!stage.log.all.isEmpty)
                    #expect(!stage.log.all.joined().contains("9f8e7d6c"))
                    stage.intake.finish()
                    for await item in stage.intake.evidence { #expect(!"\(item)".contains("9f8e7d6c")) }
                }
            }
        }

        @Test
        func `successes are logged for who debugs, failures as errors, our own faults as warnings`() async throws {
            let bodies = ["200 OK", "500 Oops", "401 Unauthorized"]
            try await withPeer({ _, number in
                number == 0 ? ProbingPeer.pong : ProbingPeer.answer("{}", status: bodies[number])
            }) { peer in
                try await withProber(limits: .init(manualReuse: .zero)) { stage in
                    for _ in bodies { _ = try await stage.prober.probeOnce(probedModel(at: peer.url)) }
                    let levels = stage.log.all.filter { $0.contains("Probe ") }.map { $0.split(separator: " ")[0] }
                    #expect(levels == ["debug", "error", "warning"])
                }
            }
        }

        @Test
        func `what fails as before is logged once a minute, with how often it has since`() {
            var failures = LoggedFailures()
            let down = Outcome(.failing, .serverError, httpStatus: 503)
            let refused = Outcome(.credentials, .unauthorized, httpStatus: 401)
            let rows: [(second: Int, outcome: Outcome, unsaid: Int?)] = [
                (0, .ok, 0), (10, down, 0), (20, down, nil), (30, down, nil), (69, down, nil), (70, down, 3),
                (80, refused, 0), (90, refused, nil), (95, down, 0), (100, down, nil), (110, .ok, 0), (120, down, 0),
            ]
            for row in rows {
                let unsaid = failures.note(
                    row.outcome, isFailure: row.outcome != .ok, at: .seconds(row.second), every: .seconds(60))
                #expect(unsaid == row.unsaid, "at \(row.second) s")
            }
        }
    }
}
