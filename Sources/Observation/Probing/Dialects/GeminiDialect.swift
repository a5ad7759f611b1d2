import Basics
import Health

/// Gemini's own API, spoken to directly.
/// Source: https://ai.google.dev/api/generate-content, https://ai.google.dev/api/models
struct GeminiDialect: ProbeDialect {
    func draft(of ask: ProbeAsk) throws(ProbeRefusal) -> ProbeDraft {
        let resource = Self.resource(ask.target.model)
        if ask.model.mode == .embedding {
            let body: JSONValue = ask.check?.body ?? ["content": ["parts": [["text": .string(ask.prompt)]]]]
            return ProbeDraft(path: "\(resource):embedContent", body: JSONText.bytes(body))
        }
        guard ask.model.mode == .chat || ask.model.mode == .completion else {
            throw ProbeRefusal(
                message: "Gemini's own API is not asked for \(ask.model.mode.rawValue): set the model's mode to chat.")
        }
        var body: JSONValue
        if let own = ask.check?.body {
            guard own.object != nil else {
                throw ProbeRefusal(message: "The body of check '\(ask.check?.name ?? "")' is no JSON object.")
            }
            body = own
        } else {
            var generation: [String: JSONValue] = ["maxOutputTokens": .number(Double(ask.cap))]
            if let temperature = ask.config.temperature { generation["temperature"] = .number(temperature) }
            for name in ask.lessons.omitted { generation[name] = nil }
            body = [
                "contents": [["role": "user", "parts": [["text": .string(ask.prompt)]]]],
                "generationConfig": .object(generation),
            ]
        }
        // The method says whether the answer streams, not the body.
        let method = ask.streams ? "streamGenerateContent?alt=sse" : "generateContent"
        return ProbeDraft(path: "\(resource):\(method)", body: JSONText.bytes(body), isStreamed: ask.streams)
    }

    func credentials(_ key: Secret) -> [(name: String, value: Secret)] { [("x-goog-api-key", key)] }

    /// Models have names such as `models/gemini-2.5-flash`, tuned ones begin with `tunedModels/`.
    private static func resource(_ model: String) -> String {
        let parts = (model.contains("/") ? model : "models/\(model)").split(separator: "/")
        return parts.map { PercentEncoding.encoded(String($0)) }.joined(separator: "/")
    }

    // MARK: The list of models

    func modelListPath(after last: String?) -> String {
        "models?pageSize=1000" + (last.map { "&pageToken=\(PercentEncoding.encoded($0))" } ?? "")
    }

    /// Leaves out what neither generates text nor embeds.
    func modelList(_ json: JSONValue) -> ModelList? {
        // The last page of an account without models is an empty object.
        guard let object = json.object, object.isEmpty || json["models"]?.array != nil else { return nil }
        let names = (json["models"]?.array ?? []).compactMap { model -> String? in
            let methods = model["supportedGenerationMethods"]?.array ?? ["generateContent"]
            guard methods.contains("generateContent") || methods.contains("embedContent") else { return nil }
            return model["name"]?.string.map { $0.hasPrefix("models/") ? String($0.dropFirst(7)) : $0 }
        }
        return ModelList(names: names.filter { !$0.isEmpty }, next: json["nextPageToken"]?.string)
    }

    // MARK: Answers

    func read(_ json: JSONValue, mode: ModelConfig.Mode) -> ProbeAnswer {
        var answer = ProbeAnswer()
        if mode == .embedding {
            answer.hasContent = !(json["embedding"]?["values"]?.array?.isEmpty ?? true)
            if !answer.hasContent { answer.lack = "an embedding" }
            return answer
        }
        var stream = StreamedAnswer(answer: ProbeAnswer(lack: "candidates"))
        take(json, at: .zero, &stream)
        return stream.answer
    }

    func read(_ events: [Exchange.TimedEvent], mode: ModelConfig.Mode) -> StreamedAnswer {
        var stream = StreamedAnswer(answer: ProbeAnswer(lack: "candidates"))
        for event in events {
            switch EventData(event.event) {
            case .heartbeat, .done: continue
            case .unreadable:
                if event.event.name == "error" { stream.answer.error = ErrorBody(text: event.event.data) }
            case .json(let pieces):
                for json in pieces where stream.answer.error == nil { take(json, at: event.at, &stream) }
            }
            if stream.answer.error != nil { return stream }
        }
        return stream
    }

    /// Takes in an answer, or one piece of it: each has the shape of the whole.
    private func take(_ json: JSONValue, at: Duration, _ stream: inout StreamedAnswer) {
        if json["error"] != nil {
            stream.answer.error = ErrorBody(json) ?? ErrorBody(text: JSONText.text(json))
            return
        }
        stream.answer.model = json["modelVersion"]?.string ?? stream.answer.model
        if let usage = json["usageMetadata"] {
            stream.answer.inputTokens = ProbeAnswer.tokens(usage["promptTokenCount"]) ?? stream.answer.inputTokens
            let made = ["candidatesTokenCount", "thoughtsTokenCount"].compactMap { ProbeAnswer.tokens(usage[$0]) }
            if !made.isEmpty { stream.answer.outputTokens = made.reduce(0, +) }
        }
        if let reason = json["promptFeedback"]?["blockReason"]?.string {
            // The model lives, and must not answer this prompt.
            stream.answer.lack = nil
            stream.answer.finish = .alive("blocked: \(reason)")
            stream.isComplete = true
        }
        guard let candidate = json["candidates"]?.array?.first, candidate.object != nil else { return }
        stream.answer.lack = nil
        for part in candidate["content"]?["parts"]?.array ?? [] {
            if part["thought"] != .bool(true) { stream.answer.text += part["text"]?.string ?? "" }
            if AnswerParts.carries(part) { stream.tick(at) }
        }
        if let reason = candidate["finishReason"]?.string {
            stream.answer.finish = FinishReason(reason, .openAI)
            stream.isComplete = true
        }
    }
}
