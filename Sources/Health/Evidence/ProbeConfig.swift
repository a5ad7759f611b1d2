/// What a probe says to a model, with the mission's names; the defaults differ where the facts ask for it.
///
/// `maxTokens` is 16, not 1, because newer models refuse less; `temperature` is left out, because reasoning models
/// refuse any but 1 (provider facts §9.1).
public struct ProbeConfig: Sendable, Hashable {
    /// The model to be probed.
    public var modelId: ModelID
    /// The user message; a nonce is appended so that no cache can answer.
    public var prompt: String
    /// The cap on output tokens.
    public var maxTokens: Int
    /// Sent only when set.
    public var temperature: Double?
    /// For the whole exchange, from connecting to the last byte.
    public var timeout: Duration
    /// Sent as `x-portkey-metadata`; values other than strings are sent as their JSON text.
    public var metadata: [String: JSONValue]

    /// Defaults: the message "ping", at most 16 tokens, the model's own temperature, 10 s.
    public init(
        modelId: ModelID, prompt: String = "ping", maxTokens: Int = 16, temperature: Double? = nil,
        timeout: Duration = .seconds(10),
        metadata: [String: JSONValue] = ["probe": "canary", "service": "llm-health"]
    ) {
        self.modelId = modelId
        self.prompt = prompt
        self.maxTokens = maxTokens
        self.temperature = temperature
        self.timeout = timeout
        self.metadata = metadata
    }
}

extension ProbeConfig: Codable {
    enum CodingKeys: String, CodingKey { case modelId, prompt, maxTokens, temperature, timeout, metadata }

    /// Missing keys take their defaults, as the mission's schema says.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(modelId: try container.decode(ModelID.self, forKey: .modelId))
        prompt = try container.decodeIfPresent(String.self, forKey: .prompt) ?? prompt
        maxTokens = try container.decodeIfPresent(Int.self, forKey: .maxTokens) ?? maxTokens
        temperature = try container.decodeIfPresent(Double.self, forKey: .temperature)
        timeout = try container.decodeIfPresent(Double.self, forKey: .timeout).map { .milliseconds($0) } ?? timeout
        metadata = try container.decodeIfPresent([String: JSONValue].self, forKey: .metadata) ?? metadata
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(modelId, forKey: .modelId)
        try container.encode(prompt, forKey: .prompt)
        try container.encode(maxTokens, forKey: .maxTokens)
        try container.encodeIfPresent(temperature, forKey: .temperature)
        try container.encode(timeout.milliseconds, forKey: .timeout)
        try container.encode(metadata, forKey: .metadata)
    }
}
