import Health

/// Ollama's own API: the only one of its APIs that takes a `keep_alive` and a context length.
///
/// What its own API does not have (custom bodies, other modes) is asked through its OpenAI-compatible one.
struct OllamaDialect: ProbeDialect {
    private let compatible = OpenAIDialect()

    func draft(of ask: ProbeAsk) throws(ProbeRefusal) -> ProbeDraft {
        guard ask.check?.body == nil, let path = Self.path(ask.model.mode) else { return try compatible.draft(of: ask) }
        var options: [String: JSONValue] = [:]
        var fields: [String: JSONValue] = ["model": .string(ask.target.model)]
        if ask.model.mode == .embedding {
            fields["input"] = .string(ask.prompt)
        } else {
            if ask.model.mode == .chat {
                fields["messages"] = [["role": "user", "content": .string(ask.prompt)]]
            } else {
                fields["prompt"] = .string(ask.prompt)
            }
            fields["stream"] = .bool(ask.streams)
            options["num_predict"] = .number(Double(ask.cap))
            if let temperature = ask.config.temperature { options["temperature"] = .number(temperature) }
        }
        // Another context length than that of the model in memory would load it anew.
        if let length = ask.stay?.contextLength { options["num_ctx"] = .number(Double(length)) }
        if !options.isEmpty { fields["options"] = .object(options) }
        if let rest = ask.stay?.keepAlive {
            fields["keep_alive"] = .string("\(Int((rest.seconds * 1_000).rounded()))ms")
        }
        for name in ask.lessons.omitted { fields[name] = nil }
        var draft = ProbeDraft(path: path, body: JSONText.bytes(.object(fields)))
        draft.isStreamed = ask.streams && ask.model.mode != .embedding
        return draft
    }

    func credentials(_ key: Secret) -> [(name: String, value: Secret)] { compatible.credentials(key) }

    private static func path(_ mode: ModelConfig.Mode) -> String? {
        switch mode {
        case .chat: "/api/chat"
        case .completion: "/api/generate"
        case .embedding: "/api/embed"
        case .responses, .rerank, .image, .audio: nil
        }
    }

    // MARK: Answers

    func read(_ json: JSONValue, mode: ModelConfig.Mode) -> ProbeAnswer {
        guard Self.path(mode) != nil, !Self.isCompatible(json) else { return compatible.read(json, mode: mode) }
        var answer = ProbeAnswer()
        answer.model = json["model"]?.string
        answer.inputTokens = ProbeAnswer.tokens(json["prompt_eval_count"])
        answer.outputTokens = ProbeAnswer.tokens(json["eval_count"])
        if mode == .embedding {
            let vector = json["embeddings"]?.array?.first?.array ?? json["embedding"]?.array
            answer.hasContent = !(vector?.isEmpty ?? true)
            if !answer.hasContent { answer.lack = "an embedding" }
            return answer
        }
        let piece = Self.piece(json)
        answer.text = piece?.text ?? ""
        answer.hasContent = piece?.hasToken ?? false
        answer.finish = FinishReason(json["done_reason"]?.string, .openAI)
        if piece == nil {
            answer.lack = mode == .chat ? "a message" : "a response"
        } else if json["done"] == .bool(false) {
            answer.lack = "its end"
        }
        return answer
    }

    func read(_ events: [Exchange.TimedEvent], mode: ModelConfig.Mode) -> StreamedAnswer {
        let objects = events.map { JSONText.parse($0.event.data) ?? .null }
        if objects.contains(where: Self.isCompatible) { return compatible.read(events, mode: mode) }
        var stream = StreamedAnswer()
        stream.answer.lack = mode == .chat ? "a message" : "a response"
        for (event, json) in zip(events, objects) where json.object != nil {
            if let error = json["error"], error != .null {
                stream.answer.error = ErrorBody(json)
                return stream
            }
            stream.answer.model = json["model"]?.string ?? stream.answer.model
            stream.answer.inputTokens = ProbeAnswer.tokens(json["prompt_eval_count"]) ?? stream.answer.inputTokens
            stream.answer.outputTokens = ProbeAnswer.tokens(json["eval_count"]) ?? stream.answer.outputTokens
            stream.isComplete = stream.isComplete || json["done"] == .bool(true)
            stream.answer.finish = FinishReason(json["done_reason"]?.string, .openAI) ?? stream.answer.finish
            guard let piece = Self.piece(json) else { continue }
            stream.answer.lack = nil
            stream.answer.text += piece.text
            stream.answer.hasContent = stream.answer.hasContent || piece.hasToken
            if piece.hasToken, stream.firstToken == nil { stream.firstToken = event.at }
        }
        return stream
    }

    private static func isCompatible(_ json: JSONValue) -> Bool { json["choices"] != nil || json["object"] != nil }

    private static func piece(_ json: JSONValue) -> (text: String, hasToken: Bool)? {
        if let message = json["message"], message.object != nil {
            let text = message["content"]?.string ?? ""
            let thought = message["thinking"]?.string ?? ""
            let calls = message["tool_calls"]?.array ?? []
            return (text, !text.isEmpty || !thought.isEmpty || !calls.isEmpty)
        }
        guard let text = json["response"]?.string else { return nil }
        return (text, !text.isEmpty || !(json["thinking"]?.string ?? "").isEmpty)
    }
}
