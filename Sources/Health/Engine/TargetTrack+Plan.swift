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
        isOnGrid = wanted.reason == .scheduled && wanted.next != nil && wanted.every == .seconds(interval)
        guard wanted.differs(from: plan) else { return nil }
        // The look it asks for has left already, and its answer is awaited.
        if let next = wanted.next, let lastStart, next <= lastStart.uptime { return nil }
        plan = wanted
        return wanted
    }

    /// Whether no other plan can come of it as long as it is plainly healthy.
    mutating func isOnCourse() -> Bool { isOnGrid && plan.reason == .scheduled && rareTraffic.isNone }

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
        if run != nil, isOut { return slowed(to: .seconds(backoff), from: lastStart ?? now, .backoff) }
        if let look = nextExtra(at: now, policy) { return extra(at: look, at: now, .confirmation) }
        return regular(at: now, policy)
    }

    /// When to look beside the regular schedule, if at all.
    private func nextExtra(at now: Moment, _ policy: HealthPolicy) -> Moment? {
        if run == nil, errors.isCalm, rareTraffic.isNone { return nil }
        let looks = [
            run.flatMap { confirmation(of: $0, at: now, policy) }, burst(at: now, policy), followUp(at: now, policy),
        ]
        return looks.compactMap { $0 }.min()
    }

    /// While requests are failing users, or have fallen silent, the verdict on where to send them must not wait for more
    /// of them.
    private func burst(at now: Moment, _ policy: HealthPolicy) -> Moment? {
        guard let traffic = traffic?.meter, budget >= 1, !errors.routing.isAlarmed, isServing(at: now, policy) else {
            return nil
        }
        let isFailing = errors.routing.statistic >= policy.routing.burstLevel
        let isSilent = traffic.isSilenceAsked && flights.count < policy.routing.suspiciousLooks
        guard isFailing || isSilent else { return nil }
        return lastStart.map { max($0 + policy.routing.burstInterval, now) } ?? now
    }

    private func isServing(at now: Moment, _ policy: HealthPolicy) -> Bool {
        traffic?.meter.isEnough(at: now.uptime.seconds, interval: interval, policy.traffic) ?? false
    }

    /// Looks between two runs of failures, to see the next one sooner, and at the end of an incident, to know it sooner.
    private func followUp(at now: Moment, _ policy: HealthPolicy) -> Moment? {
        // The looks that find an outage are kept back, and of the others each is dearer the fewer are left.
        let reserve = Double(confirmations(policy).count + 2)
        guard run == nil, budget >= reserve, let lastStart else { return nil }
        let wealth = min((budget - reserve) / max(policy.budget.burst - reserve, 1), 1)
        let level = policy.errors.followUpLevel + wealth * (policy.errors.followUpFloor - policy.errors.followUpLevel)
        let isEnding =
            errors.status.isAlarmed
            ? errors.status.recovery >= policy.recovery.hope : errors.routing.isAlarmed
        // Where requests flow, they are the looks.
        let isSuspicious =
            !errors.status.isAlarmed && errors.status.statistic >= level && !isServing(at: now, policy)
        guard isEnding || isSuspicious else { return nil }
        return lastStart + (isFast ? policy.errors.fastFollowUp : policy.errors.slowFollowUp)
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
                guard budget >= 1 else { return slowed(to: everyday, from: lastLook, .backoff) }
                return slowed(to: everyday, next: lastLook + policy.blocked.confirmAfter, .confirmation)
            }
            return slowed(to: max(everyday, policy.blocked.interval), from: lastLook, .backoff)
        }
    }

    /// When to look again at an undecided run; `nil` when the budget is spent. What two looks in a row suspect is confirmed
    /// even on credit: it is rare, and most likely true.
    private func confirmation(of run: Run, at now: Moment, _ policy: HealthPolicy) -> Moment? {
        let offsets = confirmations(policy)
        // In a partial outage single failures are to be expected.
        guard !errors.isAlarmed || run.looks > 1 else { return nil }
        let isAffordable = budget >= 1 || run.probes > 1 && budget >= 1 - Double(offsets.count)
        // One after the other, save the last two: the verdict waits for nothing else.
        let mayAsk = run.asked < run.looks || run.asked == run.looks && run.asked == offsets.count - 1
        guard isAffordable, mayAsk, run.asked < offsets.count else { return nil }
        let planned = run.startedAt + offsets[run.asked]
        // Where answers take longer than the offsets allow for, the rhythm goes on from the last look.
        guard let lastStart, planned <= lastStart else { return planned }
        return lastStart + offsets[0]
    }

    /// The regular schedule, on the grid it began on; slower while real requests prove health.
    private func regular(at now: Moment, _ policy: HealthPolicy) -> ProbePlan {
        let every = Duration.seconds(interval)
        if let traffic = traffic?.meter, key.check == nil {
            if let silence = traffic.silenceAt(interval: interval, policy.traffic),
                silence <= now.uptime.seconds, budget >= 1, !errors.routing.isAlarmed
            {
                return extra(at: now, at: now, .confirmation)
            }
            let slowest = policy.traffic.slowestInterval
            if slowest > every, run == nil, !errors.isAlarmed, !errors.routing.isAlarmed, plan.next != nil,
                isServing(at: now, policy)
            {
                let turns = (slowest / every).rounded(.down)
                if plan.reason == .scheduled, plan.every == every * turns { return plan }
                let first = (lastStart ?? now) + every * turns
                return ProbePlan(
                    key: key, next: max(first, now).uptime, anchor: max(first, now).uptime, every: every * turns,
                    reason: .scheduled)
            }
        }
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
