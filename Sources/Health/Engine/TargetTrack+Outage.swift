#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

// What a look means, and what enough of them come to.
extension TargetTrack {
    // MARK: Looks

    /// - Parameters:
    ///   - start: when the look left, where that is known: one from before a run does not end it.
    ///   - isStreamed: whether it streamed; a plain answer does not refute a streamed failure.
    mutating func succeed(startedAt start: Moment?, isStreamed: Bool = true, at now: Moment, _ policy: HealthPolicy) {
        refusal = nil
        hasSucceeded = true
        isGrounded = true
        hasVerdict = true
        if run != nil, let start, start < run?.startedAt ?? start { return conclude(at: now, policy) }
        if refutesOnlyPlain(isStreamed: isStreamed, policy) {
            run?.isPlainAlive = true
            return conclude(at: now, policy)
        }
        if suspectStreams(isStreamed: isStreamed, at: now, policy) { return conclude(at: now, policy) }
        // Nothing had come back failing: the silence was a slow answer.
        let wasMerelyLate = isOut && run?.ended == 0
        run = nil
        backoff = 0
        heldSince = nil
        if isOut {
            recovered += 1
            if wasMerelyLate || recovered >= policy.recovery.outageSuccesses {
                isOut = false
                breaker = .closed
                if !errors.isAlarmed { errors.readmit() }
            } else if case .open(let since) = breaker {
                breaker = .halfOpen(since: since, failures: 0)
            }
        }
        conclude(at: now, policy)
    }

    mutating func suspect(since start: Moment, isProbe: Bool, isStreamed: Bool = false, times: Int = 1) {
        var run = self.run ?? Run(startedAt: start, lastStart: start, burstStart: start)
        if start - run.lastStart > Self.burstPause {
            run.burstStart = start
            run.othersAskedAt = nil
            // Who else is silent now is not known yet, whatever was known of the looks before.
            isHeld = shared.gateway >= 0 || shared.host >= 0 || shared.outside >= 0
        }
        run.startedAt = min(run.startedAt, start)
        run.lastStart = max(run.lastStart, start)
        run.looks += times
        run.isStreamed = run.isStreamed && isStreamed
        if isProbe { run.probes += times }
        self.run = run
        recovered = 0
        endingLooks = 0
    }

    /// A pause between two looks of one run that is too long for them to be confirmations of each other.
    private static let burstPause = Duration.seconds(30)

    /// An answer that is our own doing, the gateway's, or a limit.
    mutating func obstruct(_ outcome: Outcome, at now: Moment, _ policy: HealthPolicy) {
        if refusal?.outcome.class == outcome.class {
            refusal?.looks += 1
            refusal?.outcome = outcome
            refusal?.isPast = false
        } else {
            // Where one refusal held already another one needs no proof.
            refusal = Refusal(outcome: outcome, since: now, isDecided: refusal?.isDecided ?? false)
        }
        let looks = outcome.class == .rateLimited ? policy.blocked.rateLimitedLooks : 2
        // Who asks for more than an interval leaves no second look to wait for.
        let isLong = outcome.class == .rateLimited && (outcome.retryAfter ?? .zero) >= .seconds(interval)
        if !hasVerdict || isLong || (refusal?.looks ?? 0) >= looks {
            refusal?.isDecided = true
            hasVerdict = true
            isGrounded = false
            // Who refuses us is there, and of who is hidden nothing is known: an outage, or the suspicion of one, is over.
            endOutage()
            run = nil
        }
    }

    mutating func endOutage() {
        guard isOut else { return }
        run = nil
        isOut = false
        breaker = .closed
        backoff = 0
        recovered = 0
        if !errors.isAlarmed { errors.readmit() }
    }

    /// A look failed otherwise than by the refusal that holds.
    mutating func setRefusalPast() {
        guard let refusal else { return }
        if refusal.isDecided { self.refusal?.isPast = true } else { self.refusal = nil }
    }

    // MARK: Decisions

    /// The outage rule: enough suspicious looks over enough time, without a success.
    mutating func decide(at now: Moment, _ policy: HealthPolicy) {
        if let run, !isOut, isEnough(run, at: now, policy), !mustWait(at: now, policy) {
            if run.isPlainAlive {
                breakStreams(at: now, policy)
            } else {
                isOut = true
                hasVerdict = true
                if let suspectedAt, suspectedAt < run.startedAt { errors.raise(policy) }
            }
        }
        if let run, isOut || isSuspicious(run, policy) { errors.avoid(policy) }
        if isOut {
            boxedLoad.update { $0.isOverloaded = false }
            let first = min(interval, policy.breaker.recoveryInterval.seconds)
            let longest = max(interval, policy.breaker.longestBackoff.seconds)
            backoff = backoff == 0 ? first : min(backoff * policy.breaker.growth, longest)
            switch breaker {
            case .closed where consecutiveFailures >= policy.breaker.failures: breaker = .open(since: now)
            case .halfOpen(let since, let failures):
                // One failure on the way back may be noise.
                breaker =
                    failures + 1 >= policy.breaker.halfOpenFailures
                    ? .open(since: since) : .halfOpen(since: since, failures: failures + 1)
            default: break
            }
        }
        conclude(at: now, policy)
    }

    /// When looks that wait at a server whose front is silent too make an outage, however few there can be: no more than
    /// two of ours wait at a busy server.
    func silentOutageAt(_ policy: HealthPolicy) -> Moment? {
        guard !boxedLoad.isNone, let run, !isOut, run.looks >= 2 else { return nil }
        return run.startedAt + .seconds(leastSpan(policy))
    }

    private func isEnough(_ run: Run, at now: Moment, _ policy: HealthPolicy) -> Bool {
        if let at = silentOutageAt(policy), at <= now, isFrontSilent(at: now) { return true }
        let offsets = confirmations(policy)
        // Of a streamed run one look was plain, and succeeded.
        let all = run.isPlainAlive ? offsets.count : offsets.count + 1
        let looks = min(hasVerdict ? .max : policy.outage.firstLooks, all)
        let last = offsets.prefix(max(looks - 1, 1)).last
        // A timer's grain is not worth another look.
        let span = (last ?? .zero) - .milliseconds(50)
        // Who says for how long nobody is served has confirmed it by saying so twice.
        if let wait = lastFailure?.certainWait, wait >= span, run.looks >= 2, run.ended >= 2 { return true }
        return run.looks >= looks && run.lastStart - run.startedAt >= span
    }

    /// Whether the verdict waits for what is known in a moment: does the gateway, host or network live?
    private mutating func mustWait(at now: Moment, _ policy: HealthPolicy) -> Bool {
        guard isHeld || isHeldForNetwork, run?.isSilent == true else {
            heldSince = nil
            return false
        }
        let since = heldSince ?? now
        heldSince = since
        return isHeldForNetwork || now - since < policy.shared.wait
    }

    /// Whether more has failed in a row than noise explains, for longer than a blip lasts, and nothing else may turn out to
    /// be its cause. What is merely late may be lost.
    func hasFailed(at now: Moment, _ policy: HealthPolicy) -> Bool {
        guard let run, isSuspicious(run, policy), run.ended >= policy.routing.suspiciousLooks,
            (run.lastStart - run.startedAt).seconds >= leastSpan(policy)
        else { return false }
        guard run.isSilent, isHeld || isHeldForNetwork else { return true }
        return !isHeldForNetwork && run.othersAskedAt.map { now - $0 >= policy.shared.wait } ?? false
    }

    private func isSuspicious(_ run: Run, _ policy: HealthPolicy) -> Bool {
        run.probes >= policy.routing.suspiciousLooks || isTooLong(run, policy)
    }

    /// Whether so many failures in a row, of probes and requests alike, are too unlikely to be noise.
    private func isTooLong(_ run: Run, _ policy: HealthPolicy) -> Bool {
        let surprise = log(policy.routing.outageShare / errors.normalShare(policy.errors))
        return Double(run.looks) * surprise >= policy.routing.outageThreshold + max(log(traffic?.meter.pace ?? 0), 0)
    }

    mutating func conclude(at now: Moment, _ policy: HealthPolicy) {
        suspectedAt = errors.status.isCalm && run == nil ? nil : suspectedAt ?? run?.startedAt ?? now
    }

    /// Seconds that an outage lasts at least; what ends sooner is a blip.
    func leastSpan(_ policy: HealthPolicy) -> Double { confirmations(policy).last?.seconds ?? 0 }

    func confirmations(_ policy: HealthPolicy) -> [Duration] {
        isFast ? policy.outage.fastConfirmations : policy.outage.slowConfirmations
    }

    // MARK: Forgetting

    /// Forgets suspicions that were not the provider's doing, and stands on no ground until a look succeeds.
    mutating func forgive() {
        run = nil
        heldSince = nil
        isHeld = false
        isHeldForNetwork = false
        isGrounded = false
        for index in flights.indices { flights[index].charge = (0, 0) }
        // A partial outage that stood before stands.
        guard !errors.isAlarmed else { return }
        errors.reset()
        suspectedAt = nil
    }

    /// What it depends on is there again: looks soon, from the beginning. Nothing is known until one has come back.
    ///
    /// - Parameter isAbsolved: an outage that stands was not its own.
    mutating func reopen(at soon: Moment, isAbsolved: Bool) {
        if isAbsolved { endOutage() }
        forgive()
        isUnseen = true
        if let refusal, refusal.outcome.class == .gateway || refusal.outcome.class == .selfNetwork {
            self.refusal = nil
        }
        wantedAt = soon
    }

    /// Forgets what was found, not what is usual: the runtime has loaded or unloaded the model since.
    mutating func renew() {
        run = nil
        refusal = nil
        flights = []
        breaker = .closed
        backoff = 0
        isOut = false
        hasVerdict = false
        isGrounded = false
        isUnseen = false
        heldSince = nil
        suspectedAt = nil
        lastLook = nil
        lastEnd = nil
        boxedStream = Boxed()
        boxedLoad = Boxed()
        boxedOther = Boxed()
        patience = nil
        errors.reset()
    }
}

extension Outcome {
    /// Whether nobody answered: no HTTP status came.
    var isSilence: Bool { httpStatus == nil }

    /// How long nobody will be served, by the word of who serves; `nil` where none was said.
    var certainWait: Duration? { cause == .noDeployment || cause == .loading ? retryAfter : nil }
}
