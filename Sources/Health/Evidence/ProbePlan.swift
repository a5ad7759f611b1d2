/// What a probe looks at: one target of one model, plainly or by one of the model's own checks.
public struct ProbeKey: Sendable, Hashable, Codable {
    /// The model.
    public var modelID: ModelID
    /// The model's target, by name.
    public var target: String
    /// The name of the custom check; `nil` for the plain canary.
    public var check: String?

    /// `check`: the custom check's name; `nil` for the plain probe.
    public init(_ modelID: ModelID, target: String = TargetName.default, check: String? = nil) {
        self.modelID = modelID
        self.target = target
        self.check = check
    }
}

/// Why a probe goes out.
public enum ProbeReason: String, Sendable, Hashable, Codable, CaseIterable {
    /// Its turn on the interval.
    case scheduled
    /// The evidence is suspicious: look again soon.
    case confirmation
    /// The one in flight is late: look beside it.
    case overdue
    /// The status is unhealthy and the breaker closed: back-off.
    case backoff
    /// The breaker is open: the only probe that still goes out.
    case recovery
    /// A recovery probe succeeded: make sure.
    case recoveryConfirmation
    /// The provider asked us to wait.
    case rateLimited
    /// A person or program asked.
    case manual

    /// Whether it is one of a rhythm, at whatever pace, while nothing is suspicious: of those some stream.
    package var isRegular: Bool { self == .scheduled || self == .rateLimited }
}

/// When one target is to be probed next, and at which rhythm after that: the one thing the decision asks of a prober.
///
/// A prober that hears nothing more goes on by itself at `next + n · every`, so a lost plan stops nothing.
public struct ProbePlan: Sendable, Hashable {
    /// What is to be probed.
    public var key: ProbeKey
    /// Uptime (``Moment/uptime``) of the next probe; `nil` for none until another plan comes.
    public var next: Duration?
    /// Uptime of the next turn of the regular schedule, from which later turns are counted, so that it never drifts.
    public var anchor: Duration
    /// Between two turns after `next`.
    public var every: Duration
    /// Why, which decides what a probe costs the budget.
    public var reason: ProbeReason
    /// Whether the next probe is to stream: a failure is confirmed in the way it happened. `nil` leaves it to the
    /// prober; only the next probe, not the turns after it.
    public var isStreamed: Bool?

    /// `isStreamed`: `nil` leaves it to the prober.
    public init(
        key: ProbeKey, next: Duration?, anchor: Duration, every: Duration, reason: ProbeReason, isStreamed: Bool? = nil
    ) {
        self.key = key
        self.next = next
        self.anchor = anchor
        self.every = every
        self.reason = reason
        self.isStreamed = isStreamed
    }

    /// The plan that holds after a probe left at `uptime`: the first turn of the schedule later than that.
    public func following(_ uptime: Duration) -> ProbePlan {
        var plan = self
        if plan.anchor <= uptime, plan.every > .zero {
            plan.anchor += plan.every * ((uptime - plan.anchor).turns(of: plan.every) + 1)
        }
        plan.next = plan.anchor
        plan.isStreamed = nil
        if reason != .recovery { plan.reason = .scheduled }
        return plan
    }
}
