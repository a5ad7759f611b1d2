import Foundation
import Testing

@testable import Health

/// Healthy needs a success: whatever follows whatever, no failing look makes a model healthy.
@Suite(.timeLimit(.minutes(5))) struct GroundTests {
    private let model: ModelID = "m"
    private static let bad = Outcome.Class.allCases.filter { $0 != .ok && $0 != .idle }

    private func answer(_ class: Outcome.Class) -> VirtualFleet.Answer {
        `class` == .failing
            ? .failing(.serverError) : .of(`class`, retryAfter: `class` == .rateLimited ? .seconds(3) : nil)
    }

    @Test(arguments: bad, bad)
    func `a model that has never answered is not healthy`(_ first: Outcome.Class, _ second: Outcome.Class) {
        for turns in 1...4 {
            var looks = 0
            var fleet = VirtualFleet([.plain(model)]) { _, _ in
                looks += 1
                return self.answer((looks - 1) / turns % 2 == 0 ? first : second)
            }
            fleet.run(until: .seconds(400))
            #expect(!fleet.events.contains { $0.currentStatus == .healthy }, "\(turns): \(fleet.events.map(\.reason))")
        }
    }

    @Test(arguments: bad, bad)
    func `a model that has answered is healthy again only by an answer`(_ first: Outcome.Class, _ second: Outcome.Class)
    {
        for turns in 1...4 {
            var looks = 0
            var fleet = VirtualFleet([.plain(model)]) { _, now in
                guard now.seconds > 60 else { return .ok() }
                looks += 1
                return self.answer((looks - 1) / turns % 2 == 0 ? first : second)
            }
            fleet.run(until: .seconds(600))
            let later = fleet.events.filter { $0.timestamp > VirtualFleet.origin + 61 }
            #expect(!later.contains { $0.currentStatus == .healthy }, "\(turns): \(later.map(\.reason))")
        }
    }

    @Test func `a late answer of before a refusal does not lift it`() {
        var looks = 0
        var fleet = VirtualFleet([.plain(model)]) { _, now in
            guard now.seconds > 100 else { return .ok() }
            looks += 1
            return looks == 1 ? .hang : .of(.quota)
        }
        fleet.run(until: .seconds(200))
        #expect(fleet.status(model).status == .unknown)
        #expect(!fleet.events.dropFirst().contains { $0.currentStatus == .healthy })
    }

    @Test func `evidence that ran out is no ground any more`() {
        var engine = HealthEngine()
        _ = engine.configure([.plain(model)], at: VirtualFleet.moment(.zero))
        func finish(_ number: UInt64, _ outcome: Outcome, at seconds: Double) -> [HealthChangeEvent] {
            let moment = VirtualFleet.moment(.seconds(seconds))
            let result = ProbeResult(modelId: model, outcome: outcome, latency: .seconds(0.1), startedAt: moment.wall)
            return engine.absorb(
                Evidence(.probeFinished(ProbeKey(model), number: number, result), source: .probe, at: moment),
                at: moment
            ).events
        }
        #expect(finish(1, .ok, at: 1).map(\.currentStatus) == [.healthy])
        #expect(engine.tick(at: VirtualFleet.moment(.seconds(500))).events.map(\.currentStatus) == [.unknown])
        #expect(finish(2, Outcome(.failing, .serverError, httpStatus: 500), at: 501).isEmpty)
        #expect(finish(3, .ok, at: 502).map(\.currentStatus) == [.healthy])
    }

    @Test(arguments: [15, 60, 300, 3_600])
    func `a confirmation of which nothing was heard is planned anew after its deadline, not after intervals`(
        _ interval: Int
    ) throws {
        var engine = HealthEngine()
        let config = ModelConfig.plain(model, interval: .seconds(interval))
        _ = engine.configure([config], at: VirtualFleet.moment(.zero))
        let key = ProbeKey(model)
        func finish(_ number: UInt64, _ outcome: Outcome, at seconds: Double) -> [ProbePlan] {
            let moment = VirtualFleet.moment(.seconds(seconds))
            var plans: [ProbePlan] = []
            let result = ProbeResult(modelId: model, outcome: outcome, latency: .seconds(0.1), startedAt: moment.wall)
            for kind in [
                Evidence.Kind.probeStarted(key, number: number, reason: .scheduled),
                .probeFinished(key, number: number, result),
            ] {
                plans += engine.absorb(Evidence(kind, source: .probe, at: moment), at: moment).plans
            }
            return plans
        }
        for turn in 0..<4 { _ = finish(UInt64(turn), .ok, at: Double(turn * interval) + 1) }
        let failedAt = Double(4 * interval) + 1
        let plans = finish(4, Outcome(.failing, .serverError, httpStatus: 500), at: failedAt)
        let planned = try #require(plans.last)
        #expect(planned.reason == .confirmation)
        let next = try #require(planned.next).seconds
        let deadline = config.probe.timeout.seconds + 5
        // It left, and neither that nor its answer was heard of.
        var anew: (at: Double, plan: ProbePlan)?
        for tenth in 0..<Int((deadline + 2) * 10) where anew == nil {
            let at = next + Double(tenth) / 10
            if let plan = engine.tick(at: VirtualFleet.moment(.seconds(at))).plans.last { anew = (at, plan) }
        }
        let found = try #require(anew)
        #expect(abs(found.at - next - deadline) < 0.3, "\(found.at - next)")
        #expect(try #require(found.plan.next).seconds <= found.at + 0.3)
    }

    @Test(arguments: 0..<40)
    func `evidence that comes twice counts once`(seed: Int) {
        var chance = Seeded(UInt64(seed))
        let outcomes: [Outcome] = [
            .ok, .ok, Outcome(.failing, .serverError, httpStatus: 500), Outcome(.failing, .timeout),
            Outcome(.rateLimited, .rateLimit, httpStatus: 429, retryAfter: .seconds(5)),
        ]
        var once = HealthEngine(policy: HealthPolicy())
        var twice = once
        let config = ModelConfig.plain(model)
        _ = once.configure([config], at: VirtualFleet.moment(.zero))
        _ = twice.configure([config], at: VirtualFleet.moment(.zero))
        var now = 0.0
        for number in UInt64(1)...200 {
            now += Double.random(in: 1...20, using: &chance)
            let left = VirtualFleet.moment(.seconds(now))
            now += Double.random(in: 0.05...9, using: &chance)
            let back = VirtualFleet.moment(.seconds(now))
            let key = ProbeKey(model)
            let result = ProbeResult(
                modelId: model, outcome: outcomes.randomElement(using: &chance) ?? .ok, latency: .seconds(0.1),
                startedAt: left.wall)
            let end: Evidence.Kind =
                Int.random(in: 0..<10, using: &chance) == 0
                ? .probeCancelled(key, number: number) : .probeFinished(key, number: number, result)
            for (kind, at) in [
                (Evidence.Kind.probeStarted(key, number: number, reason: .scheduled), left), (end, back),
            ] {
                let evidence = Evidence(kind, source: .probe, at: at)
                let events = once.absorb(evidence, at: at).events
                let doubled = twice.absorb(evidence, at: at).events + twice.absorb(evidence, at: at).events
                #expect(events.map(\.currentStatus) == doubled.map(\.currentStatus), "probe \(number)")
            }
            let (one, two) = (once.fleet(at: back).models[0], twice.fleet(at: back).models[0])
            #expect(one.requestTotal == two.requestTotal && one.consecutiveFailures == two.consecutiveFailures)
            #expect(one.reasons == two.reasons && one.circuitBreaker == two.circuitBreaker)
            #expect(one.nextProbeAt == two.nextProbeAt)
        }
    }

    @Test func `a model that is down while it flaps is unhealthy`() {
        var fleet = VirtualFleet([.plain(model)]) { _, now in
            now.seconds > 300 && Int(now.seconds / 45) % 2 == 1 ? .failing() : .ok()
        }
        fleet.run(until: .seconds(1_500))
        var seen: [HealthStatus] = []
        for turn in 0..<8 {
            // At the end of each outage.
            fleet.run(until: .seconds(1_529 + 90 * turn))
            #expect(fleet.status(model).consecutiveFailures > 0)
            seen.append(fleet.status(model).status)
        }
        #expect(seen.allSatisfy { $0 == .unhealthy }, "\(seen), \(fleet.status(model).reasons)")
    }

    @Test func `requests that fail by chance bring no flapping model down`() {
        var fleet = VirtualFleet([.plain(model)]) { _, now in
            now.seconds > 300 && now.seconds < 1_500 && Int(now.seconds / 45) % 2 == 1 ? .failing() : .ok()
        }
        fleet.run(until: .seconds(1_600))
        #expect(fleet.status(model).reasons.contains { $0.code == .flapping })
        let before = fleet.events.count
        // A request a second, of which two in a row fail, and a probe beside them.
        let failure = Outcome(.failing, .serverError, httpStatus: 500)
        for second in 1...60 {
            let outcome = second == 30 || second == 31 || second == 32 ? failure : Outcome.ok
            fleet.submit(.outcomes(ProbeKey(model), outcome, count: 1, latency: .seconds(0.1)), source: .traffic)
            fleet.run(until: .seconds(1_600 + second))
        }
        #expect(fleet.events.dropFirst(before).allSatisfy { $0.currentStatus != .unhealthy })
    }

    /// Lost starts, and how early by jitter the probe after it leaves.
    @Test(arguments: [(1, 14.0), (3, 14), (1, 0), (2, 7)])
    func `after starts that were lost the next probe is shown where it is`(_ lost: Int, _ early: Double) {
        var engine = HealthEngine()
        let interval = 300.0
        let plan = engine.configure(
            [.plain(model, interval: .seconds(interval))], at: VirtualFleet.moment(.zero)
        ).plans[0]
        var number: UInt64 = 0
        func leave(at seconds: Double, isHeard: Bool = true) {
            let moment = VirtualFleet.moment(.seconds(seconds))
            number += 1
            if isHeard {
                _ = engine.absorb(
                    Evidence(
                        .probeStarted(ProbeKey(model), number: number, reason: .scheduled, isStreamed: false),
                        source: .probe, at: moment), at: moment)
            }
            let end = VirtualFleet.moment(.seconds(seconds + 0.5))
            let result = ProbeResult(modelId: model, outcome: .ok, latency: .seconds(0.5), startedAt: moment.wall)
            _ = engine.absorb(
                Evidence(.probeFinished(ProbeKey(model), number: number, result), source: .probe, at: end), at: end)
        }
        leave(at: plan.next?.seconds ?? 0)
        let turn = plan.anchor.seconds
        for missed in 0..<lost { leave(at: turn + interval * Double(missed), isHeard: false) }
        let last = turn + interval * Double(lost)
        leave(at: last - early)
        let shown = engine.fleet(at: VirtualFleet.moment(.seconds(last - early + 1)))[model]?.nextProbeAt
        let next = shown?.timeIntervalSince(VirtualFleet.origin) ?? 0
        #expect(abs(next - (last + interval)) <= interval * 0.05 + 1, "\(next) and not \(last + interval)")
    }

    @Test func `a probe that never left is planned anew`() {
        var engine = HealthEngine()
        _ = engine.configure([.plain(model)], at: VirtualFleet.moment(.zero))
        var lastPlan = 0.0
        for fifth in 0..<1_000 {
            let now = Double(fifth) / 5
            for plan in engine.tick(at: VirtualFleet.moment(.seconds(now))).plans where plan.next != nil {
                lastPlan = now
            }
            #expect(now - lastPlan <= 3 * 15 + 1)
        }
    }
}
