import Foundation
import Health
import Testing

@testable import Observation

/// No model drops out of the timetable, whatever ends a departure.
@Suite("Probe timetable", .timeLimit(.minutes(5)))
struct ProbingTimetableTests {
    // MARK: Whatever happens

    @Test(arguments: 0..<60)
    func `whatever is registered, planned, reloaded, cancelled or declined, each key leaves again`(seed: Int) {
        var world = World(seed: UInt64(seed) &+ 1)
        for step in 0..<400 {
            world.step()
            #expect(world.state.schedule.omissions.isEmpty, "after step \(step): \(world.last)")
            #expect(world.state.isBalanced, "after step \(step): \(world.last)")
        }
        // From here on nobody plans any more and everything answers: all that no plan holds must leave within its pace.
        let missing = world.silentKeys()
        #expect(missing.isEmpty, "\(missing) never left again; last: \(world.last)")
    }

    /// A prober's state in the hands of chance.
    private struct World {
        var chance: SeededGenerator
        var state: ProberState
        var now = Duration.seconds(100)
        var models: [ModelConfig] = []
        var flying: [ProbeJob] = []
        var last = ""
        let limit: Int

        init(seed: UInt64) {
            chance = SeededGenerator(seed: seed)
            limit = [1, 3, 50][Int(seed % 3)]
            state = ProberState(policy: HealthPolicy(), limits: .init(maxConcurrent: limit))
        }

        func model(_ number: Int, _ variant: Int) -> ModelConfig {
            ModelConfig(
                id: ModelID("m\(number)"), provider: "p",
                targets: (0...(variant % 2)).map {
                    ModelTarget(
                        name: "t\($0)", baseURL: "http://server-\(number % 2)-\(variant % 3):80", model: "m\(number)")
                },
                interval: .seconds([2, 10, 60][variant % 3]),
                checks: variant == 4 ? [CheckDefinition(name: "c", prompt: "x", interval: .seconds(20))] : [],
                localRuntime: number % 3 == 0 ? .ollama : nil)
        }

        mutating func step() {
            now += .milliseconds(Int.random(in: 0...3_000, using: &chance))
            switch Int.random(in: 0..<20, using: &chance) {
            case 0:
                let count = Int.random(in: 0...6, using: &chance)
                models = (0..<8).shuffled(using: &chance).prefix(count).map {
                    model($0, Int.random(in: 0..<5, using: &chance))
                }
                _ = state.start(models, plans: firstPlans(for: models, at: now), at: now)
                last = "start \(models.map(\.id))"
            case 1...7: plan()
            case 8...13:
                for (job, _) in state.depart(at: now).flights { flying.append(job) }
                last = "depart"
            case 14...17: land(isDeclined: Bool.random(using: &chance))
            case 18:
                let load = ServerLoad(running: 2, waiting: Int.random(in: 0...3, using: &chance))
                state.note(load, of: "server-\(Int.random(in: 0..<2, using: &chance))-1:80", at: now)
                last = "load"
            default:
                state.register([model(Int.random(in: 0..<8, using: &chance), 1)])
                last = "register"
            }
        }

        private mutating func plan() {
            guard let key = state.schedule.keys.sorted(by: { "\($0)" < "\($1)" }).randomElement(using: &chance) else {
                return
            }
            let next: Duration? =
                Int.random(in: 0..<5, using: &chance) == 0
                ? nil : now + .milliseconds(Int.random(in: -20_000...40_000, using: &chance))
            let plan = ProbePlan(
                key: key, next: next, anchor: now + .milliseconds(Int.random(in: -30_000...60_000, using: &chance)),
                every: .milliseconds(Int.random(in: 0...60_000, using: &chance)),
                reason: ProbeReason.allCases.randomElement(using: &chance) ?? .scheduled,
                isStreamed: [nil, true, false].randomElement(using: &chance) ?? nil)
            state.schedule.apply(plan)
            last = "plan \(plan)"
        }

        private mutating func land(isDeclined: Bool) {
            guard let index = flying.indices.randomElement(using: &chance) else { return }
            let job = flying.remove(at: index)
            if isDeclined { state.decline(job, at: now) }
            _ = state.land(job, at: now)
            last = "land \(job.key) \(isDeclined ? "declined" : "sent")"
        }

        /// The keys that do not leave although nothing holds them.
        mutating func silentKeys() -> Set<ProbeKey> {
            for job in flying { _ = state.land(job, at: now) }
            flying = []
            var waiting = state.schedule.keys.filter { state.schedule.plan(of: $0)?.next != nil }
            let end = now + .seconds(200)
            while now < end, !waiting.isEmpty {
                for (job, _) in state.depart(at: now).flights {
                    waiting.remove(job.key)
                    _ = state.land(job, at: now)
                }
                now += .milliseconds(500)
            }
            return waiting
        }
    }

    // MARK: Departures that send nothing

    private static func schedule(every interval: Duration) -> ProbeSchedule {
        var policy = HealthPolicy()
        policy.jitter = 0
        var schedule = ProbeSchedule(policy: policy)
        let models = [
            ModelConfig(
                id: "m", provider: "p", targets: [ModelTarget(baseURL: "http://x", model: "m")], interval: interval)
        ]
        schedule.register(models, beginningWith: firstPlans(for: models, at: .zero))
        return schedule
    }

    @Test
    func `a departure that sent nothing is tried again soon, ever later, and no later than its turn`() throws {
        var schedule = Self.schedule(every: .seconds(3_600))
        var times: [Double] = []
        for _ in 0..<8 {
            let next = try #require(schedule.nextDeadline() as Duration?)
            let departure = try #require(schedule.due(at: next).first)
            times.append(next.seconds)
            schedule.decline(departure, at: next)
        }
        #expect(times == [0, 2, 6, 14, 30, 62, 126, 254])
        // Once something was sent, the timetable is the regular one.
        let deadline = try #require(schedule.nextDeadline() as Duration?)
        let departure = try #require(schedule.due(at: deadline).first)
        schedule.finish(departure.key, number: departure.number)
        #expect(schedule.nextDeadline() == .seconds(3_600))
    }

    @Test
    func `a look that was declined does not stand in the way of the plan for the next one`() throws {
        var schedule = Self.schedule(every: .seconds(60))
        let departure = try #require(schedule.due(at: .zero).first)
        schedule.decline(departure, at: .seconds(0.2))
        // The runtime has loaded it: look now.
        schedule.apply(
            ProbePlan(
                key: ProbeKey("m"), next: .seconds(1), anchor: .seconds(60), every: .seconds(60), reason: .scheduled))
        #expect(schedule.nextDeadline() == .seconds(1))
    }

    @Test
    func `a plan that holds a model ends the tries`() throws {
        var schedule = Self.schedule(every: .seconds(60))
        let departure = try #require(schedule.due(at: .zero).first)
        schedule.apply(
            ProbePlan(key: ProbeKey("m"), next: nil, anchor: .zero, every: .seconds(60), reason: .scheduled))
        schedule.decline(departure, at: .seconds(0.2))
        #expect(schedule.nextDeadline() == nil)
        #expect(schedule.omissions.isEmpty)
    }

    @Test
    func `the manner that a plan names is for its look alone`() throws {
        var schedule = Self.schedule(every: .seconds(60))
        schedule.finish(ProbeKey("m"), number: try #require(schedule.due(at: .zero).first).number)
        schedule.apply(
            ProbePlan(
                key: ProbeKey("m"), next: .seconds(2), anchor: .seconds(60), every: .seconds(60), reason: .confirmation,
                isStreamed: true))
        #expect(schedule.due(at: .seconds(2)).map(\.isStreamed) == [true])
        #expect(schedule.due(at: .seconds(60)).map(\.isStreamed) == [nil])
    }

    // MARK: The manner of a probe

    static let manners: [(streaming: ModelConfig.Streaming, plan: Bool?, turns: [Bool])] = [
        (.auto, nil, [false, false, false, true]), (.auto, true, [true, true, true, true]),
        (.auto, false, [false, false, false, false]), (.always, nil, [true, true, true, true]),
        (.always, false, [false, false, false, false]), (.never, true, [false, false, false, false]),
    ]

    @Test(arguments: manners)
    func `a plan's manner rules, save where nothing may be streamed; else every fourth turn`(
        row: (streaming: ModelConfig.Streaming, plan: Bool?, turns: [Bool])
    ) {
        var state = ProberState(policy: HealthPolicy(), limits: .init())
        let model = ModelConfig(
            id: "m", provider: "p", targets: [ModelTarget(baseURL: "http://x", model: "m")], interval: .seconds(10),
            streaming: row.streaming)
        _ = state.start([model], plans: firstPlans(for: [model], at: .zero), at: .zero)
        var seen: [Bool] = []
        for turn in 1...4 {
            let at = Duration.seconds(turn * 100)
            state.schedule.apply(
                ProbePlan(
                    key: ProbeKey("m"), next: at, anchor: at + .seconds(50), every: .seconds(50), reason: .scheduled,
                    isStreamed: row.plan))
            for (job, _) in state.depart(at: at).flights {
                seen.append(job.isStreamed)
                _ = state.land(job, at: at)
            }
        }
        #expect(seen == row.turns)
    }

    @Test
    func `what cannot be streamed is not said to be`() {
        let target = ModelTarget(baseURL: "http://x", model: "m")
        for mode in ModelConfig.Mode.allCases {
            let model = ModelConfig(id: "m", provider: "p", targets: [target], mode: mode, streaming: .always)
            let job = ProbeJob(
                ProbeSubject(model, target: target), number: 1, reason: .manual, config: model.probe, isStreamed: true)
            #expect(job.isStreamed == [.chat, .completion, .responses].contains(mode))
        }
    }

    @Test
    func `one worker sends until much is in flight, then all of them do`() {
        var state = ProberState(policy: HealthPolicy(), limits: .init(), workers: 3)
        let models = (0..<70).map {
            ModelConfig(id: ModelID("m\($0)"), provider: "p", targets: [ModelTarget(baseURL: "http://x", model: "m")])
        }
        _ = state.start(models, at: .zero)
        for model in models {
            state.schedule.apply(
                ProbePlan(key: ProbeKey(model.id), next: .zero, anchor: .zero, every: .seconds(9), reason: .scheduled))
        }
        let workers = state.depart(at: .seconds(1)).flights.map(\.0.worker)
        #expect(workers.prefix(64).allSatisfy { $0 == 0 })
        #expect(Set(workers.suffix(6)) == [0, 1, 2])
    }

    @Test
    func `a model that is configured anew is asked as it is now`() throws {
        var state = ProberState(policy: HealthPolicy(), limits: .init())
        for (second, name) in ["one", "two", "two"].enumerated() {
            let now = Duration.seconds(second * 100)
            let model = ModelConfig(
                id: "m", provider: "p", targets: [ModelTarget(baseURL: "http://\(name)", model: name)])
            _ = state.start([model], at: now)
            state.schedule.apply(
                ProbePlan(key: ProbeKey("m"), next: now, anchor: now, every: .seconds(60), reason: .scheduled))
            let job = try #require(state.depart(at: now + .seconds(9)).flights.first?.0)
            #expect(job.target.model == name && job.server == "\(name):80")
            _ = state.land(job, at: now)
        }
    }

    // MARK: Busy servers

    @Test
    func `of our probes two wait at a server that queues: further looks are not sent, turns wait for room`() {
        var state = ProberState(policy: HealthPolicy(), limits: .init())
        let models = (0..<5).map {
            ModelConfig(
                id: ModelID("m\($0)"), provider: "p", targets: [ModelTarget(baseURL: "http://busy:80", model: "x")],
                interval: .seconds(10))
        }
        _ = state.start(models, plans: firstPlans(for: models, at: .zero), at: .zero)
        var flying = state.depart(at: .zero).flights.map(\.0)
        #expect(flying.count == 1)
        state.note(ServerLoad(running: 2, waiting: 3), of: "busy:80", at: .zero)
        flying += state.depart(at: .seconds(9)).flights.map(\.0)
        #expect(flying.count == 2)
        #expect(state.counts.waiting == 3)
        // A look beside the turns: not sent, and tried again later.
        state.schedule.apply(
            ProbePlan(
                key: flying[0].key, next: .seconds(9.5), anchor: .seconds(20), every: .seconds(10),
                reason: .confirmation))
        #expect(state.depart(at: .seconds(9.5)).flights.isEmpty)
        #expect(state.counts.waiting == 3)
        #expect(state.schedule.omissions.isEmpty && state.isBalanced)
        // One comes back: the next may go.
        #expect(state.land(flying[0], at: .seconds(10)).isMoreWaiting)
        #expect(state.depart(at: .seconds(10)).flights.count == 1)
        // It says that it has no queue any more.
        state.note(ServerLoad(running: 1, waiting: 0), of: "busy:80", at: .seconds(11))
        #expect(state.depart(at: .seconds(11)).flights.count >= 2)
    }

    // MARK: The watch

    private static func standing(
        _ id: ModelID = "m", pace: Duration = .seconds(10), lastLook: Duration = .zero, next: Duration?,
        busyUntil: Duration? = nil, isInLine: Bool = false, isSparing: Bool = false
    ) -> ProbeStanding {
        ProbeStanding(
            key: ProbeKey(id), model: ModelConfig(id: id, provider: "p", targets: []), pace: pace, lastLook: lastLook,
            next: next, busyUntil: busyUntil, isInLine: isInLine, isSparing: isSparing)
    }

    static let standings: [(name: String, standing: ProbeStanding, at: Int, isOverdue: Bool)] = [
        ("held though probeable", standing(next: nil), 31, true),
        ("held, three intervals not over", standing(next: nil), 29, false),
        ("planned and never sent", standing(next: .seconds(10)), 31, true),
        ("planned for later", standing(next: .seconds(300)), 200, false),
        ("just due", standing(lastLook: .zero, next: .seconds(35)), 40, false),
        ("looked at just now", standing(lastLook: .seconds(95), next: nil), 100, false),
        ("in flight", standing(next: nil, busyUntil: .seconds(60)), 50, false),
        ("in flight long after its deadline", standing(next: nil, busyUntil: .seconds(20)), 50, true),
        ("no room for it", standing(next: .seconds(49), isInLine: true), 50, true),
        ("its server is busy", standing(next: .seconds(49), isInLine: true, isSparing: true), 50, false),
        ("a short interval has ten seconds", standing(pace: .seconds(1), next: nil), 9, false),
        ("a short interval after ten seconds", standing(pace: .seconds(1), next: nil), 11, true),
    ]

    @Test(arguments: standings)
    func `three intervals without a probe are told, a longer wait that is planned is not`(
        row: (name: String, standing: ProbeStanding, at: Int, isOverdue: Bool)
    ) {
        var watch = ProbeWatch()
        _ = watch.look(at: [row.standing], isProbeable: { _ in true }, at: .zero)
        let finding = watch.look(at: [row.standing], isProbeable: { _ in true }, at: .seconds(row.at))
        #expect(finding.overdue.isEmpty != row.isOverdue)
        #expect(finding.found == finding.overdue)
        #expect(
            watch.look(at: [row.standing], isProbeable: { _ in true }, at: .seconds(row.at)).found.isEmpty,
            "told once")
    }

    @Test
    func `a model that was loaded just now has three intervals from then on`() {
        var watch = ProbeWatch()
        let standing = Self.standing(next: nil)
        #expect(watch.look(at: [standing], isProbeable: { _ in false }, at: .seconds(500)).overdue.isEmpty)
        #expect(watch.look(at: [standing], isProbeable: { _ in true }, at: .seconds(501)).overdue.isEmpty)
        #expect(watch.look(at: [standing], isProbeable: { _ in true }, at: .seconds(530)).overdue.isEmpty)
        #expect(watch.look(at: [standing], isProbeable: { _ in true }, at: .seconds(532)).overdue == [ProbeKey("m")])
    }

    @Test
    func `what was forgotten is planned anew: one probe now, then on its interval`() {
        var state = ProberState(policy: HealthPolicy(), limits: .init())
        let model = ModelConfig(
            id: "m", provider: "p", targets: [ModelTarget(baseURL: "http://x", model: "m")], interval: .seconds(10))
        _ = state.start([model], plans: firstPlans(for: [model], at: .zero), at: .zero)
        state.schedule.apply(
            ProbePlan(key: ProbeKey("m"), next: nil, anchor: .zero, every: .seconds(10), reason: .scheduled))
        #expect(state.depart(at: .seconds(100)).flights.isEmpty)
        state.planAnew([ProbeKey("m"), ProbeKey("stranger")], at: .seconds(100))
        let flights = state.depart(at: .seconds(100)).flights
        #expect(flights.map(\.0.key) == [ProbeKey("m")])
        // On its way: nothing to plan.
        state.planAnew([ProbeKey("m")], at: .seconds(101))
        #expect(state.depart(at: .seconds(101)).flights.isEmpty)
    }

    // MARK: A reload

    @Test
    func `what has not left goes where the new configuration says, and what is under way to elsewhere is cancelled`() {
        var state = ProberState(policy: HealthPolicy(), limits: .init(maxConcurrent: 1))
        func model(_ id: ModelID, _ url: String) -> ModelConfig {
            ModelConfig(
                id: id, provider: "p", targets: [ModelTarget(baseURL: url, model: "m")], interval: .seconds(10))
        }
        let old = [model("a", "http://old"), model("b", "http://old")]
        _ = state.start(old, plans: firstPlans(for: old, at: .zero), at: .zero)
        let flight = state.depart(at: .seconds(6)).flights.first
        #expect(state.counts.waiting == 1)
        let (outdated, told) = state.start([model("a", "http://new"), model("b", "http://new")], at: .seconds(7))
        #expect(outdated.count == 1 && told.isEmpty)
        if let job = flight?.0 { _ = state.land(job, at: .seconds(7)) }
        #expect(state.depart(at: .seconds(7)).flights.map(\.0.target.baseURL) == ["http://new"])
    }
}

private func firstPlans(for models: [ModelConfig], at now: Duration) -> [ProbePlan] {
    HealthEngine.firstPlans(for: models, at: Moment(uptime: now, wall: .now), HealthPolicy())
}

/// Numbers that repeat for the same seed (SplitMix64).
private struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
