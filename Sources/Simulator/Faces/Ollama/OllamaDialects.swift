/// `POST /api/chat` and `POST /api/generate`: newline-delimited JSON, and counts in nanoseconds.
struct OllamaDialect: Dialect {
    enum Endpoint: Sendable { case chat, generate }

    var endpoint: Endpoint
    var loadDuration: Duration
    var voice: any Voice { OllamaVoice() }
    var streamType: String { "application/x-ndjson" }

    func body(_ completion: Completion) -> JSON {
        var body = piece(completion.text, completion)
        finish(&body, completion)
        return body
    }

    func hollowBody(_ completion: Completion) -> JSON {
        ["model": .string(completion.model), "created_at": .string(OllamaTime.now), "done": true]
    }

    func events(_ completion: Completion) -> [String] {
        var last = piece("", completion)
        finish(&last, completion)
        return completion.pieces.map { piece in
            var event = self.piece(piece, completion)
            event["done"] = false
            return event.text + "\n"
        } + [last.text + "\n"]
    }

    func errorEvent(_ complaint: Complaint) -> String { voice.complaint(complaint, requestID: "").text + "\n" }

    private func piece(_ text: String, _ completion: Completion) -> JSON {
        var piece: JSON = ["model": .string(completion.model), "created_at": .string(OllamaTime.now)]
        switch endpoint {
        case .chat: piece["message"] = ["role": "assistant", "content": .string(text)]
        case .generate: piece["response"] = .string(text)
        }
        return piece
    }

    private func finish(_ body: inout JSON, _ completion: Completion) {
        let perToken = 20_000_000
        let load = Int(loadDuration.seconds * 1_000_000_000)
        let prompt = completion.promptTokens * 1_000_000
        let evaluation = completion.completionTokens * perToken
        body["done"] = true
        body["done_reason"] = .string(completion.finishWord)
        if endpoint == .generate { body["context"] = [128_006, 882, 128_007] }
        body["total_duration"] = JSON(load + prompt + evaluation)
        body["load_duration"] = JSON(load)
        body["prompt_eval_count"] = JSON(completion.promptTokens)
        body["prompt_eval_duration"] = JSON(prompt)
        body["eval_count"] = JSON(completion.completionTokens)
        body["eval_duration"] = JSON(evaluation)
    }
}

/// `POST /api/embed` and the older `POST /api/embeddings`; never streamed.
struct OllamaEmbeddingDialect: Dialect {
    var isOlder: Bool
    var voice: any Voice { OllamaVoice() }

    func body(_ completion: Completion) -> JSON {
        let vector: JSON = [0.0101, -0.0017, 0.0500, 0.0201]
        if isOlder { return ["embedding": vector] }
        return [
            "model": .string(completion.model),
            "embeddings": .array(Array(repeating: vector, count: completion.inputs)),
            "total_duration": 14_143_917, "load_duration": 1_019_500,
            "prompt_eval_count": JSON(completion.promptTokens),
        ]
    }

    func hollowBody(_ completion: Completion) -> JSON { [:] }
    func events(_ completion: Completion) -> [String] { [body(completion).text] }
}
