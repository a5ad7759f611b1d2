import Health

/// One page of a list of models.
struct ModelList: Sendable, Hashable {
    var names: [String]
    /// The name after which the next page begins; `nil` for the last page.
    var next: String?

    enum Reading {
        case success(ModelList)
        case failure(Outcome)
    }

    /// Reads the answer to the question for the list.
    static func read(_ exchange: Exchange, _ context: ProbeContext, in dialect: any ProbeDialect) -> Reading {
        let verdict = ProbeClassifier(context: context, dialect: ListDialect(list: dialect)).verdict(on: exchange)
        guard verdict.outcome.class == .ok, let list = JSONText.parse(exchange.body).flatMap(dialect.modelList) else {
            return .failure(verdict.outcome)
        }
        return .success(list)
    }

    /// What "alive" means of a list.
    private struct ListDialect: ProbeDialect {
        let list: any ProbeDialect

        func read(_ json: JSONValue, mode: ModelConfig.Mode) -> ProbeAnswer {
            ProbeAnswer(lack: list.modelList(json) == nil ? "a list of models" : nil)
        }
        func read(_ events: [Exchange.TimedEvent], mode: ModelConfig.Mode) -> StreamedAnswer { StreamedAnswer() }
        func draft(of ask: ProbeAsk) throws(ProbeRefusal) -> ProbeDraft { ProbeDraft(path: "models", body: []) }
        func credentials(_ key: Secret) -> [(name: String, value: Secret)] { [] }
    }
}

extension ModelList {
    /// The shapes of `GET /v1/models` that there are: `data` with `id` (OpenAI, Anthropic, most), a bare array, `models`
    /// with `name`, `key` or `id`.
    init?(_ json: JSONValue) {
        guard let entries = json["data"]?.array ?? json["models"]?.array ?? json.array else { return nil }
        let names = entries.compactMap { entry in
            entry.string ?? ["id", "key", "name", "model"].lazy.compactMap { entry[$0]?.string }.first
        }
        let hasMore = json["has_more"] == .bool(true)
        self.init(names: names.filter { !$0.isEmpty }, next: hasMore ? json["last_id"]?.string : nil)
    }
}
