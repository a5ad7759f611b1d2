import Health

extension OpenAIDialect {
    func read(_ json: JSONValue, mode: ModelConfig.Mode) -> ProbeAnswer {
        guard json.object != nil || mode == .rerank && json.array != nil else {
            return ProbeAnswer(lack: "a JSON object")
        }
        var answer = ProbeAnswer()
        answer.model = json["model"]?.string
        Self.readUsage(json["usage"] ?? .null, into: &answer)
        switch mode {
        case .chat, .completion: readChoices(json, into: &answer)
        case .responses: readResponse(json, into: &answer)
        case .embedding:
            let first = json["data"]?.array?.first?["embedding"]
            let isThere = first?.array.map { !$0.isEmpty } ?? first?.string.map { !$0.isEmpty } ?? false
            if !isThere { answer.lack = "an embedding" }
        case .rerank:
            let results = json["results"]?.array ?? json["data"]?.array ?? json.array
            if results?.first?.object == nil { answer.lack = "results" }
        case .image:
            let first = json["data"]?.array?.first
            let isThere = first?["url"]?.string ?? first?["b64_json"]?.string
            if isThere?.isEmpty ?? true { answer.lack = "an image" }
        case .audio:
            answer.text = json["text"]?.string ?? ""
            if json["text"]?.string == nil { answer.lack = "a transcript" }
        }
        return answer
    }

    private func readChoices(_ json: JSONValue, into answer: inout ProbeAnswer) {
        guard let choice = json["choices"]?.array?.first, choice.object != nil else {
            answer.lack = "choices"
            return
        }
        let content = choice["message"]?["content"] ?? choice["text"] ?? .null
        answer.text = Self.text(content)
        if let error = choice["error"], error != .null { answer.error = ErrorBody(.object(["error": error])) }
    }

    private func readResponse(_ json: JSONValue, into answer: inout ProbeAnswer) {
        switch json["status"]?.string {
        case "failed", "cancelled": answer.lack = "a completed response"
        default:
            guard let output = json["output"]?.array else {
                answer.lack = "output"
                return
            }
            let parts = output.flatMap { $0["content"]?.array ?? [] }
            answer.text = json["output_text"]?.string ?? parts.compactMap { $0["text"]?.string }.joined()
        }
    }

    /// A text, or a list of parts with texts.
    private static func text(_ content: JSONValue) -> String {
        content.string ?? (content.array ?? []).compactMap { $0["text"]?.string }.joined()
    }

    private static func readUsage(_ usage: JSONValue, into answer: inout ProbeAnswer) {
        func count(_ names: String...) -> Int? {
            names.lazy.compactMap { usage[$0]?.number }.first.flatMap { Int(exactly: $0.rounded()) }
        }
        answer.inputTokens = count("prompt_tokens", "input_tokens", "total_tokens") ?? answer.inputTokens
        answer.outputTokens = count("completion_tokens", "output_tokens") ?? answer.outputTokens
    }

    // MARK: Streams

    func read(_ events: [Exchange.TimedEvent], mode: ModelConfig.Mode) -> StreamedAnswer {
        var stream = StreamedAnswer()
        var hasChoice = false
        for event in events {
            if event.event.data == "[DONE]" {
                stream.isComplete = true
                continue
            }
            guard let json = JSONText.parse(event.event.data), json.object != nil else {
                stream.answer.lack = "readable events"
                continue
            }
            if let error = Self.error(in: json, named: event.event.name) {
                stream.answer.error = error
                return stream
            }
            let response = json["response"] ?? json
            stream.answer.model = response["model"]?.string ?? stream.answer.model
            Self.readUsage(response["usage"] ?? .null, into: &stream.answer)
            let piece = mode == .responses ? Self.responsePiece(json) : Self.choicePiece(json)
            hasChoice = hasChoice || piece.isChoice
            stream.isComplete = stream.isComplete || piece.isLast
            stream.answer.text += piece.text
            if piece.hasToken, stream.firstToken == nil { stream.firstToken = event.at }
        }
        if !hasChoice { stream.answer.lack = mode == .responses ? "a response" : "choices" }
        return stream
    }

    private struct Piece {
        var text = ""
        var hasToken = false
        var isChoice = false
        var isLast = false
    }

    private static func error(in json: JSONValue, named name: String) -> ErrorBody? {
        if let error = json["error"], error != .null { return ErrorBody(json) }
        if let error = json["response"]?["error"], error != .null { return ErrorBody(.object(["error": error])) }
        if name == "error" || json["type"]?.string == "error" { return ErrorBody(.object(["error": json])) }
        if json["type"]?.string == "response.failed" { return ErrorBody(text: "the response failed") }
        if let error = json["choices"]?.array?.first?["error"], error != .null {
            return ErrorBody(.object(["error": error]))
        }
        return ErrorBody(json).flatMap { $0.isWrappedText || $0.isGatewayFailure ? $0 : nil }
    }

    private static func choicePiece(_ json: JSONValue) -> Piece {
        // The usage at the end comes with an empty list of choices.
        guard let choice = json["choices"]?.array?.first, choice.object != nil else { return Piece() }
        var piece = Piece(isChoice: true)
        let delta = choice["delta"] ?? choice["message"] ?? .null
        piece.text = text(delta["content"] ?? choice["text"] ?? .null)
        let carriers = ["reasoning_content", "reasoning", "refusal"].compactMap { delta[$0]?.string }
        let hasCall = !(delta["tool_calls"]?.array ?? []).isEmpty
        piece.hasToken = !piece.text.isEmpty || carriers.contains { !$0.isEmpty } || hasCall
        piece.isLast = choice["finish_reason"]?.string != nil
        return piece
    }

    private static func responsePiece(_ json: JSONValue) -> Piece {
        let type = json["type"]?.string ?? ""
        var piece = Piece(isChoice: type.hasPrefix("response."))
        let delta = json["delta"]?.string ?? ""
        piece.hasToken = type.hasSuffix(".delta") && !delta.isEmpty
        if type == "response.output_text.delta" { piece.text = delta }
        piece.isLast = type == "response.completed" || type == "response.incomplete"
        return piece
    }
}
