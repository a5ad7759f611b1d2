/// What the gateway makes of the body of an upstream's answer (provider-facts §1.6, rows A to D, G and H).
struct AnswerTransform: Sendable {
    var provider: String
    /// The path after `/v1`.
    var endpoint: String

    /// The body to send on; nil when the gateway's code would throw, which is row G.
    func body(status: Int, contentType: String?, bytes: [UInt8]) -> JSON? {
        let type = contentType?.prefix { $0 != ";" }.lowercased()
        let isText = type == nil || type == "text/html" || type == "text/plain"
        if isText { return wrapped(["html-message": .string(String(decoding: bytes, as: UTF8.self))]) }
        guard let json = try? JSON(parsing: bytes) else { return nil }
        return transformed(json, status: status)
    }

    /// The body for a request that got no answer at all (row D).
    func body(failure: UpstreamFailure) -> JSON { wrapped(["html-message": .string(failure.message)]) }

    /// What is no JSON goes through as it is, but not where the gateway takes answers apart.
    private func wrapped(_ message: JSON) -> JSON {
        PortkeyProviders.passesThrough(provider) ? message : invalid(message)
    }

    private func transformed(_ json: JSON, status: Int) -> JSON {
        if status != 200, let error = json["error"], !error.isNull {
            let message = error["message"]?.string ?? error.string ?? "undefined"
            return [
                "error": [
                    "message": .string("\(provider) error: \(message)"), "type": error["type"] ?? .null,
                    "param": error["param"] ?? .null, "code": error["code"] ?? .null,
                ],
                "provider": .string(provider),
            ]
        }
        guard !PortkeyProviders.passesThrough(provider), endpoint == "/chat/completions" else { return json }
        if provider == "anthropic" { return json["content"] == nil ? invalid(json) : fromMessages(json) }
        guard let choices = json["choices"] else { return invalid(json) }
        return [
            "id": json["id"] ?? .null, "object": json["object"] ?? .null, "created": json["created"] ?? .null,
            "model": json["model"] ?? .null, "provider": .string(provider), "choices": choices,
            "usage": json["usage"] ?? .null,
        ]
    }

    private func invalid(_ answer: JSON) -> JSON {
        [
            "error": [
                "message": .string("Invalid response received from \(provider): \(answer.text)"), "type": nil,
                "param": nil, "code": nil,
            ],
            "provider": .string(provider),
        ]
    }

    /// Anthropic's message as a chat completion.
    private func fromMessages(_ json: JSON) -> JSON {
        let text = (json["content"]?.array ?? []).compactMap { $0["text"]?.string }.joined()
        let input = json["usage"]?["input_tokens"]?.int ?? 0
        let output = json["usage"]?["output_tokens"]?.int ?? 0
        return [
            "id": json["id"] ?? .null, "object": "chat.completion", "created": JSON(Completion.currentSecond),
            "model": json["model"] ?? .null, "provider": .string(provider),
            "choices": [
                [
                    "message": ["role": "assistant", "content": .string(text)], "index": 0, "logprobs": nil,
                    "finish_reason": .string(Self.finishReason(json["stop_reason"]?.string)),
                ]
            ],
            "usage": [
                "prompt_tokens": JSON(input), "completion_tokens": JSON(output), "total_tokens": JSON(input + output),
            ],
        ]
    }

    static func finishReason(_ stopReason: String?) -> String {
        switch stopReason {
        case "max_tokens": "length"
        case "tool_use": "tool_calls"
        default: "stop"
        }
    }
}
