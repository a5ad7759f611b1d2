// Probes in flight that take longer than they should.
extension TargetTrack {
    /// Forgets flights that must have ended: their ends were lost on the way.
    mutating func dropLost(at now: Moment) {
        let longest = Duration.seconds(timeout) + Self.grace
        guard flights.contains(where: { now - $0.startedAt > longest }) else { return }
        flights.removeAll { now - $0.startedAt > longest }
    }

    /// Counts flights that are late. - Returns: whether any was.
    mutating func countOverdue(at now: Moment, _ policy: HealthPolicy) -> Bool {
        dropLost(at: now)
        guard flights.contains(where: { $0.charge == nil }) else { return false }
        // Whoever told how busy it was and tells nothing any more is given no more patience.
        let isFrontSilent = isFrontSilent(at: now)
        let due = isFrontSilent ? LoadTrack.freshness.seconds : overdueAfter(policy)
        guard flights.contains(where: { $0.charge == nil && (now - $0.startedAt).seconds >= due }) else { return false }
        // It waits in a queue that moves.
        if isQueueing(at: now) {
            markOverloaded(at: now)
            return false
        }
        var isAny = false
        for index in flights.indices where flights[index].charge == nil {
            let due = isFrontSilent ? LoadTrack.freshness.seconds : overdueAfter(policy)
            guard (now - flights[index].startedAt).seconds >= due else { continue }
            if flights[index].isStreamed, boxedStream.value?.isBroken == true {
                flights[index].charge = (0, 0)
                continue
            }
            suspect(since: flights[index].startedAt, isProbe: true, isStreamed: flights[index].isStreamed)
            flights[index].charge = errors.fail(
                policy, startedAt: flights[index].startedAt.uptime.seconds, span: leastSpan(policy), isKnown: isOut)
            isAny = true
        }
        guard isAny else { return false }
        wasLastGood = false
        setRefusalPast()
        let longest = flights.map { (now - $0.startedAt).seconds }.max() ?? due
        lastFailure = Outcome(.failing, .timeout, detail: "no answer after \(longest.shortSeconds)")
        decide(at: now, policy)
        return true
    }

    /// Seconds after which a probe in flight is suspicious.
    func overdueAfter(_ policy: HealthPolicy) -> Double {
        // It was as late before, and answered.
        max(usuallyOverdueAfter(policy), patience?.seconds ?? 0)
    }

    private func usuallyOverdueAfter(_ policy: HealthPolicy) -> Double {
        let least = (run == nil ? policy.overdue.minimum : policy.overdue.minimumInRun).seconds
        guard let usual = latency.usual(policy.latency) else { return least * policy.overdue.unknownFactor }
        let factor = run == nil ? policy.overdue.factor : policy.overdue.factorInRun
        // A slow model's hang must not wait for the deadline, nor a usual answer count as late.
        let most = max(timeout * policy.overdue.shareOfTimeout, usual * policy.overdue.factorInRun)
        return max(least, min(usual * factor, most))
    }

    /// Learns from how long a good answer took.
    mutating func note(_ latency: Duration, wasLate: Bool, at now: Moment, _ policy: HealthPolicy) {
        if wasLate || patience != nil && latency.seconds >= usuallyOverdueAfter(policy) {
            let seconds = max(latency.seconds * 2, patience?.seconds ?? 0)
            patience = (seconds, now + policy.overdue.patience)
        } else if let patience, now >= patience.until {
            self.patience = nil
        }
    }
}
