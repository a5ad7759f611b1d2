package import Health

/// How a monitor turns what its probes saw into up and down: a peer's documented rule as a value.
package protocol ProbeRule: Sendable {
    /// Takes up the outcome of a probe sent at `start`, known at `now`; uptime in seconds.
    ///
    /// - Returns: seconds from `start` to the next probe, `nil` for the regular interval.
    mutating func look(_ isSuccess: Bool, latency: Double, startedAt start: Double, at now: Double) -> Double?
    /// What it says of the model.
    var status: HealthStatus { get }
    /// When time alone may change what it says; `nil` when it cannot.
    var nextTick: Double? { get }
    mutating func tick(at now: Double)
}

extension ProbeRule {
    package var nextTick: Double? { nil }
    package mutating func tick(at now: Double) {}
}

/// A monitor that probes on a fixed interval and decides by a ``ProbeRule``.
package struct RuleContestant<Rule: ProbeRule>: Contestant {
    package private(set) var rule: Rule
    package private(set) var looks = 0
    private let interval: Double
    private var nextStart: Double
    private var pending: (answer: World.Answer, start: Double)?

    /// - Parameters:
    ///   - interval: seconds between two probes.
    ///   - first: when the first one leaves.
    package init(_ rule: Rule, interval: Double, first: Double) {
        self.rule = rule
        self.interval = interval
        nextStart = first
    }

    package var status: HealthStatus { rule.status }

    package var nextAt: Double {
        let own = pending.map { $0.start + $0.answer.latency } ?? nextStart
        return min(own, rule.nextTick ?? .infinity)
    }

    package mutating func step(_ world: inout World) {
        let now = nextAt
        if let tick = rule.nextTick, tick <= now { return rule.tick(at: now) }
        if let (answer, start) = pending {
            pending = nil
            let wait = rule.look(answer.isSuccess, latency: answer.latency, startedAt: start, at: now) ?? interval
            // One after the other: a late answer puts off the next probe.
            nextStart = max(start + wait, now)
        } else {
            looks += 1
            pending = (world.answer(at: now), now)
        }
    }
}
