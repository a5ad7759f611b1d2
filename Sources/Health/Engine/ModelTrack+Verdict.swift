// What the evidence on a model comes to, and the sentences that say why.
extension ModelTrack {
    /// The status that follows from everything known, before flapping is looked at, and its reasons; the first one decides.
    func conclusion(at now: Moment, _ sharedFaults: SharedFaults, _ policy: HealthPolicy)
        -> (HealthStatus, [HealthReason])
    {
        if sharedFaults.isNetworkDown, targets.contains(where: { !$0.way.isLoopback }) {
            return (
                .unknown,
                [
                    HealthReason(
                        .selfNetwork,
                        "Our own network is gone; nothing can be seen from here. \(sharedFaults.networkDetail)"
                    )
                ]
            )
        }
        if let local = localVerdict(at: now, sharedFaults, policy) { return local }
        let verdicts = targets.map { target in
            if let address = target.way.address, let detail = sharedFaults.downHosts[address], target.run != nil {
                return TargetVerdict(status: .unknown, code: .host, message: detail)
            }
            return target.verdict(
                at: now, isGatewayDown: target.way.gateway.map(sharedFaults.downGateways.contains) ?? false, policy)
        }
        let best = verdicts.indices.min { rank(verdicts[$0]) < rank(verdicts[$1]) } ?? 0
        guard verdicts.indices.contains(best) else {
            return (.unknown, [HealthReason(.misconfigured, "The model has no target.")])
        }
        var status = verdicts[best].status
        var reasons = [reason(verdicts[best], of: best, policy)]
        for (index, verdict) in verdicts.enumerated() where index != best && verdict.status != .healthy {
            reasons.append(
                HealthReason(.target, reason(verdict, of: index, policy).message, target: targets[index].key.target))
        }
        for (check, definition) in zip(checks, config.checks) {
            let refusal = check.refusal.flatMap { $0.isDecided ? $0.outcome : nil }
            let isFailing = check.errors.isAlarmed || check.isOut
            guard isFailing || refusal != nil else { continue }
            if isFailing, status == .healthy { status = .degraded }
            let detail = (refusal ?? check.lastFailure)?.detail ?? ""
            let told = HealthReason(
                .check, "The check '\(definition.name)' fails\(detail.isEmpty ? "." : ": \(detail.closed)")")
            if reasons[0].code == .passing { reasons.insert(told, at: 0) } else { reasons.append(told) }
        }
        if let local, let runtime = config.localRuntime, local.isOnCPU, status == .healthy {
            status = .degraded
            reasons.insert(HealthReason(.cpuFallback, local.cpuSentence(at: runtime)), at: 0)
        }
        return (status, reasons)
    }

    /// What the local runtime's word decides by itself; `nil` where probes decide.
    private func localVerdict(at now: Moment, _ sharedFaults: SharedFaults, _ policy: HealthPolicy)
        -> (HealthStatus, [HealthReason])?
    {
        guard let runtime = config.localRuntime else { return nil }
        if let detail = sharedFaults.downRuntimes[runtime] {
            return (.unhealthy, [HealthReason(.runtime, detail.closed)])
        }
        guard let local, let localSeen else {
            return (.unknown, [HealthReason(.starting, "The local runtime has said nothing of it yet.")])
        }
        if (now - localSeen) > localStaleAfter(policy) {
            return (
                .unknown,
                [
                    HealthReason(
                        .stale, "The local runtime has said nothing for \((now - localSeen).seconds.shortSeconds).")
                ]
            )
        }
        switch local.state {
        case .idle:
            return (.healthy, [HealthReason(.idle, "Known and not in memory; the first request would load it.")])
        case .missing:
            return (.unhealthy, [HealthReason(.retired, local.absenceSentence(at: runtime))])
        case .other:
            let (status, code, sentence) = local.passingState(at: runtime, now: now.wall)
            return (status, [HealthReason(code, sentence)])
        case .loaded where local.isRemote:
            return (
                .unknown, [HealthReason(.starting, "It runs elsewhere and is not probed through the local runtime.")]
            )
        case .loaded where local.unprobed != nil && targets.allSatisfy({ isOld($0, at: now, policy) }):
            return (
                .healthy,
                [
                    HealthReason(
                        .idle, "In memory by the runtime's word, and not probed: \(local.unprobed ?? "").")
                ]
            )
        case .loaded:
            guard let loadedAt, now - loadedAt <= policy.staleness.minimum,
                targets.allSatisfy({ $0.lastLook == nil && $0.run == nil })
            else { return nil }
            return (.healthy, [HealthReason(.idle, "Just taken into memory; the first look is on its way.")])
        }
    }

    /// Whether neither a probe nor a real request has said anything of the target lately.
    private func isOld(_ target: TargetTrack, at now: Moment, _ policy: HealthPolicy) -> Bool {
        guard let last = target.lastLook else { return target.run == nil }
        // What failed last is not forgiven because nobody looks any more.
        guard target.run == nil, !target.isOut, target.refusal == nil else { return false }
        return now - last > max(policy.staleness.minimum, .seconds(target.interval * 3))
    }

    /// Better is lower: the best target speaks for the model, and a broken one beats one we cannot see.
    private func rank(_ verdict: TargetVerdict) -> Int {
        switch verdict.status {
        case .healthy: 0
        case .degraded: 1
        case .unhealthy: 2
        case .unknown: 3
        }
    }

    private func reason(_ verdict: TargetVerdict, of index: Int, _ policy: HealthPolicy) -> HealthReason {
        let target = targets.count > 1 ? targets[index].key.target : nil
        return switch verdict.code {
        case .passing: HealthReason(.passing, "Answering.", target: target)
        case .slow: HealthReason(.slow, slowSentence(index, policy), target: target)
        default: HealthReason(verdict.code, verdict.message, target: target)
        }
    }

    private func slowSentence(_ index: Int, _ policy: HealthPolicy) -> String {
        let target = targets[index]
        let isSlow = target.latency.isAlarmed
        let (recent, usual) =
            isSlow
            ? (lastProbe?.latency?.seconds, target.latency.usual(policy.latency))
            : (lastProbe?.phases.firstToken?.seconds, target.firstToken.usual(policy.latency))
        let what = isSlow ? "answer" : "first token"
        guard let recent, let usual, recent > usual else {
            return "The \(what)s come far later than is usual for this model."
        }
        return "The last \(what) took \(recent.shortSeconds); \(usual.shortSeconds) is usual for this model."
    }
}
