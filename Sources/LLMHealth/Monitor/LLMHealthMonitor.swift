import Health
import History
import Logging
import Observation
public import ServiceLifecycle
import Synchronization

/// Watches models and knows, at any second, which of them can be used.
///
/// ```swift
/// let monitor = try await LLMHealthMonitor(
///     models: [
///         ModelConfig(
///             id: "gpt-4o-mini", provider: "openai",
///             targets: [ModelTarget(baseURL: "https://api.openai.com", model: "gpt-4o-mini", key: Secret(key))])
///     ], logger: logger)
/// let group = ServiceGroup(services: [monitor, server], logger: logger)
/// try await group.run()
/// ```
///
/// It opens no port, reads no file and writes none unless ``Options`` say so. What it publishes is read without waiting and
/// without an error, from any task; before ``run()`` nothing is known of any model.
public final class LLMHealthMonitor: Service {
    let configuration: Configuration
    let timekeeper: Timekeeper
    let logger: Logger
    let startedAt: Moment
    // Sources.
    let outbound: Outbound
    let directory: FleetDirectory
    let runtimes: LocalRuntimes
    let gateways: Gateways
    let connectivity: ConnectivityOnDemand?
    let prober: CanaryProber
    let timetable: TimetableWatch
    // Evidence.
    let intake: Intake
    // The decision.
    let decision: DecisionLoop
    // State and events.
    let publisher: FleetPublisher
    let notices: NoticeBoard
    let aggregator: HealthAggregator
    // Sinks.
    let persistence: Persistence

    private let sources: [any EvidenceSource]
    private let sinks: [any HealthSink]
    /// The newest fleet that prober and decision have not taken up yet.
    private let fleetChanges: AsyncStream<[ModelConfig]>
    /// The fleet that prober and decision work by.
    private let taken = Mutex<[ModelConfig]?>(nil)
    private let isShutDown = Mutex(false)

    /// Puts the parts together; connects to nothing and sends nothing.
    ///
    /// - Parameters:
    ///   - probes: how many probes may be in flight.
    ///   - own: what an embedding program adds.
    /// - Throws: ``StartError``.
    init(
        _ configuration: Configuration, models: [ModelConfig], lists: [DiscoverySource], stores: Stores,
        outbound: Outbound, probes: Int, own: Options = Options(), timekeeper: Timekeeper, logger: Logger
    ) throws(StartError) {
        self.configuration = configuration
        self.timekeeper = timekeeper
        self.logger = logger
        self.outbound = outbound
        startedAt = timekeeper.now

        let intake = Intake(capacity: configuration.limits.intake)
        let publisher = FleetPublisher(lastSeq: stores.lastSeq)
        (self.intake, self.publisher) = (intake, publisher)
        let (changes, changed) = AsyncStream.makeStream(of: [ModelConfig].self, bufferingPolicy: .bufferingNewest(1))
        fleetChanges = changes
        let directory = FleetDirectory(limit: configuration.limits.discoveredModels) { changed.yield($0) }
        self.directory = directory

        let runtimes = try LocalRuntimes(
            configuration.local, directory: directory, client: outbound.runtimes.first.direct, intake: intake,
            timekeeper: timekeeper, logger: logger)
        let gateways = Gateways(
            configuration.gateways, outbound: outbound, intake: intake, timekeeper: timekeeper, logger: logger)
        let connectivity = ConnectivityOnDemand(
            configuration.network.connectivityCheck, intake: intake, timekeeper: timekeeper)
        let prober = CanaryProber(
            egress: outbound.probes, intake: intake, timekeeper: timekeeper, policy: configuration.policy,
            limits: .init(maxConcurrent: probes), logger: logger, isProbeable: { await runtimes.isProbeable($0) },
            stay: { runtimes.stay(for: $0, of: $1) }, onGatewayTrouble: { gateways.suspect($0) })
        (self.runtimes, self.gateways, self.connectivity, self.prober) = (runtimes, gateways, connectivity, prober)
        timetable = TimetableWatch(
            prober: prober, timekeeper: timekeeper, logger: logger, isProbeable: { runtimes.isKnownProbeable($0) })

        let persistence = Persistence(
            configuration.history, stores: stores, publisher: publisher, intake: intake, timekeeper: timekeeper,
            logger: logger)
        self.persistence = persistence
        do {
            notices = try NoticeBoard(stores.documents)
            decision = try DecisionLoop(
                policy: configuration.policy, intake: intake, publisher: publisher,
                dependencies: .init(
                    plan: { prober.plan($0) }, checkConnectivity: { connectivity?.request() },
                    suspectGateway: { gateways.suspect($0) }, record: { persistence.evidenceLog?.record($0) },
                    reserve: { try stores.numbers.reserve($0, after: stores.lastSeq) }),
                notices: notices, timekeeper: timekeeper, logger: logger)
        } catch {
            throw StartError("\(error)")
        }
        notices.configure(announcements: configuration.announcements, maintenance: configuration.maintenance)
        aggregator = HealthAggregator(publisher: publisher, decision: decision) { id throws(HealthCheckError) in
            guard let model = directory.fleet.first(where: { $0.id == id }) else { throw .unknownModel(id) }
            do throws(CanaryProbeError) { return try await prober.probe(id, config: model.probe) } catch {
                throw .probe(error)
            }
        }

        let readers = ModelLists.all(
            of: lists, egress: outbound.probes, directory: directory, intake: intake, timekeeper: timekeeper,
            logger: logger)
        let probing: [any EvidenceSource] = own.isProbing ? [prober, timetable] : []
        let supervisor = Supervisor(intake: intake, timekeeper: timekeeper, logger: logger)
        sources =
            probing + runtimes.sources + gateways.sources + readers + (connectivity.map { [$0] } ?? [])
            + own.sources(intake).map(supervisor.watch)
        let notified: [any HealthSink] = own.notifiers.map { NotifierSink($0, publisher) }
        sinks = persistence.sinks + (notified + own.sinks(publisher)).map(supervisor.watch)
        directory.configure(models, sources: lists)
    }

    /// Watches until the group shuts down or the task is cancelled, then writes what is not written yet. To be called once.
    public func run() async throws {
        let services = services.map { ServiceGroupConfiguration.ServiceConfiguration(service: $0) }
        let result = await Result {
            try await takeUp(directory.fleet)
            try await ServiceGroup(configuration: .init(services: services, logger: quiet)).run()
        }
        await shutdown()
        try result.get()
    }

    /// Closes all connections.
    func shutdown() async {
        guard
            isShutDown.withLock({ isShutDown in
                defer { isShutDown = true }
                return !isShutDown
            })
        else { return }
        await outbound.shutdown()
    }

    deinit {
        // Made and never run: its connections have to be closed all the same.
        guard !isShutDown.withLock({ $0 }) else { return }
        outbound.close()
    }

    /// In the order in which they start: what writes comes first, and so ends last.
    var services: [any Service] {
        var services: [any Service] = sinks.map { Running(body: $0.run) }
        services.append(decision)
        services += sources.map { Running(body: $0.run) }
        services.append(Running { [self] in await followFleet() })
        let recall = PastRecall(
            history: persistence.history, directory: directory, decision: decision, timekeeper: timekeeper,
            logger: logger)
        services.append(
            Running {
                await cancelWhenGracefulShutdown { await recall.run() }
                try? await gracefulShutdown()
            })
        return services
    }

    /// Takes up the fleet as it is now; to be called once before anything runs, then for every change.
    func takeUp(_ fleet: [ModelConfig]) async throws(StartError) {
        guard taken.withLock({ $0 != fleet }) else { return }
        do { try prober.watch(fleet) } catch { throw StartError("\(error)") }
        decision.configure(fleet)
        taken.withLock { $0 = fleet }
        // A model that joins because its runtime listed it need not wait for the next poll to have a state.
        let now = timekeeper.now
        for status in runtimes.available {
            for model in status.models {
                intake.submit(
                    Evidence(.local(directory.id(of: model.name, at: status.service), model), source: .local, at: now))
            }
        }
    }

    private func followFleet() async {
        for await fleet in fleetChanges.cancelOnGracefulShutdown() {
            do { try await takeUp(fleet) } catch {
                logger.error("The fleet stays as it is", metadata: ["error": "\(error)"])
            }
        }
        try? await gracefulShutdown()
    }

    /// The libraries' own chatter, only when it matters.
    var quiet: Logger {
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        return quiet
    }
}

/// A part as a service of the group.
private struct Running: Service {
    let body: @Sendable () async throws -> Void
    func run() async throws { try await body() }
}
