/// Helicone's AI gateway: every 5 s, a provider with more than 10 % errors in 20 requests or more is taken out.
///
/// The counts are those of the present minute since the start of the process, not of the last 60 s. A provider that is
/// out gets no requests, so it is back at the first check after the minute is over, with all its traffic: users are the
/// test. Timeouts and failed connections count as errors (assumed). Source: Helicone/ai-gateway
/// `ai-gateway/src/discover/monitor/health/provider.rs` and its `RollingCounter`.
package struct HeliconeRule: TrafficRule {
    package var errorShare: Double
    package var minimumRequests: Int
    package var window: Double
    package var checkInterval: Double
    /// Uptime at which the process started.
    package var start: Double
    private var requests = 0
    private var errors = 0
    private var lap = 0
    private var checks = 0
    private var isIn = true

    package init(
        errorShare: Double = 0.1, minimumRequests: Int = 20, window: Double = 60, checkInterval: Double = 5,
        start: Double = 0
    ) {
        self.errorShare = errorShare
        self.minimumRequests = minimumRequests
        self.window = window
        self.checkInterval = checkInterval
        self.start = start
    }

    package mutating func admits(at now: Double) -> Bool {
        check(to: now)
        return isIn
    }

    package mutating func outcome(_ isSuccess: Bool, latency: Double, at now: Double) {
        check(to: now)
        requests += 1
        if !isSuccess { errors += 1 }
    }

    private mutating func check(to now: Double) {
        while Double(checks + 1) * checkInterval <= now - start {
            checks += 1
            turn(at: Double(checks) * checkInterval)
            let isFew = requests < minimumRequests
            isIn = isFew || Double(errors) / Double(max(requests, 1)) <= errorShare
        }
        turn(at: now - start)
    }

    /// Starts the counts over in another minute.
    private mutating func turn(at age: Double) {
        let current = Int((age / window).rounded(.down))
        guard current != lap else { return }
        lap = current
        requests = 0
        errors = 0
    }
}
