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

    /// Reads the answer to `GET /v1/models` in the shapes that there are: `data` with `id` (OpenAI, Anthropic, most),
    /// a bare array, `models` with `name`, `key` or `id`.
    static func read(_ exchange: Exchange, _ context: ProbeContext) -> Reading {
        let verdict = ProbeClassifier(context: context, dialect: ListDialect()).verdict(on: exchange)
        guard verdict.outcome.class == .ok, let json = JSONText.parse(exchange.body) else {
            return .failure(verdict.outcome)
        }
        let names = (ListDialect.entries(json) ?? []).compactMap { entry in
            entry.string ?? ["id", "key", "name", "model"].lazy.compactMap { entry[$0]?.string }.first
        }
        let hasMore = json["has_more"] == .bool(true)
        return .success(ModelList(names: names.filter { !$0.isEmpty }, next: hasMore ? json["last_id"]?.string : nil))
    }

    /// What "alive" means of a list.
    private struct ListDialect: ProbeDialect {
        static func entries(_ json: JSONValue) -> [JSONValue]? {
            json["data"]?.array ?? json["models"]?.array ?? json.array
        }
        func read(_ json: JSONValue, mode: ModelConfig.Mode) -> ProbeAnswer {
            ProbeAnswer(lack: Self.entries(json) == nil ? "a list of models" : nil)
        }
        func read(_ events: [Exchange.TimedEvent], mode: ModelConfig.Mode) -> StreamedAnswer { StreamedAnswer() }
        func draft(of ask: ProbeAsk) throws(ProbeRefusal) -> ProbeDraft { ProbeDraft(path: "models", body: []) }
        func credentials(_ key: Secret) -> [(name: String, value: Secret)] { [] }
        func modelListPath(after last: String?) -> String { "models" }
    }
}
