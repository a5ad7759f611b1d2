/// OpenAI's API: `/v1/chat/completions`, `/completions`, `/responses`, `/embeddings`, `/rerank`, `/models`.
///
/// A path below `/{site}/` is answered with the behaviour of that site, whatever model it names. Azure's
/// `/deployments/{name}/…` is understood too.
struct OpenAIFace: FaceResponder {
    let catalog: ModelCatalog
    let runner: InferenceRunner
    /// The key that requests must have; nil = none is asked for.
    let apiKey: String?
    private let voice = OpenAIVoice()

    init(catalog: ModelCatalog, runner: InferenceRunner, apiKey: String?) {
        self.catalog = catalog
        self.runner = runner
        self.apiKey = apiKey
    }

    private enum Endpoint: String {
        case chat = "chat/completions"
        case completion = "completions"
        case responses, embeddings, rerank

        var dialect: any Dialect {
            switch self {
            case .chat: ChatCompletionDialect()
            case .completion: TextCompletionDialect()
            case .responses: ResponsesDialect()
            case .embeddings: EmbeddingDialect()
            case .rerank: RerankDialect()
            }
        }

        var kind: SimulatedModel.Kind {
            switch self {
            case .chat, .completion, .responses: .chat
            case .embeddings: .embedding
            case .rerank: .rerank
            }
        }
    }

    func reply(to incoming: Incoming) async throws -> Reply {
        let place = SitePath(incoming.path, catalog: catalog)
        if let apiKey, incoming.apiKey != apiKey {
            return refuse(.wrongKey(incoming.apiKey), incoming)
        }
        if incoming.method == "GET", let page = ServerLoadPages.reply(to: incoming.path, catalog.queues(on: .openAI)) {
            return page
        }
        var segments = place.segments
        if segments.first == "openai" { segments.removeFirst() }
        if segments.first == "v1" { segments.removeFirst() }
        if segments.first == "deployments", segments.count > 2 { segments.removeFirst(2) }
        if segments.first == "models" { return models(Array(segments.dropFirst()), incoming) }
        guard let endpoint = Endpoint(rawValue: segments.joined(separator: "/")) else {
            return refuse(
                Complaint(404, "Invalid URL (\(incoming.method) \(incoming.path))", "invalid_request_error"), incoming)
        }
        guard incoming.method == "POST" else {
            return refuse(
                Complaint(
                    405, "Not allowed to \(incoming.method) on \(incoming.path).", "invalid_request_error",
                    code: "method_not_supported"),
                incoming)
        }
        let allowance = catalog.meetKey(incoming.apiKey, on: .openAI)
        return try await infer(endpoint, site: place.site, allowance, incoming)
    }

    private func infer(
        _ endpoint: Endpoint, site: String?, _ allowance: BehaviorState.Allowance?, _ incoming: Incoming
    ) async throws -> Reply {
        guard let body = incoming.json, body.members != nil else {
            return refuse(
                Complaint(
                    400, "We could not parse the JSON body of your request. The API expects a JSON payload.",
                    "invalid_request_error"),
                incoming)
        }
        guard let model = body["model"]?.string, !model.isEmpty else {
            return refuse(Complaint(400, "you must provide a model parameter", "invalid_request_error"), incoming)
        }
        if let site, let encounter = catalog.meetSite(site) {
            let request = Self.request(body, model: model)
            return try await runner.run(
                request, .init(encounter).limited(to: allowance), as: endpoint.dialect, for: incoming)
        }
        guard let known = catalog.model(model, on: .openAI) else { return refuse(.unknownModel(model), incoming) }
        if let complaint = Self.mismatch(known, endpoint.kind, incoming.path)
            ?? OpenAIRules.complaint(about: body, for: known)
        {
            return refuse(complaint, incoming)
        }
        guard let meeting = catalog.meet(model, on: .openAI) else { return refuse(.unknownModel(model), incoming) }
        let request = Self.request(body, model: model)
        return try await runner.run(
            request, .init(meeting).limited(to: allowance), as: endpoint.dialect, for: incoming)
    }

    /// What the body asks for, in any of the endpoints.
    static func request(_ body: JSON, model: String) -> InferenceRequest {
        let asked = body["max_completion_tokens"]?.int ?? body["max_output_tokens"]?.int ?? body["max_tokens"]?.int
        // Local servers take a negative number for no limit; OpenAI has refused it before.
        let cap = asked.flatMap { $0 > 0 ? $0 : nil }
        var request = InferenceRequest(
            model: model, stream: body["stream"]?.bool ?? false, cap: cap, prompt: PromptText.text(of: body))
        request.wantsStreamUsage = body["stream_options"]?["include_usage"]?.bool ?? false
        request.inputs = (body["documents"] ?? body["input"])?.array?.count ?? 1
        return request
    }

    private func models(_ rest: [String], _ incoming: Incoming) -> Reply {
        guard incoming.method == "GET" || incoming.method == "HEAD" else {
            return refuse(
                Complaint(405, "Not allowed to \(incoming.method) on \(incoming.path).", "invalid_request_error"),
                incoming)
        }
        func entry(_ id: String) -> JSON {
            ["id": .string(id), "object": "model", "created": 1_721_172_741, "owned_by": "system"]
        }
        let headers = voice.headers(HeaderContext(number: incoming.number))
        if rest.isEmpty {
            let entries = catalog.models(on: .openAI).map { entry($0.specification.id) }
            return .json(["object": "list", "data": .array(entries)], headers: headers)
        }
        let id = rest.joined(separator: "/")
        guard catalog.model(id, on: .openAI) != nil else { return refuse(.unknownModel(id), incoming) }
        return .json(entry(id), headers: headers)
    }

    private static func mismatch(_ model: SimulatedModel, _ kind: SimulatedModel.Kind, _ path: String) -> Complaint? {
        guard model.kind != kind else { return nil }
        return Complaint(
            404,
            "The model `\(model.id)` is of the kind \(model.kind.rawValue) and not supported in the \(path) endpoint.",
            "invalid_request_error", param: "model")
    }

    private func refuse(_ complaint: Complaint, _ incoming: Incoming) -> Reply {
        runner.refuse(complaint, by: voice, number: incoming.number)
    }
}
