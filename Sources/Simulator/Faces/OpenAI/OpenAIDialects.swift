/// `POST /v1/chat/completions`.
struct ChatCompletionDialect: Dialect {
    var voice: any Voice = OpenAIVoice()

    func body(_ completion: Completion) -> JSON {
        [
            "id": .string("chatcmpl-\(completion.id)"), "object": "chat.completion",
            "created": JSON(completion.created),
            "model": .string(completion.model),
            "choices": [
                [
                    "index": 0,
                    "message": ["role": "assistant", "content": .string(completion.text), "refusal": nil],
                    "logprobs": nil, "finish_reason": .string(completion.finishWord),
                ]
            ],
            "usage": Self.usage(completion), "system_fingerprint": "fp_fake",
        ]
    }

    func hollowBody(_ completion: Completion) -> JSON {
        var body = body(completion)
        body["choices"] = []
        return body
    }

    func events(_ completion: Completion) -> [String] {
        func chunk(_ delta: JSON, finish: JSON = .null) -> String {
            ServerSentEvent.data(
                envelope(completion, choices: [["index": 0, "delta": delta, "finish_reason": finish]], usage: .null))
        }
        var events = [chunk(["role": "assistant", "content": ""])]
        events += completion.pieces.map { chunk(["content": .string($0)]) }
        events.append(chunk([:], finish: .string(completion.finishWord)))
        if completion.wantsStreamUsage {
            events.append(ServerSentEvent.data(envelope(completion, choices: [], usage: Self.usage(completion))))
        }
        return events + [ServerSentEvent.done]
    }

    private func envelope(_ completion: Completion, choices: JSON, usage: JSON) -> JSON {
        var chunk: JSON = [
            "id": .string("chatcmpl-\(completion.id)"), "object": "chat.completion.chunk",
            "created": JSON(completion.created), "model": .string(completion.model), "choices": choices,
        ]
        if completion.wantsStreamUsage { chunk["usage"] = usage }
        return chunk
    }

    static func usage(_ completion: Completion) -> JSON {
        var usage: JSON = [
            "prompt_tokens": JSON(completion.promptTokens), "completion_tokens": JSON(completion.completionTokens),
            "total_tokens": JSON(completion.totalTokens),
        ]
        if completion.reasoningTokens > 0 {
            usage["completion_tokens_details"] = ["reasoning_tokens": JSON(completion.reasoningTokens)]
        }
        return usage
    }
}

/// `POST /v1/completions`, the older endpoint with a bare prompt.
struct TextCompletionDialect: Dialect {
    var voice: any Voice = OpenAIVoice()

    func body(_ completion: Completion) -> JSON {
        var body = envelope(
            completion,
            choices: [
                [
                    "text": .string(completion.text), "index": 0, "logprobs": nil,
                    "finish_reason": .string(completion.finishWord),
                ]
            ])
        body["usage"] = ChatCompletionDialect.usage(completion)
        return body
    }

    func hollowBody(_ completion: Completion) -> JSON { envelope(completion, choices: []) }

    func events(_ completion: Completion) -> [String] {
        func chunk(_ text: String, finish: JSON) -> String {
            ServerSentEvent.data(
                envelope(
                    completion,
                    choices: [["text": .string(text), "index": 0, "logprobs": nil, "finish_reason": finish]]))
        }
        return completion.pieces.map { chunk($0, finish: .null) }
            + [chunk("", finish: .string(completion.finishWord)), ServerSentEvent.done]
    }

    private func envelope(_ completion: Completion, choices: JSON) -> JSON {
        [
            "id": .string("cmpl-\(completion.id)"), "object": "text_completion", "created": JSON(completion.created),
            "model": .string(completion.model), "choices": choices,
        ]
    }
}

/// `POST /v1/embeddings`; never streamed.
struct EmbeddingDialect: Dialect {
    var voice: any Voice = OpenAIVoice()

    func body(_ completion: Completion) -> JSON {
        let vectors = (0..<completion.inputs).map { index -> JSON in
            ["object": "embedding", "index": JSON(index), "embedding": [0.0023, -0.0093, 0.0151, -0.0042]]
        }
        return [
            "object": "list", "data": .array(vectors), "model": .string(completion.model),
            "usage": ["prompt_tokens": JSON(completion.promptTokens), "total_tokens": JSON(completion.promptTokens)],
        ]
    }

    func hollowBody(_ completion: Completion) -> JSON {
        var body = body(completion)
        body["data"] = []
        return body
    }

    func events(_ completion: Completion) -> [String] { [body(completion).text] }
}

/// `POST /v1/rerank`, as Cohere and Jina have it; never streamed.
struct RerankDialect: Dialect {
    var voice: any Voice = OpenAIVoice()

    func body(_ completion: Completion) -> JSON {
        let results = (0..<completion.inputs).map { index -> JSON in
            ["index": JSON(index), "relevance_score": JSON(0.98 / Double(index + 1))]
        }
        return [
            "id": .string("rerank-\(completion.id)"), "model": .string(completion.model), "results": .array(results),
            "usage": ["total_tokens": JSON(completion.promptTokens)],
        ]
    }

    func hollowBody(_ completion: Completion) -> JSON {
        var body = body(completion)
        body["results"] = []
        return body
    }

    func events(_ completion: Completion) -> [String] { [body(completion).text] }
}
