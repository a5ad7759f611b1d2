package import Health

/// A Kubernetes readiness probe: 3 failures in a row make a pod unready, 1 pass makes it ready again.
///
/// Every run of equal results counts from its first. Kubernetes starts unready; trials begin ready. Its period of 10 s
/// and timeout of 1 s belong to the contestant and the world. Source: kubernetes/kubernetes
/// `pkg/kubelet/prober/worker.go`.
package struct KubernetesRule: ProbeRule {
    package var failureThreshold: Int
    package var successThreshold: Int
    package private(set) var status = HealthStatus.healthy
    private var wasSuccess = true
    private var run = 0

    package init(failureThreshold: Int = 3, successThreshold: Int = 1) {
        self.failureThreshold = failureThreshold
        self.successThreshold = successThreshold
    }

    package mutating func look(_ isSuccess: Bool, latency: Double, startedAt start: Double, at now: Double) -> Double? {
        run = isSuccess == wasSuccess ? run + 1 : 1
        wasSuccess = isSuccess
        if run >= (isSuccess ? successThreshold : failureThreshold) { status = isSuccess ? .healthy : .unhealthy }
        return nil
    }
}
