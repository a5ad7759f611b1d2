package import Health

/// Gatus' alert: 3 failed probes in a row raise it, 2 passed ones in a row lift it.
///
/// One pass starts the failures over, raised or not, and one failure the passes. The status page shows the last probe
/// as it is; the alert is what counts here. Source: TwiN/gatus `watchdog/alerting.go`, `alerting/alert/alert.go`.
package struct GatusRule: ProbeRule {
    package var failureThreshold: Int
    package var successThreshold: Int
    package private(set) var status = HealthStatus.healthy
    private var failures = 0
    private var successes = 0

    package init(failureThreshold: Int = 3, successThreshold: Int = 2) {
        self.failureThreshold = failureThreshold
        self.successThreshold = successThreshold
    }

    package mutating func look(_ isSuccess: Bool, latency: Double, startedAt start: Double, at now: Double) -> Double? {
        if isSuccess {
            failures = 0
            successes += 1
            if successes >= successThreshold { status = .healthy }
        } else {
            successes = 0
            failures += 1
            if failures >= failureThreshold { status = .unhealthy }
        }
        return nil
    }
}
