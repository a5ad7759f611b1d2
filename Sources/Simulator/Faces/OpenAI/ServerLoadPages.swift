/// What llama.cpp's server says of its load: `/slots`, `/metrics` and `/health`.
enum ServerLoadPages {
    /// The page of a path; nil when it is none of these, or no model of the face has slots.
    static func reply(to path: String, _ queues: [SlotQueue]) -> Reply? {
        guard !queues.isEmpty else { return nil }
        let loads = queues.map(\.load)
        switch path {
        case "/slots": return .json(.array(slots(loads)))
        case "/health": return .json(["status": "ok"])
        case "/metrics": return .text(metrics(loads), type: "text/plain; version=0.0.4")
        default: return nil
        }
    }

    private static func slots(_ loads: [SlotQueue.Load]) -> [JSON] {
        var entries: [JSON] = []
        for load in loads {
            for slot in 0..<load.slots {
                entries.append([
                    "id": JSON(entries.count), "id_task": JSON(slot < load.running ? 100 + slot : -1), "n_ctx": 4096,
                    "speculative": false, "is_processing": .bool(slot < load.running),
                    "next_token": [["has_next_token": .bool(slot < load.running), "n_remain": -1, "n_decoded": 0]],
                ])
            }
        }
        return entries
    }

    private static func metrics(_ loads: [SlotQueue.Load]) -> String {
        func metric(_ name: String, _ type: String, _ help: String, _ value: (SlotQueue.Load) -> Int) -> String {
            let sum = loads.reduce(0) { $0 + value($1) }
            return "# HELP llamacpp:\(name) \(help)\n# TYPE llamacpp:\(name) \(type)\nllamacpp:\(name) \(sum)\n"
        }
        return metric("prompt_tokens_total", "counter", "Number of prompt tokens processed.", \.promptTokens)
            + metric("tokens_predicted_total", "counter", "Number of generation tokens processed.", \.generatedTokens)
            + metric("requests_processing", "gauge", "Number of requests processing.", \.running)
            + metric("requests_deferred", "gauge", "Number of requests deferred.", \.waiting)
    }
}
