/// What may be wrong with a target.
package enum Trouble: Sendable, Hashable {
    /// Every request is refused at once.
    case refused
    /// No request is answered.
    case hang
    /// Answers take this many times longer.
    case slow(Double)
    /// Answers take longer and longer, up to this factor at the end.
    case ramp(Double)
    /// A share of the requests fails at once.
    case partial(Double)
    /// A share of the requests is never answered.
    case partialHang(Double)
    /// A share of the requests is refused by a rate limit, which asks to wait so many seconds.
    case rateLimited(Double, wait: Double)
    case quota
    case credentials
    case retired
    /// The gateway in between is gone.
    case gatewayLost
    /// Our own network is gone.
    case networkLost
}

/// A trouble from one instant to another; times are uptime in seconds.
package struct Episode: Sendable, Hashable {
    package var from: Double
    package var to: Double
    package var trouble: Trouble

    package init(from: Double, to: Double, _ trouble: Trouble) {
        self.from = from
        self.to = to
        self.trouble = trouble
    }
}
