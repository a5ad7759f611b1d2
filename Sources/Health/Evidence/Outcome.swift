/// What one probe or request came to, and whose doing that was.
public struct Outcome: Sendable, Hashable, Codable {
    /// The classes of design §4; only `failing` counts against a model.
    public enum Class: String, Sendable, Hashable, Codable, CaseIterable {
        /// The model answered.
        case ok
        /// The provider failed: counts.
        case failing
        /// A plain 429: degraded at most.
        case rateLimited
        /// The provider refuses our key (401, 403).
        case credentials
        /// Our account is out of quota, credit or budget.
        case quota
        /// Our request is wrong.
        case misconfigured
        /// The provider does not know the model.
        case gone
        /// The gateway in between is at fault.
        case gateway
        /// Our own network is at fault.
        case selfNetwork
        /// Known and not loaded: no probe was sent.
        case idle
    }

    /// What exactly happened, stable in JSON and metrics.
    public enum Cause: String, Sendable, Hashable, Codable, CaseIterable {
        /// Nothing failed.
        case none
        /// What failed before or instead of an HTTP status.
        case connectionRefused, connectionReset, dns, tls, timeout, stall
        /// No connection within the connect timeout, or within the deadline.
        case connectTimeout
        /// 5xx, 529, 408 and Cloudflare's 52x.
        case serverError
        /// The provider says that it has more requests than it can take.
        case overloaded
        /// The server is there and still loads the model.
        case loading
        /// A gateway that is up has given up on every deployment of the model for a while.
        case noDeployment
        /// 200 with an error object.
        case errorInSuccess
        /// A web page where an answer was due.
        case html
        /// 200 without a choice, or a body that is no JSON.
        case malformedAnswer
        /// Another model answered than was asked; with class `ok` where the answer itself was good.
        case otherModelAnswered
        /// A gateway's cache answered, so the model was not asked.
        case cachedAnswer
        /// Something between us and the provider refuses the request: a CDN, a proxy, a network rule.
        case blockedOnTheWay
        /// This process ran out of file descriptors, ports or memory.
        case ownResources
        /// What a status or an error body says plainly.
        case rateLimit, quota, unauthorized, forbidden, badRequest, modelNotFound, gatewayRefused, gatewayUnreachable
        /// The model is not in memory, and a probe would load it.
        case notLoaded
        /// An answer did not fulfil a custom check's assertion.
        case assertion
        /// None of these; `detail` says what.
        case other

        /// Whether it failed before a connection stood.
        public var isConnectLevel: Bool {
            switch self {
            case .connectionRefused, .connectTimeout, .dns, .tls: true
            default: false
            }
        }
    }

    /// Whose doing it was.
    public var `class`: Class
    /// What exactly happened.
    public var cause: Cause
    /// One sentence for people, without secrets; empty for `ok`.
    public var detail: String
    /// The HTTP status; `nil` when there was no answer.
    public var httpStatus: Int?
    /// How long the provider asks us to wait.
    public var retryAfter: Duration?

    /// `retryAfter`: what the answer asked for, as it came; the decision caps it.
    public init(
        _ class: Class, _ cause: Cause = .none, detail: String = "", httpStatus: Int? = nil,
        retryAfter: Duration? = nil
    ) {
        self.class = `class`
        self.cause = cause
        self.detail = detail
        self.httpStatus = httpStatus
        self.retryAfter = retryAfter
    }

    /// An answer with status 200 and nothing to say against it.
    public static let ok = Outcome(.ok, httpStatus: 200)

    enum CodingKeys: String, CodingKey { case `class`, cause, detail, httpStatus, retryAfterMs }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        `class` = try container.decode(Class.self, forKey: .class)
        cause = try container.decodeIfPresent(Cause.self, forKey: .cause) ?? .none
        detail = try container.decodeIfPresent(String.self, forKey: .detail) ?? ""
        httpStatus = try container.decodeIfPresent(Int.self, forKey: .httpStatus)
        retryAfter = try container.decodeIfPresent(Double.self, forKey: .retryAfterMs).map { .milliseconds($0) }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(`class`, forKey: .class)
        try container.encode(cause, forKey: .cause)
        try container.encode(detail, forKey: .detail)
        try container.encodeIfPresent(httpStatus, forKey: .httpStatus)
        try container.encodeIfPresent(retryAfter?.milliseconds, forKey: .retryAfterMs)
    }
}
