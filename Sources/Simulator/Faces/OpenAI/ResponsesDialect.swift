/// `POST /v1/responses`.
struct ResponsesDialect: Dialect {
    var voice: any Voice = OpenAIVoice()

    func body(_ completion: Completion) -> JSON {
        let isCut = completion.finish == .length
        return [
            "id": .string("resp_\(completion.id)"), "object": "response", "created_at": JSON(completion.created),
            "status": isCut ? "incomplete" : "completed", "error": nil,
            "incomplete_details": isCut ? ["reason": "max_output_tokens"] : nil,
            "model": .string(completion.model), "output": completion.pieces.isEmpty ? [] : [item(completion)],
            "usage": [
                "input_tokens": JSON(completion.promptTokens), "input_tokens_details": ["cached_tokens": 0],
                "output_tokens": JSON(completion.completionTokens),
                "output_tokens_details": ["reasoning_tokens": JSON(completion.reasoningTokens)],
                "total_tokens": JSON(completion.totalTokens),
            ],
        ]
    }

    func hollowBody(_ completion: Completion) -> JSON {
        var body = body(completion)
        body["output"] = nil
        return body
    }

    func events(_ completion: Completion) -> [String] {
        var number = 0
        func event(_ type: String, _ members: JSON) -> String {
            var event: JSON = ["type": .string(type), "sequence_number": JSON(number)]
            for member in members.members ?? [] { event[member.key] = member.value }
            number += 1
            return ServerSentEvent.named(type, event)
        }
        let place: JSON = ["item_id": .string("msg_\(completion.id)"), "output_index": 0, "content_index": 0]
        func placed(_ key: String, _ value: String) -> JSON {
            var members = place
            members[key] = .string(value)
            return members
        }
        var opening = body(completion)
        opening["status"] = "in_progress"
        opening["output"] = []
        var events = [event("response.created", ["response": opening])]
        events += completion.pieces.map { event("response.output_text.delta", placed("delta", $0)) }
        if !completion.pieces.isEmpty {
            events.append(event("response.output_text.done", placed("text", completion.text)))
        }
        let last = completion.finish == .length ? "response.incomplete" : "response.completed"
        return events + [event(last, ["response": body(completion)])]
    }

    private func item(_ completion: Completion) -> JSON {
        [
            "id": .string("msg_\(completion.id)"), "type": "message", "status": "completed", "role": "assistant",
            "content": [["type": "output_text", "text": .string(completion.text), "annotations": []]],
        ]
    }
}
