import Health
import Synchronization

/// What a model's refusals taught us about its parameters (provider facts §9.1).
struct Lessons: Sendable, Hashable {
    /// The name of the field that caps output tokens.
    var tokenField: ModelTarget.TokenLimit?
    /// The least cap that it takes.
    var leastTokens: Int?
    /// Optional fields that it does not take.
    var omitted: Set<String> = []

    /// Whether it takes streamed requests only, or none.
    var streaming: Streaming?

    enum Streaming: Sendable, Hashable { case always, never }

    /// More than this is not learnt: a probe must stay cheap.
    static let mostTokens = 256
    /// Fields that a probe can do without.
    private static let optional: Set<String> = [
        "temperature", "stream_options", "store", "top_n", "disable_fallbacks", "metadata", "n",
    ]

    /// What the probes do otherwise than configured, in words; `nil` when nothing was learnt.
    var note: String? {
        var parts: [String] = []
        if let tokenField { parts.append("uses \(tokenField.rawValue)") }
        if let leastTokens { parts.append("asks for \(leastTokens) tokens, the least that the model takes") }
        switch streaming {
        case .always: parts.append("always streams, since the model answers in no other way")
        case .never: parts.append("does not stream, since the account or the model may not")
        case nil: break
        }
        parts += omitted.sorted().map { "leaves out \($0)" }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }

    /// Learns from a refusal.
    ///
    /// - Parameters:
    ///   - isTokenFieldOpen: the operator did not fix the name of the cap's field.
    ///   - isStreamed: the refused request asked for a stream.
    /// - Returns: nil when the refusal teaches nothing new.
    func learning(from error: ErrorBody, status: Int, isTokenFieldOpen: Bool, isStreamed: Bool = false) -> Lessons? {
        let words = ErrorWords(error)
        var next = self
        if let streaming = Self.streaming(words, error, status, isStreamed) {
            next.streaming = streaming
            return next == self ? nil : next
        }
        guard status == 400 || status == 422 else { return nil }
        let least = Self.leastValue(in: error.message, words)
        if let least, least <= Self.mostTokens, words.mention("token") || words.has(code: Self.minimumCodes) {
            next.leastTokens = max(least, leastTokens ?? 0)
        } else if words.has(code: Self.unsupportedCodes) || words.mention(any: Self.unsupportedPhrases) {
            let named = error.param.flatMap { $0.isEmpty ? nil : $0 } ?? Self.field(in: error.message)
            switch named {
            case "max_tokens" where isTokenFieldOpen: next.tokenField = .maxCompletionTokens
            case "max_completion_tokens" where isTokenFieldOpen: next.tokenField = .maxTokens
            case let field? where Self.optional.contains(field): next.omitted.insert(field)
            default:
                // A path: `body.stream_options`, `stream_options.include_usage`.
                let parts = named?.split(separator: ".").map { String($0) } ?? []
                if let field = parts.first(where: Self.optional.contains) { next.omitted.insert(field) }
            }
        }
        return next == self ? nil : next
    }

    // MARK: Words

    private static let minimumCodes: Set<String> = ["integerbelowminvalue"]
    private static let unsupportedCodes: Set<String> = [
        "unsupportedparameter", "unsupportedvalue", "unknownparameter", "extraforbidden", "unrecognizedparameter",
    ]
    private static let unsupportedPhrases = [
        "unsupported parameter", "unrecognized request argument", "extra inputs are not permitted",
        "not supported with this model", "not supported by this model", "not supported on this model",
        "unexpected keyword", "does not support", "doesn't support", "is deprecated for this model", "unknown name",
        "is unsupported", "additional properties are not allowed", "unsupportedparamserror", "unknown field",
        "unknown parameter", "not a valid parameter", "is not permitted", "unrecognized field", "unrecognized key",
        "unexpected field", "unknown argument",
    ]
    private static let neverStreams = [
        "must be verified to stream", "does not support stream", "doesn't support stream", "streaming is not supported",
        "stream is not supported", "not support streaming", "unsupported for streaming", "streaming not supported",
        "invokemodelwithresponsestream", "streaming is not allowed", "streaming is disabled",
        "streaming is not available",
        "streaming is not enabled", "streaming is not implemented", "not allowed to stream", "stream must be false",
        "cannot stream", "'stream' does not support", "streaming responses are not",
    ]
    private static let onlyStreams = [
        "only support stream mode", "only supports stream", "only support streaming", "only streaming is supported",
        "must be set to false for non-streaming", "stream must be true", "stream must be set to true",
        "non-streaming is not supported", "requires stream", "streaming is required", "non-stream is not supported",
        "please enable the stream parameter",
    ]

    private static func streaming(
        _ words: ErrorWords, _ error: ErrorBody, _ status: Int, _ isStreamed: Bool
    ) -> Streaming? {
        guard [400, 401, 403, 404, 405, 422, 501].contains(status) else { return nil }
        // Not to be taken for a word on streams themselves.
        if words.mention("stream_options") || error.param?.hasPrefix("stream_options") ?? false { return nil }
        if !isStreamed { return words.mention(any: onlyStreams) ? .always : nil }
        let isNamed =
            error.param == "stream" && (words.has(code: unsupportedCodes) || words.mention(any: unsupportedPhrases))
        return isNamed || words.mention(any: neverStreams) ? .never : nil
    }

    /// The number in "Expected a value >= 16", "greater than or equal to 16", "must be at least 16".
    private static func leastValue(in message: String, _ words: ErrorWords) -> Int? {
        let text = message.prefix(2_000).lowercased()
        let leads = [">=", "greater than or equal to", "at least", "minimum of", "minimum is", "minimum value is"]
        let isMinimum =
            words.has(code: minimumCodes) || words.mention(any: ["below minimum", "below the minimum"])
            || words.mention(any: leads + ["must be greater than "])
        guard isMinimum else { return nil }
        for lead in leads {
            guard let start = text.firstRange(of: lead)?.upperBound else { continue }
            let rest = text[start...].drop { " :'\"`".contains($0) }
            if let number = Int(rest.prefix { $0.isASCII && $0.isNumber }) { return number }
        }
        // "max_tokens must be greater than 2"
        if let start = text.firstRange(of: "must be greater than ")?.upperBound {
            return Int(text[start...].prefix { $0.isASCII && $0.isNumber }).map { $0 + 1 }
        }
        return nil
    }

    /// The field that a message names where `param` does not: the first known one in it.
    private static func field(in message: String) -> String? {
        let known = optional.subtracting(["n", "metadata"]).union(["max_tokens", "max_completion_tokens"])
        let words = message.prefix(2_000).split { !($0.isLetter || $0 == "_") }.map { String($0) }
        return words.first { known.contains($0) }
    }
}

/// What was learnt of each target, for the life of the prober.
final class LessonBook: Sendable {
    private struct Page: Hashable {
        var modelID: ModelID
        var target: ModelTarget
    }
    private let pages = Mutex<[Page: Lessons]>([:])

    /// A target that is configured anew starts unlearnt.
    func lessons(for target: ModelTarget, of modelID: ModelID) -> Lessons {
        pages.withLock { pages in
            // Most know nothing, and a target is long to hash.
            pages.isEmpty ? nil : pages[Page(modelID: modelID, target: target)]
        } ?? Lessons()
    }

    func remember(_ lessons: Lessons, for target: ModelTarget, of modelID: ModelID) {
        pages.withLock { $0[Page(modelID: modelID, target: target)] = lessons }
    }

    /// Keeps only what is known of these models.
    func keep(_ models: [ModelID: ModelConfig]) {
        pages.withLock { pages in
            pages = pages.filter { models[$0.key.modelID]?.targets.contains($0.key.target) ?? false }
        }
    }
}
