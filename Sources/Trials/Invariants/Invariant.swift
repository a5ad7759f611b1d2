/// What must hold whatever happens: one rule each.
package enum Invariant: String, Sendable, Hashable, CaseIterable {
    /// Events are numbered without a hole.
    case numbering = "events are numbered without a hole"
    /// Each event goes on from the status before it, and what is shown is what was told.
    case chain = "events chain, and what is shown was told"
    /// Nothing becomes healthy without a success, or an idle local model, since its start, its removal or its last
    /// refusal.
    case ground = "no healthy without a success since the last refusal, removal or start"
    /// Nothing becomes healthy while its newest evidence is no success.
    case healing = "no event to healthy whose newest evidence is no success"
    /// A model that may be probed always has a next probe, and not one in the past.
    case nextProbe = "a probeable model always has a next probe, never one in the past"
    /// Its probes leave: no later than three planned intervals after each other, five minutes at most.
    case timetable = "a probeable model is probed within three planned intervals"
    /// A gateway that is gone is the gateway's fault.
    case gateway = "a dead or frozen gateway makes no model unhealthy, and is told"
    /// Our own network that is gone is our own fault, told once.
    case ownNetwork = "our own lost network makes no model unhealthy, and is told once"
    /// A server that is busy is not dead.
    case queue = "a queueing server whose answers come is never unhealthy"
    /// A rate limit, an empty account, a wrong key or request is not the model's fault.
    case account = "what is our account's, key's or request's doing makes no model unhealthy"
    /// What nothing at all is wrong with is not unhealthy.
    case falseOutage = "no model is unhealthy without a fault of its own"
    /// A total outage does not go unnoticed.
    case overlooked = "no total outage is called healthy or usable"
    /// Nor does one that only streamed requests meet.
    case manner = "streaming that fails is noticed"
    /// What is well again is called so again.
    case forgotten = "a model that is well again is known again"
    /// An open breaker lets only recovery probes out, a closed one none of them.
    case breaker = "an open breaker lets only recovery probes out"
    /// Extra probes stay within what regular ones earn.
    case budget = "extra probes stay within the budget"
    /// Scores, shares, reasons and verdicts that are shown fit each other.
    case shown = "what is shown does not contradict itself"
}

/// A rule that was broken, once.
package struct Violation: Sendable, Hashable, CustomStringConvertible {
    package var rule: Invariant
    package var model: String
    /// Uptime in seconds.
    package var at: Double
    package var detail: String
    /// The evidence before it, oldest first.
    package var evidence: [String]
    /// Of the life it happened in; 0 where that is not known.
    package var seed: UInt64 = 0

    package var description: String {
        let subject = model.isEmpty ? detail : "\(model) \(detail)"
        let trail = evidence.isEmpty ? "" : "; before it: \(evidence.joined(separator: ", "))"
        return "\(rule.rawValue): \(subject) at \(at.brief) s (seed \(seed))\(trail)"
    }
}

extension Double {
    /// With one digit after the point.
    var brief: String {
        let tenths = (self * 10).rounded()
        guard tenths.magnitude < 1e15 else { return "\(self)" }
        let whole = Int64(tenths)
        return "\(whole < 0 ? "-" : "")\(whole.magnitude / 10).\(whole.magnitude % 10)"
    }
}
