import Foundation
import Testing

@testable import Health

/// What goes wrong round the models: lost evidence, sleeping machines, changed configurations, blindness.
@Suite(.timeLimit(.minutes(5))) struct TroubledFleetTests {
    private let model: ModelID = "m"

    private func absorb(_ engine: inout HealthEngine, _ kind: Evidence.Kind, at seconds: Double) -> HealthEngine.Actions
    {
        let moment = VirtualFleet.moment(.seconds(seconds))
        return engine.absorb(Evidence(kind, source: .traffic, at: moment), at: moment)
    }

    @Test func `a model that flaps and then dies for good is unhealthy`() {
        var fleet = VirtualFleet([.plain(model)]) { _, now in
            now.seconds > 1_500 || now.seconds > 300 && Int(now.seconds / 60) % 2 == 1 ? .failing() : .ok()
        }
        fleet.run(until: .seconds(1_500 + 3_600))
        #expect(fleet.status(model).status == .unhealthy, "\(fleet.status(model).reasons)")
    }

    @Test func `when our own network returns no model is told to be unhealthy`() {
        let models = (0..<4).map { ModelConfig.plain(ModelID("m\($0)"), host: "https://host\($0).example.com") }
        var fleet = VirtualFleet(models) { _, now in now.seconds > 60 && now.seconds < 200 ? .failing() : .ok() }
        fleet.connectivity = { now in now.seconds >= 200 }
        fleet.run(until: .seconds(260))
        #expect(
            !fleet.events.contains { $0.currentStatus == .unhealthy },
            "\(fleet.events.map { ($0.modelId, $0.currentStatus, $0.timestamp.timeIntervalSince(VirtualFleet.origin)) })"
        )
    }

    @Test func `one rate limit with a long retry-after is not called stale`() {
        var fleet = VirtualFleet([.plain(model)]) { _, now in
            now.seconds > 55 && now.seconds < 70 ? .of(.rateLimited, .rateLimit, retryAfter: .seconds(120)) : .ok()
        }
        fleet.run(until: .seconds(400))
        #expect(!fleet.events.contains { $0.currentStatus == .unknown }, "\(fleet.events.map(\.reason))")
    }

    @Test func `an outage nobody looks at any more becomes unknown`() {
        var fleet = VirtualFleet([.plain(model)]) { _, now in now.seconds < 60 ? .ok() : .failing() }
        fleet.run(until: .seconds(200))
        #expect(fleet.status(model).status == .unhealthy)
        let actions = fleet.engine.tick(at: VirtualFleet.moment(.seconds(400)))
        #expect(actions.events.map(\.currentStatus) == [.unknown])
    }

    @Test func `traffic does not keep an old probe's result current`() {
        var engine = HealthEngine()
        _ = engine.configure([.plain(model)], at: VirtualFleet.moment(.zero))
        let result = ProbeResult(modelId: model, outcome: .ok, latency: .seconds(1), startedAt: VirtualFleet.origin)
        _ = absorb(&engine, .probeFinished(ProbeKey(model), number: 1, result), at: 1)
        _ = absorb(&engine, .outcomes(ProbeKey(model), .ok, count: 1, latency: nil), at: 300)
        #expect(engine.fleet(at: VirtualFleet.moment(.seconds(300)))[model]?.probeResult == nil)
    }

    @Test func `a changed price does not forget the model's health`() {
        var config = ModelConfig.plain(model)
        var fleet = VirtualFleet([config]) { _, _ in .ok() }
        fleet.run(until: .seconds(100))
        let before = fleet.status(model)
        config.price = TokenPrice(input: 1, output: 2)
        fleet.configure([config])
        let after = fleet.status(model)
        #expect(after.status == before.status)
        #expect(after.requestTotal >= before.requestTotal)
        #expect(after.availability == 1)
    }

    @Test func `events of a model form a chain over a reload`() {
        var config = ModelConfig.plain(model)
        var fleet = VirtualFleet([config]) { _, _ in .ok() }
        fleet.run(until: .seconds(100))
        config.probe.timeout = .seconds(8)
        fleet.configure([config])
        fleet.run(until: .seconds(200))
        for (a, b) in zip(fleet.events, fleet.events.dropFirst()) {
            #expect(a.currentStatus == b.previousStatus, "\(a.seq) \(b.seq)")
        }
    }

    @Test func `slow answers to long requests do not make the canary's model slow`() {
        var fleet = VirtualFleet([.plain(model)]) { _, _ in .ok() }
        for ten in 1...120 {
            fleet.run(until: .seconds(ten * 10))
            if ten > 60 {
                fleet.submit(.outcomes(ProbeKey(model), .ok, count: 3, latency: .seconds(15)), source: .traffic)
            }
        }
        #expect(fleet.status(model).status == .healthy, "\(fleet.status(model).reasons)")
    }

    @Test(arguments: [true, false])
    func `loading an idle local model is no change of status`(_ wasLoaded: Bool) {
        var config = ModelConfig.plain(model, host: "http://127.0.0.1:11434")
        config.localRuntime = .ollama
        var fleet = VirtualFleet([config]) { _, _ in .ok() }
        for second in 0..<400 {
            fleet.run(until: .seconds(second))
            let state: LocalModel.State = second < 60 && wasLoaded || second > 300 ? .loaded : .idle
            if second % 10 == 0 { fleet.submit(.local(model, LocalModel(name: "m", state: state)), source: .local) }
        }
        let later = fleet.events.filter { $0.timestamp > VirtualFleet.origin + 100 }
        #expect(
            later.isEmpty,
            "\(later.map { ($0.currentStatus, $0.reason, $0.timestamp.timeIntervalSince(VirtualFleet.origin)) })")
    }

    private func checked(_ interval: Duration = .seconds(60)) -> ModelConfig {
        ModelConfig(
            id: model, provider: "openai", targets: [ModelTarget(baseURL: "https://a.example.com", model: "m")],
            checks: [CheckDefinition(name: "sum", interval: interval)])
    }

    @Test func `a check that is always refused is told`() {
        var fleet = VirtualFleet([checked()]) { key, _ in key.check == nil ? .ok() : .of(.misconfigured, .badRequest) }
        fleet.run(until: .seconds(900))
        #expect(fleet.status(model).reasons.contains { $0.code == .check }, "\(fleet.status(model).reasons)")
    }

    @Test func `an open breaker holds back the checks too`() {
        var fleet = VirtualFleet([checked()]) { _, now in now.seconds < 60 ? .ok() : .failing() }
        fleet.run(until: .seconds(900))
        let late = fleet.probes.filter { $0.at > .seconds(300) && $0.key.check != nil }
        #expect(late.isEmpty, "\(late.count) of \(fleet.probes.filter { $0.at > .seconds(300) }.count)")
    }

    @Test func `an open breaker honours retry-after`() {
        var fleet = VirtualFleet([.plain(model)]) { _, now in
            now.seconds < 60
                ? .ok() : now.seconds < 150 ? .failing() : .of(.rateLimited, .rateLimit, retryAfter: .seconds(60))
        }
        fleet.run(until: .seconds(600))
        let times = fleet.probes.filter { $0.at.seconds > 180 }.map(\.at.seconds)
        #expect(zip(times, times.dropFirst()).allSatisfy { $1 - $0 >= 60 }, "\(times)")
    }

    @Test func `an open breaker and a revoked key: not hammered`() {
        var fleet = VirtualFleet([.plain(model)]) { _, now in
            now.seconds < 60 ? .ok() : now.seconds < 150 ? .failing() : .of(.credentials, .unauthorized)
        }
        fleet.run(until: .seconds(900))
        let times = fleet.probes.filter { $0.at.seconds > 180 }.map(\.at.seconds)
        #expect(times.count <= 13, "\(times.count)")
    }

    @Test func `probes whose end was lost do not pile up`() {
        var engine = HealthEngine()
        _ = engine.configure([.plain(model)], at: VirtualFleet.moment(.zero))
        for number in 1...10_000 {
            _ = absorb(
                &engine, .probeStarted(ProbeKey(model), number: UInt64(number), reason: .scheduled),
                at: Double(number) * 15)
            if number % 100 == 0 { _ = engine.tick(at: VirtualFleet.moment(.seconds(Double(number) * 15 + 10))) }
        }
        #expect(engine.models[0].targets[0].flights.count <= 64, "\(engine.models[0].targets[0].flights.count)")
    }

    @Test func `a probe that left early by jitter has served its turn`() {
        var engine = HealthEngine()
        let plan = engine.configure([.plain(model)], at: VirtualFleet.moment(.zero)).plans[0]
        _ = absorb(&engine, .probeStarted(plan.key, number: 1, reason: .scheduled), at: 0)
        let next = engine.models[0].targets[0].plan.next!
        _ = absorb(&engine, .probeStarted(plan.key, number: 2, reason: .scheduled), at: next.seconds - 0.6)
        #expect(engine.models[0].targets[0].plan.next! > next + .seconds(10))
    }

    @Test func `a gateway that no model uses any more is no component`() {
        var engine = HealthEngine()
        _ = engine.configure([.plain("g", gateway: "old")], at: VirtualFleet.moment(.zero))
        for second in 1...5 { _ = absorb(&engine, .gateway("old", isUp: false, detail: "x"), at: Double(second)) }
        _ = engine.configure([.plain(model)], at: VirtualFleet.moment(.seconds(10)))
        let fleet = engine.fleet(at: VirtualFleet.moment(.seconds(11)))
        #expect(fleet.summary.components.isEmpty, "\(fleet.summary.components)")
    }

    @Test func `figures that nobody has are null`() throws {
        func text(_ value: some Encodable) throws -> String {
            String(decoding: try HealthJSON.encoder().encode(value), as: UTF8.self)
        }
        let metrics = ModelMetrics(
            modelId: "m", range: Samples.range, requestCount: 0, errorCount: 0, errorRate: nil, latency: .init(),
            source: "history")
        #expect(try text(metrics).contains("\"errorRate\":null"))
        let bucket = HealthTrends.Bucket(
            start: Samples.noon, width: 60, latency: .init(), errorRate: nil, availability: nil, requestCount: 0,
            worstStatus: nil)
        for field in ["errorRate", "availability", "worstStatus"] {
            #expect(try text(bucket).contains("\"\(field)\":null"))
        }
        #expect(try text(HealthSnapshot.Probe(success: false, latency: nil, error: "x")).contains("\"latency\":null"))
    }

    @Test func `figures grow old although nothing arrives`() {
        var engine = HealthEngine()
        _ = engine.configure([.plain(model, interval: .seconds(60))], at: VirtualFleet.moment(.zero))
        let result = ProbeResult(modelId: model, outcome: .ok, latency: .seconds(1), startedAt: VirtualFleet.origin)
        _ = absorb(&engine, .probeFinished(ProbeKey(model), number: 1, result), at: 1)
        #expect(engine.fleet(at: VirtualFleet.moment(.seconds(1)))[model]?.probeResult != nil)
        #expect(engine.fleet(at: VirtualFleet.moment(.seconds(50)))[model]?.probeResult == nil)
    }

    @Test func `a lost start of a confirmation does not stop the looking`() {
        var engine = HealthEngine()
        _ = engine.configure([.plain(model)], at: VirtualFleet.moment(.zero))
        let key = ProbeKey(model)
        func finish(_ number: UInt64, _ outcome: Outcome, _ at: Double) -> HealthEngine.Actions {
            absorb(
                &engine,
                .probeFinished(
                    key, number: number,
                    ProbeResult(
                        modelId: model, outcome: outcome, latency: .seconds(0.1), startedAt: VirtualFleet.origin)),
                at: at)
        }
        _ = absorb(&engine, .probeStarted(key, number: 1, reason: .scheduled), at: 0)
        _ = finish(1, .ok, 0.1)
        _ = absorb(&engine, .probeStarted(key, number: 2, reason: .scheduled), at: 15)
        let first = finish(2, Outcome(.failing, .connectionRefused), 15.1)
        #expect(first.plans.first?.reason == .confirmation)
        // The confirmation's start is lost, its end arrives: it is taken to have left as long ago as it took.
        let second = finish(3, Outcome(.failing, .connectionRefused), 16.8)
        #expect(second.plans.first?.reason == .confirmation)
        let next = HealthPolicy().outage.fastConfirmations[0].seconds + 16.7
        #expect(second.plans.first?.next.map { abs($0.seconds - next) < 0.001 } == true)
    }

    @Test func `requests of users do not put off the look that was asked for`() {
        var fleet = VirtualFleet([.plain(model, interval: .seconds(60))]) { _, now in
            (300..<365).contains(now.seconds) ? .of(.failing, .loading, retryAfter: .seconds(60)) : .ok()
        }
        fleet.run(until: .seconds(366))
        let left = fleet.probes.count
        for turn in 0..<30 {
            fleet.submit(.outcomes(ProbeKey(model), .ok, count: 1, latency: .milliseconds(300)), source: .traffic)
            fleet.run(until: .seconds(366 + 7 * turn))
        }
        let gaps = zip(fleet.probes[(left - 1)...], fleet.probes[left...]).map { ($1.at - $0.at).seconds }
        #expect(!gaps.isEmpty && gaps.allSatisfy { $0 <= 125 }, "\(gaps)")
    }

    @Test func `a machine that slept has not observed the night`() {
        var fleet = VirtualFleet([.plain(model)]) { _, now in now.seconds < 60 ? .ok() : .failing() }
        fleet.run(until: .seconds(3_600))
        let before = fleet.status(model).availability!
        let wake = VirtualFleet.moment(.seconds(3_600 + 8 * 3_600))
        _ = fleet.engine.tick(at: wake)
        var after = 0.0
        for _ in 0..<33 { after = fleet.engine.fleet(at: wake)[model]!.availability! }
        #expect(abs(after - before) < 0.01, "\(before) → \(after)")
    }

    @Test func `the first word of a gateway forgives nothing`() {
        var engine = HealthEngine()
        _ = engine.configure([.plain("g", gateway: "portkey")], at: VirtualFleet.moment(.zero))
        let key = ProbeKey("g")
        _ = absorb(&engine, .probeStarted(key, number: 1, reason: .scheduled), at: 0)
        _ = absorb(
            &engine,
            .probeFinished(
                key, number: 1,
                ProbeResult(
                    modelId: "g", outcome: Outcome(.failing, .serverError, httpStatus: 503), latency: .seconds(0.1),
                    startedAt: VirtualFleet.origin)), at: 0.1)
        #expect(engine.models[0].targets[0].run?.looks == 1)
    }

    @Test func `a local runtime asked once a minute does not flip to unknown`() {
        var config = ModelConfig.plain(model, interval: .seconds(60), host: "http://127.0.0.1:11434")
        config.localRuntime = .ollama
        var fleet = VirtualFleet([config]) { _, _ in .ok() }
        for second in 0..<400 {
            fleet.run(until: .seconds(second))
            if second % 60 == 0 { fleet.submit(.local(model, LocalModel(name: "m", state: .idle)), source: .local) }
        }
        #expect(fleet.events.count == 1, "\(fleet.events.map(\.reason))")
    }

    @Test func `a gateway that hangs makes no model unhealthy when it is back`() {
        let models = (0..<4).map {
            ModelConfig.plain(ModelID("g\($0)"), host: "http://127.0.0.1:8787", gateway: "portkey")
        }
        var fleet = VirtualFleet(models) { _, now in now.seconds > 100 && now.seconds < 300 ? .hang : .ok() }
        for second in 0..<500 {
            fleet.run(until: .seconds(second))
            if second % 2 == 0 {
                fleet.submit(
                    .gateway("portkey", isUp: !(second > 100 && second < 300), detail: "no answer"), source: .probe)
            }
        }
        let wrong = fleet.events.filter { $0.currentStatus == .unhealthy }
        #expect(
            wrong.isEmpty,
            "\(wrong.map { ($0.modelId, $0.previousStatus, $0.timestamp.timeIntervalSince(VirtualFleet.origin)) })")
    }

    @Test func `an unloaded model's old outage is not shown when it is loaded again`() {
        var config = ModelConfig.plain(model, host: "http://127.0.0.1:11434")
        config.localRuntime = .ollama
        var fleet = VirtualFleet([config]) { _, now in now.seconds < 100 || now.seconds > 280 ? .ok() : .failing() }
        for second in 0..<400 {
            fleet.run(until: .seconds(second))
            let state: LocalModel.State = second >= 200 && second < 300 ? .idle : .loaded
            if second % 10 == 0 { fleet.submit(.local(model, LocalModel(name: "m", state: state)), source: .local) }
        }
        let later = fleet.events.filter { $0.timestamp > VirtualFleet.origin + 290 }
        #expect(!later.contains { $0.currentStatus == .unhealthy }, "\(later.map { ($0.currentStatus, $0.reason) })")
    }

    @Test func `the model is back on its own grid after an incident`() {
        var fleet = VirtualFleet([.plain(model)]) { _, now in now.seconds > 60 && now.seconds < 200 ? .failing() : .ok()
        }
        fleet.run(until: .seconds(400))
        let before = fleet.probes.filter { $0.at.seconds < 50 && $0.at.seconds > 8 }.map {
            $0.at.seconds.truncatingRemainder(dividingBy: 15)
        }
        let after = fleet.probes.filter { $0.at.seconds > 300 }.map {
            $0.at.seconds.truncatingRemainder(dividingBy: 15)
        }
        #expect(after.allSatisfy { abs($0 - before[0]) < 0.3 }, "\(before) \(after)")
    }

    @Test func `a standing partial outage survives a gateway's blip`() {
        var random = Seeded(5)
        var fleet = VirtualFleet([.plain("g", host: "http://127.0.0.1:8787", gateway: "portkey")]) { _, now in
            now.seconds > 300 && Double.random(in: 0..<1, using: &random) < 0.5 ? .failing(.serverError) : .ok()
        }
        fleet.run(until: .seconds(2_000))
        let before = fleet.status("g").status
        for _ in 0..<3 { fleet.submit(.gateway("portkey", isUp: false, detail: "x")) }
        fleet.run(until: .seconds(2_001))
        fleet.submit(.gateway("portkey", isUp: true, detail: ""))
        fleet.run(until: .seconds(2_001.1))
        #expect(before != .healthy)
        #expect(fleet.status("g").status == .unknown)
        fleet.run(until: .seconds(2_020))
        #expect([.degraded, .unhealthy].contains(fleet.status("g").status))
    }

    @Test func `remote models of a runtime count as unknown and not as idle`() {
        var config = ModelConfig.plain(model, host: "http://127.0.0.1:11434")
        config.localRuntime = .ollama
        var fleet = VirtualFleet([config]) { _, _ in .ok() }
        fleet.run(until: .seconds(1))
        fleet.submit(.local(model, LocalModel(name: "m", state: .loaded, isRemote: true)), source: .local)
        let counts = fleet.engine.fleet(at: VirtualFleet.moment(fleet.now)).summary.counts
        #expect(counts.unknown == 1)
        #expect(counts.idle == 0)
    }

    @Test(arguments: [20, 31, 180, 181, 200.25, 412, 412.5, 599.999, 1_234.567] as [Double])
    func `milliseconds come out as they went in`(_ value: Double) throws {
        #expect(Duration.milliseconds(value).milliseconds == value)
    }

    @Test func `the mission's field is called timeout`() throws {
        let text = String(decoding: try HealthJSON.encoder().encode(Samples.probeConfig), as: UTF8.self)
        #expect(text.contains("\"timeout\":7500"))
    }

    @Test func `a reversed range is not decoded`() {
        let text = #"{"from":"2026-11-23T10:00:00Z","to":"2026-11-23T09:00:00Z"}"#
        #expect(throws: (any Error).self) { try HealthJSON.decoder().decode(TimeRange.self, from: Data(text.utf8)) }
    }

    @Test func `nothing is told as idle outcome's check`() {
        var engine = HealthEngine()
        _ = engine.configure([.plain(model)], at: VirtualFleet.moment(.zero))
        for second in 0..<20 {
            _ = absorb(
                &engine, .outcomes(ProbeKey(model), Outcome(.idle, .notLoaded), count: 1, latency: nil),
                at: Double(second) * 10)
        }
        let status = engine.fleet(at: VirtualFleet.moment(.seconds(200)))[model]!
        #expect(status.requestTotal == 0)
        #expect(status.lastCheck == nil)
    }

    @Test func `a severe outage forgiven is not severe at once the next time`() {
        var random = Seeded(5)
        var fleet = VirtualFleet([.plain("g", host: "http://127.0.0.1:8787", gateway: "portkey")]) { _, now in
            now.seconds > 300 && now.seconds < 2_000 && Double.random(in: 0..<1, using: &random) < 0.85
                ? .failing(.serverError) : .ok()
        }
        fleet.run(until: .seconds(1_500))
        for _ in 0..<3 { fleet.submit(.gateway("portkey", isUp: false, detail: "x")) }
        let errors = fleet.engine.models[0].targets[0].errors
        #expect(!errors.isSevere || errors.isAlarmed)
    }

    @Test(arguments: Array(stride(from: 20, through: 300, by: 4)))
    func `a neighbour on one key whose waits follow each other never goes unseen`(_ wait: Int) {
        // The first is asked to wait each time; the second of the same key is well.
        var fleet = VirtualFleet([.plain("a", interval: .seconds(60)), .plain("b", interval: .seconds(60))]) {
            key, now in
            key.modelID == "a" && now.seconds > 300
                ? .of(.rateLimited, .rateLimit, retryAfter: .seconds(wait)) : .ok()
        }
        fleet.run(until: .seconds(9_000))
        let looks = fleet.probes.filter { $0.key.modelID == "b" }.map(\.at.seconds)
        let gaps = zip(looks, looks.dropFirst()).map { $1 - $0 }
        #expect(gaps.max() ?? 0 <= 302, "\(gaps.max() ?? 0)")
        #expect(!fleet.events.contains { $0.modelId == "b" && $0.currentStatus == .unknown })
    }

    @Test func `one 429 with a long retry-after keeps traffic away until then`() {
        var fleet = VirtualFleet([.plain(model)]) { _, now in
            now.seconds > 55 && now.seconds < 70 ? .of(.rateLimited, .rateLimit, retryAfter: .seconds(40)) : .ok()
        }
        fleet.run(until: .seconds(85))
        #expect(fleet.status(model).routing.verdict == .avoid)
    }
}
