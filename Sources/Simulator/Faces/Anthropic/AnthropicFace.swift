/// Anthropic's API: `POST /v1/messages`, `POST /v1/messages/count_tokens`, `GET /v1/models`.
struct AnthropicFace: FaceResponder {
    let catalog: ModelCatalog
    let runner: InferenceRunner
    /// The key that requests must have; nil = any, but one there must be.
    let apiKey: String?
    private let voice = AnthropicVoice()

    init(catalog: ModelCatalog, runner: InferenceRunner, apiKey: String?) {
        self.catalog = catalog
        self.runner = runner
        self.apiKey = apiKey
    }

    func reply(to incoming: Incoming) async throws -> Reply {
        let place = SitePath(incoming.path, catalog: catalog)
        if let complaint = admission(incoming) { return refuse(complaint, incoming) }
        switch (incoming.method, place.segments) {
        case ("POST", ["v1", "messages"]): return try await message(site: place.site, incoming)
        case ("POST", ["v1", "messages", "count_tokens"]): return countTokens(incoming)
        case ("GET", ["v1", "models"]): return models(incoming)
        case ("GET", let segments) where segments.count > 2 && segments.prefix(2) == ["v1", "models"]:
            let id = segments.dropFirst(2).joined(separator: "/")
            guard catalog.model(id, on: .anthropic) != nil else { return refuse(Self.unknown(id), incoming) }
            return .json(Self.entry(id), headers: voice.headers(HeaderContext(number: incoming.number)))
        default: return refuse(Complaint(404, "Not found", "not_found_error"), incoming)
        }
    }

    private func admission(_ incoming: Incoming) -> Complaint? {
        guard let key = incoming.header("x-api-key") ?? incoming.apiKey else {
            return Complaint(401, "x-api-key header is required", "authentication_error")
        }
        if let apiKey, key != apiKey { return Complaint(401, "invalid x-api-key", "authentication_error") }
        guard incoming.header("anthropic-version") != nil else {
            return Complaint(400, "anthropic-version: header is required", "invalid_request_error")
        }
        return nil
    }

    private func message(site: String?, _ incoming: Incoming) async throws -> Reply {
        guard let body = incoming.json, body.members != nil else {
            return refuse(Complaint(400, "The request body is not valid JSON", "invalid_request_error"), incoming)
        }
        guard let model = body["model"]?.string else { return missing("model", incoming) }
        guard let cap = body["max_tokens"]?.int else { return missing("max_tokens", incoming) }
        guard cap >= 1 else {
            return refuse(
                Complaint(400, "max_tokens: Input should be greater than or equal to 1", "invalid_request_error"),
                incoming)
        }
        guard body["messages"]?.array?.isEmpty == false else { return missing("messages", incoming) }
        let request = InferenceRequest(
            model: model, stream: body["stream"]?.bool ?? false, cap: cap, prompt: PromptText.text(of: body))
        if let site, let encounter = catalog.meetSite(site) {
            return try await runner.run(request, .init(encounter), as: MessagesDialect(), for: incoming)
        }
        guard let meeting = catalog.meet(model, on: .anthropic) else { return refuse(Self.unknown(model), incoming) }
        return try await runner.run(request, .init(meeting), as: MessagesDialect(), for: incoming)
    }

    private func countTokens(_ incoming: Incoming) -> Reply {
        let text = incoming.json.map(PromptText.text) ?? ""
        return .json(
            ["input_tokens": JSON(7 + (text.utf8.count + 3) / 4)],
            headers: voice.headers(HeaderContext(number: incoming.number)))
    }

    private func models(_ incoming: Incoming) -> Reply {
        let entries = catalog.models(on: .anthropic).map { Self.entry($0.specification.id) }
        return .json(
            [
                "data": .array(entries), "has_more": false, "first_id": entries.first?["id"] ?? .null,
                "last_id": entries.last?["id"] ?? .null,
            ],
            headers: voice.headers(HeaderContext(number: incoming.number)))
    }

    private static func entry(_ id: String) -> JSON {
        ["type": "model", "id": .string(id), "display_name": .string(id), "created_at": "2025-10-01T00:00:00Z"]
    }

    private static func unknown(_ model: String) -> Complaint {
        Complaint(404, "model: \(model)", "not_found_error")
    }

    private func missing(_ field: String, _ incoming: Incoming) -> Reply {
        refuse(Complaint(400, "\(field): Field required", "invalid_request_error"), incoming)
    }

    private func refuse(_ complaint: Complaint, _ incoming: Incoming) -> Reply {
        runner.refuse(complaint, by: voice, number: incoming.number)
    }
}
