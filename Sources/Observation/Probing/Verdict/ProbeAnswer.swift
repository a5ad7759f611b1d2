/// What an answer says, whatever the dialect it came in.
struct ProbeAnswer: Sendable, Hashable {
    /// What is missing for the answer to count as one ("choices"); `nil` when the model is alive.
    var lack: String?
    /// The text of the answer; empty when a cap cut it off before the first word.
    var text = ""
    /// The model that the answer names.
    var model: String?
    var inputTokens: Int?
    var outputTokens: Int?
    /// An error inside an answer that claims success.
    var error: ErrorBody?
}
