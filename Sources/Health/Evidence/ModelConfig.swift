/// A model to be watched, and every way to reach it.
public struct ModelConfig: Sendable, Hashable {
    /// What a model is asked, and so which endpoint, body and answer mean "alive".
    public enum Mode: String, Sendable, Hashable, Codable, CaseIterable {
        /// Answers messages, completes a text, speaks the Responses API, embeds, ranks, draws, or speaks and listens.
        case chat, completion, responses, embedding, rerank, image, audio
    }
    /// When a probe streams, which costs the same and measures the time to the first token.
    public enum Streaming: String, Sendable, Hashable, Codable, CaseIterable {
        /// Every fourth scheduled probe.
        case auto
        /// Every probe streams, or none does.
        case always, never
    }

    /// Unique in the fleet.
    public var id: ModelID
    /// The provider's name in the configuration.
    public var provider: String
    /// At least one; more than one when the model has several keys, regions or accounts.
    public var targets: [ModelTarget]
    /// What it is for, and so how it is asked; default `chat`.
    public var mode: Mode
    /// Between two scheduled probes of one target.
    public var interval: Duration
    /// Seconds to minutes: prompt, cap, deadline and metadata of its probes.
    public var probe: ProbeConfig
    /// Whether its probes stream; default `auto`: every fourth.
    public var streaming: Streaming
    /// Custom checks beside the plain probe; default none.
    public var checks: [CheckDefinition]
    /// Free words that routes may ask for ("vision", "tools").
    public var capabilities: [String]
    /// Set for a model of a local runtime: it is probed only while it is loaded.
    public var localRuntime: LocalRuntime?
    /// Dollars per million input and output tokens, for the cost estimate; `nil` where nobody said.
    public var price: TokenPrice?
    /// Found by discovery rather than written by hand.
    public var isDiscovered: Bool
    /// Patterns of names that the model may answer in beside its own (`gpt-4o*`); `*` takes any.
    public var answersAs: [String]
    /// What it means when another model than before answers.
    public var onOtherModel: OtherModel

    /// What the answer of another model than the one that used to answer makes of the status.
    public enum OtherModel: String, Sendable, Hashable, Codable, CaseIterable { case ignore, degraded, unhealthy }

    /// Defaults: one probe in 15 s, of one short message and at most 16 tokens, within 10 s.
    public init(
        id: ModelID, provider: String, targets: [ModelTarget], mode: Mode = .chat, interval: Duration = .seconds(15),
        probe: ProbeConfig? = nil, streaming: Streaming = .auto, checks: [CheckDefinition] = [],
        capabilities: [String] = [], localRuntime: LocalRuntime? = nil, price: TokenPrice? = nil,
        isDiscovered: Bool = false, answersAs: [String] = [], onOtherModel: OtherModel = .degraded
    ) {
        self.id = id
        self.provider = provider
        self.targets = targets
        self.mode = mode
        self.interval = interval
        self.probe = probe ?? ProbeConfig(modelId: id)
        self.streaming = streaming
        self.checks = checks
        self.capabilities = capabilities
        self.localRuntime = localRuntime
        self.price = price
        self.isDiscovered = isDiscovered
        self.answersAs = answersAs
        self.onOtherModel = onOtherModel
    }
}

/// The name of a target where a model has only one.
public enum TargetName {
    /// The name of a model's only target.
    public static let `default` = "default"
}

/// Dollars per million tokens.
public struct TokenPrice: Sendable, Hashable, Codable {
    /// Dollars per million input tokens.
    public var input: Double
    /// Dollars per million output tokens.
    public var output: Double

    /// Both in dollars per million tokens.
    public init(input: Double, output: Double) {
        self.input = input
        self.output = output
    }
}

/// One way to a model: where requests go, in which dialect, with which key.
public struct ModelTarget: Sendable, Hashable {
    /// Unique within the model.
    public var name: String
    /// How it is spoken to; behind a gateway always as `openAI`.
    public var dialect: Dialect
    /// Where requests go, without the trailing slash and without `/v1`: the gateway's address when there is one.
    public var baseURL: String
    /// The model's name there.
    public var model: String
    /// Sent as the dialect wants it (`Authorization: Bearer` or `x-api-key`).
    public var key: Secret?
    /// Sent as they are, after all others, and so win.
    public var headers: [Header]
    /// Set when requests go through a gateway.
    public var gateway: GatewayRoute?
    /// Where the provider limits output tokens under another name; `auto` learns it once.
    public var tokenLimit: TokenLimit
    /// What the operator said of the key's allowance; `nil` where only the provider's own words tell.
    public var limit: RequestLimit?
    /// 0…1: what probing may take of a limit that the provider announces.
    public var probeShare: Double

    /// The request field that caps output tokens.
    public enum TokenLimit: String, Sendable, Hashable, Codable, CaseIterable {
        /// Learnt from the first refusal, and remembered.
        case auto
        /// `max_tokens`
        case maxTokens = "max_tokens"
        /// `max_completion_tokens`, as OpenAI's reasoning models want it.
        case maxCompletionTokens = "max_completion_tokens"
    }

    /// A header of the operator's own.
    public struct Header: Sendable, Hashable {
        /// Its name, in any case.
        public var name: String
        /// A secret, because nobody can know that it is none.
        public var value: Secret

        /// A header with a value that is never shown.
        public init(name: String, value: Secret) {
            self.name = name
            self.value = value
        }
    }

    /// Defaults: OpenAI's dialect, no gateway, no key.
    public init(
        name: String = TargetName.default, dialect: Dialect = .openAI, baseURL: String, model: String,
        key: Secret? = nil, headers: [Header] = [], gateway: GatewayRoute? = nil, tokenLimit: TokenLimit = .auto,
        limit: RequestLimit? = nil, probeShare: Double? = nil
    ) {
        self.name = name
        self.dialect = dialect
        self.baseURL = baseURL
        self.model = model
        self.key = key
        self.headers = headers
        self.gateway = gateway
        self.tokenLimit = tokenLimit
        self.limit = limit
        self.probeShare = probeShare ?? limit?.share ?? RequestLimit.standardShare
    }
}

/// How a gateway is told to route a probe to one provider: Portkey (provider facts §1.2) or LiteLLM.
public struct GatewayRoute: Sendable, Hashable {
    /// The kinds of gateway that are known.
    public enum Kind: String, Sendable, Hashable, Codable, CaseIterable { case portkey, litellm }

    /// The gateway's name in the configuration.
    public var gateway: String
    /// Whose headers and words it speaks in; all fields below but `isHosted` are Portkey's.
    public var kind: Kind
    /// `x-portkey-provider`: a provider id, or `@slug` on a hosted gateway.
    public var provider: String?
    /// `x-portkey-custom-host`: replaces the provider's address.
    public var customHost: String?
    /// `x-portkey-config`: JSON of a config with one target, or a hosted `pc-…` id.
    public var config: String?
    /// `x-portkey-api-key`: the account's key on a hosted gateway.
    public var apiKey: Secret?
    /// `x-portkey-virtual-key`, hosted only.
    public var virtualKey: Secret?
    /// A hosted or enterprise gateway, which caches and takes ids; the open-source one refuses them.
    public var isHosted: Bool

    /// A route through the gateway of this name in the configuration.
    public init(
        gateway: String, kind: Kind = .portkey, provider: String? = nil, customHost: String? = nil,
        config: String? = nil,
        apiKey: Secret? = nil, virtualKey: Secret? = nil, isHosted: Bool = false
    ) {
        self.gateway = gateway
        self.kind = kind
        self.provider = provider
        self.customHost = customHost
        self.config = config
        self.apiKey = apiKey
        self.virtualKey = virtualKey
        self.isHosted = isHosted
    }
}

/// A health check of the operator's own for one model.
public struct CheckDefinition: Sendable, Hashable {
    /// Unique within the model.
    public var name: String
    /// Sent as the user message; ignored when `body` is set.
    public var prompt: String?
    /// Sent as it is, with `model` filled in when it is missing.
    public var body: JSONValue?
    /// Sent beside those of the target, and win over them.
    public var headers: [ModelTarget.Header]
    /// All must hold.
    public var assertions: [Assertion]
    /// Between two runs; default 5 min.
    public var interval: Duration
    /// 0…1: how much of the score a failing check takes away.
    public var weight: Double

    /// What an answer must fulfil.
    public enum Assertion: Sendable, Hashable {
        /// The answer's text contains this.
        case contains(String)
        /// The answer's text matches this regular expression.
        case matches(String)
        /// The answer comes within this time.
        case latencyBelow(Duration)
        /// The HTTP status is this.
        case status(Int)
        /// The value at a path (`choices.0.message.tool_calls.0.function.name`) of the answer exists, or equals this.
        case json(path: String, equals: JSONValue?)
        /// At least this many output tokens.
        case minimumOutputTokens(Int)
    }

    /// `weight`: its share of the model's quality, beside the other checks.
    public init(
        name: String, prompt: String? = nil, body: JSONValue? = nil, headers: [ModelTarget.Header] = [],
        assertions: [Assertion] = [], interval: Duration = .seconds(300), weight: Double = 0.5
    ) {
        self.name = name
        self.prompt = prompt
        self.body = body
        self.headers = headers
        self.assertions = assertions
        self.interval = interval
        self.weight = weight
    }
}
