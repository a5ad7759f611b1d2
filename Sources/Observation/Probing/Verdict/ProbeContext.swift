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
    /// The target has answered in exactly the asked name before, so another name means another model.
    var answersInItsName = false

    init(
        provider: String, model: String, mode: ModelConfig.Mode = .chat, gateway: GatewayRoute? = nil, host: String,
        timeout: Duration = .seconds(10), redactor: Redactor = Redactor(), now: Date = Date(),
        answersInItsName: Bool = false
    ) {
        self.provider = provider
        self.model = model
        self.mode = mode
        self.gateway = gateway
        self.host = host
        self.timeout = timeout
        self.redactor = redactor
        self.now = now
        self.answersInItsName = answersInItsName
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
}
