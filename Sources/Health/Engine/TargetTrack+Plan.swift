#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension TargetTrack {
    /// Between two looks that confirm a failure while the account is asked to wait.
    private static let heldConfirmation = Duration.seconds(30)

    /// Plans the next look; `nil` when the plan that the prober has still holds.
    ///
    /// - Parameter isProbeable: false for a local model that is not in memory: a probe would load it.
    ///
    /// A planned probe that never left is planned anew: whatever became of it, there is a next one.
    mutating func replan(
        at now: Moment, isProbeable: Bool, pace: Account.Pace? = nil, _ policy: HealthPolicy
    ) -> ProbePlan? {
        if isProbeable, let next = plan.next, now.uptime - next >= missedAfter(policy) {
            plan.next = nil
            isMissed = true
        }
        var wanted = isProbeable ? wantedPlan(at: now, policy) : idlePlan
        if isMissed, let next = wanted.next, plan.next == nil { wanted.next = max(next, now.uptime) }
        if let pace, wanted.next != nil { wanted = kept(wanted, to: pace, at: now, policy.blocked.longestWait) }
        // Its own turn after the wait, or the look that comes in the midst of a long one: put off to the regular turn, it
        // might meet the next wait, for ever.
        if wanted.reason == .scheduled, plan.reason == .rateLimited, let turn = plan.next, turn >= now.uptime,
            turn < wanted.next ?? .zero, isAllowed(at: turn, by: pace, policy.blocked.longestWait)
        {
            wanted = plan
        }
        // Nor is the regular turn after a wait waited for, where that would be too long without a look.
        if wanted.reason == .scheduled, plan.reason == .rateLimited, pace?.isUsedUp != true, let next = wanted.next,
            let latest = latestLook(wanted.every, policy.blocked.longestWait), next > latest
        {
            let turn = max(latest, now.uptime)
            (wanted.next, wanted.anchor, wanted.reason) = (turn, turn, .rateLimited)
        }
        isOnGrid = wanted.reason == .scheduled && wanted.next != nil && wanted.every == .seconds(interval)
        guard wanted.differs(from: plan) else { return nil }
        // The look it asks for has left already, and its answer is awaited.
        if plan.next != nil, let next = wanted.next, let lastStart, next <= lastStart.uptime { return nil }
        plan = wanted
        if let next = wanted.next, wanted.reason != .scheduled, wanted.reason != .confirmation, !isMissed {
            patientUntil = now + (next - now.uptime) + policy.staleness.minimum + .seconds(timeout)
        }
        return wanted
    }

    /// Whether a look that was planned while the account was asked to wait still is to leave then.
    private func isAllowed(at turn: Duration, by pace: Account.Pace?, _ longestWait: Duration) -> Bool {
        guard let pace, let until = pace.heldUntil, until.uptime > turn else { return true }
        guard !pace.isUsedUp, let lastEnd = lastEnd ?? lastLook else { return false }
        return turn >= lastEnd.uptime + longestWait
    }

    /// When a target is looked at again at the latest, whatever its account asks for, as long as it has requests left.
    private func latestLook(_ every: Duration, _ longestWait: Duration) -> Duration? {
        (lastEnd ?? lastLook).map { $0.uptime + max(longestWait, every) }
    }

    /// How late a planned probe may leave before it counts as lost.
    func missedAfter(_ policy: HealthPolicy) -> Duration {
        let soon = Duration.seconds(timeout) + .seconds(5)
        // What was asked for beside the regular turns is waited for no longer than its answer would be.
        guard plan.reason == .scheduled || plan.reason == .rateLimited else { return soon }
        return max(min(plan.every, .seconds(interval)) * 3, soon)
    }

    /// The plan at the pace that its account allows.
    private func kept(
        _ wanted: ProbePlan, to pace: Account.Pace, at now: Moment, _ longestWait: Duration
    ) -> ProbePlan {
        var kept = wanted
        guard let next = wanted.next else { return wanted }
        if let every = pace.every, every > wanted.every {
            kept.every = every
            // The first turn stands since the beginning.
            if lastStart == nil, plan.every == every, let first = plan.next {
                (kept.next, kept.anchor, kept.reason) = (first, plan.anchor, plan.reason)
                return kept
            }
            let turn = ownTurn(every, at: now)
            kept.anchor = turn
            let isExtra = wanted.reason != .scheduled && wanted.reason != .rateLimited
            kept.next = isExtra ? min(max(next, pace.extraFrom?.uptime ?? next), turn) : turn
            if wanted.reason == .scheduled { kept.reason = .rateLimited }
        }
        if let until = pace.heldUntil, until.uptime > kept.next ?? next {
            // Each at its own turn after the reset, not all at once.
            var turn = until.uptime + min(kept.every, .seconds(60)) * account.share
            // One request refused is no reason to look away for longer than any is, nor from what fails otherwise.
            if !pace.isUsedUp, let lastEnd = lastEnd ?? lastLook {
                turn = min(
                    turn, lastEnd.uptime + (wanted.reason == .confirmation ? Self.heldConfirmation : longestWait))
            }
            var next = max(turn, kept.next ?? turn)
            if !pace.isUsedUp, wanted.reason == .scheduled, let latest = latestLook(kept.every, longestWait) {
                // The regular turn may come just after the longest wait.
                next = min(next, max(latest, now.uptime))
                turn = min(turn, next)
            }
            kept.next = next
            kept.anchor = turn
            if kept.reason != .recovery, kept.reason != .recoveryConfirmation { kept.reason = .rateLimited }
        }
        return kept
    }

    /// The next turn of a rhythm in which no two targets of an account have the same.
    private func ownTurn(_ every: Duration, at now: Moment) -> Duration {
        if plan.every == every, plan.anchor > lastStart?.uptime ?? .zero { return plan.anchor }
        let from = max(now.uptime, lastStart.map { $0.uptime + every * 0.5 } ?? .zero)
        let offset = every * account.share
        return offset + every * max(0, ((from - offset) / every).rounded(.up))
    }

    /// Whether no other plan can come of it as long as it is plainly healthy.
    mutating func isOnCourse(at now: Moment, _ policy: HealthPolicy) -> Bool {
        guard isOnGrid, plan.reason == .scheduled, boxedTraffic.isNone, wantedAt == nil, let next = plan.next else {
            return false
        }
        return now.uptime - next < missedAfter(policy)
    }

    private var idlePlan: ProbePlan {
        ProbePlan(key: key, next: nil, anchor: plan.anchor, every: .seconds(interval), reason: .scheduled)
    }

    private func wantedPlan(at now: Moment, _ policy: HealthPolicy) -> ProbePlan {
        let lastLook = lastEnd ?? self.lastLook ?? now
        switch breaker {
        case .open:
            var recovery = slowed(to: .seconds(backoff), next: nextInOutage(at: now, policy), .recovery)
            // It answers again, if only to ask for time or another key.
            if let refusal, !refusal.isPast, let next = recovery.next,
                let held = planned(for: refusal, lastLook: lastLook, policy).next, held > next
            {
                recovery.next = held
                recovery.anchor = held
            }
            return recovery
        case .halfOpen:
            return slowed(
                to: .seconds(max(backoff, policy.breaker.confirmAfter.seconds)),
                next: lastLook + policy.breaker.confirmAfter, .recoveryConfirmation)
        case .closed:
            break
        }
        if let refusal, !refusal.isPast { return planned(for: refusal, lastLook: lastLook, policy) }
        if run != nil, isOut { return slowed(to: .seconds(backoff), next: nextInOutage(at: now, policy), .backoff) }
        let look = nextExtra(at: now, policy)
        if let wantedAt, look.map({ $0.at > max(wantedAt, now) }) ?? true {
            return extra(at: max(wantedAt, now), at: now, .scheduled)
        }
        if let (look, isStreamed) = look {
            return extra(at: look, at: now, .confirmation, isStreamed: isStreamed)
        }
        var plan = regular(at: now, policy)
        plan.isStreamed = mannerOfNext
        return plan
    }

    /// When an outage is looked at again: later and later, and not while those who know say that nobody is served.
    private func nextInOutage(at now: Moment, _ policy: HealthPolicy) -> Moment {
        let next = (lastStart ?? now) + .seconds(backoff)
        // Not from the last request of a user, who may come all the time.
        guard let wait = lastFailure?.certainWait, let saidAt = lastEnd ?? lastLook else { return next }
        return max(next, saidAt + min(wait, policy.blocked.longestWait))
    }

    /// When to look beside the regular schedule, if at all.
    private func nextExtra(at now: Moment, _ policy: HealthPolicy) -> (at: Moment, isStreamed: Bool?)? {
        if run == nil, errors.isCalm, boxedTraffic.isNone, boxedStream.isNone, boxedOther.isNone { return nil }
        let looks: [(at: Moment, isStreamed: Bool?)?] = [
            run.flatMap { run in
                confirmation(of: run, at: now, policy).map { ($0, manner(ofConfirmation: run.asked, of: run)) }
            },
            burst(at: now, policy).map { ($0, nil) }, followUp(at: now, policy).map { ($0, nil) },
            findingConfirmation(policy),
        ]
        return looks.compactMap { $0 }.min { $0.at < $1.at }
    }

    /// A first streamed success while streams are broken, or a first answer of another model, is made certain soon.
    private func findingConfirmation(_ policy: HealthPolicy) -> (at: Moment, isStreamed: Bool?)? {
        guard budget >= 1, run == nil, let lastStart, let lastLook, lastLook >= lastStart else { return nil }
        if let stream = boxedStream.value, stream.successes > 0 {
            return (lastLook + policy.blocked.confirmAfter, true)
        }
        if let other = boxedOther.value, !other.isCertain || other.rightLooks > 0 {
            return (lastLook + policy.blocked.confirmAfter, nil)
        }
        return nil
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
        let usual = isFast ? policy.errors.fastFollowUp : policy.errors.slowFollowUp
        guard isEnding else { return lastStart + usual }
        // A server that takes its time, or an end that takes long, is not asked without a pause.
        let pause = max(usual.seconds, 1.5 * (latency.recent ?? 0))
        let stretch = pow(1.08, Double(max(endingLooks - 12, 0)))
        return lastStart + .seconds(min(pause * stretch, interval))
    }

    private func planned(for refusal: Refusal, lastLook: Moment, _ policy: HealthPolicy) -> ProbePlan {
        let everyday = Duration.seconds(interval)
        switch refusal.outcome.class {
        case .rateLimited:
            let stretch = min(pow(2, Double(refusal.looks - 1)), policy.blocked.longestStretch)
            let asked = min(refusal.outcome.retryAfter ?? .zero, policy.blocked.longestWait)
            let stretched = min(everyday * stretch, max(everyday, policy.blocked.longestWait))
            let wait = max(stretched, asked)
            return slowed(to: stretched, next: lastLook + wait, .rateLimited)
        case .gateway where refusal.isDecided, .selfNetwork:
            return slowed(to: min(everyday, policy.breaker.recoveryInterval), from: lastLook, .backoff)
        default:
            guard refusal.isDecided else {
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
        var mayAsk = run.asked < run.looks || run.asked == run.looks && run.asked == offsets.count - 1
        var most = offsets.count
        if run.isPlainAlive {
            // Those that were plain and succeeded do not count.
            mayAsk = flights.isEmpty
            most += 3
        }
        guard isAffordable, mayAsk, run.asked < most else { return nil }
        let planned = run.startedAt + offsets[min(run.asked, offsets.count - 1)]
        // Who says that nobody is served until then is asked then.
        if let wait = lastFailure?.certainWait {
            let saidAt = max(lastEnd ?? run.startedAt, run.startedAt)
            return max(planned, saidAt + min(wait, .seconds(max(interval, leastSpan(policy)))))
        }
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
                key: key, next: now.uptime, anchor: regularTurn(after: now), every: every, reason: .scheduled)
        }
        // A back-off may have the interval's length and yet another phase.
        let turns = every > .zero ? (plan.anchor - phase) / every : 0
        let isOnPhase = plan.every == every && abs(turns - turns.rounded()) < 0.01
        if isOnPhase, plan.reason == .scheduled { return plan }
        let turn = regularTurn(after: now)
        return ProbePlan(key: key, next: turn, anchor: turn, every: every, reason: .scheduled)
    }

    /// One look beside the regular schedule.
    private func extra(
        at moment: Moment, at now: Moment, _ reason: ProbeReason, isStreamed: Bool? = nil
    ) -> ProbePlan {
        // Of a slower rhythm than its own the next turn may be far.
        let isOwn = (plan.reason == .scheduled || plan.reason == .confirmation) && plan.every == .seconds(interval)
        let anchor = isOwn ? plan.anchor : regularTurn(after: now)
        return ProbePlan(
            key: key, next: moment.uptime, anchor: anchor, every: .seconds(interval), reason: reason,
            isStreamed: isStreamed)
    }

    private func slowed(to every: Duration, from last: Moment, _ reason: ProbeReason) -> ProbePlan {
        slowed(to: every, next: last + every, reason)
    }

    private func slowed(to every: Duration, next: Moment, _ reason: ProbeReason) -> ProbePlan {
        ProbePlan(key: key, next: next.uptime, anchor: next.uptime, every: every, reason: reason)
    }

    /// The first turn of the regular schedule after `now` that is still to come: jitter may have sent one out early.
    private func regularTurn(after now: Moment) -> Duration {
        let turn = gridTurn(after: now)
        guard let unserved, unserved > turn, unserved - turn < .seconds(interval * 1.5) else { return turn }
        return unserved
    }

    private func gridTurn(after now: Moment) -> Duration {
        let every = Duration.seconds(interval)
        return phase + every * max(0, (now.uptime - phase).turns(of: every) + 1)
    }
}

extension ProbePlan {
    /// Whether a prober would do anything else by this plan than by `other`.
    fileprivate func differs(from other: ProbePlan) -> Bool {
        if every != other.every || reason != other.reason || isStreamed != other.isStreamed { return true }
        switch (next, other.next) {
        case (nil, nil): return false
        case (let a?, let b?): return a != b || anchor != other.anchor
        default: return true
        }
    }
}
