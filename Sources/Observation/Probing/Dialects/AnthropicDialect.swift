import Basics
import Health

/// Anthropic's Messages API, spoken to directly.
struct AnthropicDialect: ProbeDialect {
    /// The API version that every request must name.
    let headers = [(name: "anthropic-version", value: "2023-06-01")]

    func draft(of ask: ProbeAsk) throws(ProbeRefusal) -> ProbeDraft {
        guard ask.model.mode == .chat || ask.model.mode == .completion else {
            throw ProbeRefusal(
                message: "Anthropic has no \(ask.model.mode.rawValue) endpoint: set the model's mode to chat.")
        }
        var fields: [String: JSONValue]
        if let body = ask.check?.body {
            guard let object = body.object else {
                throw ProbeRefusal(message: "The body of check '\(ask.check?.name ?? "")' is no JSON object.")
            }
            fields = object
        } else {
            fields = [
                "messages": [["role": "user", "content": .string(ask.prompt)]], "max_tokens": .number(Double(ask.cap)),
            ]
            if let temperature = ask.config.temperature { fields["temperature"] = .number(temperature) }
            if ask.streams { fields["stream"] = true }
            for name in ask.lessons.omitted { fields[name] = nil }
        }
        if fields["model"] == nil { fields["model"] = .string(ask.target.model) }
        return ProbeDraft(
            path: "messages", body: JSONText.bytes(.object(fields)), isStreamed: fields["stream"] == .bool(true))
    }

    func credentials(_ key: Secret) -> [(name: String, value: Secret)] { [("x-api-key", key)] }

    func modelListPath(after last: String?) -> String {
        "models?limit=1000" + (last.map { "&after_id=\(PercentEncoding.encoded($0))" } ?? "")
    }

    func read(_ json: JSONValue, mode: ModelConfig.Mode) -> ProbeAnswer {
        var answer = ProbeAnswer()
        answer.model = json["model"]?.string
        answer.inputTokens = ProbeAnswer.tokens(json["usage"]?["input_tokens"])
        answer.outputTokens = ProbeAnswer.tokens(json["usage"]?["output_tokens"])
        answer.finish = FinishReason(json["stop_reason"]?.string, .anthropic)
        if let content = json["content"]?.array {
            answer.text = content.compactMap { $0["text"]?.string }.joined()
            answer.hasContent = content.contains { AnswerParts.carries($0) }
        } else {
            answer.lack = "content"
        }
        return answer
    }

    func read(_ events: [Exchange.TimedEvent], mode: ModelConfig.Mode) -> StreamedAnswer {
        var stream = StreamedAnswer()
        stream.answer.lack = "a message"
        for event in events {
            switch EventData(event.event) {
            case .heartbeat, .done: continue
            case .unreadable:
                if event.event.name == "error" {
                    stream.answer.error = ErrorBody(text: event.event.data)
                    return stream
                }
            case .json(let pieces):
                for json in pieces where stream.answer.error == nil {
                    take(json, named: event.event.name, at: event.at, &stream)
                }
                if stream.answer.error != nil { return stream }
            }
        }
        return stream
    }

    private func take(_ json: JSONValue, named name: String, at: Duration, _ stream: inout StreamedAnswer) {
        switch json["type"]?.string ?? name {
        case "message_start":
            stream.answer.lack = nil
            stream.answer.model = json["message"]?["model"]?.string
            stream.answer.inputTokens = ProbeAnswer.tokens(json["message"]?["usage"]?["input_tokens"])
        case "content_block_start":
            // A call of a tool begins with its name.
            if let block = json["content_block"], block["name"]?.string != nil || AnswerParts.carries(block) {
                stream.tick(at)
            }
        case "content_block_delta":
            let delta = json["delta"] ?? .null
            stream.answer.text += delta["text"]?.string ?? ""
            if AnswerParts.carries(delta) { stream.tick(at) }
        case "message_delta":
            stream.answer.outputTokens = ProbeAnswer.tokens(json["usage"]?["output_tokens"])
            guard let reason = json["delta"]?["stop_reason"]?.string else { return }
            stream.isComplete = true
            stream.answer.finish = FinishReason(reason, .anthropic)
        case "message_stop": stream.isComplete = true
        case "error": stream.answer.error = ErrorBody(json) ?? ErrorBody(text: JSONText.text(json))
        default:
            // An error in another spelling than Anthropic's.
            stream.answer.error = ErrorBody(json)
        }
    }
}
