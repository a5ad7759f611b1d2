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

    /// More than this is not learnt: a probe must stay cheap.
    static let mostTokens = 256
    /// Fields that a probe can do without.
    private static let optional: Set<String> = ["temperature", "stream_options", "store", "top_n"]

    /// What the probes do otherwise than configured, in words; `nil` when nothing was learnt.
    var note: String? {
        var parts: [String] = []
        if let tokenField { parts.append("uses \(tokenField.rawValue)") }
        if let leastTokens { parts.append("asks for \(leastTokens) tokens, the least that the model takes") }
        parts += omitted.sorted().map { "leaves out \($0)" }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }

    /// Learns from a refusal.
    ///
    /// - Parameter isTokenFieldOpen: the operator did not fix the name of the cap's field.
    /// - Returns: nil when the refusal teaches nothing new.
    func learning(from error: ErrorBody, status: Int, isTokenFieldOpen: Bool) -> Lessons? {
        guard status == 400 || status == 422 else { return nil }
        var next = self
        let isUnsupported =
            error.says(["unsupported_parameter", "unsupported_value", "unknown_parameter", "extra_forbidden"])
            || error.mentions(
                "unsupported parameter", "unrecognized request argument", "extra inputs are not permitted")
            || error.mentions("not supported with this model", "unexpected keyword", "does not support")
        let isTooSmall =
            error.says(["integer_below_min_value"]) || error.mentions("integer below minimum value")
        if isTooSmall, let least = Self.leastValue(in: error.message), least <= Self.mostTokens {
            next.leastTokens = max(least, leastTokens ?? 0)
        } else if isUnsupported {
            let named = error.param ?? Self.field(in: error.message)
            switch named {
            case "max_tokens" where isTokenFieldOpen: next.tokenField = .maxCompletionTokens
            case "max_completion_tokens" where isTokenFieldOpen: next.tokenField = .maxTokens
            case let field? where Self.optional.contains(field): next.omitted.insert(field)
            default: break
            }
        }
        return next == self ? nil : next
    }

    /// The number in "Expected a value >= 16".
    private static func leastValue(in message: String) -> Int? {
        guard let start = message.firstRange(of: ">=")?.upperBound else { return nil }
        return Int(message[start...].drop { !$0.isNumber }.prefix { $0.isASCII && $0.isNumber })
    }

    /// The field that a message names where `param` does not: the first known one in it.
    private static func field(in message: String) -> String? {
        let known = optional.union(["max_tokens", "max_completion_tokens"])
        let words = message.split { !($0.isLetter || $0 == "_") }.map { String($0) }
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
        pages.withLock { $0[Page(modelID: modelID, target: target)] } ?? Lessons()
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
