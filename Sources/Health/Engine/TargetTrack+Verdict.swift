/// What one target's evidence comes to.
struct TargetVerdict: Sendable {
    var status: HealthStatus
    var code: HealthReason.Code
    var message: String
}

extension TargetTrack {
    /// Whether nothing at all speaks against it, so that the verdict cannot be another.
    mutating func isPlainlyHealthy(at now: Moment, _ policy: HealthPolicy) -> Bool {
        guard isGrounded, run == nil, !isOut, breaker == .closed, errors.isCalm, !latency.isAlarmed,
            !firstToken.isAlarmed, boxedRefusal.isNone, boxedStream.isNone, boxedLoad.isNone, boxedOther.isNone,
            boxedTraffic.value?.limits.isAlarmed != true, let lastLook
        else { return false }
        return now - lastLook <= staleAfter(policy) || !isStale(at: now, policy)
    }

    /// - Parameter isGatewayDown: nothing is seen of what lies behind its gateway.
    func verdict(at now: Moment, isGatewayDown: Bool, _ policy: HealthPolicy) -> TargetVerdict {
        if isGatewayDown, let gateway = way.gateway {
            return TargetVerdict(
                status: .unknown, code: .gateway,
                message: "The gateway '\(gateway)' does not answer, so nothing is known of the provider behind it.")
        }
        if let seen = lastLook, isStale(at: now, policy) {
            return TargetVerdict(
                status: .unknown, code: .stale,
                message: "No answer has been seen for \((now - seen).seconds.shortSeconds).")
        }
        if let refusal, refusal.isDecided, !refusal.isPast { return verdict(of: refusal) }
        if isUnseen { return groundless }
        if isOut { return TargetVerdict(status: .unhealthy, code: .outage, message: outageSentence) }
        if let refusal, refusal.isDecided { return verdict(of: refusal) }
        if isKept(at: now, policy), let next = plan.next {
            return TargetVerdict(
                status: .degraded, code: .rateLimited,
                message: "The account's allowance is used up until \(now.wall(at: next).inSentence).")
        }
        if isOverloaded, !errors.isSevere || !errors.isAlarmed {
            return TargetVerdict(status: .degraded, code: .overloaded, message: overloadSentence(at: now))
        }
        guard isGrounded else { return groundless }
        if errors.isAlarmed {
            return TargetVerdict(
                status: errors.isSevere ? .unhealthy : .degraded, code: .errors,
                message: errorsSentence)
        }
        if let traffic, traffic.limits.isAlarmed, let limit = traffic.lastLimit {
            return verdict(of: Refusal(outcome: limit, since: now))
        }
        if latency.isAlarmed || firstToken.isAlarmed {
            return TargetVerdict(status: .degraded, code: .slow, message: "")
        }
        if let stream = boxedStream.value, stream.isBroken {
            return TargetVerdict(
                status: .degraded, code: .streaming,
                message: "Streamed requests fail\(because(stream.lastFailure)); plain ones succeed.")
        }
        if let other = boxedOther.value, other.isCertain {
            return TargetVerdict(status: .degraded, code: .otherModel, message: other.detail.closed)
        }
        return TargetVerdict(status: .healthy, code: .passing, message: "")
    }

    /// No look has succeeded since the start, or since nothing could be seen.
    private var groundless: TargetVerdict {
        let message =
            if run != nil {
                "The \(hasVerdict ? "last" : "first") probe failed\(because(lastFailure))."
            } else if hasVerdict {
                "Nothing has succeeded since the interruption; the next probe is on its way."
            } else {
                "Nothing has been observed yet."
            }
        return TargetVerdict(status: .unknown, code: .starting, message: message)
    }

    /// Whether evidence is too old to say anything. A look that we put off ourselves is not missed before its time.
    func isStale(at now: Moment, _ policy: HealthPolicy) -> Bool {
        guard let lastLook, now - lastLook > staleAfter(policy) else { return false }
        return patientUntil.map { $0 < now } ?? true
    }

    /// Evidence older than this says nothing any more.
    func staleAfter(_ policy: HealthPolicy) -> Duration {
        let answer = isOut || refusal != nil ? Duration.seconds(timeout) : .zero
        return max(max(plan.every, evidenceEvery) * policy.staleness.intervals, policy.staleness.minimum) + answer
    }

    /// Whether an allowance that is used up keeps us from looking, for longer than its status would hold.
    private func isKept(at now: Moment, _ policy: HealthPolicy) -> Bool {
        guard plan.reason == .rateLimited, let next = plan.next, let lastLook else { return false }
        let wait = next - lastLook.uptime
        return wait > policy.blocked.longestWait + .seconds(60) && wait > plan.every * policy.staleness.intervals
    }

    var breakerStatus: CircuitBreakerStatus {
        switch breaker {
        case .closed: CircuitBreakerStatus(state: .closed)
        case .open(let since): CircuitBreakerStatus(state: .open, openedAt: since.wall)
        case .halfOpen(let since, _): CircuitBreakerStatus(state: .halfOpen, openedAt: since.wall)
        }
    }

    private func verdict(of refusal: Refusal) -> TargetVerdict {
        let detail = refusal.outcome.detail
        // What came after it was no success, and not yet enough for an outage.
        let since = refusal.isPast ? " The last probe failed otherwise\(because(lastFailure))." : ""
        func verdict(_ status: HealthStatus, _ code: HealthReason.Code, _ message: String) -> TargetVerdict {
            TargetVerdict(
                status: status, code: code,
                message: message + (detail.isEmpty ? "." : ": \(detail.closed)") + since)
        }
        switch refusal.outcome.class {
        case .rateLimited: return verdict(.degraded, .rateLimited, "The provider limits our rate")
        case .credentials: return verdict(.unknown, .credentials, "The provider refuses our key")
        case .quota: return verdict(.unknown, .quota, "Our account cannot use it")
        case .gone where hasSucceeded:
            return verdict(.unhealthy, .retired, "The provider no longer knows the model")
        case .gone: return verdict(.unknown, .misconfigured, "The provider does not know the model")
        case .misconfigured: return verdict(.unknown, .misconfigured, "Our request is refused")
        case .selfNetwork where refusal.outcome.cause == .ownResources:
            return verdict(.unknown, .selfNetwork, "This process lacks what a probe needs")
        case .selfNetwork: return verdict(.unknown, .selfNetwork, "Our own network is gone")
        default: return verdict(.unknown, .gateway, "The gateway in between fails")
        }
    }

    private var outageSentence: String {
        guard let run else { return "Recovering: the last probe succeeded; one more confirms it." }
        if run.ended == 0, let longest = flights.map({ ($0.startedAt) }).min() {
            return "No answer since \(longest.wall.inSentence): \(run.looks) probes are waiting far longer than usual."
        }
        // Users' requests are told with the probes.
        let what = run.probes == run.looks ? "probe" : "request"
        let looks = run.looks == 1 ? "The last \(what)" : "\(run.looks) \(what)s in a row"
        return "\(looks) failed since \(run.startedAt.wall.inSentence)\(because(lastFailure))."
    }

    private var errorsSentence: String {
        let (failures, looks) = errors.sinceSuspected
        let since = suspectedAt.map { " since \($0.wall.inSentence)" } ?? ""
        let what = boxedTraffic.isNone ? "probes" : "requests"
        return "\(failures) of the last \(looks) \(what) failed\(since)\(because(lastFailure))."
    }

    private func because(_ outcome: Outcome?) -> String {
        guard let detail = outcome?.detail, !detail.isEmpty else { return "" }
        return ": \(detail.hasSuffix(".") ? String(detail.dropLast()) : detail)"
    }
}
