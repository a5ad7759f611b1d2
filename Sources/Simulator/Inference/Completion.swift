#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What a request wants of a model, whatever API it came through.
struct InferenceRequest: Sendable {
    var model: String
    var stream: Bool
    /// The most output tokens; nil = no cap.
    var cap: Int?
    /// The text of the prompt, only to count its tokens.
    var prompt: String
    /// Whether a stream ends with an event that has the token counts (OpenAI's `stream_options.include_usage`).
    var wantsStreamUsage = false
    /// How many inputs or documents there are (embeddings, rerank).
    var inputs = 1
}

/// What a model has come up with, before it is put into the words of an API.
struct Completion: Sendable {
    var id: String
    /// Seconds since 1970.
    var created: Int
    var model: String
    /// The text in the pieces in which it is streamed.
    var pieces: [String]
    var finish: Finish
    /// The reason that is told in place of `finish`, in whatever words.
    var toldFinish: String?
    var promptTokens: Int
    /// All output tokens, those of the reasoning included.
    var completionTokens: Int
    var reasoningTokens: Int
    var wantsStreamUsage: Bool
    var inputs: Int

    enum Finish: String, Sendable {
        case stop, length
    }

    static var currentSecond: Int { Int(Date().timeIntervalSince1970) }

    /// The finish reason as it is told.
    var finishWord: String { toldFinish ?? finish.rawValue }
    var text: String { pieces.joined() }
    var totalTokens: Int { promptTokens + completionTokens }

    /// Thinks up the answer to a request.
    /// - Parameter isEmpty: whether the text is to stay empty, as with a cap that the reasoning used up.
    init(_ request: InferenceRequest, number: Int, behavior: Behavior, rules: ParameterRules, isEmpty: Bool) {
        id = "sim-\(number)"
        created = Self.currentSecond
        toldFinish = behavior.finishReason
        model = behavior.servedModel ?? request.model
        wantsStreamUsage = request.wantsStreamUsage
        inputs = request.inputs
        // About four bytes a token, and seven for the frame of a chat message.
        promptTokens = 7 + (request.prompt.utf8.count + 3) / 4
        let words = Self.pieces(of: behavior.text)
        let cap = request.cap ?? Int.max
        let room = max(0, cap - rules.reasoningTokens)
        if isEmpty || room == 0 {
            pieces = []
            finish = .length
            completionTokens = request.cap ?? 1
            reasoningTokens = rules.reasoningTokens > 0 ? completionTokens : 0
        } else {
            pieces = Array(words.prefix(room))
            finish = words.count > room ? .length : .stop
            reasoningTokens = rules.reasoningTokens
            completionTokens = reasoningTokens + pieces.count
        }
    }

    /// The words of a text, each with the space before it, so that they join to the same text.
    private static func pieces(of text: String) -> [String] {
        var pieces: [String] = []
        for character in text {
            if pieces.isEmpty || (character == " " && pieces.last != " ") { pieces.append("") }
            pieces[pieces.count - 1].append(character)
        }
        return pieces
    }
}
