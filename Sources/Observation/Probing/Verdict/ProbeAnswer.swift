import Health

/// What an answer says, whatever the dialect it came in.
struct ProbeAnswer: Sendable, Hashable {
    /// What is missing for the answer to count as one ("choices"); `nil` when the model is alive.
    var lack: String?
    /// The text of the answer; empty when a cap cut it off before the first word.
    var text = ""
    /// The model that the answer names.
    var model: String?
    /// It holds anything that a model makes: text, reasoning, a call of a tool, a refusal.
    var hasContent = false
    /// Why the model stopped; `nil` where nobody says.
    var finish: FinishReason?
    var inputTokens: Int?
    var outputTokens: Int?
    /// An error inside an answer that claims success.
    var error: ErrorBody?

    /// A number of tokens as a usage tells it; `nil` for what cannot be one.
    static func tokens(_ value: JSONValue?) -> Int? {
        value?.number.flatMap { Int(exactly: $0.rounded()) }.flatMap { (0...mostTokens).contains($0) ? $0 : nil }
    }

    /// No model takes or makes more at once.
    private static let mostTokens = 10_000_000
}
