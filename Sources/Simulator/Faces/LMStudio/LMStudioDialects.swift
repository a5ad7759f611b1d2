/// `POST /api/v0/chat/completions`: OpenAI's body with figures of the run.
struct LMStudioBetaDialect: Dialect {
    private let chat = ChatCompletionDialect(voice: LMStudioVoice())
    var voice: any Voice { LMStudioVoice() }

    func body(_ completion: Completion) -> JSON {
        var body = chat.body(completion)
        body["stats"] = [
            "tokens_per_second": 51.43709529007664, "time_to_first_token": 0.111, "generation_time": 0.954,
            "stop_reason": completion.finish == .length ? "maxPredictedTokensReached" : "eosFound",
        ]
        body["model_info"] = ["arch": "llama", "quant": "Q4_K_M", "format": "gguf", "context_length": 8192]
        body["runtime"] = [
            "name": "llama.cpp-linux-x86_64-avx2", "version": "1.3.0", "supported_formats": ["gguf"],
        ]
        return body
    }

    func hollowBody(_ completion: Completion) -> JSON { chat.hollowBody(completion) }
    func events(_ completion: Completion) -> [String] { chat.events(completion) }
}

/// `POST /api/v1/chat`, the native endpoint of 0.4.0.
struct LMStudioNativeDialect: Dialect {
    var voice: any Voice { LMStudioVoice() }

    func body(_ completion: Completion) -> JSON {
        [
            "model_instance_id": .string(completion.model),
            "output": completion.pieces.isEmpty ? [] : [["type": "message", "content": .string(completion.text)]],
            "stats": [
                "input_tokens": JSON(completion.promptTokens), "total_output_tokens": JSON(completion.completionTokens),
                "reasoning_output_tokens": JSON(completion.reasoningTokens), "tokens_per_second": 51.4,
                "time_to_first_token_seconds": 0.111,
            ],
            "response_id": .string("resp_\(completion.id)"),
        ]
    }

    func hollowBody(_ completion: Completion) -> JSON {
        var body = body(completion)
        body["output"] = nil
        return body
    }

    func events(_ completion: Completion) -> [String] {
        func event(_ type: String, _ members: JSON) -> String {
            var event: JSON = ["type": .string(type)]
            for member in members.members ?? [] { event[member.key] = member.value }
            return ServerSentEvent.named(type, event)
        }
        return [
            event("chat.start", ["model_instance_id": .string(completion.model)]), event("message.start", [:]),
        ] + completion.pieces.map { event("message.delta", ["content": .string($0)]) } + [
            event("message.end", [:]), event("chat.end", ["result": body(completion)]),
        ]
    }
}
