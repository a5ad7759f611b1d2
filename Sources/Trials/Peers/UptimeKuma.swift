package import Health

/// Uptime Kuma's heartbeat: a monitor is down at the failure after its last retry, and up at the first pass.
///
/// Until then it is pending, which notifies nobody and so counts as healthy here, and retries come every 60 s. One
/// retry is the default of version 1; version 2 has none, so that one failure is down. The timer starts again when a
/// check has ended: a retry keeps to that, while regular probes are left to the contestant, from start to start.
/// Source: louislam/uptime-kuma `server/model/monitor.js`, `src/pages/EditMonitor.vue`.
package struct UptimeKumaRule: ProbeRule {
    package var maxRetries: Int
    /// Seconds from the end of a failed check to its retry; only while pending.
    package var retryInterval: Double
    package private(set) var status = HealthStatus.healthy
    private var retries = 0

    package init(maxRetries: Int = 1, retryInterval: Double = 60) {
        self.maxRetries = maxRetries
        self.retryInterval = retryInterval
    }

    package mutating func look(_ isSuccess: Bool, latency: Double, startedAt start: Double, at now: Double) -> Double? {
        if isSuccess {
            retries = 0
            status = .healthy
        } else if retries < maxRetries {
            retries += 1
            return now - start + retryInterval
        } else {
            // The retries stay spent, so that it is down until it passes.
            status = .unhealthy
        }
        return nil
    }
}
