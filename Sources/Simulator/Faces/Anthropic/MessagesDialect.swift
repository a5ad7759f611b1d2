/// `POST /v1/messages`.
struct MessagesDialect: Dialect {
    var voice: any Voice = AnthropicVoice()

    func body(_ completion: Completion) -> JSON {
        message(
            completion, content: completion.pieces.isEmpty ? [] : [["type": "text", "text": .string(completion.text)]],
            stopReason: .string(Self.stopReason(completion)), outputTokens: completion.completionTokens)
    }

    func hollowBody(_ completion: Completion) -> JSON {
        var body = body(completion)
        body["content"] = nil
        return body
    }

    func events(_ completion: Completion) -> [String] {
        func event(_ type: String, _ members: JSON) -> String {
            var event: JSON = ["type": .string(type)]
            for member in members.members ?? [] { event[member.key] = member.value }
            return ServerSentEvent.named(type, event)
        }
        let opening = message(completion, content: [], stopReason: nil, outputTokens: 1)
        var events = [
            event("message_start", ["message": opening]),
            event("content_block_start", ["index": 0, "content_block": ["type": "text", "text": ""]]),
            event("ping", [:]),
        ]
        events += completion.pieces.map {
            event("content_block_delta", ["index": 0, "delta": ["type": "text_delta", "text": .string($0)]])
        }
        return events + [
            event("content_block_stop", ["index": 0]),
            event(
                "message_delta",
                [
                    "delta": ["stop_reason": .string(Self.stopReason(completion)), "stop_sequence": nil],
                    "usage": ["output_tokens": JSON(completion.completionTokens)],
                ]),
            event("message_stop", [:]),
        ]
    }

    func errorEvent(_ complaint: Complaint) -> String {
        ServerSentEvent.named("error", voice.complaint(complaint, requestID: ""))
    }

    private func message(_ completion: Completion, content: JSON, stopReason: JSON, outputTokens: Int) -> JSON {
        [
            "id": .string("msg_\(completion.id)"), "type": "message", "role": "assistant",
            "model": .string(completion.model), "content": content, "stop_reason": stopReason, "stop_sequence": nil,
            "usage": [
                "input_tokens": JSON(completion.promptTokens), "cache_creation_input_tokens": 0,
                "cache_read_input_tokens": 0, "output_tokens": JSON(outputTokens),
            ],
        ]
    }

    private static func stopReason(_ completion: Completion) -> String {
        completion.toldFinish ?? (completion.finish == .length ? "max_tokens" : "end_turn")
    }
}
