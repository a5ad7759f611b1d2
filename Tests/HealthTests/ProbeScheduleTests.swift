import Testing

@testable import Health

@Suite("Probe schedule", .timeLimit(.minutes(5)))
struct ProbeScheduleTests {
    private static func model(
        _ name: String, every interval: Duration = .seconds(15), targets: [String] = ["default"],
        checks: [CheckDefinition] = []
    ) -> ModelConfig {
        ModelConfig(
            id: ModelID(name), provider: "p",
            targets: targets.map { ModelTarget(name: $0, baseURL: "http://127.0.0.1", model: name) },
            interval: interval,
            checks: checks)
    }

    private static func schedule(
        _ models: [ModelConfig], jitter: Double = 0, firstRound: Duration = .seconds(5), at now: Duration = .zero
    ) -> ProbeSchedule {
        var policy = HealthPolicy()
        policy.jitter = jitter
        policy.firstRound = firstRound
        var schedule = ProbeSchedule(policy: policy)
        schedule.start(models, at: now)
        return schedule
    }

    /// Fires everything up to `end`, each probe coming back at once.
    private static func play(
        _ schedule: inout ProbeSchedule, until end: Duration, late: Duration = .zero
    ) -> [ProbeSchedule.Departure] {
        var departures: [ProbeSchedule.Departure] = []
        while let deadline = schedule.nextDeadline(), deadline <= end {
            for departure in schedule.due(at: deadline + late) {
                departures.append(departure)
                schedule.finish(departure.key, number: departure.number)
            }
        }
        return departures
    }

    @Test
    func `after a hundred thousand turns that each leave late, the next one is still due on the beat`() throws {
        var schedule = Self.schedule([Self.model("m", every: .seconds(10))])
        var last: Duration = .zero
        for turn in 1...100_000 {
            let next = schedule.nextDeadline()
            let deadline = try #require(next)
            last = deadline
            let departures = schedule.due(at: deadline + .milliseconds(turn % 900))
            try #require(departures.count == 1)
            schedule.finish(departures[0].key, number: departures[0].number)
        }
        // The first probe at 0, the second at 10 s: the hundred-thousandth at 999,990 s.
        #expect(last == .seconds(999_990))
    }

    @Test
    func `a turn that leaves whole intervals late is followed by the next turn of the beat, not by those missed`() {
        var schedule = Self.schedule([Self.model("m", every: .seconds(10))])
        #expect(schedule.due(at: .seconds(47)).count == 1)
        #expect(schedule.nextDeadline() == .seconds(50))
        #expect(schedule.due(at: .seconds(47)).isEmpty)
    }

    @Test
    func `the first round is spread over five seconds, the second over the interval`() {
        let models = (0..<100).map { Self.model("m\($0)", every: .seconds(20)) }
        var schedule = Self.schedule(models)
        let all = Self.play(&schedule, until: .seconds(60))
        let first = all.prefix(100).map(\.dueAt)
        #expect(Set(all.prefix(100).map(\.key)).count == 100)
        #expect(first.first == .zero)
        #expect(abs((first.last ?? .zero).seconds - 4.95) < 1e-9)
        for second in 0..<5 { #expect(first.count { $0 >= .seconds(second) && $0 < .seconds(second + 1) } == 20) }
        // From 40 s on, everything runs on its own phase: 5 a second.
        for second in 40..<60 {
            #expect(all.count { $0.dueAt >= .seconds(second) && $0.dueAt < .seconds(second + 1) } == 5)
        }
    }

    @Test(arguments: [1, 2, 4])
    func `an interval shorter than five seconds bounds the first round`(seconds: Int) {
        let models = (0..<50).map { Self.model("m\($0)", every: .seconds(seconds)) }
        var schedule = Self.schedule(models)
        let first = Self.play(&schedule, until: .seconds(seconds)).prefix(50)
        #expect(Set(first.map(\.key)).count == 50)
        #expect(first.allSatisfy { $0.dueAt < .seconds(seconds) })
    }

    @Test
    func `no key waits less than half or more than one and a half intervals between its first two probes`() {
        let models = (0..<97).map { Self.model("m\($0)", every: .seconds([5, 15, 30, 60][$0 % 4])) }
        var schedule = Self.schedule(models)
        var times: [ProbeKey: [Duration]] = [:]
        for departure in Self.play(&schedule, until: .seconds(200)) {
            times[departure.key, default: []].append(departure.dueAt)
        }
        for model in models {
            let own = times[ProbeKey(model.id)] ?? []
            let gap = own[1] - own[0]
            #expect(gap >= model.interval / 2 && gap <= model.interval * 1.5)
            #expect(own[2] - own[1] == model.interval)
        }
    }

    @Test
    func `every target and every check has its own beat, checks on their own interval`() {
        let check = CheckDefinition(name: "math", prompt: "2+2?", interval: .seconds(60))
        var schedule = Self.schedule([Self.model("m", every: .seconds(10), targets: ["eu", "us"], checks: [check])])
        let departures = Self.play(&schedule, until: .seconds(120))
        #expect(departures.count { $0.key == ProbeKey("m", target: "eu") } > 10)
        #expect(departures.count { $0.key == ProbeKey("m", target: "us") } > 10)
        #expect((2...3).contains(departures.count { $0.key == ProbeKey("m", target: "eu", check: "math") }))
        #expect(schedule.keys.count == 3)
    }

    @Test
    func `started twice is one schedule, and what stays keeps its beat`() {
        let models = (0..<10).map { Self.model("m\($0)", every: .seconds(10)) }
        var once = Self.schedule(models)
        var twice = Self.schedule(models)
        twice.start(models, at: .seconds(3))
        #expect(
            Self.play(&once, until: .seconds(100)).map(\.dueAt) == Self.play(&twice, until: .seconds(100)).map(\.dueAt))
    }

    @Test
    func `a second start replaces the models: the gone are silent, the new begin, the others go on`() {
        var schedule = Self.schedule([Self.model("a", every: .seconds(10)), Self.model("b", every: .seconds(10))])
        _ = Self.play(&schedule, until: .seconds(30))
        let next = schedule.plan(of: ProbeKey("b"))?.next
        schedule.start(
            [Self.model("b", every: .seconds(10)), Self.model("c", every: .seconds(10))], at: .seconds(31))
        #expect(schedule.plan(of: ProbeKey("b"))?.next == next)
        let departures = Self.play(&schedule, until: .seconds(100))
        #expect(!departures.contains { $0.key.modelID == "a" })
        #expect(departures.contains { $0.key.modelID == "c" })
    }

    @Test
    func `a model whose interval changes gets a new beat at once`() {
        var schedule = Self.schedule([Self.model("a", every: .seconds(3_600))])
        _ = Self.play(&schedule, until: .seconds(10))
        schedule.start([Self.model("a", every: .seconds(5))], at: .seconds(20))
        #expect(Self.play(&schedule, until: .seconds(50)).count >= 5)
    }

    @Test
    func `jitter moves each turn by at most its share of the interval, differently, and never adds up`() {
        var schedule = Self.schedule([Self.model("m", every: .seconds(10))], jitter: 0.05)
        let departures = Self.play(&schedule, until: .seconds(20_000)).dropFirst()
        var offsets: [Double] = []
        for (index, departure) in departures.enumerated() {
            let nominal = Duration.seconds(10 * (index + 1))
            let offset = (departure.dueAt - nominal).seconds
            #expect(abs(offset) <= 0.5)
            offsets.append(offset)
        }
        #expect(offsets.count >= 1_998)
        #expect(Set(offsets).count > 1_900)
        #expect(abs(offsets.reduce(0, +) / Double(offsets.count)) < 0.05)
        #expect(offsets.contains { $0 > 0.4 } && offsets.contains { $0 < -0.4 })
    }

    @Test
    func `the same key and turn are jittered alike in every schedule`() {
        var a = Self.schedule([Self.model("m")], jitter: 0.05)
        var b = Self.schedule([Self.model("m")], jitter: 0.05)
        #expect(Self.play(&a, until: .seconds(500)).map(\.dueAt) == Self.play(&b, until: .seconds(500)).map(\.dueAt))
    }

    @Test
    func `a plan made for a turn that jitter has sent out early does not send it again`() {
        var schedule = Self.schedule([Self.model("m", every: .seconds(10))], jitter: 0.05)
        let key = ProbeKey("m")
        for _ in 0..<200 {
            guard let deadline = schedule.nextDeadline(), let nominal = schedule.plan(of: key)?.next else { break }
            for departure in schedule.due(at: deadline) { schedule.finish(key, number: departure.number) }
            // What a decision that saw the probe leave before its turn believes to be next.
            schedule.apply(ProbePlan(key: key, next: nominal, anchor: nominal, every: .seconds(10), reason: .scheduled))
            #expect((schedule.nextDeadline() ?? .zero) - deadline > .seconds(8))
        }
    }

    @Test
    func `a confirmation goes out when asked, unmoved, and the beat goes on from its anchor`() {
        var schedule = Self.schedule([Self.model("m", every: .seconds(10))], jitter: 0.05)
        let key = ProbeKey("m")
        schedule.finish(key, number: schedule.due(at: .zero)[0].number)
        schedule.apply(
            ProbePlan(key: key, next: .seconds(1.6), anchor: .seconds(10), every: .seconds(10), reason: .confirmation))
        #expect(schedule.nextDeadline() == .seconds(1.6))
        let departures = schedule.due(at: .seconds(1.6))
        #expect(departures.map(\.reason) == [.confirmation])
        #expect(schedule.plan(of: key)?.next == .seconds(10))
        #expect(schedule.plan(of: key)?.reason == .scheduled)
    }

    @Test
    func `a plan whose look has left while it travelled sends nothing more`() {
        var schedule = Self.schedule([Self.model("m", every: .seconds(10))])
        let key = ProbeKey("m")
        schedule.finish(key, number: schedule.due(at: .seconds(0.1))[0].number)
        schedule.apply(
            ProbePlan(key: key, next: .seconds(0.05), anchor: .seconds(10), every: .seconds(10), reason: .confirmation))
        #expect(schedule.nextDeadline() == .seconds(10))
    }

    @Test
    func `a model configured anew is looked at when the new plan says so, whenever the last look was`() {
        var schedule = Self.schedule([Self.model("m", every: .seconds(10))])
        _ = Self.play(&schedule, until: .seconds(40))
        schedule.apply(
            ProbePlan(
                key: ProbeKey("m"), next: .seconds(41), anchor: .seconds(52), every: .seconds(10), reason: .scheduled))
        #expect(schedule.nextDeadline() == .seconds(41))
    }

    @Test
    func `a recovery plan repeats as recovery until another plan comes`() {
        var schedule = Self.schedule([Self.model("m", every: .seconds(10))])
        let key = ProbeKey("m")
        _ = Self.play(&schedule, until: .zero)
        schedule.apply(
            ProbePlan(key: key, next: .seconds(15), anchor: .seconds(15), every: .seconds(15), reason: .recovery))
        let departures = Self.play(&schedule, until: .seconds(60))
        #expect(departures.map(\.reason) == [.recovery, .recovery, .recovery, .recovery])
        #expect(departures.map(\.dueAt) == [.seconds(15), .seconds(30), .seconds(45), .seconds(60)])
    }

    @Test
    func `a plan without a next probe is silent until another comes`() {
        var schedule = Self.schedule([Self.model("m", every: .seconds(10))])
        let key = ProbeKey("m")
        schedule.apply(ProbePlan(key: key, next: nil, anchor: .zero, every: .seconds(10), reason: .scheduled))
        #expect(schedule.nextDeadline() == nil)
        #expect(schedule.due(at: .seconds(1_000)).isEmpty)
        schedule.apply(
            ProbePlan(key: key, next: .seconds(1_001), anchor: .seconds(1_010), every: .seconds(10), reason: .scheduled)
        )
        #expect(schedule.nextDeadline() == .seconds(1_001))
    }

    @Test
    func `a plan for what is not registered is ignored`() {
        var schedule = Self.schedule([])
        schedule.apply(
            ProbePlan(key: ProbeKey("x"), next: .zero, anchor: .zero, every: .seconds(1), reason: .scheduled))
        #expect(schedule.nextDeadline() == nil)
    }

    @Test
    func `a plan with no interval at all does not fire without end`() {
        var schedule = Self.schedule([Self.model("m")])
        schedule.apply(ProbePlan(key: ProbeKey("m"), next: .zero, anchor: .zero, every: .zero, reason: .scheduled))
        #expect(schedule.due(at: .seconds(1)).count <= 2)
        #expect((schedule.nextDeadline() ?? .zero) > .seconds(1))
    }

    @Test
    func `no more than two probes of one target are in flight; the turn beyond is skipped and counted`() {
        var policy = HealthPolicy()
        policy.overdue.inFlight = 2
        var schedule = ProbeSchedule(policy: policy)
        schedule.start([Self.model("m", every: .seconds(10))], at: .zero)
        let key = ProbeKey("m")
        let numbers = (0..<2).flatMap { schedule.due(at: .seconds(11 * $0)).map(\.number) }
        #expect(schedule.inFlight(key) == 2)
        #expect(schedule.due(at: .seconds(21)).isEmpty)
        #expect(schedule.skipped == 1)
        schedule.finish(key, number: numbers[0])
        #expect(schedule.due(at: .seconds(31)).count == 1)
        #expect(schedule.skipped == 1)
    }

    @Test
    func `numbers rise and are never used twice, across stop and start`() {
        var schedule = Self.schedule([Self.model("a"), Self.model("b")])
        var numbers = Self.play(&schedule, until: .seconds(100)).map(\.number)
        numbers.append(schedule.takeNumber())
        schedule.stop()
        #expect(schedule.nextDeadline() == nil)
        #expect(schedule.keys.isEmpty)
        schedule.start([Self.model("a")], at: .seconds(200))
        numbers += Self.play(&schedule, until: .seconds(300)).map(\.number)
        #expect(numbers == numbers.sorted() && Set(numbers).count == numbers.count)
    }

    @Test
    func `a thousand plans a key leave no heap of leftovers, and the last one counts`() {
        let models = (0..<20).map { Self.model("m\($0)") }
        var schedule = Self.schedule(models)
        for round in 0..<1_000 {
            for model in models {
                schedule.apply(
                    ProbePlan(
                        key: ProbeKey(model.id), next: .seconds(10_000 - round), anchor: .seconds(20_000),
                        every: .seconds(15),
                        reason: .confirmation))
            }
        }
        #expect(schedule.due(at: .seconds(9_000)).isEmpty)
        #expect(schedule.due(at: .seconds(9_001)).count == 20)
    }

    @Test
    func `turns are counted by key: every fourth is known`() {
        var schedule = Self.schedule([Self.model("a", every: .seconds(10)), Self.model("b", every: .seconds(7))])
        let departures = Self.play(&schedule, until: .seconds(100))
        for name in ["a", "b"] {
            let turns = departures.filter { $0.key.modelID.rawValue == name }.map(\.turn)
            #expect(turns == (1...UInt64(turns.count)).map { $0 })
        }
    }
}

extension ProbeSchedule {
    /// Puts models on the timetable as a prober without a decision behind it does.
    fileprivate mutating func start(_ models: [ModelConfig], at now: Duration) {
        var policy = HealthPolicy()
        policy.firstRound = .seconds(5)
        register(
            models, beginningWith: HealthEngine.firstPlans(for: models, at: VirtualFleet.moment(now), policy))
    }
}
