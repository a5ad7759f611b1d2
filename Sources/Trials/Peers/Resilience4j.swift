/// Resilience4j's circuit breaker: open at 50 % failures in the last 100 calls, for 60 s, then 10 calls on trial.
///
/// Nothing opens it before the 100th call since it closed. The trial lets 10 calls through and no more until all 10 are
/// back; then 50 % failures open it for another 60 s, and fewer close it with no calls on record. Users are the test.
/// Slow calls (60 s) are left out, as trials give up sooner. Source: resilience4j/resilience4j
/// `CircuitBreakerConfig.java`, `internal/CircuitBreakerStateMachine.java`, `internal/CircuitBreakerMetrics.java`.
package struct Resilience4jRule: TrafficRule {
    package var window: Int
    package var minimumCalls: Int
    package var failureShare: Double
    package var openWait: Double
    package var trialCalls: Int
    private var phase = Phase.closed
    /// Outcomes on record in this phase, oldest first.
    private var outcomes: [Bool] = []

    private enum Phase {
        case closed
        case open(since: Double)
        case halfOpen(permits: Int)
    }

    package init(
        window: Int = 100, minimumCalls: Int = 100, failureShare: Double = 0.5, openWait: Double = 60,
        trialCalls: Int = 10
    ) {
        self.window = window
        self.minimumCalls = minimumCalls
        self.failureShare = failureShare
        self.openWait = openWait
        self.trialCalls = trialCalls
    }

    package mutating func admits(at now: Double) -> Bool {
        switch phase {
        case .closed: return true
        case .open(let since):
            guard now - since > openWait else { return false }
            phase = .halfOpen(permits: trialCalls - 1)
            return true
        case .halfOpen(let permits):
            guard permits > 0 else { return false }
            phase = .halfOpen(permits: permits - 1)
            return true
        }
    }

    package mutating func outcome(_ isSuccess: Bool, latency: Double, at now: Double) {
        let size: Int
        switch phase {
        case .closed: size = window
        case .open: return
        case .halfOpen: size = trialCalls
        }
        if outcomes.count == size { outcomes.removeFirst() }
        outcomes.append(isSuccess)
        guard outcomes.count >= min(minimumCalls, size) else { return }
        let share = Double(outcomes.count { !$0 }) / Double(outcomes.count)
        if share >= failureShare {
            enter(.open(since: now))
        } else if case .halfOpen = phase {
            enter(.closed)
        }
    }

    private mutating func enter(_ next: Phase) {
        phase = next
        outcomes.removeAll(keepingCapacity: true)
    }
}
