import Health

/// The request and answer format of an endpoint.
///
/// A new one is a case of ``Health/ModelTarget/Dialect``, a type of this kind in a file of its own, and one line in
/// ``ProbeDialects``.
protocol ProbeDialect: Sendable {
    /// The request of a probe, without what a gateway or the operator adds.
    func draft(of ask: ProbeAsk) throws(ProbeRefusal) -> ProbeDraft
    /// Reads a complete answer.
    func read(_ json: JSONValue, mode: ModelConfig.Mode) -> ProbeAnswer
    /// Reads a streamed answer from its events.
    func read(_ events: [Exchange.TimedEvent], mode: ModelConfig.Mode) -> StreamedAnswer
    /// The headers that carry a key.
    func credentials(_ key: Secret) -> [(name: String, value: Secret)]
    /// What every request carries beside the key.
    var headers: [(name: String, value: String)] { get }
    /// Where the endpoint's list of models is, with the query of one page.
    func modelListPath(after last: String?) -> String
    /// One page of the list of models; `nil` for what is none.
    func modelList(_ json: JSONValue) -> ModelList?
}

extension ProbeDialect {
    var headers: [(name: String, value: String)] { [] }
    func modelListPath(after last: String?) -> String { "models" }
    func modelList(_ json: JSONValue) -> ModelList? { ModelList(json) }
}

/// Which dialect a target is spoken to in.
enum ProbeDialects {
    private static let all: [ModelTarget.Dialect: any ProbeDialect] = [
        .openAI: OpenAIDialect(),
        .anthropic: AnthropicDialect(),
        .ollama: OllamaDialect(),
        .gemini: GeminiDialect(),
    ]

    /// A gateway speaks OpenAI's dialect for every provider, and translates.
    static func dialect(of target: ModelTarget) -> any ProbeDialect {
        target.gateway == nil ? all[target.dialect] ?? OpenAIDialect() : OpenAIDialect()
    }
}

/// What a probe asks, in no dialect yet.
struct ProbeAsk: Sendable {
    var model: ModelConfig
    var target: ModelTarget
    var config: ProbeConfig
    /// The custom check that asks; `nil` for the plain canary.
    var check: CheckDefinition?
    var isStreamed: Bool
    var lessons: Lessons
    /// Makes the prompt one that no cache has seen.
    var nonce: String
    /// What has to be said so that a local model stays in memory as long as without the probe.
    var stay: LocalStay?

    /// Whether it streams: as wanted, unless the target has taught that it never or only streams.
    var streams: Bool { lessons.streaming.map { $0 == .always } ?? isStreamed }

    /// The user message: the operator's own for a check, else the configured one with the nonce.
    var prompt: String { check?.prompt ?? "\(config.prompt) \(nonce)" }

    /// The cap on output tokens. A check needs room for an answer that can be looked at.
    var cap: Int {
        guard let check else { return max(config.maxTokens, lessons.leastTokens ?? 1) }
        let wanted = check.assertions.compactMap { if case .minimumOutputTokens(let count) = $0 { count } else { nil } }
        return max(config.maxTokens, 256, wanted.max() ?? 0, lessons.leastTokens ?? 1)
    }
}

/// The part of a request that a dialect decides.
struct ProbeDraft: Sendable {
    /// Below `/v1/`; below the server's own root where it begins with a slash.
    var path: String
    var contentType = "application/json"
    var body: [UInt8]
    var isStreamed = false
    var bodyLimit = ProbeRequest.usualBodyLimit
}

/// A probe that cannot be made as configured; nothing was sent.
struct ProbeRefusal: Error, Sendable, Hashable {
    /// One sentence: what is wrong and what to do.
    var message: String
}

/// A streamed answer, put together.
struct StreamedAnswer: Sendable {
    var answer = ProbeAnswer()
    /// When the first token came that carries text, reasoning or a tool call.
    var firstToken: Duration?
    /// When the last such token came.
    var lastToken: Duration?
    /// Whether the stream said that it was over, rather than merely ending.
    var isComplete = false

    /// The server says that it is still loading the model.
    var isLoading = false

    /// A token came.
    mutating func tick(_ at: Duration) {
        answer.hasContent = true
        if firstToken == nil { firstToken = at }
        lastToken = at
    }
}
