import Health

/// Which looks a policy asked for beside the schedule, and which of them the recording can answer.
struct AskedLooks {
    /// A look that was asked for is answered by evidence of its target within this time.
    static let patience = Duration.seconds(5)
    /// Recordings are written in milliseconds, so a look may seem to have left before it was due.
    private static let grain = Duration.milliseconds(5)

    private struct Target {
        var plan: ProbePlan?
        var open: (planned: Duration, reason: ProbeReason)?
        /// Nobody answered, so to ask again before anything is heard would be the same question.
        var isMuted = false
    }

    private var targets: [ProbeKey: Target] = [:]
    private(set) var counts: [ModelID: ReplaySummary.Looks] = [:]

    /// Takes up a plan; one that was asked for and is not due yet is withdrawn by it.
    mutating func take(_ plan: ProbePlan, at now: Duration) {
        var target = expired(plan.key, at: now)
        target.plan = plan
        if target.open.map({ $0.planned > now }) ?? true {
            let isAsked = plan.reason == .confirmation || plan.reason == .recoveryConfirmation
            let next = isAsked && !target.isMuted ? plan.next : nil
            target.open = next.map { (max($0, now), plan.reason) }
        }
        targets[plan.key] = target
    }

    /// Something was heard of a target. - Returns: for a look, the reason that it was sent for.
    mutating func hear(_ key: ProbeKey, isLook: Bool, at now: Duration) -> ProbeReason {
        var target = expired(key, at: now)
        defer { targets[key] = target }
        target.isMuted = false
        guard isLook else { return .scheduled }
        defer { target.plan = target.plan?.following(now) }
        if let open = target.open, open.planned <= now + Self.grain {
            counts[key.modelID, default: .init()].count(isAnswered: true)
            target.open = nil
            return open.reason
        }
        guard let plan = target.plan, let next = plan.next, next <= now else { return .scheduled }
        return plan.reason == .confirmation || plan.reason == .recoveryConfirmation ? .scheduled : plan.reason
    }

    /// No more is recorded: what was due is unanswered.
    mutating func finish(at now: Duration) {
        for (key, target) in targets {
            guard let open = target.open, open.planned <= now else { continue }
            counts[key.modelID, default: .init()].count(isAnswered: false)
            targets[key]?.open = nil
        }
    }

    private mutating func expired(_ key: ProbeKey, at now: Duration) -> Target {
        var target = targets[key] ?? Target()
        if let open = target.open, open.planned + Self.patience < now {
            counts[key.modelID, default: .init()].count(isAnswered: false)
            target.open = nil
            target.isMuted = true
        }
        return target
    }
}
