import HTTPTypes

/// Ollama's API, its own and the compatible one under `/v1`.
///
/// The behaviour of a model touches only what makes the model work: `/`, the lists and the details go on answering while
/// inference hangs. A request to a model that is not in memory loads it, and the log says so.
struct OllamaFace: FaceResponder {
    let catalog: ModelCatalog
    let runner: InferenceRunner
    let version: String

    func reply(to incoming: Incoming) async throws -> Reply {
        let place = SitePath(incoming.path, catalog: catalog)
        let path = "/" + place.segments.joined(separator: "/")
        let method = incoming.method == "HEAD" ? "GET" : incoming.method
        switch (method, path) {
        case ("GET", "/"): return .text("Ollama is running")
        case ("GET", "/api/version"): return .json(["version": .string(version)])
        case ("GET", "/api/tags"): return .json(["models": .array(models.map(OllamaListing.tag))])
        case ("GET", "/api/ps"):
            let now = runner.clock.wall
            var reply = Reply.json([
                "models": .array(models.filter(\.isLoaded).map { OllamaListing.running($0, at: now) })
            ])
            // As Go's server has it: what the times in the answer are counted by.
            reply.headers[.date] = OllamaTime.header(now)
            return reply
        case ("GET", "/api/status"): return .json(["cloud": ["disabled": false, "source": "none"]])
        case ("GET", "/v1/models"):
            return .json(["object": "list", "data": .array(models.map(OllamaListing.compatible))])
        case ("GET", let path) where path.hasPrefix("/v1/models/"):
            let id = String(path.dropFirst("/v1/models/".count))
            guard let model = find(id) else {
                return refuse(OllamaVoice.unknownModel(id), OllamaCompatibleVoice(), incoming)
            }
            return .json(OllamaListing.compatible(model))
        case ("POST", "/api/show"): return show(incoming)
        case ("DELETE", "/api/delete"): return delete(incoming)
        case ("POST", _): return try await work(path, site: place.site, incoming)
        default: return .text("404 page not found", status: 404, type: "text/plain")
        }
    }

    private var models: [ModelSnapshot] { catalog.models(on: .ollama) }

    private func find(_ id: String) -> ModelSnapshot? {
        models.first { ModelCatalog.key($0.specification.id, on: .ollama) == ModelCatalog.key(id, on: .ollama) }
    }

    private func show(_ incoming: Incoming) -> Reply {
        let id = name(incoming) ?? ""
        guard let model = find(id) else { return refuse(OllamaVoice.unknownModel(id), OllamaVoice(), incoming) }
        return .json(OllamaListing.details(model))
    }

    private func delete(_ incoming: Incoming) -> Reply {
        let id = name(incoming) ?? ""
        do {
            try catalog.remove(id, from: .ollama)
            return Reply(body: .whole([]))
        } catch {
            return refuse(OllamaVoice.unknownModel(id), OllamaVoice(), incoming)
        }
    }

    private func name(_ incoming: Incoming) -> String? {
        incoming.json?["model"]?.string ?? incoming.json?["name"]?.string
    }

    /// What a path wants of a model, and in whose words.
    private static func dialect(_ path: String, loadDuration: Duration) -> (any Dialect)? {
        let compatible = OllamaCompatibleVoice()
        switch path {
        case "/api/chat": return OllamaDialect(endpoint: .chat, loadDuration: loadDuration)
        case "/api/generate": return OllamaDialect(endpoint: .generate, loadDuration: loadDuration)
        case "/api/embed": return OllamaEmbeddingDialect(isOlder: false)
        case "/api/embeddings": return OllamaEmbeddingDialect(isOlder: true)
        case "/v1/chat/completions": return ChatCompletionDialect(voice: compatible)
        case "/v1/completions": return TextCompletionDialect(voice: compatible)
        case "/v1/embeddings": return EmbeddingDialect(voice: compatible)
        case "/v1/responses": return ResponsesDialect(voice: compatible)
        case "/v1/messages": return MessagesDialect(voice: compatible)
        default: return nil
        }
    }

    private func work(_ path: String, site: String?, _ incoming: Incoming) async throws -> Reply {
        guard let plain = Self.dialect(path, loadDuration: .zero) else {
            return .text("404 page not found", status: 404, type: "text/plain")
        }
        guard let body = incoming.json, body.members != nil else {
            return refuse(
                Complaint(400, "invalid character in request body", "invalid_request_error"), plain.voice, incoming)
        }
        guard let model = body["model"]?.string, !model.isEmpty else {
            return refuse(Complaint(400, "model is required", "invalid_request_error"), plain.voice, incoming)
        }
        let isNative = path.hasPrefix("/api/")
        var request = OpenAIFace.request(body, model: model)
        if isNative {
            request.stream = (body["stream"]?.bool ?? true) && !path.hasPrefix("/api/embed")
            // A negative number stands for no limit.
            request.cap = body["options"]?["num_predict"]?.int.flatMap { $0 > 0 ? $0 : nil }
        }
        if let site, let encounter = catalog.meetSite(site) {
            return try await runner.run(request, .init(encounter), as: plain, for: incoming)
        }
        guard catalog.model(model, on: .ollama) != nil else {
            return refuse(OllamaVoice.unknownModel(model), plain.voice, incoming)
        }
        let keepAlive = OllamaTime.keepAlive(body["keep_alive"])
        if isNative, let reply = try await loadOnly(path, model, body, keepAlive, incoming) { return reply }
        guard let meeting = catalog.meet(model, on: .ollama, loading: .asNeeded(keepAlive: keepAlive)) else {
            return refuse(OllamaVoice.unknownModel(model), plain.voice, incoming)
        }
        let dialect = Self.dialect(path, loadDuration: meeting.loading?.wait ?? .zero) ?? plain
        return try await runner.run(request, .init(meeting), as: dialect, for: incoming)
    }

    /// A request without a prompt loads or, with `keep_alive: 0`, unloads. nil when the request has a prompt.
    private func loadOnly(
        _ path: String, _ model: String, _ body: JSON, _ keepAlive: Duration?, _ incoming: Incoming
    ) async throws -> Reply? {
        let isPrompted =
            path == "/api/generate"
            ? body["prompt"]?.string?.isEmpty == false
            : body["messages"]?.array?.isEmpty == false || body["input"] != nil
                || body["prompt"] != nil
        guard !isPrompted else { return nil }
        var reason = "load"
        if keepAlive == .zero {
            reason = "unload"
            try? catalog.setLoaded(false, model, on: .ollama)
        } else if let loading = catalog.load(model, on: .ollama, keepAlive: keepAlive) {
            if loading.began { runner.log.loadedModel(incoming.number) }
            try await runner.clock.sleep(for: loading.wait)
        }
        var answer: JSON = ["model": .string(model), "created_at": .string(OllamaTime.now)]
        if path == "/api/generate" {
            answer["response"] = ""
        } else {
            answer["message"] = ["role": "assistant", "content": ""]
        }
        answer["done_reason"] = .string(reason)
        answer["done"] = true
        return .json(answer)
    }

    private func refuse(_ complaint: Complaint, _ voice: any Voice, _ incoming: Incoming) -> Reply {
        runner.refuse(complaint, by: voice, number: incoming.number)
    }
}
