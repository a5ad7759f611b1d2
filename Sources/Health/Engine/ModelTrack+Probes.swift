// Probes that leave and come back, of all targets and checks of a model.
extension ModelTrack {
    /// Takes up that a probe leaves. - Returns: false where that was known already, or the model has no such target.
    mutating func noteStart(of number: UInt64, _ key: ProbeKey) -> Bool {
        var isNew = false
        _ = withTrack(key) { isNew = $0.noteStart(of: number) }
        return isNew
    }

    /// Takes up that a probe has ended. - Returns: false where that was known already, or the model has no such target.
    mutating func noteEnd(of number: UInt64, _ key: ProbeKey) -> Bool {
        var isNew = false
        _ = withTrack(key) { isNew = $0.noteEnd(of: number) }
        return isNew
    }

    /// Takes up that a probe left. - Returns: whether that asks for a conclusion: something is suspicious, and the next
    /// look is to be planned.
    mutating func started(
        _ key: ProbeKey, _ number: UInt64, reason: ProbeReason, isStreamed: Bool, at now: Moment,
        _ policy: HealthPolicy
    ) -> Bool {
        var isSuspect = false
        var late = Double.infinity
        _ = withTrack(key) {
            $0.started(number, reason: reason, isStreamed: isStreamed, at: now, policy)
            late = now.uptime.seconds + $0.overdueAfter(policy)
            isSuspect = $0.run != nil
        }
        // All else that a start brings about by itself is lateness.
        due = min(due, late)
        isDirty = true
        return isSuspect
    }

    /// Verdicts on silence wait for whether it is our own network.
    mutating func holdForNetwork() {
        for index in targets.indices where targets[index].shared.outside >= 0 && targets[index].run?.isSilent == true {
            targets[index].isHeldForNetwork = true
        }
    }

    /// No verdict waits for our own network any more. - Returns: whether one did.
    mutating func endHoldForNetwork() -> Bool {
        var didWait = false
        for index in targets.indices where targets[index].isHeldForNetwork {
            targets[index].isHeldForNetwork = false
            didWait = true
        }
        return didWait
    }

    mutating func cancelled(_ key: ProbeKey, _ number: UInt64) { _ = withTrack(key) { $0.cancelled(number) } }

    /// Weighs the end of a probe.
    ///
    /// - Parameter hidden: what it is worth where nothing can be seen of the target now.
    /// - Returns: whether there is such a target or check.
    mutating func finished(
        _ key: ProbeKey, _ number: UInt64, _ result: ProbeResult, as hidden: Outcome?, at now: Moment,
        _ policy: HealthPolicy
    ) -> Bool {
        if let hidden {
            var result = result
            result.outcome = hidden
            return finished(key, number, result, as: nil, at: now, policy)
        }
        guard withTrack(key, { $0.finished(number, result, at: now, policy) }) else { return false }
        // A custom check says something of the answers' quality, nothing of errors and latency.
        if key.check == nil {
            count(result.outcome, times: 1, latency: result.latency?.seconds, probe: result, at: now)
        }
        return true
    }

    /// What an outcome is worth while we are blind, when silence says nothing of the target; `nil` for what it says.
    mutating func hidden(_ outcome: Outcome, of key: ProbeKey, _ sharedFaults: SharedFaults) -> Outcome? {
        guard outcome.class == .failing, outcome.httpStatus == nil else { return nil }
        guard let way = way(to: key), sharedFaults.hide(way) else { return nil }
        let isOurs = sharedFaults.isNetworkDown && !way.isLoopback
        return Outcome(isOurs ? .selfNetwork : .gateway, outcome.cause, detail: outcome.detail)
    }

    /// Counts probes that are late, of all targets that can be seen, and goes on with verdicts that have waited.
    ///
    /// - Returns: the targets of which any was late.
    mutating func countOverdue(at now: Moment, _ sharedFaults: SharedFaults, _ policy: HealthPolicy) -> [Int] {
        var late: [Int] = []
        for index in targets.indices where !sharedFaults.hide(targets[index].way) {
            if !targets[index].flights.isEmpty, targets[index].countOverdue(at: now, policy) { late.append(index) }
            if !targets[index].isOut, targets[index].heldSince != nil || targets[index].isFrontSilent(at: now) {
                targets[index].decide(at: now, policy)
            }
        }
        for index in checks.indices where !checks[index].flights.isEmpty {
            _ = checks[index].countOverdue(at: now, policy)
        }
        return late
    }
}
