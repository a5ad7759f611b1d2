import Foundation
import Testing

@testable import Health

@Suite struct ScheduleTests {
    private let key: ProbeKey = ProbeKey("m")

    // MARK: The plan after a probe

    private func plan(
        next: Double?, anchor: Double, every: Double = 15, _ reason: ProbeReason = .scheduled
    ) -> ProbePlan {
        ProbePlan(
            key: key, next: next.map { .seconds($0) }, anchor: .seconds(anchor), every: .seconds(every), reason: reason)
    }

    /// Next turn, instant at which a probe left, the turn after it; the grid is at 100 + 15 · n.
    private static let turns: [[Double]] = [
        // A turn of the grid, on time and late.
        [100, 100, 115], [100, 103, 115], [100, 114.999, 115], [100, 115, 130],
        // A look beside the grid leaves the grid alone.
        [92, 92, 100], [92, 99.9, 100], [92, 101, 115],
        // A long stall is caught up with one probe, on the grid.
        [100, 1_000, 1_015], [100, 150_101, 150_115],
    ]

    @Test(arguments: turns)
    func `the next turn is the first of the grid after the one that left`(_ row: [Double]) {
        let after = plan(next: row[0], anchor: 100).following(.seconds(row[1]))
        #expect(after.next == after.anchor)
        #expect(abs(after.anchor.seconds - row[2]) < 1e-6)
        #expect(after.every == .seconds(15))
    }

    @Test(arguments: ProbeReason.allCases)
    func `what follows is regular, save while only recovery probes go out`(_ reason: ProbeReason) {
        let after = plan(next: 100, anchor: 100, reason).following(.seconds(100))
        #expect(after.reason == (reason == .recovery ? .recovery : .scheduled))
    }

    @Test func `it never drifts`() {
        var random = Seeded(12)
        for every in [0.7, 5, 15, 37.3] {
            var plan = plan(next: 3, anchor: 3, every: every)
            var turns = 0
            for _ in 0..<5_000 {
                let lateness = Double.random(in: 0..<every * 0.9, using: &random)
                plan = plan.following(plan.next! + .seconds(lateness))
                turns += 1
                let exact = 3 + every * Double(turns)
                #expect(abs(plan.next!.seconds - exact) < 1e-6)
            }
        }
    }

    // MARK: The first round

    private func schedule(_ count: Int, interval: Double, at now: Double = 50) -> [ProbePlan] {
        let configs = (0..<count).map { ModelConfig.plain(ModelID("m\($0)"), interval: .seconds(interval)) }
        var schedule = InitialSchedule(configs: configs, at: .seconds(now), HealthPolicy())
        return configs.flatMap { schedule.plans(for: $0) }
    }

    @Test(arguments: [1, 2, 7, 200, 2_000] as [Int], [1, 5, 15, 60] as [Double])
    func `the first round is spread and so are the phases`(_ count: Int, _ interval: Double) {
        let plans = schedule(count, interval: interval)
        #expect(plans.count == count)
        let spread = min(interval, 5)
        let firsts = plans.map { $0.next!.seconds - 50 }
        #expect(firsts[0] == 0)
        #expect(firsts.allSatisfy { $0 >= 0 && $0 < spread })
        let steps = zip(firsts, firsts.dropFirst()).map { $1 - $0 }
        #expect(steps.allSatisfy { abs($0 - spread / Double(count)) < 1e-6 })
        for plan in plans {
            let wait = (plan.anchor - plan.next!).seconds
            #expect(wait >= interval / 2 - 1e-6 && wait <= interval * 1.5 + 1e-6, "\(wait)")
            #expect(plan.reason == .scheduled)
        }
        // No tenth of the interval carries more than its share of the later turns.
        let phases = plans.map { ($0.anchor.seconds - 50).truncatingRemainder(dividingBy: interval) }
        for tenth in 0..<10 where count >= 200 {
            let low = interval * Double(tenth) / 10
            let inTenth = phases.filter { $0 >= low - 1e-9 && $0 < low + interval / 10 - 1e-9 }.count
            #expect(abs(Double(inTenth) - Double(count) / 10) <= 1.5, "\(tenth): \(inTenth)")
        }
    }

    @Test func `a written limit holds from the first probe on`() {
        let configs = (0..<30).map { number in
            var config = ModelConfig.plain(ModelID("m\(number + 10)"))
            config.targets[0].limit = RequestLimit(requests: 60, period: .seconds(60))
            return config
        }
        var schedule = InitialSchedule(configs: configs, at: .seconds(50), HealthPolicy())
        let firsts = configs.flatMap { schedule.plans(for: $0) }.map { $0.next!.seconds - 50 }
        #expect(firsts[0] == 0)
        // One per cent of sixty a minute, four fifths of it for regular probes.
        #expect(zip(firsts, firsts.dropFirst()).allSatisfy { abs($1 - $0 - 125) < 1e-6 })
        var fleet = VirtualFleet(configs) { _, _ in .ok() }
        fleet.run(until: .seconds(4_000))
        let times = fleet.probes.map(\.at.seconds)
        #expect(Set(fleet.probes.map(\.key.modelID)).count == 30)
        for minute in 0..<66 {
            #expect(times.count { $0 >= Double(minute) * 60 && $0 < Double(minute + 1) * 60 } <= 1, "\(minute)")
        }
    }

    @Test func `targets and checks have plans of their own`() {
        let config = ModelConfig(
            id: "m", provider: "p",
            targets: [
                ModelTarget(name: "eu", baseURL: "https://eu", model: "m"),
                ModelTarget(name: "us", baseURL: "https://us", model: "m"),
            ], checks: [CheckDefinition(name: "json", interval: .seconds(300))])
        var schedule = InitialSchedule(configs: [config], at: .zero, HealthPolicy())
        let plans = schedule.plans(for: config)
        #expect(
            plans.map(\.key) == [
                ProbeKey("m", target: "eu"), ProbeKey("m", target: "us"), ProbeKey("m", target: "eu", check: "json"),
            ])
        #expect(plans.map(\.every) == [.seconds(15), .seconds(15), .seconds(300)])
    }

    @Test(arguments: [Outcome.Class.gone, .credentials, .quota, .rateLimited])
    func `a turn that jitter has sent out early is served, whatever has been looked at beside it`(
        _ refusal: Outcome.Class
    ) throws {
        var engine = HealthEngine()
        var plan = try #require(
            engine.configure([.plain("m", interval: .seconds(300))], at: VirtualFleet.moment(.zero)).plans.first)
        var number: UInt64 = 0
        func look(at time: Duration, _ reason: ProbeReason, _ outcome: Outcome) {
            number += 1
            let result = ProbeResult(
                modelId: "m", outcome: outcome, latency: .milliseconds(100), startedAt: VirtualFleet.moment(time).wall)
            for (kind, at) in [
                (Evidence.Kind.probeStarted(key, number: number, reason: reason), time),
                (.probeFinished(key, number: number, result), time + .milliseconds(100)),
            ] {
                let moment = VirtualFleet.moment(at)
                plan =
                    engine.absorb(Evidence(kind, source: .probe, at: moment), at: moment).plans.last ?? plan
            }
        }
        let first = try #require(plan.next)
        for turn in 0..<5 { look(at: first + .seconds(300) * turn, .scheduled, .ok) }
        let early = first + .seconds(300 * 5 - 20)
        look(at: early, .scheduled, Outcome(refusal, .other, detail: "so", httpStatus: 404))
        let again = try #require(plan.next)
        look(at: max(again, early + .seconds(1)), plan.reason, .ok)
        let next = try #require(plan.next)
        #expect(plan.reason == .scheduled && next > early + .seconds(150), "\(next - early)")
    }

    @Test(arguments: 1...20)
    func `a plan is due when jitter lets it leave, not at its turn`(_ turn: Int) throws {
        let plan = plan(next: Double(turn) * 300, anchor: Double(turn) * 300, every: 300)
        let leaves = try #require(plan.departure(jitter: 0.05))
        #expect(leaves != plan.next)
        for (at, isDue) in [
            (leaves - .milliseconds(1), false), (leaves, true), (leaves + .seconds(1), true),
            (leaves - .seconds(100), false),
        ] { #expect(plan.isDue(at: at, jitter: 0.05) == isDue) }
    }

    @Test func `no models make no plans`() {
        var engine = HealthEngine()
        #expect(engine.configure([], at: VirtualFleet.moment(.zero)).isEmpty)
        #expect(engine.tick(at: VirtualFleet.moment(.seconds(1))).isEmpty)
        #expect(engine.fleet(at: VirtualFleet.moment(.seconds(1))).summary.status == .unknown)
    }
}
