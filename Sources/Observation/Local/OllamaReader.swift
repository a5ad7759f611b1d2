import Health
import Synchronization

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Reads an Ollama (provider facts §7).
final class OllamaReader: LocalRuntimeReader {
    enum Question: String, LocalQuestion {
        case version = "/api/version"
        case tags = "/api/tags"
        case running = "/api/ps"
    }

    static let questions = Question.allCases.map(\.rawValue)

    /// Whether any model was ever seen on a GPU: then one that is wholly on the CPU later has lost it.
    private let hasSeenGPU = Mutex(false)

    func read(over wire: LocalWire) async throws(LocalHealthCheckError) -> LocalInventory {
        // One after the other, over one connection, and no further once a list fails.
        let version = await wire.ask(Question.version)
        if case .failure(let error) = version, error.isConnectLevel { throw wire.explain(error) }
        let tags = await wire.ask(Question.tags)
        let listed = try entries(of: tags, over: wire, after: [version])
        let running = await wire.ask(Question.running)
        // Releases before `ollama ps` existed do not know the path: what is loaded stays unknown.
        let inMemory: [OllamaEntry]? =
            if case .success(let answer) = running, answer.status == 404 {
                nil
            } else {
                try entries(of: running, over: wire, after: [version, tags])
            }
        // Only a decoration: an answer that is missing here is no reason to call the runtime down.
        let number = (try? version.get()).flatMap { $0.status == 200 ? $0.json?["version"]?.string : nil }
        let clock = Self.clock((try? running.get())?.date, ours: wire.timekeeper.now.wall)
        return inventory(of: listed, inMemory: inMemory, version: number, clock: clock)
    }

    /// The runtime's clock. A header tells it to the second, so ours, which is finer, stands for one that agrees.
    private static func clock(_ header: Date?, ours: Date) -> Date {
        guard let header else { return ours }
        let ahead = ours.timeIntervalSince(header)
        return ahead >= -0.1 && ahead <= 1.5 ? ours : header
    }

    func recognises(over wire: LocalWire) async -> Bool {
        guard case .success(let answer) = await wire.ask(Question.version), answer.status == 200 else { return false }
        return answer.json?["version"]?.string != nil
    }

    private func entries(
        of outcome: Result<LocalAnswer, LocalWireError>, over wire: LocalWire,
        after others: [Result<LocalAnswer, LocalWireError>]
    ) throws(LocalHealthCheckError) -> [OllamaEntry] {
        switch outcome {
        case .failure(let error):
            if error.isTimeout, let other = others.lazy.compactMap({ try? $0.get() }).first {
                throw wire.endpoint.error(
                    "hangs: it answers GET \(other.path), but not GET \(error.path) within \(wire.timeout.text); "
                        + "restart it if this lasts")
            }
            throw wire.explain(error)
        case .success(let answer):
            guard answer.status == 200, let members = answer.json?.object, let list = members["models"],
                // A Go slice nobody appended to is null.
                let entries = list == .null ? [] : list.array
            else { throw wire.explain(answer) }
            return entries.compactMap(OllamaEntry.init)
        }
    }

    private func inventory(
        of listed: [OllamaEntry], inMemory: [OllamaEntry]?, version: String?, clock: Date
    ) -> LocalInventory {
        let running = Dictionary((inMemory ?? []).map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let usesGPU = hasSeenGPU.withLock { seen in
            if running.values.contains(where: \.isOnGPU) { seen = true }
            return seen
        }
        var seen: Set<String> = []
        // A model deleted while in memory is listed as running only, and still answers.
        let models = (listed + (inMemory ?? [])).filter { seen.insert($0.name).inserted }.map { entry in
            entry.model(
                running: running[entry.name], isStateKnown: inMemory != nil, runtimeUsesGPU: usesGPU, clock: clock)
        }
        let loaded = models.count { $0.state == .loaded }
        let title = version.map { "Ollama \($0)" } ?? "Ollama"
        let summary =
            inMemory == nil
            ? "\(title), too old to tell which of its \(models.count) models are in memory: update it"
            : "\(title): \(loaded) of \(models.count) models in memory"
        return LocalInventory(
            version: version, models: models, summary: summary, clock: clock,
            ends: running.compactMapValues(\.expiry))
    }
}
