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
        if mode != .chat, mode != .completion, mode != .responses { answer.hasContent = answer.lack == nil }
        return answer
    }

    private func readChoices(_ json: JSONValue, into answer: inout ProbeAnswer) {
        guard let choice = json["choices"]?.array?.first, choice.object != nil else {
            answer.lack = "choices"
            return
        }
        let message = choice["message"] ?? choice["delta"] ?? .null
        answer.text = Self.text(message["content"] ?? choice["text"] ?? .null)
        answer.hasContent = !answer.text.isEmpty || AnswerParts.carries(message)
        answer.finish = Self.finish(choice)
        if let error = choice["error"], error != .null { answer.error = ErrorBody(.object(["error": error])) }
    }

    /// What the choice says of its end; a provider's own reason, which a gateway passes on, where it names a failure.
    private static func finish(_ choice: JSONValue) -> FinishReason? {
        let native = FinishReason(choice["native_finish_reason"]?.string, .openAI)
        if case .failed = native { return native }
        let own = choice["finish_reason"] ?? choice["finishReason"]
        return FinishReason(own?.string ?? own?["type"]?.string, .openAI)
    }

    private func readResponse(_ json: JSONValue, into answer: inout ProbeAnswer) {
        Self.readEnd(of: json, into: &answer)
        guard answer.error == nil, answer.lack == nil else { return }
        guard let output = json["output"]?.array else {
            answer.lack = "output"
            return
        }
        let parts = output.flatMap { $0["content"]?.array ?? [] }
        answer.text = json["output_text"]?.string ?? parts.compactMap { $0["text"]?.string }.joined()
        answer.hasContent = !answer.text.isEmpty || output.contains { AnswerParts.carries($0) || $0["name"] != nil }
    }

    /// The state that a response ended in.
    private static func readEnd(of response: JSONValue, into answer: inout ProbeAnswer) {
        if let error = response["error"], error != .null, error != [:] {
            answer.error = ErrorBody(.object(["error": error]))
        }
        let status = response["status"]?.string
        switch status {
        case "incomplete": answer.finish = FinishReason(response["incomplete_details"]?["reason"]?.string, .responses)
        case "completed", nil: break
        case "queued", "in_progress": answer.lack = "a completed response"
        default: answer.finish = FinishReason(status, .responses)
        }
    }

    /// A text, or a list of parts with texts.
    private static func text(_ content: JSONValue) -> String {
        content.string ?? (content.array ?? []).compactMap { $0["text"]?.string }.joined()
    }

    private static func readUsage(_ usage: JSONValue, into answer: inout ProbeAnswer) {
        func count(_ names: String...) -> Int? {
            names.lazy.compactMap { name in usage[name].flatMap { $0.number == nil ? nil : $0 } }.first.flatMap {
                ProbeAnswer.tokens($0)
            }
        }
        answer.inputTokens = count("prompt_tokens", "input_tokens", "total_tokens") ?? answer.inputTokens
        answer.outputTokens = count("completion_tokens", "output_tokens") ?? answer.outputTokens
    }

    // MARK: Streams

    func read(_ events: [Exchange.TimedEvent], mode: ModelConfig.Mode) -> StreamedAnswer {
        var reading = Reading(mode: mode)
        for event in events {
            reading.take(event)
            if reading.stream.answer.error != nil { return reading.stream }
            // What comes after the end is not part of the answer.
            if reading.isDone { break }
        }
        if !reading.hasChoice {
            reading.stream.answer.lack = mode == .responses ? "a response" : "choices"
        }
        return reading.stream
    }

    /// A stream on its way to an answer.
    private struct Reading {
        let mode: ModelConfig.Mode
        var stream = StreamedAnswer()
        var hasChoice = false
        var isDone = false

        init(mode: ModelConfig.Mode) { self.mode = mode }

        mutating func take(_ event: Exchange.TimedEvent) {
            switch EventData(event.event) {
            case .heartbeat: break
            case .done: end()
            case .unreadable:
                // Some servers write the text of an exception as it is.
                let text = event.event.data.prefix(500).lowercased()
                if event.event.name == "error" || text.contains("error") || text.contains("exception") {
                    stream.answer.error = ErrorBody(text: event.event.data)
                } else {
                    stream.answer.lack = "readable events"
                }
            case .json(let pieces):
                for json in pieces where stream.answer.error == nil {
                    take(json, named: event.event.name, at: event.at)
                }
            }
        }

        private mutating func end() {
            stream.isComplete = true
            isDone = true
        }

        private mutating func take(_ json: JSONValue, named name: String, at: Duration) {
            if json == "[DONE]" { return end() }
            if let error = OpenAIDialect.error(in: json, named: name) {
                stream.answer.error = error
                return
            }
            let response = json["response"] ?? json
            stream.answer.model = response["model"]?.string ?? stream.answer.model
            OpenAIDialect.readUsage(response["usage"] ?? .null, into: &stream.answer)
            if mode == .responses { takeResponse(json, at: at) } else { takeChoice(json, at: at) }
        }

        private mutating func takeChoice(_ json: JSONValue, at: Duration) {
            // The usage at the end comes with an empty list of choices.
            guard let choice = json["choices"]?.array?.first, choice.object != nil else { return }
            hasChoice = true
            if let usage = choice["usage"] { OpenAIDialect.readUsage(usage, into: &stream.answer) }
            let delta = choice["delta"] ?? choice["message"] ?? .null
            let text = OpenAIDialect.text(delta["content"] ?? choice["text"] ?? .null)
            stream.answer.text += text
            if !isBanner(delta), !text.isEmpty || AnswerParts.carries(delta) { stream.tick(at) }
            guard let finish = OpenAIDialect.finish(choice) else { return }
            stream.isComplete = true
            stream.answer.finish = finish
        }

        /// llama-swap tells between two rules, as if it were reasoning, that it loads the model: no word of the model.
        private mutating func isBanner(_ delta: JSONValue) -> Bool {
            guard let text = delta["reasoning_content"]?.string else { return false }
            guard text.contains("━━━━━") else { return stream.isLoading }
            stream.isLoading.toggle()
            return true
        }

        private mutating func takeResponse(_ json: JSONValue, at: Duration) {
            let type = json["type"]?.string ?? ""
            hasChoice = hasChoice || type.hasPrefix("response.")
            if type.hasSuffix(".delta"), let delta = json["delta"]?.string, !delta.isEmpty {
                stream.tick(at)
                if type == "response.output_text.delta" { stream.answer.text += delta }
            }
            guard ["response.completed", "response.incomplete", "response.cancelled"].contains(type) else { return }
            stream.isComplete = true
            OpenAIDialect.readEnd(of: json["response"] ?? .null, into: &stream.answer)
            let output = json["response"]?["output"]?.array ?? []
            if output.contains(where: { AnswerParts.carries($0) || $0["name"] != nil }) {
                stream.answer.hasContent = true
            }
            if type == "response.cancelled" { stream.answer.finish = .failed("cancelled") }
        }
    }

    private static func error(in json: JSONValue, named name: String) -> ErrorBody? {
        if let error = json["error"], error != .null, let body = ErrorBody(json) { return body }
        if let error = json["response"]?["error"], error != .null, let body = ErrorBody(.object(["error": error])) {
            return body
        }
        if name == "error" || json["type"]?.string == "error" { return ErrorBody(.object(["error": json])) }
        if json["type"]?.string == "response.failed" { return ErrorBody(text: "the response failed") }
        if let error = json["choices"]?.array?.first?["error"], error != .null {
            return ErrorBody(.object(["error": error]))
        }
        // A whole error where a chunk was due, in any spelling.
        let isChunk = json["choices"]?.array != nil || json["response"]?.object != nil
        return isChunk && json["base_resp"] == nil ? nil : ErrorBody(json)
    }
}
