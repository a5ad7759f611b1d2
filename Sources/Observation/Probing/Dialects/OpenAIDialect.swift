import Basics
import Health

/// OpenAI's API, which most providers, servers and gateways speak.
struct OpenAIDialect: ProbeDialect {
    func draft(of ask: ProbeAsk) throws(ProbeRefusal) -> ProbeDraft {
        let model = ask.target.model
        if let body = ask.check?.body { return try checked(body, ask) }
        var fields: [String: JSONValue] = ["model": .string(model)]
        var draft = ProbeDraft(path: path(ask.model.mode), body: [])
        switch ask.model.mode {
        case .chat:
            fields["messages"] = [["role": "user", "content": .string(ask.prompt)]]
            fields[Self.tokenField(ask)] = .number(Double(ask.cap))
        case .completion:
            fields["prompt"] = .string(ask.prompt)
            fields["max_tokens"] = .number(Double(ask.cap))
        case .responses:
            fields["input"] = .string(ask.prompt)
            fields["max_output_tokens"] = .number(Double(ask.cap))
            // Without it every probe would be kept in the account's history.
            fields["store"] = false
        case .embedding:
            fields["input"] = .string(ask.prompt)
        case .rerank:
            fields["query"] = .string(ask.prompt)
            fields["documents"] = ["ping", "pong"]
            fields["top_n"] = 1
        case .image:
            fields["prompt"] = .string(ask.prompt)
            fields["n"] = 1
            draft.bodyLimit = 32 << 20
        case .audio:
            draft.bodyLimit = 8 << 20
            if Self.isTranscription(model) { return transcription(ask, draft) }
            draft.path = "audio/speech"
            fields["input"] = .string(ask.prompt)
            fields["voice"] = "alloy"
        }
        let isText = [.chat, .completion, .responses].contains(ask.model.mode)
        if isText, let temperature = ask.config.temperature { fields["temperature"] = .number(temperature) }
        if isText, ask.streams {
            fields["stream"] = true
            // The Responses API tells the usage at the end by itself.
            if ask.model.mode != .responses { fields["stream_options"] = ["include_usage": true] }
            draft.isStreamed = true
        }
        if ask.target.gateway?.kind == .litellm { fields["disable_fallbacks"] = true }
        for name in ask.lessons.omitted { fields[name] = nil }
        draft.body = JSONText.bytes(.object(fields))
        return draft
    }

    func credentials(_ key: Secret) -> [(name: String, value: Secret)] {
        [("authorization", Secret("Bearer \(key.reveal())"))]
    }

    // MARK: Requests

    private func path(_ mode: ModelConfig.Mode) -> String {
        switch mode {
        case .chat: "chat/completions"
        case .completion: "completions"
        case .responses: "responses"
        case .embedding: "embeddings"
        case .rerank: "rerank"
        case .image: "images/generations"
        case .audio: "audio/speech"
        }
    }

    /// A check's own body, with the model filled in.
    private func checked(_ body: JSONValue, _ ask: ProbeAsk) throws(ProbeRefusal) -> ProbeDraft {
        guard var fields = body.object else {
            throw ProbeRefusal(message: "The body of check '\(ask.check?.name ?? "")' is no JSON object.")
        }
        if fields["model"] == nil { fields["model"] = .string(ask.target.model) }
        let isLiteLLM = ask.target.gateway?.kind == .litellm && !ask.lessons.omitted.contains("disable_fallbacks")
        if isLiteLLM, fields["disable_fallbacks"] == nil { fields["disable_fallbacks"] = true }
        return ProbeDraft(
            path: path(ask.model.mode), body: JSONText.bytes(.object(fields)),
            isStreamed: fields["stream"] == .bool(true))
    }

    /// The name of the field that caps output tokens: the operator's word, else what was learnt, else a good guess.
    static func tokenField(_ ask: ProbeAsk) -> String {
        if ask.target.tokenLimit != .auto { return ask.target.tokenLimit.rawValue }
        if let learnt = ask.lessons.tokenField { return learnt.rawValue }
        let where_ = [ask.model.provider, ask.target.gateway?.provider ?? "", Host(of: ask.target.baseURL).name]
        let isOpenAI = where_.contains { $0.hasASCII(anyCase: "openai") || $0.hasASCII(anyCase: "azure") }
        let isReasoning = isOpenAI && ModelName(ask.target.model).isOpenAIReasoning
        return (isReasoning ? ModelTarget.TokenLimit.maxCompletionTokens : .maxTokens).rawValue
    }

    private static func isTranscription(_ model: String) -> Bool {
        model.hasASCII(anyCase: "whisper") || model.hasASCII(anyCase: "transcribe")
    }

    /// A quarter second of silence to write down.
    private func transcription(_ ask: ProbeAsk, _ draft: ProbeDraft) -> ProbeDraft {
        let boundary = "llm-health-\(ask.nonce)"
        var draft = draft
        draft.path = "audio/transcriptions"
        draft.contentType = "multipart/form-data; boundary=\(boundary)"
        var body = Array(
            """
            --\(boundary)\r
            content-disposition: form-data; name="model"\r
            \r
            \(ask.target.model)\r
            --\(boundary)\r
            content-disposition: form-data; name="file"; filename="silence.wav"\r
            content-type: audio/wav\r
            \r\n
            """.utf8)
        body += SilentSound.wav(milliseconds: 250)
        body += Array("\r\n--\(boundary)--\r\n".utf8)
        draft.body = body
        return draft
    }
}
