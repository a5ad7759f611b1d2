public import Health

extension Configuration {
    static let interval = Duration.seconds(1)...(.seconds(86_400))
    static let timeout = Duration.milliseconds(100)...(.seconds(600))
    static let tokenCap = 1...4_096

    /// What models take where they say nothing.
    public struct Defaults: Sendable, Hashable {
        /// Between two scheduled probes of one target; default 15 s; key `interval`.
        public var interval: Duration
        /// For a whole probe, from connecting to the last byte; default 10 s; key `timeout`.
        public var timeout: Duration
        /// When probes stream; default `auto`, every fourth; key `streaming`.
        public var streaming: ModelConfig.Streaming
        /// Cap on a probe's output tokens; default 16 (the mission's 1 is refused by newer models); key `maxTokens`.
        public var maxTokens: Int
        /// The probe's text, before its nonce; default `ping`; key `prompt`.
        public var prompt: String
        /// The share of the time that a model should be up, in percent; default 99.5; key `uptimeObjective`.
        public var uptimeObjective: Double

        /// Defaults as the properties say.
        public init(
            interval: Duration = .seconds(15), timeout: Duration = .seconds(10),
            streaming: ModelConfig.Streaming = .auto, maxTokens: Int = 16, prompt: String = "ping",
            uptimeObjective: Double = 99.5
        ) {
            self.interval = interval
            self.timeout = timeout
            self.streaming = streaming
            self.maxTokens = maxTokens
            self.prompt = prompt
            self.uptimeObjective = uptimeObjective
        }
    }

    /// A model that is watched.
    public struct Model: Sendable, Hashable {
        /// Unique in the fleet; default the model's name; key `id`.
        public var id: String?
        /// A key of `providers`, or the kind of a local runtime that is watched; key `provider`.
        public var provider: String
        /// The model's name at the provider; default the id; key `model`.
        public var model: String?
        /// Switched off models are not probed; default true; key `enabled`.
        public var isEnabled: Bool
        /// Key `interval`; default that of `defaults`.
        public var interval: Duration?
        /// Key `timeout`; default that of `defaults`.
        public var timeout: Duration?
        /// What it is asked; default `chat`; key `mode`.
        public var mode: ModelConfig.Mode
        /// Key `streaming`; default that of `defaults`.
        public var streaming: ModelConfig.Streaming?
        /// The request field that caps output tokens; default `auto`, learnt from a refusal; key `tokenLimit`.
        public var tokenLimit: ModelTarget.TokenLimit
        /// Key `maxTokens`; default that of `defaults`.
        public var maxTokens: Int?
        /// Sent only when set, since reasoning models refuse any but 1; key `temperature`.
        public var temperature: Double?
        /// Key `prompt`; default that of `defaults`.
        public var prompt: String?
        /// Percent; key `uptimeObjective`; default that of `defaults`.
        public var uptimeObjective: Double?
        /// Added to the metadata of its probes; key `metadata`.
        public var metadata: [String: JSONValue]
        /// Free words that routes may ask for; key `capabilities`.
        public var capabilities: [String]
        /// Dollars per million tokens; default that of the provider; key `price`.
        public var price: TokenPrice?
        /// Sent with its probes, replacing the provider's of the same name; key `headers`.
        public var headers: [ModelTarget.Header]
        /// Several ways to it; default those of the provider, else one; key `targets`.
        public var targets: [Target]
        /// Health checks of the operator's own; key `checks`.
        public var checks: [CheckDefinition]
        /// Patterns of names that it may answer in beside its own; key `answersAs`.
        public var answersAs: [String]
        /// What it means when another model than before answers; default `degraded`; key `onOtherModel`.
        public var onOtherModel: ModelConfig.OtherModel

        /// Defaults as the properties say.
        public init(
            id: String? = nil, provider: String, model: String? = nil, isEnabled: Bool = true,
            interval: Duration? = nil, timeout: Duration? = nil, mode: ModelConfig.Mode = .chat,
            streaming: ModelConfig.Streaming? = nil, tokenLimit: ModelTarget.TokenLimit = .auto,
            maxTokens: Int? = nil, temperature: Double? = nil, prompt: String? = nil,
            uptimeObjective: Double? = nil, metadata: [String: JSONValue] = [:], capabilities: [String] = [],
            price: TokenPrice? = nil,
            headers: [ModelTarget.Header] = [], targets: [Target] = [], checks: [CheckDefinition] = [],
            answersAs: [String] = [], onOtherModel: ModelConfig.OtherModel = .degraded
        ) {
            self.id = id
            self.provider = provider
            self.model = model
            self.isEnabled = isEnabled
            self.interval = interval
            self.timeout = timeout
            self.mode = mode
            self.streaming = streaming
            self.tokenLimit = tokenLimit
            self.maxTokens = maxTokens
            self.uptimeObjective = uptimeObjective
            self.temperature = temperature
            self.prompt = prompt
            self.metadata = metadata
            self.capabilities = capabilities
            self.price = price
            self.headers = headers
            self.targets = targets
            self.checks = checks
            self.answersAs = answersAs
            self.onOtherModel = onOtherModel
        }

        /// The id in the fleet.
        public var modelID: ModelID { ModelID(id ?? model ?? "") }
        /// The model's name at the provider.
        public var upstreamName: String { model ?? id ?? "" }
    }

    /// The share of the time that each model should be up; a fraction 0…1.
    public func uptimeObjective(of id: ModelID) -> Double {
        (models.first { $0.modelID == id }?.uptimeObjective ?? defaults.uptimeObjective).percentAsFraction
    }
}

extension Configuration.Defaults {
    static let section = Section(
        "defaults", Configuration.Defaults(),
        [
            Key(
                "interval", \.interval, .duration(Configuration.interval), "between two scheduled probes of one target"),
            Key(
                "timeout", \.timeout, .duration(Configuration.timeout),
                "for a whole probe, from connecting to the last byte"),
            Key("streaming", \.streaming, .choice, "when probes stream: `auto` is every fourth"),
            Key("maxTokens", \.maxTokens, .whole(Configuration.tokenCap), "cap on a probe's output tokens"),
            Key("prompt", \.prompt, .text, "the probe's text; a nonce is added"),
            Key(
                "uptimeObjective", \.uptimeObjective, .number(0...100),
                "the share of the time that a model should be up, in percent"),
        ])
}

extension Configuration.Model {
    static let section = Section(
        "a model", Configuration.Model(provider: ""),
        check: { model, node, reader in
            if model.id == nil, model.model == nil {
                reader.note(node, "a model needs a name; add `id:` or `model:`")
            }
        },
        [
            Key("id", optional: \.id, .text, "unique in the fleet", standard: "the model's name"),
            Key(
                "provider", \.provider, .text(form: "a key of `providers`"),
                "who serves it; \(LocalRuntime.kinds) where those are watched", isRequired: true),
            Key("model", optional: \.model, .text, "the model's name at the provider", standard: "the id"),
            Key("enabled", \.isEnabled, .flag, "whether it is probed: switch models on one by one"),
            Key(
                "interval", optional: \.interval, .duration(Configuration.interval),
                "between two scheduled probes of one target", standard: "`defaults.interval`"),
            Key(
                "timeout", optional: \.timeout, .duration(Configuration.timeout), "for a whole probe",
                standard: "`defaults.timeout`"),
            Key("mode", \.mode, .choice, "what it is asked, and so which answer means alive"),
            Key("streaming", optional: \.streaming, .choice, "when probes stream", standard: "`defaults.streaming`"),
            Key(
                "tokenLimit", \.tokenLimit, .choice,
                "the request field that caps output tokens; `auto` learns it from a refusal"),
            Key(
                "maxTokens", optional: \.maxTokens, .whole(Configuration.tokenCap), "cap on a probe's output tokens",
                standard: "`defaults.maxTokens`"),
            Key(
                "temperature", optional: \.temperature, .number(0...2),
                "sent only when set: reasoning models refuse any but 1", standard: "not sent"),
            Key(
                "prompt", optional: \.prompt, .text, "the probe's text; a nonce is added", standard: "`defaults.prompt`"
            ),
            Key(
                "uptimeObjective", optional: \.uptimeObjective, .number(0...100),
                "the share of the time that it should be up, in percent", standard: "`defaults.uptimeObjective`"),
            Key("metadata", \.metadata, .map(of: .json, name: "name"), "added to the metadata of its probes"),
            Key("capabilities", \.capabilities, .list(.text), "free words that routes may ask for"),
            Key(
                "price", optional: \.price, TokenPrice.section.format, "for the cost estimate",
                standard: "that of the provider"),
            Key("headers", \.headers, .headers, "sent with its probes, replacing the provider's of the same name"),
            Key(
                "targets", \.targets, .list(Configuration.Target.section.format),
                "several ways to it, each watched by itself"),
            Key(
                "answersAs", \.answersAs, .oneOrMore(.text(form: "pattern")),
                "names that it may answer in beside its own (`gpt-4o*`): what a gateway's alias stands for"),
            Key(
                "onOtherModel", \.onOtherModel, .choice,
                "what it makes of the status when another model than before answers"),
            Key("checks", \.checks, .list(CheckDefinition.section.format), "health checks of your own"),
        ])
}

extension Double {
    /// 99.9 is 0.999, and not a little more.
    var percentAsFraction: Double { (self * 1_000_000).rounded() / 100_000_000 }
}
