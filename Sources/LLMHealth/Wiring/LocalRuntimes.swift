import AsyncHTTPClient
import Health
import Logging
import Observation
import Synchronization

/// The local runtimes that are watched, and the last word of each.
final class LocalRuntimes: Sendable {
    let watchers: [LocalRuntime: LocalModelWatcher]
    private let latest: LatestStatuses

    /// - Throws: ``StartError`` for an address that is none.
    init(
        _ settings: Configuration.Local, directory: FleetDirectory, client: HTTPClient, intake: Intake,
        timekeeper: Timekeeper, logger: Logger
    ) throws(StartError) {
        let latest = LatestStatuses()
        self.latest = latest
        var watchers: [LocalRuntime: LocalModelWatcher] = [:]
        for runtime in LocalRuntime.allCases {
            guard let own = settings[runtime], own.isEnabled else { continue }
            let endpoint: LocalEndpoint
            do {
                endpoint = try LocalEndpoint(runtime, url: own.url, token: own.token, isOptional: own.isOptional)
            } catch { throw StartError("\(error)") }
            watchers[runtime] = LocalModelWatcher(
                [endpoint], settings: .init(interval: settings.interval, probing: own.probing), client: client,
                intake: intake, timekeeper: timekeeper, logger: logger,
                modelID: { directory.id(of: $0, at: $1) }, expected: { directory.expected(at: $0) },
                onStatus: { status in
                    latest.note(status)
                    guard status.isAvailable else { return }
                    directory.list(
                        status.models.filter { $0.state != .missing }.map { ($0.name, $0.mode) },
                        at: .runtime(status.service))
                })
        }
        self.watchers = watchers
    }

    /// What was read from runtimes that answer.
    var available: [LocalModelStatus] { latest.available }

    /// Whether a model may be probed now; asks its runtime.
    func isProbeable(_ model: ModelConfig) async -> Bool {
        guard let runtime = model.localRuntime else { return true }
        return await watchers[runtime]?.isProbeable(model) ?? false
    }

    /// Whether a model may be probed now, as far as is known without asking anybody.
    func isKnownProbeable(_ model: ModelConfig) -> Bool {
        guard let runtime = model.localRuntime else { return true }
        let loaded = latest.loaded(at: runtime)
        return model.targets.allSatisfy { $0.gateway == nil && loaded.contains(runtime.nameKey($0.model)) }
    }

    /// For how long a probe may keep a model in memory.
    func stay(for target: ModelTarget, of model: ModelConfig) -> LocalStay? {
        model.localRuntime.flatMap { watchers[$0]?.stay(for: target, of: model) }
    }

    /// Polling of each.
    var sources: [any EvidenceSource] { watchers.sorted { $0.key.rawValue < $1.key.rawValue }.map(\.value) }
}

/// The last word of each local runtime.
private final class LatestStatuses: Sendable {
    private let latest = Mutex<[LocalRuntime: LocalModelStatus]>([:])

    func note(_ status: LocalModelStatus) { latest.withLock { $0[status.service] = status } }

    var available: [LocalModelStatus] { latest.withLock { $0.values.filter(\.isAvailable) } }

    /// What a runtime that answers has in memory to be probed, by what names of one model have in common.
    func loaded(at runtime: LocalRuntime) -> Set<String> {
        latest.withLock { latest in
            guard let status = latest[runtime], status.isAvailable else { return [] }
            return Set(status.models.filter(\.isProbeable).map { runtime.nameKey($0.name) })
        }
    }
}
