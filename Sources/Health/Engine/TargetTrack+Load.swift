/// What the server behind a target says of its load, and what it does to our looks.
struct LoadTrack: Sendable {
    var last: ServerLoad
    var at: Moment
    /// When it was last seen to get anywhere: tokens generated, requests finished.
    var movedAt: Moment
    /// When the server was last heard of: what it says of its load, or an answer of any kind.
    var heardAt: Moment
    /// Whether it has been asked since, in vain.
    var isSilent = false
    /// A look of ours waited, or waits, in its queue.
    var isOverloaded = false
    /// When one last did.
    var waitedAt: Moment?

    /// An answer in time ends the overload when no look has waited for so long: a server at its limit serves some at once.
    static let relief = Duration.seconds(30)

    /// What it said longer ago says nothing of now.
    static let freshness = Duration.seconds(5)
    /// An engine that has not moved for so long hangs. Without a count of tokens, only finished requests are seen.
    static let patience = Duration.seconds(10)
    static let blindPatience = Duration.seconds(60)

    init(_ load: ServerLoad, at now: Moment) {
        last = load
        at = now
        movedAt = now
        heardAt = now
    }

    /// Takes up a sign of life.
    mutating func hear(at now: Moment) {
        heardAt = now
        isSilent = false
    }

    mutating func note(_ load: ServerLoad, at now: Moment) {
        if hasMoved(to: load) { movedAt = now }
        last = load
        at = now
        hear(at: now)
    }

    private func hasMoved(to load: ServerLoad) -> Bool {
        if let before = last.generatedTokens, let after = load.generatedTokens { return before != after }
        // Fewer running or waiting than before: some were finished.
        func fell(_ before: Int?, _ after: Int?) -> Bool {
            if let before, let after { after < before } else { false }
        }
        return fell(last.running, load.running) || fell(last.waiting, load.waiting)
            || (load.running ?? 0) == 0 && (load.waiting ?? 0) == 0 && load.running != nil
    }

    /// Whether some wait because it cannot work on all at once.
    var isBusy: Bool {
        if let waiting = last.waiting, waiting > 0 { return true }
        guard let running = last.running else { return false }
        return last.slots.map { running >= $0 } ?? (last.waiting == nil && running > 1)
    }

    /// Whether it has something to do, and does it.
    func isQueueing(at now: Moment) -> Bool {
        guard now - at <= Self.freshness, (last.running ?? 0) + (last.waiting ?? 0) > 0 else { return false }
        return now - movedAt <= (last.generatedTokens == nil ? Self.blindPatience : Self.patience)
    }
}

// Busy is not dead.
extension TargetTrack {
    /// Whether a server that tells its load while probes wait does not answer that either: its front is gone too.
    func isFrontSilent(at now: Moment) -> Bool {
        guard let frontDue else { return false }
        return now >= frontDue
    }

    /// When it counts as silent; `nil` where it is not asked in vain, or nothing waits.
    var frontDue: Moment? {
        guard let load = boxedLoad.value, load.isSilent, let first = flights.first else { return nil }
        return max(load.heardAt, first.startedAt) + LoadTrack.freshness
    }

    /// Whether looks of ours wait in a queue that moves.
    func isQueueing(at now: Moment) -> Bool { boxedLoad.value?.isQueueing(at: now) ?? false }

    /// Takes up what the server says. Silence that it explains is taken back.
    mutating func note(_ load: ServerLoad?, at now: Moment, _ policy: HealthPolicy) {
        guard let load else { return boxedLoad.update { $0.isSilent = true } }
        // A front that lives says nothing of the engine behind it.
        boxedLoad.update { $0.hear(at: now) }
        guard load.running != nil || load.waiting != nil || load.generatedTokens != nil else { return }
        if boxedLoad.isNone { boxedLoad = Boxed(LoadTrack(load, at: now)) }
        boxedLoad.update { $0.note(load, at: now) }
        guard isQueueing(at: now), run?.isSilent == true else { return }
        for index in flights.indices {
            if let charge = flights[index].charge { errors.giveBack(charge) }
            flights[index].charge = nil
        }
        run = nil
        heldSince = nil
        if isOut {
            isOut = false
            breaker = .closed
            backoff = 0
            if !errors.isAlarmed { errors.readmit() }
        }
        looked(at: now, policy)
        markOverloaded(at: now)
        conclude(at: now, policy)
    }

    mutating func markOverloaded(at now: Moment) {
        boxedLoad.update {
            $0.isOverloaded = $0.isOverloaded || $0.isBusy
            $0.waitedAt = now
        }
    }

    /// Whether a look that nobody answered in time was waiting in a queue that moves.
    func isQueued(_ flight: Flight?, _ outcome: Outcome, at now: Moment) -> Bool {
        outcome.isSilence && (outcome.cause == .timeout || outcome.cause == .stall) && isQueueing(at: now)
    }

    /// A look that came back because our patience ended, not the server's.
    mutating func wait(_ flight: Flight?, _ outcome: Outcome, at now: Moment, _ policy: HealthPolicy) {
        if let charge = flight?.charge { errors.giveBack(charge) }
        hasVerdict = true
        lastFailure = outcome
        markOverloaded(at: now)
        conclude(at: now, policy)
    }

    /// A good answer: in time, it ends an overload that is over; late, the queue is still there.
    mutating func noteServed(wasLate: Bool, at now: Moment) {
        boxedLoad.update {
            if wasLate, $0.isQueueing(at: now) {
                $0.isOverloaded = true
                $0.waitedAt = now
            } else if $0.waitedAt.map({ now - $0 >= LoadTrack.relief }) ?? true {
                $0.isOverloaded = false
            }
        }
    }

    var isOverloaded: Bool { boxedLoad.value?.isOverloaded ?? false }

    func overloadSentence(at now: Moment) -> String {
        guard let load = boxedLoad.value?.last else { return "" }
        let running = load.running.map { "\($0) \($0 == 1 ? "request" : "requests") running" }
        let waiting = load.waiting.map { "\($0) waiting" }
        let counts = [running, waiting].compactMap { $0 }.joined(separator: ", ")
        let longest = flights.map { (now - $0.startedAt).seconds }.max()
        let told = counts.isEmpty ? "" : ": \(counts)"
        guard let longest, longest >= 1 else {
            return
                "The server answers, and had more requests than it can work on at once when a probe last waited\(told)."
        }
        return
            "The server answers and has more requests than it can work on at once\(told); the longest of our probes has "
            + "waited \(longest.shortSeconds)."
    }
}
