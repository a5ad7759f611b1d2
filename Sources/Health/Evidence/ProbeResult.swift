#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// What one probe found.
///
/// JSON carries the mission's `success`, `latency` (milliseconds) and `error`, and the details beside them.
public struct ProbeResult: Sendable, Hashable {
    /// When each phase of the exchange ended, counted from its start.
    public struct Phases: Sendable, Hashable {
        /// DNS, TCP, TLS and any wait for a pooled connection.
        public var connect: Duration?
        /// The response's head.
        public var head: Duration?
        /// The first byte of the body.
        public var firstByte: Duration?
        /// The first token that carries text, of a streamed answer.
        public var firstToken: Duration?
        /// The longest wait between two parts of the body.
        public var longestGap: Duration?

        /// Times from the start of the request; `nil` for a phase that was not reached.
        public init(
            connect: Duration? = nil, head: Duration? = nil, firstByte: Duration? = nil, firstToken: Duration? = nil,
            longestGap: Duration? = nil
        ) {
            self.connect = connect
            self.head = head
            self.firstByte = firstByte
            self.firstToken = firstToken
            self.longestGap = longestGap
        }
    }

    /// The model that was probed.
    public var modelId: ModelID
    /// The target probed; `default` where the model has only one.
    public var target: String
    /// What it came to.
    public var outcome: Outcome
    /// From sending to the end of the answer; `nil` when the probe never left.
    public var latency: Duration?
    /// How long each phase took.
    public var phases: Phases
    /// Tokens of the request, as the answer tells them.
    public var inputTokens: Int?
    /// Tokens of the answer, as the answer tells them.
    public var outputTokens: Int?
    /// Whether the answer was asked for as a stream.
    public var isStreamed: Bool
    /// What the answer's headers say of the account's requests; `nil` where they say nothing.
    public var allowance: Allowance?
    /// The model that the answer names, where it names one.
    public var answeredModel: String?
    /// When the probe left, by the wall clock.
    public var startedAt: Date
    /// The result of an earlier probe, returned because it is fresh enough.
    public var isCached: Bool
    /// What the prober learnt or the answer hinted ("uses max_completion_tokens").
    public var note: String?

    /// `latency`: from the start of the request to the last byte; `nil` when no answer came.
    public init(
        modelId: ModelID, target: String = TargetName.default, outcome: Outcome, latency: Duration? = nil,
        phases: Phases = .init(), inputTokens: Int? = nil, outputTokens: Int? = nil, isStreamed: Bool = false,
        answeredModel: String? = nil, startedAt: Date, isCached: Bool = false, note: String? = nil,
        allowance: Allowance? = nil
    ) {
        self.modelId = modelId
        self.target = target
        self.outcome = outcome
        self.latency = latency
        self.phases = phases
        self.inputTokens = inputTokens
        self.outputTokens = outputTokens
        self.isStreamed = isStreamed
        self.allowance = allowance
        self.answeredModel = answeredModel
        self.startedAt = startedAt
        self.isCached = isCached
        self.note = note
    }

    /// Whether the model answered as it should.
    public var success: Bool { outcome.class == .ok }
    /// Why not, in one sentence; `nil` on success.
    public var error: String? { success ? nil : outcome.detail }
}

extension ProbeResult.Phases: Codable {
    enum CodingKeys: String, CodingKey { case connectMs, headMs, firstByteMs, firstTokenMs, longestGapMs }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func duration(_ key: CodingKeys) throws -> Duration? {
            try container.decodeIfPresent(Double.self, forKey: key).map { .milliseconds($0) }
        }
        self.init(
            connect: try duration(.connectMs), head: try duration(.headMs), firstByte: try duration(.firstByteMs),
            firstToken: try duration(.firstTokenMs), longestGap: try duration(.longestGapMs))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(connect?.milliseconds, forKey: .connectMs)
        try container.encodeIfPresent(head?.milliseconds, forKey: .headMs)
        try container.encodeIfPresent(firstByte?.milliseconds, forKey: .firstByteMs)
        try container.encodeIfPresent(firstToken?.milliseconds, forKey: .firstTokenMs)
        try container.encodeIfPresent(longestGap?.milliseconds, forKey: .longestGapMs)
    }
}

extension ProbeResult: Codable {
    enum CodingKeys: String, CodingKey {
        case modelId, target, success, latency, error, outcome, phases, inputTokens, outputTokens, streamed
        case answeredModel, startedAt, cached, note, allowance
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        modelId = try container.decode(ModelID.self, forKey: .modelId)
        target = try container.decode(String.self, forKey: .target)
        outcome = try container.decode(Outcome.self, forKey: .outcome)
        latency = try container.decodeIfPresent(Double.self, forKey: .latency).map { .milliseconds($0) }
        phases = try container.decode(Phases.self, forKey: .phases)
        inputTokens = try container.decodeIfPresent(Int.self, forKey: .inputTokens)
        outputTokens = try container.decodeIfPresent(Int.self, forKey: .outputTokens)
        isStreamed = try container.decode(Bool.self, forKey: .streamed)
        answeredModel = try container.decodeIfPresent(String.self, forKey: .answeredModel)
        startedAt = try container.decode(Date.self, forKey: .startedAt)
        isCached = try container.decode(Bool.self, forKey: .cached)
        note = try container.decodeIfPresent(String.self, forKey: .note)
        allowance = try container.decodeIfPresent(Allowance.self, forKey: .allowance)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(modelId, forKey: .modelId)
        try container.encode(target, forKey: .target)
        try container.encode(success, forKey: .success)
        try container.encode(latency?.milliseconds, forKey: .latency)
        try container.encodeIfPresent(error, forKey: .error)
        try container.encode(outcome, forKey: .outcome)
        try container.encode(phases, forKey: .phases)
        try container.encodeIfPresent(inputTokens, forKey: .inputTokens)
        try container.encodeIfPresent(outputTokens, forKey: .outputTokens)
        try container.encode(isStreamed, forKey: .streamed)
        try container.encodeIfPresent(answeredModel, forKey: .answeredModel)
        try container.encode(startedAt, forKey: .startedAt)
        try container.encode(isCached, forKey: .cached)
        try container.encodeIfPresent(note, forKey: .note)
        try container.encodeIfPresent(allowance, forKey: .allowance)
    }
}
