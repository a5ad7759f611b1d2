import Health

/// Anthropic's Messages API, spoken to directly.
struct AnthropicDialect: ProbeDialect {
    /// The API version that every request must name.
    static let version = "2023-06-01"

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
            if ask.isStreamed { fields["stream"] = true }
            for name in ask.lessons.omitted { fields[name] = nil }
        }
        if fields["model"] == nil { fields["model"] = .string(ask.target.model) }
        return ProbeDraft(
            path: "messages", headers: [("anthropic-version", Self.version)], body: JSONText.bytes(.object(fields)),
            isStreamed: fields["stream"] == .bool(true))
    }

    func credentials(_ key: Secret) -> [(name: String, value: Secret)] { [("x-api-key", key)] }

    func modelListPath(after last: String?) -> String {
        "models?limit=1000" + (last.map { "&after_id=\(PercentText.encoded($0))" } ?? "")
    }

    func read(_ json: JSONValue, mode: ModelConfig.Mode) -> ProbeAnswer {
        var answer = ProbeAnswer()
        answer.model = json["model"]?.string
        answer.inputTokens = Self.count(json["usage"]?["input_tokens"])
        answer.outputTokens = Self.count(json["usage"]?["output_tokens"])
        if let content = json["content"]?.array {
            answer.text = content.compactMap { $0["text"]?.string }.joined()
        } else {
            answer.lack = "content"
        }
        return answer
    }

    func read(_ events: [Exchange.TimedEvent], mode: ModelConfig.Mode) -> StreamedAnswer {
        var stream = StreamedAnswer()
        stream.answer.lack = "a message"
        for event in events {
            guard let json = JSONText.parse(event.event.data), json.object != nil else { continue }
            switch json["type"]?.string ?? event.event.name {
            case "message_start":
                stream.answer.lack = nil
                stream.answer.model = json["message"]?["model"]?.string
                stream.answer.inputTokens = Self.count(json["message"]?["usage"]?["input_tokens"])
            case "content_block_delta":
                let delta = json["delta"] ?? .null
                let piece = delta["text"]?.string ?? ""
                let carriers = [piece, delta["thinking"]?.string ?? "", delta["partial_json"]?.string ?? ""]
                stream.answer.text += piece
                if stream.firstToken == nil, carriers.contains(where: { !$0.isEmpty }) { stream.firstToken = event.at }
            case "message_delta":
                stream.answer.outputTokens = Self.count(json["usage"]?["output_tokens"])
                stream.isComplete = stream.isComplete || json["delta"]?["stop_reason"]?.string != nil
            case "message_stop": stream.isComplete = true
            case "error":
                stream.answer.error = ErrorBody(json)
                return stream
            default: break
            }
        }
        return stream
    }

    private static func count(_ value: JSONValue?) -> Int? {
        value?.number.flatMap { Int(exactly: $0.rounded()) }
    }
}
