public import Health

/// What watching models costs in a day while all is well.
///
/// Failing models cost less (back-off, breaker) and suspicious ones at most the policy's budget more. Tokens are an
/// upper estimate: output is counted at its cap, input at four characters a token.
public struct CostEstimate: Sendable, Hashable {
    public struct Model: Sendable, Hashable, Encodable {
        public var modelId: ModelID
        public var provider: String
        /// Over all targets, custom checks included.
        public var probesPerDay: Double
        public var inputTokensPerDay: Double
        public var outputTokensPerDay: Double
        /// `nil` where nobody said what a token costs; 0 for local models.
        public var dollarsPerDay: Double?

        public var tokensPerDay: Double { inputTokensPerDay + outputTokensPerDay }

        private enum CodingKeys: String, CodingKey {
            case modelId, provider, probesPerDay, inputTokensPerDay, outputTokensPerDay, dollarsPerDay
        }

        /// A price nobody knows is an explicit null.
        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(modelId, forKey: .modelId)
            try container.encode(provider, forKey: .provider)
            try container.encode(probesPerDay, forKey: .probesPerDay)
            try container.encode(inputTokensPerDay, forKey: .inputTokensPerDay)
            try container.encode(outputTokensPerDay, forKey: .outputTokensPerDay)
            try container.encode(dollarsPerDay, forKey: .dollarsPerDay)
        }
    }

    /// In the order of the models.
    public let models: [Model]

    public init(_ models: [ModelConfig]) { self.models = models.map(Self.estimate) }

    public var probesPerDay: Double { models.reduce(0) { $0 + $1.probesPerDay } }
    public var tokensPerDay: Double { models.reduce(0) { $0 + $1.tokensPerDay } }
    /// The sum over the models with a price.
    public var dollarsPerDay: Double { models.reduce(0) { $0 + ($1.dollarsPerDay ?? 0) } }
    public var unpricedModels: Int { models.count { $0.dollarsPerDay == nil } }

    private static func estimate(_ model: ModelConfig) -> Model {
        let targets = Double(model.targets.count)
        let probes = perDay(model.interval) * targets
        var input = probes * inputTokens(model.probe.prompt)
        var output = probes * outputTokens(model.mode, cap: model.probe.maxTokens)
        var total = probes
        for check in model.checks {
            let runs = perDay(check.interval) * targets
            total += runs
            input += runs * inputTokens(check.prompt ?? check.body.map(text) ?? "")
            output += runs * outputTokens(model.mode, cap: cap(of: check) ?? model.probe.maxTokens)
        }
        let dollars =
            model.localRuntime != nil ? 0 : model.price.map { (input * $0.input + output * $0.output) / 1_000_000 }
        return Model(
            modelId: model.id, provider: model.provider, probesPerDay: total, inputTokensPerDay: input,
            outputTokensPerDay: output, dollarsPerDay: dollars)
    }

    private static func perDay(_ interval: Duration) -> Double { 86_400 / max(interval.seconds, 0.001) }

    /// The text, its nonce, and what a chat template puts around a message.
    private static func inputTokens(_ text: String) -> Double { Double((text.utf8.count + 3) / 4 + 16) }

    private static func outputTokens(_ mode: ModelConfig.Mode, cap: Int) -> Double {
        mode == .embedding || mode == .rerank ? 0 : Double(cap)
    }

    private static func cap(of check: CheckDefinition) -> Int? {
        for key in ["max_tokens", "max_completion_tokens", "max_output_tokens"] {
            if let cap = check.body?[key]?.number, cap >= 0, cap < 1e9 { return Int(cap) }
        }
        return nil
    }

    private static func text(_ value: JSONValue) -> String {
        switch value {
        case .string(let text): text
        case .array(let items): items.map(text).joined(separator: " ")
        case .object(let members): members.sorted { $0.key < $1.key }.map { text($0.value) }.joined(separator: " ")
        case .null, .bool, .number: ""
        }
    }
}
