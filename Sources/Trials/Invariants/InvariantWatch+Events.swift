import Foundation
package import Health

extension InvariantWatch {
    /// Seconds after the end of a trouble in which it may still be told.
    func echo(_ subject: Subject) -> Double { max(900, 20 * subject.interval) }

    /// Takes up an event.
    package mutating func told(_ event: HealthChangeEvent, at now: Double) {
        events += 1
        if event.seq != nextSeq { note(.numbering, at: now, "event \(event.seq) came where \(nextSeq) was due") }
        nextSeq = event.seq + 1
        guard let index = positions[event.modelId] else {
            return note(.chain, at: now, "an event of \(event.modelId), which is no part of the fleet")
        }
        if event.previousStatus != tracks[index].status {
            note(.chain, index, at: now, "changed from \(event.previousStatus), having been \(tracks[index].status)")
        }
        let isMembership = event.reasons.first.map { $0.code == .added || $0.code == .removed } ?? false
        if event.previousStatus == event.currentStatus, !isMembership {
            note(.chain, index, at: now, "event \(event.seq) is no change")
        }
        tracks[index].status = event.currentStatus
        tracks[index].trail.add(now, "\(event.previousStatus) → \(event.currentStatus)")
        switch event.currentStatus {
        case .healthy: checkGround(index, at: now)
        case .unhealthy: checkFault(index, event, at: now)
        case .degraded, .unknown: break
        }
    }

    private mutating func checkGround(_ index: Int, at now: Double) {
        let track = tracks[index]
        if !track.hasGround { note(.ground, index, at: now, "became healthy") }
        if let newest = track.newest, newest != .ok, newest != .idle, track.localState != .idle {
            note(.healing, index, at: now, "became healthy after \(newest.rawValue)")
        }
    }

    /// Something of its own must be wrong with what is called unhealthy.
    private mutating func checkFault(_ index: Int, _ event: HealthChangeEvent, at now: Double) {
        let subject = tracks[index].subject
        if subject.isLocal, event.reasons.first.map({ $0.code == .runtime || $0.code == .retired }) == true { return }
        let echo = echo(subject)
        var blameless: Trouble.Doing?
        for episode in subject.troubles where episode.from <= now {
            let isNear = now < episode.to + echo
            let doing = episode.trouble.doing
            // Nor is it over where little has succeeded since.
            if doing == .model, isNear || tracks[index].successes.count(where: { $0 > episode.to }) < 8 { return }
            // What is nearest explains most.
            if isNear { blameless = doing }
        }
        let rule: Invariant =
            switch blameless {
            case .gateway: .gateway
            case .network: .ownNetwork
            case .queue: .queue
            case .account, .rate: .account
            case nil, .model: .falseOutage
            }
        note(rule, index, at: now, "became unhealthy: \(event.reason)")
    }

    // MARK: Probes

    /// What may be sent, and how often.
    package mutating func left(_ departure: VirtualDaemon.Departure, at now: Double) {
        guard let index = positions[departure.model] else { return }
        switch departure.breaker {
        case .open where departure.reason != .recovery:
            note(.breaker, index, at: now, "a \(departure.reason) probe left through an open breaker")
        case .closed where departure.reason == .recovery || departure.reason == .recoveryConfirmation:
            note(.breaker, index, at: now, "a \(departure.reason) probe left although the breaker is closed")
        default: break
        }
        // Regular turns earn; what is saved up and what is confirmed on credit is bounded.
        let turns = now / tracks[index].subject.interval
        let credit = Double(policy.outage.slowConfirmations.count)
        let births = Double(departure.births)
        let allowed = policy.budget.share * turns + births * (policy.budget.burst + credit) + departure.saved
        if Double(departure.extras) > allowed + 1 {
            note(
                .budget, index, at: now,
                "has had \(departure.extras) extra probes where \(Int(allowed)) are allowed")
        }
    }

    /// What the prober's timetable may be at any instant.
    ///
    /// - Parameters:
    ///   - plan: what the prober follows.
    ///   - left: when its latest departure was due.
    package mutating func timetable(of id: ModelID, _ plan: ProbePlan?, left: Double, at now: Double) {
        guard let index = positions[id], tracks[index].isPresent, let since = tracks[index].probeableSince else {
            return
        }
        let subject = tracks[index].subject
        // What becomes probeable is planned when the decision hears of it.
        guard now - since > 1 else { return }
        guard let plan, plan.next != nil else { return note(.nextProbe, index, at: now, "has no next probe") }
        let base = max(left, since)
        // Somebody of its account was asked to wait, which is a plan too.
        let asked = max(base, tracks[index].waitsUntil)
        let slack = subject.timeout + 5
        // Plans that requests have slowed are made anew when those cease.
        let served = now - tracks[index].requestedAt < Self.longestWait ? policy.traffic.slowestInterval.seconds : 0
        let isMissed = now - asked > 3 * max(plan.every.seconds, subject.interval, served) + slack
        let longest = max(Self.longestWait + subject.interval, 3 * subject.interval)
        guard isMissed || now - base > longest + slack else { return }
        let last = left.isFinite ? "\((now - left).brief) s" : "never"
        note(
            .timetable, index, at: now,
            "was last probed \(last) ago, planned every \(plan.every.seconds.brief) s (\(plan.reason.rawValue))")
        // Once for each gap.
        tracks[index].probeableSince = now
    }

    /// Seconds between two looks at most, whatever an upstream wishes.
    static var longestWait: Double { 300 }
}
