/// LiteLLM's cooldown (1.79.3): a failure that makes more than 50 % of the minute's requests cools for 5 s.
///
/// Only failures are judged, and without a least number of requests: the first failure of a fresh minute is 100 % and
/// cools. Failures and successes have a minute each, which begins with the first one counted and is not drawn out by
/// later ones. After the cooldown all traffic is back and the counts stand: users are the test. Assumes that primary
/// and backup share one model name; a backup behind `fallbacks` leaves the rule off. Source: LiteLLM
/// `router_utils/cooldown_handlers.py`, `router_callbacks/track_deployment_metrics.py`.
package struct LiteLLMCooldownRule: TrafficRule {
    package var failureShare: Double
    /// 0 up to 1.80.0, 5 from 1.80.11 at the latest.
    package var minimumRequests: Int
    package var window: Double
    package var cooldown: Double
    private var failures = Bucket()
    private var successes = Bucket()
    private var cooledUntil = -Double.infinity

    private struct Bucket {
        private var count = 0
        private var end = -Double.infinity

        mutating func add(at now: Double, window: Double) {
            if now >= end { (count, end) = (0, now + window) }
            count += 1
        }

        func count(at now: Double) -> Int { now < end ? count : 0 }
    }

    package init(
        failureShare: Double = 0.5, minimumRequests: Int = 0, window: Double = 60, cooldown: Double = 5
    ) {
        self.failureShare = failureShare
        self.minimumRequests = minimumRequests
        self.window = window
        self.cooldown = cooldown
    }

    package mutating func admits(at now: Double) -> Bool { now >= cooledUntil }

    package mutating func outcome(_ isSuccess: Bool, latency: Double, at now: Double) {
        guard !isSuccess else { return successes.add(at: now, window: window) }
        failures.add(at: now, window: window)
        // A cooldown is not drawn out.
        guard now >= cooledUntil else { return }
        let failed = failures.count(at: now)
        let total = failed + successes.count(at: now)
        guard total >= minimumRequests, Double(failed) / Double(total) > failureShare else { return }
        cooledUntil = now + cooldown
    }
}
