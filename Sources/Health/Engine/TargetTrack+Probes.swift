// Probes that leave and come back.
extension TargetTrack {
    /// Takes up that a probe leaves. - Returns: false where that was known: evidence may come twice, and counts once.
    mutating func noteStart(of number: UInt64) -> Bool {
        // Of one that is numbered like an earlier one, as after a restart, the end is yet to come.
        endedNumbers.removeAll { $0 == number }
        return !flights.contains { $0.number == number }
    }

    /// Takes up that a probe has ended. - Returns: false where that was known.
    mutating func noteEnd(of number: UInt64) -> Bool {
        guard !endedNumbers.contains(number) else { return false }
        if endedNumbers.count >= Self.mostEnded { endedNumbers.removeFirst() }
        endedNumbers.append(number)
        return true
    }

    mutating func started(
        _ number: UInt64, reason: ProbeReason, isStreamed: Bool = false, at now: Moment, _ policy: HealthPolicy
    ) {
        // Ends that were lost on the way must not pile up.
        if flights.count >= Self.mostFlights { flights.removeFirst() }
        flights.append(Flight(number: number, startedAt: now, isStreamed: isStreamed))
        lastStart = now
        let isWanted = wantedAt != nil
        if reason != .manual { wantedAt = nil }
        isMissed = false
        if reason == .confirmation, run == nil { endingLooks += 1 }
        run?.asked += 1
        if let silence = traffic?.meter.silenceAt(interval: interval, policy.traffic), silence <= now.uptime.seconds {
            boxedTraffic.update { $0.meter.isSilenceAsked = true }
        }
        switch reason {
        // A look that others have asked for earns nothing.
        case .scheduled where !isWanted:
            // Turns that traffic has saved may be spent on looking again.
            let turns = plan.every.seconds / interval
            budget = min(policy.budget.burst, budget + max(turns - 1, 0) + policy.budget.share * turns)
        default: spend(reason, policy)
        }
        // A person's probe leaves the schedule alone; a turn sent out early by jitter has been served.
        if reason != .manual {
            // What is further off than half an interval is another turn than this one.
            var turn = plan.next.flatMap { $0 - now.uptime <= plan.every * 0.5 ? $0 : nil } ?? now.uptime
            if turn < now.uptime, plan.next == plan.anchor {
                // The start of that one was lost on the way; this may be the one after it, sent out early.
                let next = plan.following(now.uptime).anchor
                if next - now.uptime <= plan.every * policy.jitter { turn = next }
            }
            let isTurn = reason == .scheduled && plan.reason == .scheduled && isOnGrid
            plan = plan.following(reason == plan.reason ? max(now.uptime, turn) : now.uptime)
            if isTurn { unserved = plan.anchor }
        }
    }

    /// Looks beside the regular ones cost what is left for them.
    private mutating func spend(_ reason: ProbeReason, _ policy: HealthPolicy) {
        guard reason == .confirmation || reason == .overdue else { return }
        budget = max(-Double(confirmations(policy).count), budget - 1)
    }

    /// A look has come back whose start was lost on the way: it is the one that was planned.
    private mutating func foundStart(of result: ProbeResult, at now: Moment, _ policy: HealthPolicy) {
        run?.asked += 1
        let left = now + (.zero - (result.latency ?? .zero))
        if lastStart.map({ $0 < left }) ?? true { lastStart = left }
        guard let next = plan.next, next <= now.uptime else { return }
        spend(plan.reason, policy)
        let isTurn = plan.reason == .scheduled && isOnGrid
        plan = plan.following(now.uptime)
        if isTurn { unserved = plan.anchor }
    }

    mutating func cancelled(_ number: UInt64) { flights.removeAll { $0.number == number } }

    /// Weighs the end of a probe.
    mutating func finished(_ number: UInt64, _ result: ProbeResult, at now: Moment, _ policy: HealthPolicy) {
        dropLost(at: now)
        let flight = flights.firstIndex { $0.number == number }.map { flights.remove(at: $0) }
        if flight == nil { foundStart(of: result, at: now, policy) }
        let outcome = result.outcome
        if !outcome.isSilence { boxedLoad.update { $0.hear(at: now) } }
        if outcome.class != .idle {
            looked(at: now, policy)
            lastEnd = now
        }
        wasLastGood = outcome.class == .ok || outcome.class == .idle
        if isUnseen {
            isUnseen = false
            // Whatever it was before we were blind, it answers.
            if outcome.class == .ok { endOutage() }
        }
        switch outcome.class {
        case .ok:
            succeeded(flight, result, at: now, policy)
        case .failing:
            if isQueued(flight, outcome, at: now) { return wait(flight, outcome, at: now, policy) }
            setRefusalPast()
            if noteStream(flight, isSuccess: false, outcome) { return }
            lastFailure = outcome
            if flight?.charge == nil {
                let start = flight?.startedAt ?? now
                suspect(since: start, isProbe: true, isStreamed: flight?.isStreamed ?? result.isStreamed)
                errors.fail(policy, startedAt: start.uptime.seconds, span: leastSpan(policy), isKnown: isOut)
            }
            run?.ended += 1
            if !outcome.isSilence { run?.isSilent = false }
            decide(at: now, policy)
        case .rateLimited, .credentials, .quota, .misconfigured, .gone, .gateway, .selfNetwork:
            if let charge = flight?.charge { errors.giveBack(charge) }
            obstruct(outcome, at: now, policy)
        case .idle:
            break
        }
    }

    private mutating func succeeded(_ flight: Flight?, _ result: ProbeResult, at now: Moment, _ policy: HealthPolicy) {
        if let charge = flight?.charge { errors.giveBack(charge) }
        if let latency = result.latency {
            let wasLate = flight.map { (now - $0.startedAt).seconds >= overdueAfter(policy) } ?? false
            note(latency, wasLate: flight?.charge != nil, at: now, policy)
            noteServed(wasLate: wasLate, at: now)
            self.latency.record(latency.seconds, at: now.uptime.seconds, policy.latency)
        }
        if let firstToken = result.phases.firstToken {
            self.firstToken.record(firstToken.seconds, at: now.uptime.seconds, policy.latency)
        }
        noteAnsweringModel(result.outcome)
        _ = noteStream(flight, isSuccess: true, result.outcome)
        errors.succeed(policy)
        succeed(startedAt: flight?.startedAt, isStreamed: flight?.isStreamed ?? result.isStreamed, at: now, policy)
    }

    /// Takes up that there is evidence again. What lay further back than evidence may is no ground any more.
    mutating func looked(at now: Moment, _ policy: HealthPolicy) {
        if isStale(at: now, policy) { isGrounded = false }
        lastLook = now
    }
}
