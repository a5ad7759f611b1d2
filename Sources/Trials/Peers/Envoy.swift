/// Envoy's outlier detection: 5 failures in a row eject a host at once, for 30 s and then until the next 10 s sweep.
///
/// Each ejection soon after another lasts 30 s longer, up to 300 s; every sweep takes one step off again, from a whole
/// interval after readmission on. Back by time alone, with all its traffic: users are the test. Assumes
/// `always_eject_one_host`: by default at most 10 % of the hosts are ejected, which of two is none. The rules on
/// success rates need 5 hosts and are left out. Source: envoyproxy/envoy
/// `source/common/upstream/outlier_detection_impl.cc`.
package struct EnvoyRule: TrafficRule {
    package var consecutiveFailures: Int
    package var baseEjection: Double
    package var maxEjection: Double
    package var sweepInterval: Double
    private var failures = 0
    private var multiplier = 0
    private var ejectedAt: Double?
    private var readmittedAt: Double?
    private var nextSweep: Double

    /// - Parameter firstSweep: uptime of the first one.
    package init(
        consecutiveFailures: Int = 5, baseEjection: Double = 30, maxEjection: Double = 300, sweepInterval: Double = 10,
        firstSweep: Double = 10
    ) {
        self.consecutiveFailures = consecutiveFailures
        self.baseEjection = baseEjection
        self.maxEjection = maxEjection
        self.sweepInterval = sweepInterval
        nextSweep = firstSweep
    }

    package mutating func admits(at now: Double) -> Bool {
        sweep(to: now)
        return ejectedAt == nil
    }

    package mutating func outcome(_ isSuccess: Bool, latency: Double, at now: Double) {
        sweep(to: now)
        failures = isSuccess ? 0 : failures + 1
        // What was under way at the ejection changes nothing.
        guard failures == consecutiveFailures, ejectedAt == nil else { return }
        failures = 0
        ejectedAt = now
        if Double(multiplier) * baseEjection < maxEjection + baseEjection { multiplier += 1 }
    }

    private mutating func sweep(to now: Double) {
        while nextSweep <= now {
            let sweep = nextSweep
            nextSweep += sweepInterval
            if let ejectedAt {
                guard sweep - ejectedAt >= min(baseEjection * Double(multiplier), maxEjection) else { continue }
                self.ejectedAt = nil
                failures = 0
                readmittedAt = sweep
            } else if let readmittedAt, sweep - readmittedAt >= sweepInterval {
                multiplier = max(0, multiplier - 1)
            }
        }
    }
}
