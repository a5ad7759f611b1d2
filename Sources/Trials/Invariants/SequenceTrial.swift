package import Health

/// One model to which outcomes of two kinds happen in every order, be it from its very first look on: the same rules.
package struct SequenceTrial: Sendable {
    /// How the two follow each other, before all is well again.
    package enum Pattern: String, Sendable, CaseIterable {
        /// One of each, by turns.
        case turns
        /// A few of the first, then a few of the second.
        case blocks
        /// Many of the first, then one of the second.
        case last
        /// The second for long, after the first.
        case stays

        func answers(_ first: Outcome, _ second: Outcome) -> [Outcome] {
            switch self {
            case .turns: (0..<8).flatMap { _ in [first, second] }
            case .blocks: Array(repeating: first, count: 3) + Array(repeating: second, count: 3)
            case .last: Array(repeating: first, count: 14) + [second]
            case .stays: [first] + Array(repeating: second, count: 20)
            }
        }
    }

    package var interval = 15.0
    package var policy = HealthPolicy()

    package init() {}

    /// Every rule that one sequence breaks.
    package func run(
        _ first: Outcome, then second: Outcome, _ pattern: Pattern, isKnown: Bool, gateway: String? = nil,
        seed: UInt64 = 1
    ) -> [Violation] {
        let good = Array(repeating: Outcome.ok, count: isKnown ? 12 : 0)
        let outcomes = good + pattern.answers(first, second)
        var world = World(noise: 0, seed: seed)
        world.script = outcomes.map { outcome in
            World.Answer(kind: .other(outcome), latency: outcome.cause == .timeout ? 10 : 0.2)
        }
        let config = ModelConfig.trial("model", interval: interval, gateway: gateway, streaming: .auto)
        var daemon = VirtualDaemon([config], worlds: [world], policy: policy, seed: seed)
        daemon.isWatched = true
        // Anything in the script may be called unhealthy but what is plainly our own doing.
        let troubles = [first, second].filter { $0.class != .ok }.map { Trouble.answers($0) }
        var subject = InvariantWatch.Subject(config.id, interval: interval)
        if let worst = troubles.first(where: { $0.doing == .model }).map({ _ in Trouble.partial(0.5) })
            ?? troubles.first
        {
            subject.troubles = [Episode(from: 0, to: Self.longest + Self.rest, worst)]
        }
        var watch = InvariantWatch([subject], policy: policy)
        var nextRender = 0.0
        // Until all of it was seen, and then as long as it takes to be known again.
        var end = Self.longest
        while daemon.nextAt <= end {
            daemon.step()
            if end == Self.longest, daemon.worlds[0].isScriptOver { end = daemon.now + Self.rest }
            for evidence in daemon.seen { watch.saw(evidence) }
            daemon.seen.removeAll(keepingCapacity: true)
            for event in daemon.events { watch.told(event, at: daemon.now) }
            daemon.events.removeAll(keepingCapacity: true)
            if let departure = daemon.lastDeparture { watch.left(departure, at: daemon.now) }
            guard daemon.now >= nextRender else { continue }
            nextRender = daemon.now + (end == Self.longest ? 5 : 60)
            watch.timetable(of: config.id, daemon.plan(of: 0), left: daemon.lastTurn(0), at: daemon.now)
            watch.shown(daemon.fleet(), at: daemon.now)
        }
        if !daemon.worlds[0].isScriptOver {
            watch.note(.timetable, 0, at: daemon.now, "was not probed often enough to see all of it")
        } else if let status = daemon.engine.verdicts(of: config.id)?.status, status == .unknown || status == .unhealthy
        {
            watch.note(.forgotten, 0, at: daemon.now, "is \(status) although all has been well for half an hour")
        }
        return watch.violations
    }

    /// Every kind of answer after every other, in every pattern, on a model that is known and on one that is not.
    package static func everything(policy: HealthPolicy) async -> InvariantTrial.Result {
        var trial = SequenceTrial()
        trial.policy = policy
        let firsts = Outcome.samples
        return await withTaskGroup(of: (Int, InvariantTrial.Result).self) { [trial] group in
            for (index, first) in firsts.enumerated() {
                group.addTask {
                    var result = InvariantTrial.Result()
                    for second in Outcome.samples {
                        for pattern in Pattern.allCases {
                            for isKnown in [false, true] {
                                // What is known is behind a gateway, what is not is reached directly.
                                let broken = trial.run(
                                    first, then: second, pattern, isKnown: isKnown,
                                    gateway: isKnown ? "portkey" : nil)
                                for violation in broken { result.add(violation) }
                            }
                        }
                    }
                    return (index, result)
                }
            }
            var results: [(Int, InvariantTrial.Result)] = []
            for await result in group { results.append(result) }
            return results.sorted { $0.0 < $1.0 }.reduce(into: InvariantTrial.Result()) { $0.add($1.1) }
        }
    }

    /// Seconds that a sequence may take, five minutes between two looks at most, and seconds of quiet after it.
    private static let longest = 8_000.0
    private static let rest = 1_800.0
}
