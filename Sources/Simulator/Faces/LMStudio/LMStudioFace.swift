/// LM Studio's server in three generations of its API.
///
/// A path that it does not know is answered with 200 and an `error` string, so a client has to look at the body to
/// learn which generation it talks to.
struct LMStudioFace: FaceResponder {
    let catalog: ModelCatalog
    let runner: InferenceRunner
    /// The API token that requests must have; nil = none is asked for.
    let apiKey: String?

    /// A hundred years, seconds.
    private static let longestStay = 3_155_760_000.0

    init(catalog: ModelCatalog, runner: InferenceRunner, apiKey: String?) {
        self.catalog = catalog
        self.runner = runner
        self.apiKey = apiKey
    }

    func reply(to incoming: Incoming) async throws -> Reply {
        let settings = catalog.lmStudio
        let path = incoming.path
        let isKnown =
            switch settings.generation {
            case .native: ["/v1/", "/api/v0/", "/api/v1/"].contains { path.hasPrefix($0) }
            case .beta: ["/v1/", "/api/v0/"].contains { path.hasPrefix($0) }
            case .compatible: path.hasPrefix("/v1/")
            }
        guard isKnown else { return Self.unexpected(incoming) }
        if let apiKey, incoming.apiKey != apiKey {
            return refuse(Complaint(401, "", "invalid_request"), incoming)
        }
        switch (incoming.method, path) {
        case ("GET", "/v1/models"):
            let visible = settings.loadsOnDemand ? models : models.filter(\.isLoaded)
            return .json(["object": "list", "data": .array(visible.map(LMStudioListing.compatible))])
        case ("GET", "/api/v0/models"):
            return .json(["object": "list", "data": .array(models.map(LMStudioListing.beta))])
        case ("GET", "/api/v1/models"): return .json(["models": .array(models.map(LMStudioListing.native))])
        case ("GET", let path) where path.hasPrefix("/api/v0/models/"):
            let id = String(path.dropFirst("/api/v0/models/".count))
            guard let model = models.first(where: { $0.specification.id == id }) else {
                return refuse(LMStudioVoice.unknownModel(id), incoming)
            }
            return .json(LMStudioListing.beta(model))
        case ("POST", "/api/v1/models/load"): return try await load(incoming)
        case ("POST", "/api/v1/models/unload"): return unload(incoming)
        case ("POST", _): return try await infer(path, settings, incoming)
        default: return Self.unexpected(incoming)
        }
    }

    private var models: [ModelSnapshot] { catalog.models(on: .lmStudio) }

    private static func unexpected(_ incoming: Incoming) -> Reply {
        .json(["error": .string("Unexpected endpoint or method. (\(incoming.method) \(incoming.path))")])
    }

    private static func dialect(_ path: String) -> (any Dialect)? {
        let voice = LMStudioVoice()
        switch path {
        case "/v1/chat/completions": return ChatCompletionDialect(voice: voice)
        case "/v1/completions", "/api/v0/completions": return TextCompletionDialect(voice: voice)
        case "/v1/embeddings", "/api/v0/embeddings": return EmbeddingDialect(voice: voice)
        case "/v1/responses": return ResponsesDialect(voice: voice)
        case "/v1/messages": return MessagesDialect(voice: voice)
        case "/api/v0/chat/completions": return LMStudioBetaDialect()
        case "/api/v1/chat": return LMStudioNativeDialect()
        default: return nil
        }
    }

    private func infer(_ path: String, _ settings: LMStudioSettings, _ incoming: Incoming) async throws -> Reply {
        guard let dialect = Self.dialect(path) else { return Self.unexpected(incoming) }
        guard let body = incoming.json, body.members != nil else {
            return refuse(Complaint(400, "Invalid JSON in request body", "invalid_request_error"), incoming)
        }
        let asked = body["model"]?.string ?? ""
        let loaded = models.filter(\.isLoaded)
        var id = asked
        if catalog.model(asked, on: .lmStudio) == nil {
            // The older servers take any name to mean the model that happens to be there.
            guard settings.generation == .compatible || asked.isEmpty, let first = loaded.first else {
                return refuse(asked.isEmpty ? LMStudioVoice.nothingLoaded : LMStudioVoice.unknownModel(asked), incoming)
            }
            id = first.specification.id
        }
        if !settings.loadsOnDemand, !loaded.contains(where: { $0.specification.id == id }) {
            return refuse(LMStudioVoice.nothingLoaded, incoming)
        }
        let keepAlive = body["ttl"]?.double.map { Duration.seconds(min(max($0, 0), Self.longestStay)) }
        guard let meeting = catalog.meet(id, on: .lmStudio, loading: .asNeeded(keepAlive: keepAlive, isLasting: false))
        else {
            return refuse(LMStudioVoice.unknownModel(id), incoming)
        }
        if settings.evictsOnDemand, meeting.loading?.began == true { catalog.evictOthers(than: id, on: .lmStudio) }
        let request = OpenAIFace.request(body, model: id)
        return try await runner.run(request, .init(meeting), as: dialect, for: incoming)
    }

    private func load(_ incoming: Incoming) async throws -> Reply {
        let id = incoming.json?["model"]?.string ?? ""
        guard let loading = catalog.load(id, on: .lmStudio, keepAlive: nil) else {
            return refuse(LMStudioVoice.unknownModel(id), incoming)
        }
        if loading.began { runner.log.loadedModel(incoming.number) }
        try await runner.clock.sleep(for: loading.wait)
        try? catalog.setLoaded(true, id, on: .lmStudio)
        return .json([
            "type": "llm", "instance_id": .string(id), "load_time_seconds": JSON(loading.wait.seconds),
            "status": "loaded",
        ])
    }

    private func unload(_ incoming: Incoming) -> Reply {
        let id = incoming.json?["instance_id"]?.string ?? ""
        guard models.contains(where: { $0.specification.id == id && $0.isLoaded }) else {
            return refuse(LMStudioVoice.unknownModel(id), incoming)
        }
        try? catalog.setLoaded(false, id, on: .lmStudio)
        return .json(["instance_id": .string(id)])
    }

    private func refuse(_ complaint: Complaint, _ incoming: Incoming) -> Reply {
        runner.refuse(complaint, by: LMStudioVoice(), number: incoming.number)
    }
}
