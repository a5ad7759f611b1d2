#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension TargetTrack {
    /// Plans the next look; `nil` when the plan that the prober has still holds.
    ///
    /// - Parameter isProbeable: false for a local model that is not in memory: a probe would load it.
    mutating func replan(at now: Moment, isProbeable: Bool, _ policy: HealthPolicy) -> ProbePlan? {
        let wanted = isProbeable ? wantedPlan(at: now, policy) : idlePlan
        guard wanted.differs(from: plan) else { return nil }
        // The look it asks for has left already, and its answer is awaited.
        if let next = wanted.next, let lastStart, next <= lastStart.uptime { return nil }
        plan = wanted
        return wanted
    }

    private var idlePlan: ProbePlan {
        ProbePlan(key: key, next: nil, anchor: plan.anchor, every: .seconds(interval), reason: .scheduled)
    }

    private func wantedPlan(at now: Moment, _ policy: HealthPolicy) -> ProbePlan {
        let lastLook = self.lastLook ?? now
        switch breaker {
        case .open:
            var recovery = slowed(to: policy.breaker.recoveryInterval, from: lastStart ?? now, .recovery)
            // It answers again, if only to ask for time or another key.
            if let blockade, let next = recovery.next,
                let held = planned(for: blockade, lastLook: lastLook, policy).next, held > next
            {
                recovery.next = held
                recovery.anchor = held
            }
            return recovery
        case .halfOpen:
            return slowed(
                to: policy.breaker.recoveryInterval, next: lastLook + policy.breaker.confirmAfter,
                .recoveryConfirmation)
        case .closed:
            break
        }
        if let blockade { return planned(for: blockade, lastLook: lastLook, policy) }
        if let run {
            if isOut { return slowed(to: .seconds(backoff), from: lastStart ?? now, .backoff) }
            if let look = confirmation(of: run, at: now, policy) { return extra(at: look, at: now, .confirmation) }
        } else if !errors.isAlarmed, errors.statistic > policy.errors.threshold / 3,
            budget >= policy.budget.burst / 3
        {
            // Between two runs of failures: look again a few times, to see the next one sooner.
            return extra(at: lastLook + .seconds(min(3, interval / 2)), at: now, .confirmation)
        }
        return regular(at: now)
    }

    private func planned(for blockade: Blockade, lastLook: Moment, _ policy: HealthPolicy) -> ProbePlan {
        let everyday = Duration.seconds(interval)
        switch blockade.outcome.class {
        case .rateLimited:
            let stretch = min(pow(2, Double(blockade.looks - 1)), policy.blocked.longestStretch)
            let wait = max(everyday * stretch, blockade.outcome.retryAfter ?? .zero)
            return slowed(to: everyday * stretch, next: lastLook + wait, .rateLimited)
        case .gateway where blockade.isDecided, .selfNetwork:
            return slowed(to: min(everyday, policy.breaker.recoveryInterval), from: lastLook, .backoff)
        default:
            guard blockade.isDecided else {
                return slowed(to: everyday, next: lastLook + policy.blocked.confirmAfter, .confirmation)
            }
            return slowed(to: max(everyday, policy.blocked.interval), from: lastLook, .backoff)
        }
    }

    /// When to look again at an undecided run; `nil` when the budget is spent.
    private func confirmation(of run: Run, at now: Moment, _ policy: HealthPolicy) -> Moment? {
        let offsets = confirmations(policy)
        guard budget >= 1, run.asked < run.looks, run.asked < offsets.count else { return nil }
        let planned = run.startedAt + offsets[run.asked]
        // Where answers take longer than the offsets allow for, the rhythm goes on from the last look.
        guard let lastStart, planned <= lastStart else { return planned }
        return lastStart + offsets[0]
    }

    /// The regular schedule, on the grid it began on.
    private func regular(at now: Moment) -> ProbePlan {
        let every = Duration.seconds(interval)
        guard plan.next != nil else {
            // Newly in memory: looked at now.
            return ProbePlan(
                key: key, next: now.uptime, anchor: gridTurn(after: now), every: every, reason: .scheduled)
        }
        // A back-off may have the interval's length and yet another phase.
        let turns = every > .zero ? (plan.anchor - phase) / every : 0
        if plan.reason == .scheduled, plan.every == every, abs(turns - turns.rounded()) < 0.01 { return plan }
        return ProbePlan(
            key: key, next: gridTurn(after: now), anchor: gridTurn(after: now), every: every, reason: .scheduled)
    }

    /// One look beside the regular schedule.
    private func extra(at moment: Moment, at now: Moment, _ reason: ProbeReason) -> ProbePlan {
        let anchor = plan.reason == .scheduled || plan.reason == .confirmation ? plan.anchor : gridTurn(after: now)
        return ProbePlan(key: key, next: moment.uptime, anchor: anchor, every: .seconds(interval), reason: reason)
    }

    private func slowed(to every: Duration, from last: Moment, _ reason: ProbeReason) -> ProbePlan {
        slowed(to: every, next: last + every, reason)
    }

    private func slowed(to every: Duration, next: Moment, _ reason: ProbeReason) -> ProbePlan {
        ProbePlan(key: key, next: next.uptime, anchor: next.uptime, every: every, reason: reason)
    }

    /// The first turn of the regular schedule after `now`.
    private func gridTurn(after now: Moment) -> Duration {
        let every = Duration.seconds(interval)
        let turns = max(0, ((now.uptime - phase) / every).rounded(.down) + 1)
        return phase + every * turns
    }
}

extension ProbePlan {
    /// Whether a prober would do anything else by this plan than by `other`.
    fileprivate func differs(from other: ProbePlan) -> Bool {
        if every != other.every || reason != other.reason { return true }
        switch (next, other.next) {
        case (nil, nil): return false
        case (let a?, let b?): return a != b || anchor != other.anchor
        default: return true
        }
    }
}
