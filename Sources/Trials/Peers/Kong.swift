/// Kong's upstream health checks: 5 failed requests take a target out, 2 passed probes, one every 5 s, put it back.
///
/// The failures add up however many requests succeed between them, since with Kong's default of 0 passive `successes`
/// a success counts for nothing; one or more makes them count in a row. Passive checks never put a target back, so
/// active ones do while it is out; a failed one starts the passed ones over. All is off (0) by default: 5 and 2 are
/// what lua-resty-healthcheck itself has. Kong counts timeouts and refused connections apart, here all are one.
/// Source: Kong/lua-resty-healthcheck `lib/resty/healthcheck.lua`, Kong/kong `kong/db/schema/entities/upstreams.lua`.
package struct KongRule: TrafficRule {
    package var passiveFailures: Int
    package var passiveSuccesses: Int
    package var activeFailures: Int
    package var activeSuccesses: Int
    /// `nil` for passive checks alone. Kong asks only while the target is out; other answers are passed over.
    package var probeInterval: Double?
    private var isIn = true
    private var failures = 0
    private var successes = 0

    package init(
        passiveFailures: Int = 5, passiveSuccesses: Int = 0, activeFailures: Int = 5, activeSuccesses: Int = 2,
        probeInterval: Double? = 5
    ) {
        self.passiveFailures = passiveFailures
        self.passiveSuccesses = passiveSuccesses
        self.activeFailures = activeFailures
        self.activeSuccesses = activeSuccesses
        self.probeInterval = probeInterval
    }

    package mutating func admits(at now: Double) -> Bool { isIn }

    package mutating func outcome(_ isSuccess: Bool, latency: Double, at now: Double) {
        if isSuccess { succeed(limit: passiveSuccesses) } else { fail(limit: passiveFailures) }
    }

    package mutating func probe(_ isSuccess: Bool, latency: Double, at now: Double) {
        guard !isIn else { return }
        if isSuccess { succeed(limit: activeSuccesses) } else { fail(limit: activeFailures) }
    }

    /// A limit of 0 switches a count off.
    private mutating func succeed(limit: Int) {
        guard limit > 0 else { return }
        failures = 0
        guard !isIn else { return }
        successes += 1
        if successes >= limit { isIn = true }
    }

    private mutating func fail(limit: Int) {
        guard limit > 0 else { return }
        successes = 0
        guard isIn else { return }
        failures += 1
        if failures >= limit { isIn = false }
    }
}
