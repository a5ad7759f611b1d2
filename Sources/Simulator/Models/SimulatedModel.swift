/// A model as it is put into the simulator.
package struct SimulatedModel: Sendable, Equatable {
    /// The id that requests name. Ollama's ids without a tag mean `:latest`.
    package var id: String
    package var face: Face
    package var kind: Kind
    package var behavior: Behavior
    /// Which request parameters the model refuses.
    package var rules: ParameterRules
    /// For local faces: whether it is in memory at the start.
    package var isLoaded: Bool
    /// For local faces: how long the first request to an unloaded model waits for it.
    package var loadTime: Duration
    /// For local faces: the size in memory, bytes.
    package var size: Int
    /// For Ollama: the share of the size that lies in video memory, 0…1. Below 1 the model runs partly on the CPU.
    package var vramShare: Double
    /// The time a loaded model stays after a request; Ollama's default is 5 minutes.
    package var keepAlive: Duration
    /// For local faces: whether a model that is in memory at the start leaves it like one that a request has loaded,
    /// rather than stay for good.
    package var expires: Bool
    /// How many requests are worked on at once; others wait their turn. nil = all of them. The OpenAI face tells of it at
    /// `/slots`, `/metrics` and `/health`, as llama.cpp does.
    package var slots: Int?

    package enum Kind: String, Sendable, Codable, Equatable, CaseIterable {
        case chat, embedding, rerank

        package init(from decoder: any Decoder) throws { self = try StrictDecoding.choice(of: "kind", from: decoder) }
    }

    package init(
        _ id: String, on face: Face = .openAI, kind: Kind = .chat, behavior: Behavior = .ok,
        rules: ParameterRules = .lenient, isLoaded: Bool = false, loadTime: Duration = .zero,
        size: Int = 2_019_393_189, vramShare: Double = 1, keepAlive: Duration = .seconds(300),
        expires: Bool = false, slots: Int? = nil
    ) {
        self.id = id
        self.face = face
        self.kind = kind
        self.behavior = behavior
        self.rules = rules
        self.isLoaded = isLoaded
        self.loadTime = loadTime
        self.size = size
        self.vramShare = vramShare
        self.keepAlive = keepAlive
        self.expires = expires
        self.slots = slots
    }
}

/// The request parameters that a model refuses (provider-facts §9.1).
package struct ParameterRules: Sendable, Equatable {
    /// `max_tokens` is answered with 400 `unsupported_parameter`; it has to be `max_completion_tokens`.
    package var refusesMaxTokens: Bool
    /// A `temperature` other than 1 is answered with 400 `unsupported_value`.
    package var refusesTemperature: Bool
    /// An output cap below this is answered with 400 `integer_below_min_value`; nil = any.
    package var minimumTokens: Int?
    /// Tokens spent on thinking before the first token of text. A cap at or below it leaves the text empty.
    package var reasoningTokens: Int

    package init(
        refusesMaxTokens: Bool = false, refusesTemperature: Bool = false, minimumTokens: Int? = nil,
        reasoningTokens: Int = 0
    ) {
        self.refusesMaxTokens = refusesMaxTokens
        self.refusesTemperature = refusesTemperature
        self.minimumTokens = minimumTokens
        self.reasoningTokens = reasoningTokens
    }

    package static let lenient = ParameterRules()

    /// The rules of OpenAI's reasoning models: no `max_tokens`, no temperature, at least 16 tokens.
    package static let reasoning = ParameterRules(
        refusesMaxTokens: true, refusesTemperature: true, minimumTokens: 16, reasoningTokens: 8)
}

extension SimulatedModel: Codable {
    private enum Key: String, CodingKey, CaseIterable {
        case id, face, kind, behavior, reasoning, minimumTokens, reasoningTokens
        case isLoaded = "loaded"
        case loadTime, size, vramShare, keepAlive, expires, slots
    }

    package init(from decoder: any Decoder) throws {
        let container = try StrictDecoding.container(of: decoder, keyedBy: Key.self, what: "model")
        self.init(try container.decode(String.self, forKey: .id), on: try container.decode(Face.self, forKey: .face))
        guard !id.isEmpty else {
            throw StrictDecoding.invalid("a model needs an id", at: container.codingPath + [Key.id])
        }
        guard face.holdsModels else {
            throw StrictDecoding.invalid(
                "the gateway has no models of its own; put '\(id)' on the face of its provider",
                at: container.codingPath + [Key.face])
        }
        kind = try container.decodeIfPresent(Kind.self, forKey: .kind) ?? kind
        behavior = try container.decodeIfPresent(Behavior.self, forKey: .behavior) ?? behavior
        if try container.decodeIfPresent(Bool.self, forKey: .reasoning) ?? false { rules = .reasoning }
        rules.minimumTokens = try container.decodeIfPresent(Int.self, forKey: .minimumTokens) ?? rules.minimumTokens
        rules.reasoningTokens =
            try container.decodeIfPresent(Int.self, forKey: .reasoningTokens) ?? rules.reasoningTokens
        isLoaded = try container.decodeIfPresent(Bool.self, forKey: .isLoaded) ?? isLoaded
        loadTime = try container.decodeIfPresent(TextDuration.self, forKey: .loadTime)?.duration ?? loadTime
        size = try container.decodeIfPresent(Int.self, forKey: .size) ?? size
        vramShare = try container.decodeIfPresent(Double.self, forKey: .vramShare) ?? vramShare
        keepAlive = try container.decodeIfPresent(TextDuration.self, forKey: .keepAlive)?.duration ?? keepAlive
        expires = try container.decodeIfPresent(Bool.self, forKey: .expires) ?? expires
        slots = try container.decodeIfPresent(Int.self, forKey: .slots)
        guard slots ?? 1 > 0 else {
            throw StrictDecoding.invalid("slots must be at least 1", at: container.codingPath + [Key.slots])
        }
        guard (0...1).contains(vramShare) else {
            throw StrictDecoding.invalid("vramShare must lie within 0…1", at: container.codingPath + [Key.vramShare])
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(id, forKey: .id)
        try container.encode(face, forKey: .face)
        try container.encode(kind, forKey: .kind)
        try container.encode(behavior, forKey: .behavior)
        try container.encode(rules.refusesMaxTokens, forKey: .reasoning)
        try container.encodeIfPresent(rules.minimumTokens, forKey: .minimumTokens)
        try container.encode(rules.reasoningTokens, forKey: .reasoningTokens)
        try container.encode(isLoaded, forKey: .isLoaded)
        try container.encode(TextDuration(loadTime), forKey: .loadTime)
        try container.encode(size, forKey: .size)
        try container.encode(vramShare, forKey: .vramShare)
        try container.encode(TextDuration(keepAlive), forKey: .keepAlive)
        try container.encodeIfPresent(slots, forKey: .slots)
        if expires { try container.encode(expires, forKey: .expires) }
    }
}
