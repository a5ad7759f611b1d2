import AsyncHTTPClient
import Health
import Logging
import Synchronization
import TestSupport

@testable import Observation

/// A watcher before two peers of its own, and everything that it says.
final class LocalStage: Sendable {
    let ollama: LocalPeer
    let lmStudio: LocalPeer
    let llamaCpp: LocalPeer
    let watcher: LocalModelWatcher
    /// What the watcher told its observer.
    let statuses: AsyncStream<LocalModelStatus>
    private let intake: Intake
    private let drained = Mutex<UInt64>(0)

    private init(
        ollama: LocalPeer, lmStudio: LocalPeer, llamaCpp: LocalPeer, watcher: LocalModelWatcher, intake: Intake,
        statuses: AsyncStream<LocalModelStatus>
    ) {
        self.ollama = ollama
        self.lmStudio = lmStudio
        self.llamaCpp = llamaCpp
        self.watcher = watcher
        self.intake = intake
        self.statuses = statuses
    }

    /// Starts the peers, all with no models, and stops them afterwards.
    static func with(
        _ runtimes: [LocalRuntime] = [.ollama, .lmStudio], token: Secret? = nil, isOptional: Bool = false,
        settings: LocalModelWatcher.Settings = .patient, timekeeper: Timekeeper = .system,
        expected: [LocalRuntime: Set<String>] = [:], _ body: (LocalStage) async throws -> Void
    ) async throws {
        let (ollama, lmStudio, llamaCpp) = (LocalPeer(), LocalPeer(), LocalPeer())
        for peer in [ollama, lmStudio, llamaCpp] { try await peer.start() }
        ollama.playOllama()
        lmStudio.playLMStudio(native: #"{"models":[]}"#)
        llamaCpp.playLlamaCpp(models: #"{"data":[]}"#)
        try await withLocalClient { client in
            let intake = Intake()
            let (statuses, continuation) = AsyncStream.makeStream(
                of: LocalModelStatus.self, bufferingPolicy: .bufferingOldest(10_000))
            let endpoints = try runtimes.map { runtime in
                let peer =
                    switch runtime {
                    case .ollama: ollama
                    case .lmStudio: lmStudio
                    case .llamaCpp: llamaCpp
                    }
                return try LocalEndpoint(runtime, url: peer.url, token: token, isOptional: isOptional)
            }
            let watcher = LocalModelWatcher(
                endpoints, settings: settings, client: client, intake: intake, timekeeper: timekeeper,
                logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
                modelID: { name, runtime in ModelID("\(runtime.rawValue)/\(name)") },
                expected: { expected[$0] ?? [] }, onStatus: { continuation.yield($0) })
            let stage = LocalStage(
                ollama: ollama, lmStudio: lmStudio, llamaCpp: llamaCpp, watcher: watcher, intake: intake,
                statuses: statuses)
            try await body(stage)
        }
        for peer in [ollama, lmStudio, llamaCpp] { try await peer.stop() }
    }

    /// The evidence since the last call.
    func evidence() async -> [Evidence] {
        let waiting = drained.withLock { drained in
            defer { drained = intake.counts.received }
            return intake.counts.received - drained
        }
        var iterator = intake.evidence.makeAsyncIterator()
        var items: [Evidence] = []
        for _ in 0..<waiting {
            if let item = await iterator.next() { items.append(item) }
        }
        return items
    }

    /// The models that evidence since the last call speaks of, with their states.
    func reportedStates() async -> [ModelID: LocalModel.State] {
        var states: [ModelID: LocalModel.State] = [:]
        for item in await evidence() {
            if case .local(let id, let model) = item.kind { states[id] = model.state }
        }
        return states
    }

    /// The error of a check that must fail.
    func failure(of runtime: LocalRuntime) async -> LocalHealthCheckError? {
        do {
            _ = try await watcher.check(runtime)
            return nil
        } catch {
            return error
        }
    }
}

extension LocalModelWatcher.Settings {
    /// For peers that do answer, on a machine that has other things to do.
    static let patient = LocalModelWatcher.Settings(requestTimeout: .seconds(30), pollTimeout: .seconds(50))
    /// For peers of which some do not.
    static let hasty = LocalModelWatcher.Settings(requestTimeout: .seconds(5), pollTimeout: .seconds(50))
}

/// A client as the composition root makes it, whose connections outlive the time between two polls.
func withLocalClient<Result>(_ body: (HTTPClient) async throws -> Result) async throws -> Result {
    let egress = try Egress(EgressConfiguration(idleTimeout: .seconds(60)))
    do {
        let result = try await body(egress.first.direct)
        await egress.shutdown()
        return result
    } catch {
        await egress.shutdown()
        throw error
    }
}
