import Health
import Synchronization

/// Reads an LM Studio of any generation (provider facts §6).
///
/// A path that LM Studio does not know answers 200 too, with a string as `error`, so the body tells the generation.
final class LMStudioReader: LocalRuntimeReader {
    /// The generations of its API, newest first: each question is the list of its generation.
    enum Generation: String, LocalQuestion {
        /// From 0.4.0.
        case native = "/api/v1/models"
        /// From 0.3.6.
        case beta = "/api/v0/models"
        /// Always there. Lists what is downloaded, and tells nothing of what is loaded.
        case openAI = "/v1/models"
    }

    static let questions = Generation.allCases.map(\.rawValue)

    /// After so many polls of an older generation the newest is tried again: an update restarts LM Studio, but
    /// possibly between two polls, and the older lists stay. Not at each poll, as it logs every unknown path.
    static let pollsPerGeneration = 30

    private struct Memory {
        var generation: Generation?
        var polls = 0
    }
    private let memory = Mutex(Memory())

    func read(over wire: LocalWire) async throws(LocalHealthCheckError) -> LocalInventory {
        do {
            let (generation, models) = try await newestList(over: wire)
            memory.withLock { memory in
                memory.polls = memory.generation == generation ? (memory.polls + 1) % Self.pollsPerGeneration : 0
                memory.generation = generation
            }
            return inventory(of: models, generation)
        } catch {
            memory.withLock { $0 = Memory() }
            throw error
        }
    }

    func recognises(over wire: LocalWire) async -> Bool {
        for generation in Generation.allCases {
            guard case .success(let answer) = await wire.ask(generation) else { return false }
            if generation.entries(in: answer) != nil || answer.isTokenRefusal { return true }
        }
        return false
    }

    /// Asks the remembered generation, else each from the newest on.
    private func newestList(
        over wire: LocalWire
    ) async throws(LocalHealthCheckError) -> (Generation, [LMStudioEntry]) {
        var order = Generation.allCases
        let remembered = memory.withLock { memory in
            memory.generation == order[0] || memory.polls + 1 < Self.pollsPerGeneration ? memory.generation : nil
        }
        if let remembered {
            order.removeAll { $0 == remembered }
            order.insert(remembered, at: 0)
        }
        var last: LocalAnswer?
        for generation in order {
            let answer: LocalAnswer
            switch await wire.ask(generation) {
            case .success(let success): answer = success
            case .failure(let error): throw wire.explain(error)
            }
            if let entries = generation.entries(in: answer) { return (generation, entries) }
            // A token or a fault of its own is no sign of another generation.
            guard !answer.isTokenRefusal, answer.status != 403, answer.status < 500, answer.status != 429 else {
                throw wire.explain(answer)
            }
            last = answer
        }
        guard let last else { throw wire.endpoint.error("has no list of models to ask for") }
        throw wire.explain(last)
    }

    private func inventory(of entries: [LMStudioEntry], _ generation: Generation) -> LocalInventory {
        var seen: Set<String> = []
        let models = entries.map(\.model).filter { seen.insert($0.name).inserted }
        let loaded = models.count { $0.state == .loaded }
        let summary =
            generation == .openAI
            ? "LM Studio, too old to tell which of its \(models.count) models are loaded: update it to 0.3.6 or later"
            : "LM Studio (\(generation.rawValue)): \(loaded) of \(models.count) models loaded"
        return LocalInventory(version: generation.version, models: models, summary: summary)
    }
}

extension LMStudioReader.Generation {
    /// Stands for the version, which LM Studio does not tell.
    fileprivate var version: String {
        switch self {
        case .native: "api/v1"
        case .beta: "api/v0"
        case .openAI: "v1"
        }
    }

    /// The list of this generation; `nil` when the answer is not of it.
    fileprivate func entries(in answer: LocalAnswer) -> [LMStudioEntry]? {
        guard answer.status == 200, let json = answer.json else { return nil }
        let list = self == .native ? json["models"] : json["data"]
        return list?.array?.compactMap { LMStudioEntry($0, self) }
    }
}

extension LocalAnswer {
    fileprivate var isTokenRefusal: Bool { status == 401 }
}
