import Health

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What the judge of an answer has to know of the question.
struct ProbeContext: Sendable {
    /// The provider's name in the configuration.
    var provider: String
    /// The model's name at the target.
    var model: String
    var mode: ModelConfig.Mode
    /// The way through a gateway; `nil` when the provider was asked directly.
    var gateway: GatewayRoute?
    /// `host:port` that the request went to.
    var host: String
    /// The deadline of the whole exchange.
    var timeout: Duration
    var redactor: Redactor
    /// For `Retry-After` dates.
    var now: Date
    /// The name in which the target usually answers, so that another one means another model; `nil` before any answer.
    var usualName: String?
    /// Further names that the operator accepts.
    var answersAs: [NamePattern] = []
    /// What the answer of another model than the usual one comes to.
    var onOtherModel: ModelConfig.OtherModel = .degraded

    init(
        provider: String, model: String, mode: ModelConfig.Mode = .chat, gateway: GatewayRoute? = nil, host: String,
        timeout: Duration = .seconds(10), redactor: Redactor = Redactor(), now: Date = Date(),
        usualName: String? = nil, answersAs: [String] = [], onOtherModel: ModelConfig.OtherModel = .degraded
    ) {
        self.provider = provider
        self.model = model
        self.mode = mode
        self.gateway = gateway
        self.host = host
        self.timeout = timeout
        self.redactor = redactor
        self.now = now
        self.usualName = usualName
        self.answersAs = answersAs.map { NamePattern($0) }
        self.onOtherModel = onOtherModel
    }
}

/// What a judged answer came to.
struct Verdict: Sendable {
    var outcome: Outcome
    var answer: ProbeAnswer?
    var firstToken: Duration?
    /// Hints that change nothing: a gateway's retries, an alias.
    var notes: [String] = []
    /// The error that the body told, for the learning of parameters.
    var error: ErrorBody?
    /// A finish reason that no table has.
    var newFinishReason: String?
    /// What the answer tells of the account's allowance of requests.
    var allowance: Allowance?
    /// When the answer was complete, where the connection stayed open after it.
    var endedAt: Duration?
}
