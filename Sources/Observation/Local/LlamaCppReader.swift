import Health
import Synchronization

/// Reads a llama.cpp server: one with a single model, or a router over many.
/// Source: https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md
final class LlamaCppReader: LocalRuntimeReader {
    enum Question: String, LocalQuestion {
        /// 200 once the model is loaded, 503 before; needs no key.
        case health = "/health"
        case models = "/v1/models"
        /// Its build, and whether it sleeps.
        case props = "/props"
    }

    static let questions = Question.allCases.map(\.rawValue)

    private struct Memory {
        /// The last list, as a server that loads its model has none.
        var models: [LocalModel] = []
        /// Whether the server was ever seen asleep, so that what is in memory leaves it when nobody asks.
        var hasSlept = false
    }
    private let memory = Mutex(Memory())

    func read(over wire: LocalWire) async throws(LocalHealthCheckError) -> LocalInventory {
        let health = try await answer(to: .health, over: wire)
        if health.isLoading { return loading() }
        guard health.status == 200 else { throw wire.explain(health) }
        let list = try await answer(to: .models, over: wire)
        guard list.status == 200, let entries = list.json?["data"]?.array else { throw wire.explain(list) }
        // Only a decoration, and behind a key that the list does not want: its absence says nothing.
        let props = try? await wire.ask(Question.props).get()
        let known = props.flatMap { $0.status == 200 ? $0.json : nil }
        return inventory(of: entries, isAsleep: known?["is_sleeping"] == .bool(true), build: known?["build_info"]?.text)
    }

    func recognises(over wire: LocalWire) async -> Bool {
        guard case .success(let health) = await wire.ask(Question.health) else { return false }
        if health.isLoading { return true }
        guard health.status == 200, case .success(let list) = await wire.ask(Question.models) else { return false }
        return list.json?["data"]?.array?.contains { $0["owned_by"] == "llamacpp" } ?? false
    }

    private func answer(
        to question: Question, over wire: LocalWire
    ) async throws(LocalHealthCheckError) -> LocalAnswer {
        switch await wire.ask(question) {
        case .success(let answer): answer
        case .failure(let error): throw wire.explain(error)
        }
    }

    private func loading() -> LocalInventory {
        let models = memory.withLock { $0.models }.map { model in
            var model = model
            (model.state, model.unprobed) = (.other, nil)
            model.details["runtimeState"] = "loading"
            return model
        }
        return LocalInventory(models: models, summary: "llama.cpp is loading its model", isComplete: false)
    }

    private func inventory(of entries: [JSONValue], isAsleep: Bool, build: String?) -> LocalInventory {
        var seen: Set<String> = []
        var models = entries.compactMap { LlamaCppEntry($0, isAsleep: isAsleep)?.model }
            .filter { seen.insert($0.name).inserted }
        let isRouter = entries.contains { $0["status"] != nil }
        memory.withLock { memory in
            memory.hasSlept = memory.hasSlept || isAsleep
            for index in models.indices where models[index].state == .loaded {
                if isRouter {
                    models[index].unprobed =
                        "a request is use to the router, which unloads what was used longest ago when it needs room"
                } else if memory.hasSlept {
                    models[index].unprobed =
                        "any request would keep it awake, and it does not tell when it falls asleep"
                }
            }
            memory.models = models
        }
        let loaded = models.count { $0.state == .loaded }
        let title = build.map { "llama.cpp \($0)" } ?? "llama.cpp"
        return LocalInventory(
            version: build, models: models, summary: "\(title): \(loaded) of \(models.count) models in memory")
    }
}

/// One entry of the list of models.
private struct LlamaCppEntry {
    let model: LocalModel

    /// - Parameter isAsleep: the server has taken its only model out of memory until the next request.
    init?(_ json: JSONValue, isAsleep: Bool) {
        guard let name = json["id"]?.text else { return nil }
        let status = json["status"]
        let word = status?["value"]?.text
        let state: LocalModel.State =
            switch word {
            case nil: isAsleep ? .idle : .loaded
            case "loaded": .loaded
            case "unloaded", "sleeping": .idle
            default: .other
            }
        let meta = json["meta"]
        var details: [String: JSONValue] = [
            "quantization": meta?["ftype"]?.filled,
            "parameters": meta?["n_params"]?.filled,
            "contextLength": meta?["n_ctx"]?.filled,
            "maxContextLength": meta?["n_ctx_train"]?.filled,
            "embeddingLength": meta?["n_embd"]?.filled,
            "aliases": json["aliases"]?.filled,
            "runtimeState": state == .loaded ? nil : word.map { .string($0) } ?? (isAsleep ? "sleeping" : nil),
        ].compactMapValues { $0 }
        if status?["failed"] == .bool(true) {
            details["loadFailed"] = true
            details["exitCode"] = status?["exit_code"]
        }
        // A single-model server answers to its aliases too.
        if let aliases = json["aliases"]?.array, !aliases.isEmpty {
            let names = Set(aliases.compactMap(\.text)).union([name])
            details["instances"] = .array(names.sorted().map { .string($0) })
        }
        model = LocalModel(
            name: name, state: state, mode: name.lowercased().contains("embed") ? .embedding : .chat,
            sizeBytes: meta?["size"]?.integer, details: details)
    }
}

extension LocalAnswer {
    fileprivate var isLoading: Bool { status == 503 && errorText?.lowercased().contains("loading") == true }
}
