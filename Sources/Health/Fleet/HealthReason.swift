/// Why a model has its status: one machine-readable code and one plain sentence.
public struct HealthReason: Sendable, Hashable, Codable {
    /// The codes, stable in JSON, metrics and alert labels.
    public enum Code: String, Sendable, Hashable, Codable, CaseIterable {
        /// Probes and traffic succeed.
        case passing
        /// A local runtime knows the model and has not loaded it; a request would.
        case idle
        /// Every look has failed since the run began.
        case outage
        /// A share of the looks fails, beyond the model's own noise.
        case errors
        /// Slower than the model's own baseline.
        case slow
        /// The server answers, and has more requests than it can work on at once.
        case overloaded
        /// Streamed requests fail while plain ones succeed.
        case streaming
        /// Another model answers than the one that used to.
        case otherModel
        /// A local model runs on the CPU where it was meant for a GPU.
        case cpuFallback
        /// The provider limits our rate.
        case rateLimited
        /// The provider refuses our key.
        case credentials
        /// Our account is out of quota, credit or budget.
        case quota
        /// Our request is wrong; the text says what to mend.
        case misconfigured
        /// The provider no longer knows a model that was good before.
        case retired
        /// The gateway in between does not answer or refuses us.
        case gateway
        /// The host that serves it refuses every model's connections.
        case host
        /// Our own network is gone, or this process ran out of descriptors, ports or memory.
        case selfNetwork
        /// No fresh evidence.
        case stale
        /// Nothing has been observed yet.
        case starting
        /// The status changes too often; one event stands for the changes.
        case flapping
        /// A custom check fails.
        case check
        /// One of several targets is broken, another serves.
        case target
        /// The local runtime does not answer.
        case runtime
        /// The model joined the fleet.
        case added
        /// The model left the fleet.
        case removed
        /// Switched off in the configuration.
        case disabled
    }

    /// What programs go by.
    public var code: Code
    /// One sentence an operator can act on.
    public var message: String
    /// The target it speaks of, where the model has several.
    public var target: String?

    /// `target`: the target it is about; `nil` for the whole model.
    public init(_ code: Code, _ message: String, target: String? = nil) {
        self.code = code
        self.message = message
        self.target = target
    }
}
