package import Health

/// LiteLLM's background health check: the last probe wins, 1 failure and 1 pass.
///
/// With `enable_health_check_routing` the first failed probe takes a deployment out and the next passed one puts it
/// back; without it, as in all of 1.79.3, the result is only shown. A result older than 600 s counts as healthy, which
/// no interval up to the default of 300 s comes near, and is left out. Source: LiteLLM `proxy/health_check.py`,
/// `router_utils/health_state_cache.py` (1.110.2).
package struct LiteLLMHealthCheckRule: ProbeRule {
    package private(set) var status = HealthStatus.healthy

    package init() {}

    package mutating func look(_ isSuccess: Bool, latency: Double, startedAt start: Double, at now: Double) -> Double? {
        status = isSuccess ? .healthy : .unhealthy
        return nil
    }
}
