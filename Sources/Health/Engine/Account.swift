import Basics

/// Whose allowance a request is counted on: a key at a provider. Pace and rate limits belong to it, not to a model.
struct Account: Sendable, Hashable {
    /// Where its requests go: the host, or the gateway and the provider behind it.
    var place: String
    var key: Secret?

    /// - Parameter provider: the provider's name in the configuration.
    init(_ target: ModelTarget, provider: String) {
        if let route = target.gateway, route.kind == .litellm {
            // Its key is its own; what it passes on of limits is those of whoever serves the model.
            place = "\(route.gateway)/\(provider)/\(target.model)"
            key = target.key
        } else if let route = target.gateway {
            place = "\(route.gateway)/\(route.provider ?? provider)"
            key = target.key ?? route.virtualKey
        } else {
            place = Host(of: target.baseURL).text
            key = target.key
        }
    }

    /// What regular probes take of the share; the rest is for looks beside the schedule.
    static let regularShare = 0.8

    /// Between two regular probes of one target, where so many share a rate of probes a second.
    static func every(_ rate: Double, targets: Int) -> Duration {
        .seconds(Double(max(targets, 1)) / (rate * regularShare))
    }

    /// The same by a written limit; `nil` where it leaves nothing.
    static func every(_ limit: RequestLimit, targets: Int) -> Duration? {
        limit.rate > 0 ? every(limit.rate, targets: targets) : nil
    }

    /// A target's account, and its place among the account's targets.
    struct Place: Sendable {
        var index = -1
        /// 0 for the first and towards 1 for the last.
        var share = 0.0
    }

    /// How fast an account lets its targets be probed.
    struct Pace: Sendable {
        /// Nothing is sent before.
        var heldUntil: Moment?
        /// An allowance is known to be used up until then, rather than only one request refused.
        var isUsedUp = false
        /// Between two regular probes of one target, as far as the allowance reaches.
        var every: Duration?
        /// When one beside those may leave.
        var extraFrom: Moment?
    }
}

/// What is known of an account's allowance.
struct AccountTrack: Sendable {
    /// Targets that are probed on it.
    var targets = 0
    /// Requests a second that they come to at their own intervals.
    var wanted = 0.0
    /// Requests a second that probing may take where the limit is scarce; `nil` where no limit is known.
    private var rate: Double?
    /// Requests a second that the provider announces.
    private var announced: Double?
    /// Since when an announced limit is scarce, and until when at least; before that probing is no burden.
    private var scarceUntil: Moment?
    private var isTooMany = false
    private var isConfigured = false
    private var share = RequestLimit.standardShare
    private var heldUntil: Moment?
    private var isUsedUp = false
    /// Looks beside the schedule that may be sent, as of an instant.
    private var extras = Self.mostExtras
    private var extrasAt: Moment?

    /// Probing that takes no more than this of an announced limit is a burden only while others use most of it.
    private static let modestShare = 0.1
    /// Less than this left of it: others use most of it.
    private static let scarceRemainder = 0.5
    /// For so long after it was last seen.
    private static let scarcity = Duration.seconds(600)
    /// As many as confirm one outage.
    private static let mostExtras = 6.0
    /// The longest reset that is believed of an allowance that is used up: a day, and an hour of clocks.
    private static let longestHold = Duration.seconds(25 * 3_600)
    /// A limit with no period told is one of a minute, as with most providers.
    private static let usualPeriod = Duration.seconds(60)

    /// The pace that holds at an instant; `nil` for no bounds.
    func pace(at now: Moment) -> Account.Pace? {
        let held = heldUntil.flatMap { $0 > now ? $0 : nil }
        let isBound = isConfigured || isTooMany || scarceUntil.map { $0 > now } ?? false
        let rate = isBound ? self.rate : nil
        let every = rate.map { Account.every($0, targets: targets) }
        guard held != nil || every != nil else { return nil }
        return Account.Pace(heldUntil: held, isUsedUp: isUsedUp, every: every, extraFrom: extraFrom(now))
    }

    private func extraFrom(_ now: Moment) -> Moment? {
        guard let refill else { return nil }
        let left = extras(at: now)
        return left >= 1 ? now : now + .seconds((1 - left) / refill)
    }

    /// Extra looks a second.
    private var refill: Double? { rate.map { $0 * (1 - Account.regularShare) } }

    private func extras(at now: Moment) -> Double {
        guard let refill, let extrasAt else { return extras }
        return min(Self.mostExtras, extras + (now - extrasAt).seconds * refill)
    }

    /// A look beside the schedule left.
    mutating func spend(at now: Moment) {
        extras = extras(at: now) - 1
        extrasAt = now
    }

    /// Takes up a limit that the configuration tells, and what probing may take of one that the provider announces.
    mutating func configure(_ limit: RequestLimit?, probeShare: Double) {
        share = probeShare
        guard let limit, limit.requests > 0 else { return }
        isConfigured = true
        rate = limit.rate
    }

    /// Takes up what an answer says. - Returns: whether the pace has changed.
    mutating func note(_ result: ProbeResult, at now: Moment, _ policy: HealthPolicy) -> Bool {
        let before = (rate, heldUntil, isTooMany, scarceUntil.map { $0 > now })
        if let allowance = result.allowance {
            if !isConfigured, let limit = allowance.limit, limit > 0 {
                let period = allowance.period ?? Self.usualPeriod
                rate = Double(limit) * share / max(period.seconds, 1)
                announced = Double(limit) / max(period.seconds, 1)
                judge(remainder: allowance.remaining.map { Double($0) / Double(limit) }, at: now)
            }
            if let left = allowance.remaining, left <= 0, let reset = allowance.resetAfter, reset > .zero {
                hold(until: now + min(reset, Self.longestHold), isUsedUp: true)
            }
        }
        if result.outcome.class == .rateLimited, let wait = result.outcome.retryAfter {
            hold(until: now + min(wait, policy.blocked.longestWait), isUsedUp: false)
        }
        return before.0 != rate || before.1 != heldUntil || before.2 != isTooMany
            || before.3 != scarceUntil.map { $0 > now }
    }

    /// Whether an announced limit is scarce: others use most of it, or probing by itself is seen to use it up.
    private mutating func judge(remainder: Double?, at now: Moment) {
        guard let announced else { return }
        let isModest = wanted <= announced * Self.modestShare
        if !isModest, remainder.map({ $0 < 1 - Self.modestShare }) ?? true {
            isTooMany = true
        }
        if isModest { isTooMany = false }
        if let remainder, remainder < Self.scarceRemainder {
            scarceUntil = now + Self.scarcity
        }
    }

    private mutating func hold(until: Moment, isUsedUp: Bool) {
        guard heldUntil.map({ $0 < until }) ?? true else { return }
        heldUntil = until
        self.isUsedUp = isUsedUp
    }
}
