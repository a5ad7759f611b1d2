package import Health

/// Users send requests while faults come and go, and a healthy backup stands by: how many of them meet a failure?
package struct TrafficTrial: Sendable {
    package var trouble: Trouble?
    package var noise: Double
    /// Requests a second.
    package var pace = 5.0
    /// Seconds that each fault lasts, and of quiet before each.
    package var length = 600.0
    package var quiet = 1_200.0
    package var faults = 100

    package struct Result: Sendable {
        package var faults = 0
        /// Failed requests of users, from each fault's beginning to its end.
        package var failed = 0
        /// Times that traffic was kept away without a fault, and the hours without one.
        package var falseEjections = 0
        package var quietHours = 0.0
        package var sent = 0
        package var probes = 0

        package init() {}

        package mutating func add(_ other: Result) {
            faults += other.faults
            failed += other.failed
            falseEjections += other.falseEjections
            quietHours += other.quietHours
            sent += other.sent
            probes += other.probes
        }

        package var failedPerFault: Double { Double(failed) / Double(max(faults, 1)) }
        package var falseEjectionsPerHour: Double { Double(falseEjections) / max(quietHours, 1e-9) }
    }

    package init(_ trouble: Trouble?, noise: Double) {
        self.trouble = trouble
        self.noise = noise
    }

    private func episodes(_ chance: inout Chance) -> [Episode] {
        var at = 600.0
        return (0..<faults).map { _ in
            at += quiet * (0.9 + 0.2 * chance.uniform())
            defer { at += length }
            return Episode(from: at, to: at + length, trouble ?? .slow(1))
        }
    }

    /// llm-health: canary probes beside the traffic.
    package func run(interval: Double, policy: HealthPolicy, seed: UInt64) -> Result {
        var chance = Chance(seed: seed)
        let episodes = episodes(&chance)
        let world = World(noise: noise, episodes: trouble == nil ? [] : episodes, seed: chance.next())
        let model: ModelID = "model"
        var daemon = VirtualDaemon(
            [.trial(model, interval: interval)], worlds: [world], policy: policy, seed: chance.next())
        daemon.run(until: 60)
        daemon.send(pace, to: 0)
        var result = Result()
        for episode in episodes {
            // Requests in flight when the fault ends belong to it.
            ejections(of: &daemon, until: episode.from, into: &result)
            let before = daemon.tally.failed
            daemon.run(until: episode.to)
            result.faults += 1
            result.failed += daemon.tally.failed - before
            // Time to come back is no false ejection.
            daemon.run(until: episode.to + 300)
        }
        result.sent = daemon.tally.sent
        result.probes = daemon.probes.values.reduce(0, +)
        return result
    }

    private func ejections(of daemon: inout VirtualDaemon, until end: Double, into result: inout Result) {
        result.quietHours += max(end - daemon.now, 0) / 3_600
        var isAvoided = daemon.isAvoided
        while daemon.nextAt <= end {
            daemon.step()
            guard daemon.isAvoided != isAvoided else { continue }
            isAvoided.toggle()
            if isAvoided { result.falseEjections += 1 }
        }
        daemon.events.removeAll()
    }

    /// A peer's rule, with probes of its own where it has any.
    package func run(_ rule: some TrafficRule, seed: UInt64) -> Result {
        var rule = rule
        var chance = Chance(seed: seed)
        let episodes = episodes(&chance)
        var world = World(noise: noise, episodes: trouble == nil ? [] : episodes, seed: chance.next())
        var result = Result()
        var now = 0.0
        var nextProbe = rule.probeInterval ?? .infinity
        var wasAdmitted = true
        var replies: [(at: Double, answer: World.Answer, isProbe: Bool)] = []
        var cursor = 0
        while cursor < episodes.count {
            let request = now + chance.exponential(rate: pace)
            while nextProbe <= request {
                let answer = world.answer(at: nextProbe)
                replies.append((nextProbe + answer.latency, answer, true))
                result.probes += 1
                nextProbe += rule.probeInterval ?? .infinity
            }
            // What has come back until then, in its order.
            replies.sort { $0.at < $1.at }
            while let first = replies.first, first.at <= request {
                replies.removeFirst()
                if first.isProbe {
                    rule.probe(first.answer.isSuccess, latency: first.answer.latency, at: first.at)
                } else {
                    rule.outcome(first.answer.isSuccess, latency: first.answer.latency, at: first.at)
                }
            }
            result.quietHours += 0
            now = request
            while cursor < episodes.count, episodes[cursor].to <= now { cursor += 1 }
            guard cursor < episodes.count else { break }
            let isFault = now >= episodes[cursor].from
            let isAfter = cursor > 0 && now < episodes[cursor - 1].to + 300
            let isAdmitted = rule.admits(at: now)
            if wasAdmitted, !isAdmitted, !isFault, !isAfter { result.falseEjections += 1 }
            wasAdmitted = isAdmitted
            guard isAdmitted else { continue }
            result.sent += 1
            let answer = world.answer(at: now)
            if !answer.isSuccess, isFault { result.failed += 1 }
            replies.append((now + answer.latency, answer, false))
        }
        result.faults = faults
        result.quietHours = Double(faults) * (quiet - 300) / 3_600
        return result
    }
}

extension VirtualDaemon {
    fileprivate var isAvoided: Bool {
        engine.modelIDs.first.flatMap { engine.verdicts(of: $0) }?.routing != .usable
    }
}
