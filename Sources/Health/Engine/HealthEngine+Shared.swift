// Models that fall silent together: is it the gateway, the host, or our own network?
extension HealthEngine {
    /// The run of silent looks after which others are asked too.
    private static let looksBeforeOthers = 2
    /// Other hosts that are asked at once.
    private static let mostAsked = 16

    /// A look came back with an HTTP status: whatever lies between is there.
    mutating func noteAnswer(_ place: SharedTracks.Place, at now: Moment, into actions: inout Actions) {
        if place.gateway >= 0 { shared.gateways[place.gateway].silentSince = nil }
        if place.host >= 0 {
            shared.hosts[place.host].answeredAt = now
            if !shared.hosts[place.host].silent.isEmpty { shared.hosts[place.host].silent.removeAll() }
            if !sharedFaults.downHosts.isEmpty { setHost(place.host, detail: nil, at: now, into: &actions) }
        }
        if place.outside >= 0 {
            shared.outside[place.outside].answeredAt = now
            (shared.outside[place.outside].silentSince, shared.outside[place.outside].silentLooks) = (nil, nil)
            if shared.networkConfirmedBy != nil { endWaitForNetwork(at: now) }
            setNetwork(isUp: true, at: now, into: &actions)
        }
    }

    /// A look brought no HTTP status, or is far later than usual.
    mutating func noteSilence(model index: Int, target: Int, at now: Moment, into actions: inout Actions) {
        let place = models[index].targets[target].shared
        if place.gateway >= 0 { suspectGateway(place.gateway, at: now, into: &actions) }
        if place.outside >= 0 {
            if shared.outside[place.outside].silentSince == nil { shared.outside[place.outside].silentSince = now }
            shared.outside[place.outside].silentAt = now
            // A model that was failing already when its host answered says less of the host.
            if let run = models[index].targets[target].run,
                shared.outside[place.outside].answeredAt.map({ run.startedAt >= $0 }) ?? true
            {
                let first = shared.outside[place.outside].silentLooks?.first ?? run.lastStart
                shared.outside[place.outside].silentLooks = (first, run.lastStart)
            }
        }
        if place.host >= 0 {
            shared.hosts[place.host].silent.insert(index)
            judgeHost(place.host, of: models[index].targets[target], at: now, into: &actions)
        }
        if place.outside >= 0 { judgeNetwork(at: now, into: &actions) }
        if let run = models[index].targets[target].run, run.isSilent, !models[index].targets[target].isOut,
            run.looks >= Self.looksBeforeOthers
        {
            // With each silence anew: what was asked for may have come to nothing.
            models[index].targets[target].run?.othersAskedAt = run.othersAskedAt ?? now
            let witnessed = witnessTime(of: models[index].targets[target], run, at: now)
            askOthers(than: index, place, since: run.burstStart, elsewhereSince: witnessed, at: now, into: &actions)
        }
        hold(index, target, at: now)
    }

    /// Goes on with the verdicts of a model that wait.
    mutating func reconsider(_ index: Int, at now: Moment, into actions: inout Actions) {
        for target in models[index].targets.indices where models[index].targets[target].heldSince != nil {
            let place = models[index].targets[target].shared
            if place.outside >= 0 { judgeNetwork(at: now, into: &actions) }
            hold(index, target, at: now)
        }
    }

    private mutating func hold(_ index: Int, _ target: Int, at now: Moment) {
        models[index].targets[target].isHeld = isOpen(models[index].targets[target], at: now)
        // Once asked for, our own network is known of in a moment, whatever else has been waited for.
        models[index].targets[target].isHeldForNetwork =
            models[index].targets[target].shared.outside >= 0 && shared.isNetworkAwaited(at: now)
    }

    /// Whether the verdict on silent looks waits for an answer that is to come.
    private func isOpen(_ track: TargetTrack, at now: Moment) -> Bool {
        guard let run = track.run, run.isSilent else { return false }
        let place = track.shared
        if place.gateway >= 0, let asked = shared.gateways[place.gateway].askedAt, now - asked < policy.shared.wait,
            shared.gateways[place.gateway].answeredAt.map({ $0 < asked }) ?? true
        {
            return true
        }
        if place.host >= 0 {
            let host = shared.hosts[place.host]
            let isAnswering = host.answeredAt.map { $0 >= run.burstStart } ?? false
            if host.members.count >= policy.shared.models, !isSilent(host), !isAnswering {
                return true
            }
        }
        guard place.outside >= 0 else { return false }
        if shared.isNetworkAsked(at: now) { return true }
        guard shared.outside.count >= policy.selfNetwork.hosts else { return false }
        let since = witnessTime(of: track, run, at: now)
        return !shared.outside.contains { $0.answeredAt.map { $0 >= since } ?? false }
    }

    /// From when on an answer from elsewhere says that our own network is there for the looks of a run.
    ///
    /// An answer that came after the first look says nothing of those that follow: the first may have failed by chance, and
    /// the network gone since. Later on, an answer has to be as late as half of what an outage takes.
    private func witnessTime(of track: TargetTrack, _ run: TargetTrack.Run, at now: Moment) -> Moment {
        let half = run.burstStart + .seconds(track.leastSpan(policy) / 2)
        return now >= half ? half : run.burstStart
    }

    // MARK: Gateways

    private mutating func suspectGateway(_ index: Int, at now: Moment, into actions: inout Actions) {
        if shared.gateways[index].silentSince == nil { shared.gateways[index].silentSince = now }
        let name = shared.gateways[index].name
        guard !sharedFaults.downGateways.contains(name) else { return }
        if let asked = shared.gateways[index].askedAt, now - asked < policy.shared.askAgain { return }
        shared.gateways[index].askedAt = now
        actions.suspectedGateways.append(name)
    }

    /// Whether looks through a gateway are silent, so that its own silence needs no second report.
    func isSilentThrough(_ name: String) -> Bool {
        shared.gateways.contains { $0.name == name && $0.silentSince != nil }
    }

    mutating func noteGatewayAnswer(_ name: String, isUp: Bool, at now: Moment) {
        guard let index = shared.gateways.firstIndex(where: { $0.name == name }) else { return }
        shared.gateways[index].answeredAt = now
        if isUp { shared.gateways[index].silentSince = nil }
    }

    // MARK: Hosts

    /// A host whose models are all silent is one fault, not as many as it has models.
    private mutating func judgeHost(
        _ index: Int, of track: TargetTrack, at now: Moment, into actions: inout Actions
    ) {
        let host = shared.hosts[index]
        guard track.isOut, let run = track.run, sharedFaults.downHosts[host.address] == nil, isSilent(host) else {
            return
        }
        if let answered = host.answeredAt, answered >= run.burstStart { return }
        let why = track.lastFailure.map { $0.detail.isEmpty ? "" : ": \($0.detail)" } ?? ""
        let others = host.members.count
        setHost(
            index, detail: "\(host.address) answers none of its \(others) models\(why.closed)", at: now, into: &actions)
    }

    /// Whether enough of a host's models are silent in more than one look each: a single one may be noise.
    private func isSilent(_ host: SharedTracks.Host) -> Bool {
        let certain = host.silent.lazy.filter { index in
            models[index].targets.contains { $0.way.address == host.address && $0.consecutiveFailures > 1 }
        }
        return certain.prefix(policy.shared.models).count >= policy.shared.models
    }

    private mutating func setHost(_ index: Int, detail: String?, at now: Moment, into actions: inout Actions) {
        let address = shared.hosts[index].address
        guard (sharedFaults.downHosts[address] == nil) != (detail == nil) else { return }
        sharedFaults.downHosts[address] = detail
        _ = components.note(.host, address, detail == nil ? .healthy : .unhealthy, detail ?? "Answering.", at: now)
        let members = shared.hosts[index].members
        for (turn, model) in members.enumerated() {
            if detail == nil {
                reopen(model, turn: turn, of: members.count, isAbsolved: true, at: now) { $0.host == index }
            }
            settle(model, at: now, into: &actions)
        }
    }

    // MARK: Our own network

    mutating func judgeNetwork(at now: Moment, into actions: inout Actions) {
        guard !sharedFaults.isNetworkDown else { return }
        let (silent, alive) = shared.suddenlySilent(at: now) { isMute($0, at: now) }
        guard !silent.isEmpty, silent.count >= min(policy.selfNetwork.hosts, alive) else { return }
        if shared.networkAskedAt.map({ now - $0 >= SharedTracks.networkAskAgain }) ?? true {
            shared.networkAskedAt = now
            if shared.networkUnansweredSince == nil { shared.networkUnansweredSince = now }
            actions.isConnectivityCheckWanted = true
        }
        // Nobody can be asked: then all of them at once is word enough.
        guard shared.isNetworkUnanswered(at: now), silent.count >= policy.selfNetwork.hosts, silent.count == alive,
            shared.isSudden(silent)
        else { return }
        guard shared.isConfirmed(silent) || isConfirmationOver(at: now) else { return }
        let names = silent.prefix(4).map { shared.outside[$0].name }.sorted().joined(separator: ", ")
        setNetwork(
            isUp: false,
            detail: "None of \(silent.count) hosts answers any more: \(names)\(silent.count > 4 ? ", …" : "").",
            at: now, into: &actions)
    }

    /// Whether hosts found silent in a single look have had their time for a second one. No verdict is made meanwhile.
    private mutating func isConfirmationOver(at now: Moment) -> Bool {
        if let end = shared.networkConfirmedBy { return now >= end }
        shared.networkConfirmedBy = now + (policy.outage.slowConfirmations.first ?? .zero) + policy.shared.wait
        for index in models.indices { models[index].holdForNetwork() }
        return false
    }

    /// Whatever waited for our own network's answer is judged at the next tick.
    mutating func endWaitForNetwork(at now: Moment) {
        (shared.networkUnansweredSince, shared.networkConfirmedBy) = (nil, nil)
        for index in models.indices where models[index].endHoldForNetwork() { dues[index] = now.uptime.seconds }
    }

    /// Whether none of a host's models is looked at soon: it is asked to wait, or asks us to.
    private func isMute(_ host: SharedTracks.Outside, at now: Moment) -> Bool {
        host.members.allSatisfy { index in
            models[index].targets.allSatisfy { target in
                let isHeld = sharedFaults.paces[target.account.index]?.heldUntil.map { $0 > now } ?? false
                return target.flights.isEmpty && (isHeld || target.refusal != nil || target.isOut)
            }
        }
    }

    /// Looks at models elsewhere, to learn soon whether they answer.
    private mutating func askOthers(
        than index: Int, _ place: SharedTracks.Place, since: Moment, elsewhereSince: Moment, at now: Moment,
        into actions: inout Actions
    ) {
        if place.host >= 0 {
            let host = shared.hosts[place.host]
            if host.answeredAt.map({ $0 < since }) ?? true, host.silent.count < policy.shared.models {
                let others = host.members.filter { $0 != index }
                hastenAny(of: others, since: since, at: now, into: &actions) { $0.host == place.host }
            }
        }
        guard place.outside >= 0, shared.outside.count >= policy.selfNetwork.hosts else { return }
        let unasked = shared.outside.indices.filter {
            $0 != place.outside && (shared.outside[$0].silentAt.map { $0 < elsewhereSince } ?? true)
                && (shared.outside[$0].answeredAt.map { $0 < elsewhereSince } ?? true)
        }
        for outside in unasked.prefix(Self.mostAsked) {
            hastenAny(of: shared.outside[outside].members, since: elsewhereSince, at: now, into: &actions) {
                $0.outside == outside
            }
        }
    }

    /// Looks soon at the first of the models that can be looked at.
    private mutating func hastenAny(
        of members: [Int], since: Moment, at now: Moment, into actions: inout Actions,
        _ isMeant: (SharedTracks.Place) -> Bool
    ) {
        for index in members {
            guard
                let target = models[index].targets.indices.first(where: {
                    let track = models[index].targets[$0]
                    return isMeant(track.shared) && !track.isOut && track.refusal == nil
                })
            else { continue }
            let track = models[index].targets[target]
            let isAsked = !track.flights.isEmpty || track.lastEnd.map { $0 >= since } ?? false
            // One that left and came to nothing is sent again, at a pace.
            let hasJustLeft = track.lastStart.map { $0 >= since && now - $0 < policy.shared.askAgain } ?? false
            if !isAsked, !hasJustLeft {
                models[index].targets[target].wantedAt = now
                settle(index, at: now, into: &actions)
            }
            return
        }
    }

    /// What a model depends on is there again.
    mutating func reopen(
        _ index: Int, turn: Int, of count: Int, isAbsolved: Bool, at now: Moment,
        _ isMeant: (SharedTracks.Place) -> Bool
    ) {
        for target in models[index].targets.indices where isMeant(models[index].targets[target].shared) {
            let round = min(models[index].config.interval, policy.firstRound)
            let soon = now + round * (Double(turn) / Double(max(count, 1)))
            models[index].targets[target].reopen(at: soon, isAbsolved: isAbsolved)
        }
    }
}
