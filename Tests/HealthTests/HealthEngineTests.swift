import Foundation
import Testing

@testable import Health

@Suite struct HealthEngineTests {
    private let model: ModelID = "m"

    @Test func `a model that answers is healthy after its first probe`() {
        var fleet = VirtualFleet([.plain(model)]) { _, _ in .ok() }
        fleet.run(until: .seconds(2))
        let status = fleet.status(model)
        #expect(status.status == .healthy)
        #expect(status.routing.verdict == .usable)
        #expect(status.latency.p50.map { abs($0 - 600) < 7 } == true)
        #expect(status.errorRate == 0)
        #expect(fleet.events.map(\.currentStatus) == [.healthy])
        #expect(fleet.events[0].seq == 1)
    }

    @Test(
        arguments: [
            ("refused", VirtualFleet.Answer.failing()), ("hang", .hang),
            ("200 with error", .failing(.errorInSuccess, .milliseconds(80))), ("stall", .failing(.stall, .seconds(6))),
        ], [10.0, 15.0])
    func `an outage is unhealthy within 30 s of its onset at any phase`(
        _ answer: (String, VirtualFleet.Answer), _ interval: Double
    ) {
        for onset in stride(from: 300.0, to: 300 + interval, by: 1.3) {
            var fleet = VirtualFleet([.plain(model, interval: .seconds(interval))]) { _, now in
                now.seconds >= onset && now.seconds < onset + 400 ? answer.1 : .ok()
            }
            fleet.run(until: .seconds(onset + 500))
            let found = fleet.change(of: model, to: .unhealthy, from: .seconds(onset))
            #expect(found.map { $0.seconds - onset <= 30 } == true, "onset \(onset): \(found as Any)")
            let back = fleet.change(of: model, to: .healthy, from: .seconds(onset + 400))
            #expect(back.map { $0.seconds - onset - 400 <= 30 } == true, "onset \(onset): \(back as Any)")
            // One change each way: no flapping in and out.
            #expect(fleet.events.count == 3, "\(fleet.events.map(\.reason))")
        }
    }

    @Test func `a blip shorter than the least span of an outage changes nothing`() {
        for onset in stride(from: 300.0, to: 315, by: 0.7) {
            var fleet = VirtualFleet([.plain(model)]) { _, now in
                now.seconds >= onset && now.seconds < onset + 9 ? .failing() : .ok()
            }
            fleet.run(until: .seconds(600))
            #expect(fleet.events.count == 1, "onset \(onset): \(fleet.events)")
        }
    }

    @Test func `sixty minutes of one per cent noise bring no false unhealthy`() {
        for seed in 1...20 as ClosedRange<UInt64> {
            var random = Seeded(seed)
            var fleet = VirtualFleet([.plain(model, interval: .seconds(10))]) { _, _ in
                Double.random(in: 0..<1, using: &random) < 0.01 ? .failing(.serverError) : .ok()
            }
            fleet.run(until: .seconds(3_600))
            #expect(!fleet.events.contains { $0.currentStatus == .unhealthy }, "seed \(seed)")
        }
    }

    @Test func `an open breaker lets only recovery probes out, ever further apart up to 25 s`() {
        var fleet = VirtualFleet([.plain(model, interval: .seconds(5))]) { _, now in
            now.seconds < 60 ? .ok() : .failing()
        }
        fleet.run(until: .seconds(400))
        #expect(fleet.status(model).circuitBreaker.state == .open)
        #expect(fleet.status(model).circuitBreaker.openUntil != nil)
        let late = fleet.probes.filter { $0.at > .seconds(120) }
        #expect(late.allSatisfy { $0.reason == .recovery })
        // 25 s and the grain of the steps: what is probed every 15 s or quicker is known to be back within 30 s.
        let gaps = zip(late, late.dropFirst()).map { ($1.at - $0.at).seconds }
        #expect(gaps.allSatisfy { (24.9...25.2).contains($0) }, "\(gaps)")
    }

    @Test func `recovery is confirmed two seconds after the first success`() {
        var fleet = VirtualFleet([.plain(model)]) { _, now in now.seconds < 60 || now.seconds > 200 ? .ok() : .failing()
        }
        fleet.run(until: .seconds(300))
        let first = fleet.probes.first { $0.at.seconds > 200 }!
        let confirmation = fleet.probes.first { $0.at > first.at }!
        #expect(confirmation.reason == .recoveryConfirmation)
        #expect(abs((confirmation.at - first.at).seconds - 2.6) < 0.31)
        #expect(fleet.status(model).circuitBreaker.state == .closed)
        // Regular probing is back on its grid.
        let later = fleet.probes.filter { $0.at.seconds > 240 }.map(\.at.seconds)
        #expect(later.count >= 3)
        #expect(zip(later, later.dropFirst()).allSatisfy { abs($1 - $0 - 15) < 0.2 }, "\(later)")
    }

    @Test(arguments: [
        (
            Outcome.Class.credentials, HealthStatus.unknown, HealthReason.Code.credentials,
            RoutingVerdict.Verdict.excluded
        ),
        (.quota, .unknown, .quota, .excluded),
        (.misconfigured, .unknown, .misconfigured, .excluded),
        (.gone, .unhealthy, .retired, .excluded),
        (.gateway, .unknown, .gateway, .avoid),
        (.rateLimited, .degraded, .rateLimited, .avoid),
        (.selfNetwork, .unknown, .selfNetwork, .avoid),
    ])
    func `what is not the provider's failure never makes a model unhealthy`(
        _ class: Outcome.Class, _ status: HealthStatus, _ code: HealthReason.Code, _ routing: RoutingVerdict.Verdict
    ) {
        var fleet = VirtualFleet([.plain(model)]) { _, now in now.seconds < 60 ? .ok() : .of(`class`) }
        fleet.run(until: .seconds(400))
        let now = fleet.status(model)
        #expect(now.status == status)
        #expect(now.reasons[0].code == code)
        #expect(now.routing.verdict == routing)
        #expect(now.errorRate == nil || now.errorRate == 0)
        #expect(fleet.events.count == 2)
    }

    @Test func `a refusal of ours is not hammered`() {
        var fleet = VirtualFleet([.plain(model)]) { _, now in now.seconds < 60 ? .ok() : .of(.credentials) }
        fleet.run(until: .seconds(660))
        #expect(fleet.probes.filter { $0.at.seconds > 60 }.count <= 12)
    }

    @Test func `a model that was never good and is not known is misconfigured, not retired`() {
        var fleet = VirtualFleet([.plain(model)]) { _, _ in .of(.gone) }
        fleet.run(until: .seconds(20))
        #expect(fleet.status(model).status == .unknown)
        #expect(fleet.status(model).reasons[0].code == .misconfigured)
    }

    @Test func `retry-after is honoured and the interval stretched`() {
        var fleet = VirtualFleet([.plain(model)]) { _, now in
            now.seconds < 60 ? .ok() : .of(.rateLimited, .rateLimit, retryAfter: .seconds(40))
        }
        fleet.run(until: .seconds(400))
        let limited = fleet.probes.filter { $0.at.seconds > 60 }.map(\.at.seconds)
        #expect(zip(limited, limited.dropFirst()).allSatisfy { $1 - $0 >= 40 }, "\(limited)")
    }

    @Test func `without evidence the status becomes unknown, never a stale healthy`() {
        var fleet = VirtualFleet([.plain(model)]) { _, now in
            now.seconds < 60 ? .ok() : VirtualFleet.Answer(outcome: .ok, latency: .seconds(100_000))
        }
        // A prober that died: nothing starts and nothing ends any more.
        fleet.run(until: .seconds(60))
        let last = fleet.probes.last { $0.at < .seconds(60) }!.at + .milliseconds(600)
        let actions = fleet.engine.tick(at: VirtualFleet.moment(last + .seconds(44)))
        #expect(actions.events.isEmpty)
        let later = fleet.engine.tick(at: VirtualFleet.moment(last + .seconds(46)))
        #expect(later.events.map(\.currentStatus) == [.unknown])
        #expect(later.events.first?.reasons.first?.code == .stale)
    }

    @Test func `a dead gateway makes its models unknown and no others`() {
        let models =
            (0..<4).map { ModelConfig.plain(ModelID("g\($0)"), host: "http://127.0.0.1:8787", gateway: "portkey") } + [
                .plain(model)
            ]
        var fleet = VirtualFleet(models) { key, now in
            now.seconds > 60 && key.modelID.rawValue.hasPrefix("g") ? .of(.gateway, .gatewayUnreachable) : .ok()
        }
        fleet.run(until: .seconds(120))
        for index in 0..<4 {
            #expect(fleet.status(ModelID("g\(index)")).status == .unknown)
            #expect(fleet.status(ModelID("g\(index)")).reasons[0].code == .gateway)
        }
        #expect(fleet.status(model).status == .healthy)
        let gateway = fleet.engine.fleet(at: VirtualFleet.moment(fleet.now)).summary.components.first {
            $0.kind == .gateway
        }
        #expect(gateway?.status == .unhealthy)
        fleet.behaviour = { _, _ in .ok() }
        fleet.run(until: .seconds(180))
        #expect(fleet.status("g0").status == .healthy)
    }

    @Test(arguments: [true, false])
    func `three hosts lost at once are our own network only if the connectivity check fails too`(_ isUp: Bool) {
        let models = (0..<4).map { ModelConfig.plain(ModelID("m\($0)"), host: "https://host\($0).example.com") }
        var fleet = VirtualFleet(models) { _, now in now.seconds > 60 && now.seconds < 200 ? .failing() : .ok() }
        fleet.connectivity = { now in isUp || now.seconds >= 200 }
        fleet.run(until: .seconds(150))
        #expect(fleet.connectivityAsked > 0)
        for index in 0..<4 {
            let status = fleet.status(ModelID("m\(index)"))
            #expect(status.status == (isUp ? .unhealthy : .unknown))
            #expect(status.reasons[0].code == (isUp ? .outage : .selfNetwork))
        }
        fleet.run(until: .seconds(260))
        #expect(fleet.status("m0").status == .healthy)
    }

    @Test func `an idle local model is healthy, unprobed and outside availability`() {
        var config = ModelConfig.plain(model, host: "http://127.0.0.1:11434")
        config.localRuntime = .ollama
        var fleet = VirtualFleet([config]) { _, _ in .ok() }
        for second in 0..<60 {
            fleet.run(until: .seconds(second))
            if second % 10 == 0 { fleet.submit(.local(model, LocalModel(name: "m", state: .idle)), source: .local) }
        }
        let status = fleet.status(model)
        #expect(status.status == .healthy)
        #expect(status.metadata["state"] == "idle")
        #expect(status.availability == nil)
        #expect(status.routing.verdict == .avoid)
        #expect(fleet.probes.isEmpty)
        fleet.submit(.local(model, LocalModel(name: "m", state: .loaded)), source: .local)
        fleet.run(until: .seconds(62))
        #expect(!fleet.probes.isEmpty)
    }

    @Test(arguments: [false, true])
    func `a model that its runtime has loaded while it was silent is healthy with its first success`(_ isDown: Bool) {
        var config = ModelConfig.plain(model, host: "http://127.0.0.1:11434")
        config.localRuntime = .ollama
        var fleet = VirtualFleet([config]) { _, _ in .ok() }
        func poll(_ second: Int, _ state: LocalModel.State?) {
            fleet.run(until: .seconds(second))
            fleet.submit(.runtime(.ollama, isUp: state != nil, detail: "silent"), source: .local)
            if let state { fleet.submit(.local(model, LocalModel(name: "m", state: state)), source: .local) }
        }
        for second in [0, 10, 20] { poll(second, .idle) }
        #expect(fleet.status(model).status == .healthy)
        if isDown {
            for second in [30, 40, 50] { poll(second, nil) }
            #expect(fleet.status(model).status == .unhealthy)
        }
        poll(60, .loaded)
        // Without a silence in between the idle model stays healthy while it is looked at for the first time.
        #expect(fleet.status(model).status == (isDown ? .unknown : .healthy))
        fleet.run(until: .seconds(62))
        #expect(fleet.status(model).status == .healthy)
    }

    @Test func `the best target speaks for the model and the reasons name the broken one`() {
        let config = ModelConfig(
            id: model, provider: "openai",
            targets: [
                ModelTarget(name: "eu", baseURL: "https://eu.example.com", model: "m"),
                ModelTarget(name: "us", baseURL: "https://us.example.com", model: "m"),
            ])
        var fleet = VirtualFleet([config]) { key, now in key.target == "us" && now.seconds > 60 ? .failing() : .ok() }
        fleet.run(until: .seconds(200))
        let status = fleet.status(model)
        #expect(status.status == .healthy)
        #expect(status.reasons.contains { $0.code == .target && $0.target == "us" })
        #expect(status.targets.first { $0.name == "us" }?.status == .unhealthy)
    }

    @Test func `a brown-out is degraded within minutes and healthy again after it`() {
        var delays: [Double] = []
        for seed in 1...9 as ClosedRange<UInt64> {
            var random = Seeded(seed)
            var fleet = VirtualFleet([.plain(model)]) { _, now in
                now.seconds > 600 && now.seconds < 4_200 && Double.random(in: 0..<1, using: &random) < 0.3
                    ? .failing(.serverError) : .ok()
            }
            fleet.run(until: .seconds(6_000))
            let found = [HealthStatus.degraded, .unhealthy].compactMap {
                fleet.change(of: model, to: $0, from: .seconds(600))
            }.min()
            delays.append(found.map { $0.seconds - 600 } ?? .infinity)
            #expect(fleet.status(model).status == .healthy, "seed \(seed)")
        }
        #expect(delays.sorted()[4] < 300, "\(delays)")
        #expect(delays.max()! < 1_200, "\(delays)")
    }

    @Test func `a latency step of three is degraded within two minutes and a slow rhythm is not`() {
        var random = Seeded(3)
        var fleet = VirtualFleet([.plain(model)]) { _, now in
            let noise = Double.random(in: 0.85...1.2, using: &random)
            return .ok(.seconds(0.6 * noise * (now.seconds > 3_600 ? 3 : 1)))
        }
        fleet.run(until: .seconds(4_000))
        let found = fleet.change(of: model, to: .degraded)
        #expect(found.map { $0.seconds > 3_600 && $0.seconds < 3_720 } == true, "\(found as Any)")
        #expect(fleet.status(model).reasons[0].code == .slow)

        var rhythm = VirtualFleet([.plain(model, interval: .seconds(60))]) { _, now in
            let noise = Double.random(in: 0.85...1.2, using: &random)
            let day = 1.5 - 0.5 * cos(2 * .pi * now.seconds / 86_400)
            return .ok(.seconds(0.6 * noise * day))
        }
        rhythm.run(until: .seconds(2 * 86_400))
        #expect(rhythm.events.count == 1, "\(rhythm.events.map(\.reason))")
    }

    @Test(arguments: [60.0, 45, 30])
    func `a square wave brings few events for many changes`(_ half: Double) {
        var fleet = VirtualFleet([.plain(model)]) { _, now in
            now.seconds > 300 && Int(now.seconds / half) % 2 == 1 ? .failing() : .ok()
        }
        fleet.run(until: .seconds(3_900))
        #expect(fleet.events.count <= 8, "\(fleet.events.count)")
        // It is either told as flapping or as what it is: a model that fails half of the time.
        #expect([.flapping, .errors, .outage].contains(fleet.status(model).reasons[0].code))
        #expect(fleet.status(model).routing.verdict == .avoid)
    }

    @Test(arguments: [(2, false), (3, true)])
    func `a flapping model is down by what has come back, not by what is late`(_ ended: Int, _ hasFailed: Bool) {
        let policy = HealthPolicy()
        var track = TargetTrack(
            key: ProbeKey(model), target: ModelTarget(baseURL: "https://h", model: "m"), interval: .seconds(60),
            timeout: .seconds(10),
            plan: ProbePlan(key: ProbeKey(model), next: nil, anchor: .zero, every: .seconds(60), reason: .scheduled),
            policy: policy)
        let (start, now) = (VirtualFleet.moment(.seconds(100)), VirtualFleet.moment(.seconds(175)))
        track.run = TargetTrack.Run(
            startedAt: start, lastStart: now, burstStart: start, looks: 3, probes: 3, ended: ended, isSilent: false)
        #expect(track.hasFailed(at: now, policy) == hasFailed)
    }

    @Test func `the same evidence gives the same events`() {
        func run() -> [HealthChangeEvent] {
            var random = Seeded(11)
            var fleet = VirtualFleet((0..<5).map { .plain(ModelID("m\($0)")) }) { _, _ in
                Double.random(in: 0..<1, using: &random) < 0.4 ? .failing() : .ok()
            }
            fleet.run(until: .seconds(1_800))
            return fleet.events
        }
        let first = run()
        #expect(first == run())
        #expect(first.map(\.seq) == Array(1...UInt64(first.count)))
    }

    @Test func `extra probes stay within the budget`() {
        var random = Seeded(5)
        var policy = HealthPolicy()
        policy.budget.burst = 12
        var fleet = VirtualFleet(
            (0..<3).map { .plain(ModelID("m\($0)"), interval: .seconds(60)) }, policy: policy
        ) { _, _ in Double.random(in: 0..<1, using: &random) < 0.02 ? .failing() : .ok() }
        fleet.run(until: .seconds(43_200))
        let extra = fleet.probes.filter { $0.reason != .scheduled }.count
        let scheduled = fleet.probes.count - extra
        #expect(Double(extra) <= policy.budget.share * Double(scheduled) + 3 * policy.budget.burst)
        #expect(extra > 40)
    }

    @Test func `joining and leaving the fleet are events, save the first time`() {
        var fleet = VirtualFleet([.plain("a")]) { _, _ in .ok() }
        #expect(fleet.events.isEmpty)
        fleet.run(until: .seconds(20))
        fleet.configure([.plain("b")])
        #expect(fleet.events.suffix(2).map { $0.reasons[0].code } == [.removed, .added])
        #expect(fleet.engine.modelIDs == ["b"])
        fleet.configure([.plain("b"), .plain("a")])
        fleet.run(until: .seconds(40))
        #expect(fleet.status("b").status == .healthy)
    }

    @Test func `a clock that jumps an hour changes no decision`() {
        var fleet = VirtualFleet([.plain(model)]) { _, _ in .ok() }
        fleet.run(until: .seconds(100))
        for jump in [-3_600.0, 3_600.0] {
            var moment = VirtualFleet.moment(.seconds(101))
            moment.wall += jump
            #expect(fleet.engine.tick(at: moment).events.isEmpty)
            let availability = fleet.engine.fleet(at: moment)[model]?.availability
            #expect(availability == 1)
        }
    }
}
