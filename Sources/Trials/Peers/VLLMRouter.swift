/// vllm-router's circuit breaker and health check, both of which must let a worker pass.
///
/// The breaker opens at 10 failures in a row. After 60 s it lets every request through on trial: 3 successes in a row
/// close it, one failure opens it for another 60 s; users are the test. The check asks every 60 s: 3 failures in a row
/// take the worker out, 2 passes put it back. Its `cb_window` of 120 s is stored and not used. Each retry (up to 5)
/// feeds the breaker too; here each request counts once. Source: vllm-project/router `src/core/worker.rs`, vllm-router
/// 0.1.17 `router_args.py`; the breaker as in sgl-project/sglang `sgl-router/src/core/circuit_breaker.rs`.
package struct VLLMRouterRule: TrafficRule {
    package var failureThreshold: Int
    package var successThreshold: Int
    package var openWait: Double
    package var probeFailureThreshold: Int
    package var probeSuccessThreshold: Int
    /// `nil` for the breaker alone.
    package var probeInterval: Double?
    private var phase = Phase.closed
    private var failures = 0
    private var successes = 0
    private var isHealthy = true
    /// Probes in a row that speak against ``isHealthy``.
    private var contraryProbes = 0

    private enum Phase {
        case closed, halfOpen
        case open(since: Double)
    }

    package init(
        failureThreshold: Int = 10, successThreshold: Int = 3, openWait: Double = 60, probeFailureThreshold: Int = 3,
        probeSuccessThreshold: Int = 2, probeInterval: Double? = 60
    ) {
        self.failureThreshold = failureThreshold
        self.successThreshold = successThreshold
        self.openWait = openWait
        self.probeFailureThreshold = probeFailureThreshold
        self.probeSuccessThreshold = probeSuccessThreshold
        self.probeInterval = probeInterval
    }

    package mutating func admits(at now: Double) -> Bool {
        guard isHealthy else { return false }
        guard case .open(let since) = phase else { return true }
        guard now - since >= openWait else { return false }
        enter(.halfOpen)
        return true
    }

    package mutating func outcome(_ isSuccess: Bool, latency: Double, at now: Double) {
        failures = isSuccess ? 0 : failures + 1
        switch phase {
        case .closed: if failures >= failureThreshold { enter(.open(since: now)) }
        case .halfOpen:
            guard isSuccess else { return enter(.open(since: now)) }
            successes += 1
            if successes >= successThreshold { enter(.closed) }
        case .open: break
        }
    }

    package mutating func probe(_ isSuccess: Bool, latency: Double, at now: Double) {
        contraryProbes = isSuccess == isHealthy ? 0 : contraryProbes + 1
        guard contraryProbes >= (isHealthy ? probeFailureThreshold : probeSuccessThreshold) else { return }
        isHealthy.toggle()
        contraryProbes = 0
    }

    private mutating func enter(_ next: Phase) {
        phase = next
        failures = 0
        successes = 0
    }
}
