package import AsyncHTTPClient
package import Health
package import Logging
import Synchronization

/// Watches the local runtimes and their models, and never does anything to them.
///
/// It only ever asks for lists. Whether a model that is in memory really answers is the prober's to find out: `onStatus`
/// and ``LocalModelWatcher/isProbeable(_:)`` tell it which ones may be asked.
package final class LocalModelWatcher: LocalModelHealthService {
    /// How often and how patiently runtimes are asked.
    package struct Settings: Sendable, Hashable {
        /// Between the starts of two polls. Default 10 s; `local.interval`.
        package var interval: Duration
        /// For one question, from connecting to the last byte. Default 2 s.
        package var requestTimeout: Duration
        /// For all questions of one poll. Default 5 s.
        package var pollTimeout: Duration
        /// How long the last list is told, with its age, once a runtime is silent. Default 30 s.
        package var retention: Duration
        /// When models in memory are probed. Default `unobtrusive`; `local.RUNTIME.probing`.
        package var probing: LocalRuntime.Probing

        package init(
            interval: Duration = .seconds(10), requestTimeout: Duration = .seconds(2),
            pollTimeout: Duration = .seconds(5), retention: Duration = .seconds(30),
            probing: LocalRuntime.Probing = .unobtrusive
        ) {
            self.interval = interval
            self.requestTimeout = requestTimeout
            self.pollTimeout = pollTimeout
            self.retention = retention
            self.probing = probing
        }
    }

    /// One runtime, with what was learnt of it.
    final class Watched: Sendable {
        let wire: LocalWire
        let reader: any LocalRuntimeReader
        let flight = SharedFlight<Result<LocalModelStatus, LocalHealthCheckError>>()
        let ledger: Mutex<LocalLedger>
        let lives = Mutex(LocalLives())

        init(_ wire: LocalWire, retention: Duration) {
            self.wire = wire
            reader = wire.endpoint.runtime.reader.init()
            ledger = Mutex(LocalLedger(endpoint: wire.endpoint, retention: retention))
        }
    }

    let settings: Settings
    let timekeeper: Timekeeper
    let watched: [LocalRuntime: Watched]
    /// The interval of the polling that goes on; `nil` when none does.
    let pollingInterval = Mutex<Duration?>(nil)
    private let intake: Intake
    private let logger: Logger
    private let modelID: @Sendable (String, LocalRuntime) -> ModelID
    private let expected: @Sendable (LocalRuntime) -> Set<String>
    private let onStatus: @Sendable (LocalModelStatus) -> Void

    /// - Parameters:
    ///   - endpoints: at most one for each runtime; of several the last counts.
    ///   - client: pools the connections. It must not follow redirects, and should not retry establishing connections
    ///     (`retryConnectionEstablishment`), which turns a refusal into a timeout.
    ///   - modelID: the fleet's name for a runtime's model; it gets the canonical name (`llama3.2:latest`).
    ///   - expected: names of models that are configured for a runtime, in any spelling. One that is not in a list is
    ///     reported missing, although it never was there.
    ///   - onStatus: told after every poll, failed ones too, in order for each runtime. Must return at once.
    package init(
        _ endpoints: [LocalEndpoint], settings: Settings = Settings(), client: HTTPClient, intake: Intake,
        timekeeper: Timekeeper = .system, logger: Logger,
        modelID: @escaping @Sendable (String, LocalRuntime) -> ModelID = { name, _ in ModelID(name) },
        expected: @escaping @Sendable (LocalRuntime) -> Set<String> = { _ in [] },
        onStatus: @escaping @Sendable (LocalModelStatus) -> Void = { _ in }
    ) {
        self.settings = settings
        self.timekeeper = timekeeper
        self.intake = intake
        self.logger = logger
        self.modelID = modelID
        self.expected = expected
        self.onStatus = onStatus
        watched = Dictionary(
            endpoints.map { endpoint in
                let wire = LocalWire(
                    endpoint: endpoint, client: client, timekeeper: timekeeper, timeout: settings.requestTimeout)
                return (endpoint.runtime, Watched(wire, retention: settings.retention))
            }, uniquingKeysWith: { $1 })
    }

    package func checkLMStudio() async throws(LocalHealthCheckError) -> LocalModelStatus { try await check(.lmStudio) }

    package func checkOllama() async throws(LocalHealthCheckError) -> LocalModelStatus { try await check(.ollama) }

    /// Asks a runtime now; those who call meanwhile share the answer.
    package func check(_ runtime: LocalRuntime) async throws(LocalHealthCheckError) -> LocalModelStatus {
        guard let watched = watched[runtime] else {
            let key = "\(runtime.configurationKey).url"
            throw LocalHealthCheckError(
                service: runtime, endpoint: runtime.profile.defaultURL, message: "is not watched: set \(key)")
        }
        guard let result = await watched.flight.join({ await poll(watched) }) else {
            throw watched.wire.explain(LocalWireError(.transport(.cancelled), path: ""))
        }
        return try result.get()
    }

    /// What is known of a runtime, without asking it; `nil` when it is not watched.
    package func status(of runtime: LocalRuntime) -> LocalModelStatus? {
        watched[runtime]?.ledger.withLock {
            $0.status(at: timekeeper.now, interval: pollingInterval.withLock { $0 })
        }
    }

    /// Whether a model is in memory, to be asked right before a request that would load it otherwise.
    ///
    /// - Parameter maximumAge: an older list is read anew, so that a model somebody just stopped stays stopped.
    package func isLoaded(
        _ name: String, on runtime: LocalRuntime, maximumAge: Duration = .seconds(1)
    ) async -> Bool {
        guard let watched = watched[runtime] else { return false }
        let age = watched.ledger.withLock { $0.age(at: timekeeper.now) }
        let isRecent = age.map { $0 <= maximumAge } ?? false
        let status = isRecent ? status(of: runtime) : try? await check(runtime)
        return status?.loadedModels.contains { $0.answers(to: name, on: runtime) } ?? false
    }

    /// One poll; `nil` when it was cancelled, which is no evidence of anything.
    private func poll(_ watched: Watched) async -> Result<LocalModelStatus, LocalHealthCheckError>? {
        let (wire, reader) = (watched.wire, watched.reader)
        let read = await bounded(by: settings.pollTimeout, on: timekeeper) {
            await reader.reading(over: wire)
        }
        var result = read ?? .failure(wire.endpoint.error("a poll took longer than \(settings.pollTimeout.text)"))
        if case .failure = result, Task.isCancelled { return nil }
        // That we cannot ask says nothing of the runtime.
        if case .failure(let error) = result, OwnResource.lacking() != nil { return .failure(error) }
        let now = timekeeper.now
        let runtime = wire.endpoint.runtime
        if case .success(let inventory) = result { result = .success(note(inventory, of: watched, at: now)) }
        let (change, status) = watched.ledger.withLock { ledger in
            let change =
                switch result {
                case .success(let inventory):
                    ledger.succeed(
                        with: inventory, expected: Set(expected(runtime).map { inventory.name(for: $0, on: runtime) }),
                        at: now)
                case .failure(let error): ledger.fail(error, at: now)
                }
            return (change, ledger.status(at: now, interval: pollingInterval.withLock { $0 }))
        }
        if change.isEvidence { submit(change, result, of: runtime, at: now) }
        log(change, result, of: runtime)
        onStatus(status)
        return result.map { _ in status }
    }

    private func submit(
        _ change: LocalLedger.Change, _ result: Result<LocalInventory, LocalHealthCheckError>,
        of runtime: LocalRuntime, at now: Moment
    ) {
        let own: Evidence.Kind =
            switch result {
            case .success(let inventory): .runtime(runtime, isUp: true, detail: inventory.summary)
            case .failure(let error): .runtime(runtime, isUp: false, detail: error.description)
            }
        intake.submit(Evidence(own, source: .local, at: now))
        for model in change.listed + change.missing {
            intake.submit(Evidence(.local(modelID(model.name, runtime), model), source: .local, at: now))
        }
    }

    private func log(
        _ change: LocalLedger.Change, _ result: Result<LocalInventory, LocalHealthCheckError>, of runtime: LocalRuntime
    ) {
        let service = Logger.MetadataValue.string(runtime.rawValue)
        if change.isTurn {
            switch result {
            case .success(let inventory):
                logger.info("Local runtime answers", metadata: ["service": service, "detail": "\(inventory.summary)"])
            case .failure(let error):
                logger.log(
                    level: change.isEvidence ? .notice : .debug, "Local runtime is silent",
                    metadata: ["service": service, "error": "\(error)"])
            }
        }
        for name in change.added {
            logger.debug("Local model listed", metadata: ["service": service, "model": "\(name)"])
        }
        for model in change.missing {
            logger.notice("Local model missing", metadata: ["service": service, "model": "\(model.name)"])
        }
    }
}
