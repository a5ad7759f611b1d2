package import Health

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
    /// Every request comes to this.
    case answers(Outcome)
    /// Streamed requests fail, plain ones do not.
    case streamingFails
    /// Every request is answered in the end, after up to so many seconds in the server's queue.
    case queueing(Double)
    /// The gateway in between is gone: nobody listens there.
    case gatewayLost
    /// The gateway in between takes connections and answers nothing.
    case gatewayFrozen
    /// The host is gone, for every model that it serves.
    case hostLost
    /// Our own network is gone, and says so at once.
    case networkLost
    /// Our own network is gone, and swallows everything.
    case networkDropped

    /// Whose fault a trouble is, and so what it may be called.
    package enum Doing: String, Sendable, Hashable {
        /// The model, its server or its provider: may be unhealthy.
        case model
        /// Our account or our request.
        case account
        /// Our rate.
        case rate
        /// Every answer comes, in its turn.
        case queue
        case gateway
        case network
    }

    /// Whether answers say that the gateway is not there.
    var isGatewayWord: Bool {
        if case .answers(let outcome) = self { return outcome.class == .gateway }
        return self == .gatewayLost
    }

    package var doing: Doing {
        switch self {
        case .refused, .hang, .slow, .ramp, .partial, .partialHang, .retired, .streamingFails, .hostLost: .model
        case .rateLimited: .rate
        case .quota, .credentials: .account
        case .queueing: .queue
        case .gatewayLost, .gatewayFrozen: .gateway
        case .networkLost, .networkDropped: .network
        case .answers(let outcome):
            switch outcome.class {
            case .ok, .failing, .gone, .idle: .model
            case .rateLimited: .rate
            case .credentials, .quota, .misconfigured: .account
            case .gateway: .gateway
            case .selfNetwork: .network
            }
        }
    }

    /// Whether no request at all gets a good answer, by the model's own fault.
    package var isTotal: Bool {
        switch self {
        case .refused, .hang, .hostLost: true
        case .answers(let outcome): outcome.class == .failing
        default: false
        }
    }
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

    package func contains(_ time: Double) -> Bool { from <= time && time < to }

    package func overlaps(_ from: Double, _ to: Double) -> Bool { self.from < to && from < self.to }
}
