import Foundation
import Testing

@testable import Health

/// Whatever the evidence, certain things hold.
@Suite struct EnginePropertyTests {
    /// A fleet with every kind of model, at the mercy of chance.
    private struct Chaos {
        var random: Seeded
        var engine = HealthEngine()
        var uptime = 0.0
        var wallShift = 0.0
        var number: UInt64 = 0
        var flights: [(key: ProbeKey, number: UInt64)] = []
        var lastSeq: UInt64 = 0
        var events = 0
        var plans = 0

        static let models: [ModelConfig] = {
            var local = ModelConfig.plain("local", host: "http://127.0.0.1:11434")
            local.localRuntime = .ollama
            let wide = ModelConfig(
                id: "wide", provider: "openai",
                targets: [
                    ModelTarget(name: "eu", baseURL: "https://eu.example.com", model: "m"),
                    ModelTarget(name: "us", baseURL: "https://us.example.com", model: "m"),
                ], checks: [CheckDefinition(name: "sum", interval: .seconds(20))])
            return [
                .plain("plain"), .plain("slow", interval: .seconds(60), host: "https://slow.example.com"),
                .plain("g0", host: "http://127.0.0.1:8787", gateway: "portkey"),
                .plain("g1", host: "https://gateway.example.com", gateway: "hosted"), local, wide,
            ]
        }()
        static let keys =
            models.flatMap { model in
                model.targets.map { ProbeKey(model.id, target: $0.name) }
                    + model.checks.map { ProbeKey(model.id, target: model.targets[0].name, check: $0.name) }
            } + [
                ProbeKey("nobody"), ProbeKey("plain", target: "nowhere"), ProbeKey("wide", target: "eu", check: "none"),
            ]

        init(seed: UInt64) {
            random = Seeded(seed)
            check(engine.configure(Self.models, at: moment))
        }

        var moment: Moment {
            Moment(uptime: .seconds(uptime), wall: VirtualFleet.origin + uptime + wallShift)
        }

        mutating func chance(_ share: Double) -> Bool { Double.random(in: 0..<1, using: &random) < share }

        mutating func outcome() -> Outcome {
            let classes: [Outcome.Class] = chance(0.5) ? [.ok] : chance(0.5) ? [.failing] : Outcome.Class.allCases
            return Outcome(
                classes.randomElement(using: &random)!, Outcome.Cause.allCases.randomElement(using: &random)!,
                detail: chance(0.2) ? "" : "told so", httpStatus: chance(0.5) ? 503 : nil,
                retryAfter: chance(0.1) ? .seconds(Double.random(in: 0...100, using: &random)) : nil)
        }

        mutating func kind() -> Evidence.Kind {
            let key = Self.keys.randomElement(using: &random)!
            switch Int.random(in: 0..<20, using: &random) {
            case 0..<7:
                number += 1
                // Some starts and some ends are lost on the way, some come twice.
                if !chance(0.1) { flights.append((key, number)) }
                return .probeStarted(key, number: number, reason: ProbeReason.allCases.randomElement(using: &random)!)
            case 7..<13:
                var (key, number) = (key, number)
                if let index = flights.indices.randomElement(using: &random) {
                    (key, number) = flights[index]
                    if !chance(0.1) { flights.remove(at: index) }
                }
                let latency = chance(0.1) ? nil : Duration.seconds(Double.random(in: 0...12, using: &random))
                return .probeFinished(
                    key, number: number,
                    ProbeResult(
                        modelId: key.modelID, target: key.target, outcome: outcome(), latency: latency,
                        startedAt: moment.wall))
            case 13: return .probeCancelled(key, number: flights.popLast()?.number ?? 0)
            case 14:
                return .outcomes(
                    key, outcome(), count: Int.random(in: -2...2_000, using: &random),
                    latency: chance(0.5) ? .milliseconds(Double.random(in: -5...90_000, using: &random)) : nil)
            case 15:
                return .local(
                    chance(0.8) ? "local" : "plain",
                    LocalModel(
                        name: "local",
                        state: [.loaded, .loaded, .idle, .other, .missing].randomElement(using: &random)!,
                        isOnCPU: chance(0.2), isRemote: chance(0.1)))
            case 16: return .runtime(chance(0.5) ? .ollama : .lmStudio, isUp: chance(0.7), detail: "no answer")
            case 17: return .gateway(chance(0.5) ? "portkey" : "other", isUp: chance(0.6), detail: "no answer")
            case 18: return .connectivity(isUp: chance(0.7))
            default: return .component(.store, name: "sqlite", isUp: chance(0.5), detail: "disk full")
            }
        }

        mutating func step() {
            // Mostly small steps, now and then a stall; the wall clock jumps as it likes.
            uptime +=
                chance(0.002) ? Double.random(in: 0...7_200, using: &random) : Double.random(in: 0...2, using: &random)
            if chance(0.01) { wallShift = Double.random(in: -3_600...3_600, using: &random) }
            if chance(0.4) {
                check(engine.tick(at: moment))
            } else {
                let kind = kind()
                var seen = moment
                if chance(0.1) { seen.uptime -= .seconds(5) }
                check(engine.absorb(Evidence(kind, source: .probe, at: seen), at: moment))
            }
            if chance(0.05) { check(engine.fleet(at: moment)) }
            if chance(0.002) {
                let kept = Self.models.filter { _ in chance(0.8) }
                check(engine.configure(kept, at: moment))
                check(engine.configure(Self.models, at: moment))
            }
        }

        mutating func check(_ actions: HealthEngine.Actions) {
            for event in actions.events {
                events += 1
                #expect(event.seq == lastSeq + 1)
                lastSeq = event.seq
                #expect(!event.reasons.isEmpty && !event.reason.isEmpty)
                let isMembership = [.added, .removed].contains(event.reasons[0].code)
                #expect(event.previousStatus != event.currentStatus || isMembership)
                #expect(event.timestamp == moment.wall)
            }
            var newest: [ProbeKey: ProbePlan] = [:]
            for plan in actions.plans {
                plans += 1
                newest[plan.key] = plan
                #expect(plan.every > .zero)
            }
            for plan in newest.values {
                guard let model = engine.models.first(where: { $0.config.id == plan.key.modelID }) else {
                    Issue.record("a plan for a model that is not there")
                    continue
                }
                let tracks = plan.key.check == nil ? model.targets : model.checks
                guard let track = tracks.first(where: { $0.key == plan.key }) else {
                    Issue.record("a plan for a target that is not there")
                    continue
                }
                #expect(track.plan == plan)
                guard plan.next != nil else { continue }
                switch track.breaker {
                case .open: #expect(plan.reason == .recovery)
                case .halfOpen: #expect(plan.reason == .recoveryConfirmation)
                case .closed: #expect(plan.reason != .recovery && plan.reason != .recoveryConfirmation)
                }
            }
        }

        mutating func check(_ fleet: FleetHealth) {
            let bands: [HealthStatus: ClosedRange<Double>] = [
                .healthy: 80...100, .degraded: 40...79, .unhealthy: 0...39,
            ]
            #expect(fleet.models.count == engine.models.count)
            for model in fleet.models {
                #expect(!model.reasons.isEmpty)
                #expect(model.reasons.allSatisfy { !$0.message.isEmpty }, "\(model.reasons)")
                #expect(model.availability.map { (0...1).contains($0) } ?? true)
                #expect(model.errorRate.map { (0...1).contains($0) } ?? true)
                if let band = bands[model.status] {
                    #expect(model.score.map(band.contains) == true, "\(model.status) \(model.score as Any)")
                } else {
                    #expect(model.score == nil)
                }
                #expect(!model.routing.reason.isEmpty)
                if let p50 = model.latency.p50 { #expect(p50 <= model.latency.p90! && p50 > 0) }
            }
            #expect(fleet.summary.counts.total == fleet.models.count)
        }
    }

    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func `nothing that arrives breaks the rules`(_ seed: UInt64) throws {
        var chaos = Chaos(seed: seed)
        for _ in 0..<2_500 { chaos.step() }
        chaos.check(chaos.engine.fleet(at: chaos.moment))
        // It was no empty exercise.
        #expect(chaos.events > 30, "\(chaos.events)")
        #expect(chaos.plans > 200, "\(chaos.plans)")
        _ = try HealthJSON.encoder().encode(chaos.engine.fleet(at: chaos.moment).models)
    }

    @Test func `the same chance gives the same events`() {
        func run() -> (UInt64, [ModelHealthStatus]) {
            var chaos = Chaos(seed: 99)
            for _ in 0..<2_000 { chaos.step() }
            return (chaos.lastSeq, chaos.engine.fleet(at: chaos.moment).models)
        }
        let first = run()
        let second = run()
        #expect(first.0 == second.0)
        #expect(first.1 == second.1)
    }

    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func `with a prober that keeps its word no plan stays behind`(_ seed: UInt64) {
        var random = Seeded(seed)
        var fleet = VirtualFleet((0..<4).map { .plain(ModelID("m\($0)"), interval: .seconds(10)) }) { _, now in
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<6: .ok(.seconds(Double.random(in: 0.05...2, using: &random)))
            case 6: .hang
            case 7: .of(.rateLimited, .rateLimit, retryAfter: .seconds(20))
            default: .failing()
            }
        }
        for second in 1...600 {
            fleet.run(until: .seconds(second))
            let late = fleet.engine.models.flatMap(\.targets).map(\.plan).filter {
                $0.next.map { $0 < fleet.now - .milliseconds(200) } ?? true
            }
            let far = fleet.engine.models.flatMap(\.targets).map(\.plan).filter {
                $0.next.map { $0 > fleet.now + .seconds(80) } ?? false
            }
            #expect(far.isEmpty)
            // A look that is wanted belatedly leaves at once.
            fleet.run(until: .seconds(second) + .milliseconds(300))
            for plan in late {
                let now = fleet.engine.models.flatMap(\.targets).map(\.plan).first { $0.key == plan.key }
                #expect(now != plan, "\(plan)")
            }
        }
    }

    @Test func `evidence about strangers is nothing`() {
        var engine = HealthEngine()
        _ = engine.configure([.plain("m")], at: VirtualFleet.moment(.zero))
        let before = engine.fleet(at: VirtualFleet.moment(.seconds(1))).models
        for kind in [
            Evidence.Kind.probeStarted(ProbeKey("x"), number: 1, reason: .manual),
            .probeCancelled(ProbeKey("x"), number: 1),
            .outcomes(ProbeKey("x"), .ok, count: 5, latency: nil),
            .outcomes(ProbeKey("m", target: "x"), Outcome(.failing), count: 5, latency: nil),
            .outcomes(ProbeKey("m"), Outcome(.failing), count: 0, latency: nil),
            .outcomes(ProbeKey("m", check: "x"), Outcome(.failing), count: 5, latency: nil),
            .local("x", LocalModel(name: "x", state: .missing)),
        ] {
            let moment = VirtualFleet.moment(.seconds(1))
            #expect(engine.absorb(Evidence(kind, source: .probe, at: moment), at: moment).isEmpty)
        }
        #expect(engine.fleet(at: VirtualFleet.moment(.seconds(1))).models == before)
    }
}
