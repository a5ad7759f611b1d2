/// Whatever ends a departure leaves a next one: the only key without is one that the decision holds.
extension ProbeSchedule {
    /// A departure sent nothing: its model must not be probed now, or a busy server is spared. It is tried again soon,
    /// and does not count as a look that has left.
    package mutating func decline(_ departure: Departure, at now: Duration) {
        guard var entry = entries[departure.key], entry.inFlight.remove(departure.number) != nil else { return }
        if entry.left?.number == departure.number { entry.left = entry.leftBefore }
        if departure.reason == .scheduled, entry.turns > 0 { entry.turns -= 1 }
        entry.declined += 1
        let retry = now + min(entry.plan.every, Self.firstRetry * Double(1 << min(entry.declined - 1, 20)))
        // Where a plan has come meanwhile, or its own next turn is sooner, that holds.
        let isOwn = entry.left?.number ?? 0 < departure.number
        if isOwn, let next = entry.plan.next, retry < next {
            entry.plan.next = retry
            entry.plan.reason = departure.reason
            entry.plan.isStreamed = departure.isStreamed
        }
        entries[departure.key] = entry
        enqueue(departure.key)
    }

    /// Plans a key that has been forgotten: one probe now, then on its interval.
    package mutating func planAnew(_ key: ProbeKey, at now: Duration) {
        guard let every = intervals[key] else { return }
        let plan = ProbePlan(key: key, next: now, anchor: now + every, every: every, reason: .scheduled)
        guard var entry = entries[key] else { return begin(plan) }
        entry.plan = plan
        entries[key] = entry
        enqueue(key)
    }

    /// The keys that nothing will ever send out again, although no plan holds them. There must be none.
    package var omissions: [ProbeKey] {
        let queued = queuedVersions
        return intervals.keys.filter { key in
            // Its first plan is on the way.
            guard let entry = entries[key] else { return false }
            return !entry.isHeld && !queued.contains(entry.version)
        }
    }
}
