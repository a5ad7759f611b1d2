import API
import Health
import History
import Logging
import Observation
import ServiceLifecycle
import Synchronization

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Every part of a daemon, put together and not yet running.
final class Parts: Sendable {
    let configuration: Configuration
    let logger: Logger
    let timekeeper: Timekeeper
    let egress: Egress
    /// For local runtimes, whose polls are further apart than a prober keeps its connections.
    let localEgress: Egress
    /// For gateways' own liveness: it keeps no connection, since one from before says nothing of now.
    let gatewayEgress: Egress
    let intake: Intake
    let bulletin: Bulletin
    let notices: NoticeBoard
    let history: any HistoryStore
    /// The same, where rows wait on disk while it is away.
    let spilling: SpillingHistory?
    let recorder: Recorder
    /// `nil` where no evidence is kept.
    let evidenceLog: EvidenceLog?
    let prober: CanaryProber
    let monitor: Monitor
    let aggregator: HealthAggregator
    let watchers: [LocalRuntime: LocalModelWatcher]
    let gateways: [String: GatewayWatcher]
    let connectivity: ConnectivityOnDemand?
    let directory: FleetDirectory
    let startedAt: Moment
    /// The newest fleet that prober and Monitor have not taken up yet.
    let fleetChanges: AsyncStream<[ModelConfig]>
    let timetable: TimetableWatch
    private let localStatuses: LocalStatuses
    private let isListening = Mutex(false)
    /// The fleet that prober and Monitor work by.
    private let taken = Mutex<[ModelConfig]?>(nil)

    /// Opens the stores and reads certificates; connects to nothing and sends nothing.
    ///
    /// - Throws: ``StartError``, ``ConfigurationError``; then nothing is left open.
    /// - Parameter budget: how many connections there may be; `nil` for as many as are configured.
    static func assemble(
        _ configuration: Configuration, budget: DescriptorBudget? = nil, timekeeper: Timekeeper, logger: Logger
    ) async throws -> Parts {
        let models = try configuration.modelConfigs()
        let sources = try configuration.discoverySources()
        let stores = try await Stores.open(configuration.history, timekeeper: timekeeper)
        var exits: [Egress] = []
        do {
            var network = EgressConfiguration(configuration.network)
            if let budget { network.idleTimeout = budget.idleTimeout }
            exits.append(try Egress(network))
            exits.append(try Egress(EgressConfiguration(idleTimeout: .seconds(60))))
            var fresh = EgressConfiguration(configuration.network)
            fresh.idleTimeout = .milliseconds(1)
            exits.append(try Egress(fresh))
            return try Parts(
                configuration, models: models, sources: sources, stores: stores, egress: exits[0],
                localEgress: exits[1], gatewayEgress: exits[2],
                probes: budget?.probes ?? configuration.limits.concurrentProbes, timekeeper: timekeeper, logger: logger)
        } catch {
            for exit in exits { await exit.shutdown() }
            throw (error as? StartError) ?? StartError("\(error)")
        }
    }

    private init(
        _ configuration: Configuration, models: [ModelConfig], sources: [DiscoverySource], stores: Stores,
        egress: Egress, localEgress: Egress, gatewayEgress: Egress, probes: Int, timekeeper: Timekeeper, logger: Logger
    ) throws {
        self.configuration = configuration
        self.timekeeper = timekeeper
        self.logger = logger
        self.egress = egress
        self.localEgress = localEgress
        self.gatewayEgress = gatewayEgress
        let intake = Intake(capacity: configuration.limits.intake)
        self.intake = intake
        let noteStore: Recorder.StateReport = { isUp, detail in
            intake.submit(
                Evidence(
                    .component(.store, name: "history", isUp: isUp, detail: detail), source: .daemon,
                    at: timekeeper.now))
        }
        let spilling = stores.spill.map {
            SpillingHistory(stores.history, spill: $0, logger: logger, onState: noteStore)
        }
        self.spilling = spilling
        history = spilling ?? stores.history
        let lastUsed = stores.lastSeq
        let bulletin = Bulletin(lastSeq: lastUsed)
        self.bulletin = bulletin
        startedAt = timekeeper.now
        let notices: NoticeBoard
        do { notices = try NoticeBoard(stores.documents) } catch { throw StartError("\(error)") }
        notices.configure(announcements: configuration.announcements, maintenance: configuration.maintenance)
        self.notices = notices

        let statuses = LocalStatuses()
        localStatuses = statuses
        let (changes, changed) = AsyncStream.makeStream(of: [ModelConfig].self, bufferingPolicy: .bufferingNewest(1))
        fleetChanges = changes
        let directory = FleetDirectory(limit: configuration.limits.discoveredModels) { changed.yield($0) }
        self.directory = directory

        var watchers: [LocalRuntime: LocalModelWatcher] = [:]
        for runtime in LocalRuntime.allCases {
            guard let settings = configuration.local[runtime], settings.isEnabled else { continue }
            let endpoint: LocalEndpoint
            do {
                endpoint = try LocalEndpoint(
                    runtime, url: settings.url, token: settings.token, isOptional: settings.isOptional)
            } catch {
                throw StartError("\(error)")
            }
            watchers[runtime] = LocalModelWatcher(
                [endpoint], settings: .init(interval: configuration.local.interval, probing: settings.probing),
                client: localEgress.direct,
                intake: intake, timekeeper: timekeeper, logger: logger,
                modelID: { directory.id(of: $0, at: $1) }, expected: { directory.expected(at: $0) },
                onStatus: { status in
                    statuses.note(status)
                    guard status.isAvailable else { return }
                    directory.list(
                        status.models.filter { $0.state != .missing }.map { ($0.name, $0.mode) },
                        at: .runtime(status.service))
                })
        }
        self.watchers = watchers
        let localWatchers = watchers

        let gateways = Dictionary(
            uniqueKeysWithValues: configuration.gateways.map { name, gateway in
                let watched = GatewayWatcher.Gateway(
                    name: name, kind: gateway.watchedKind, url: gateway.url, isHosted: gateway.isHosted,
                    apiKey: gateway.apiKey)
                return (
                    name,
                    GatewayWatcher(
                        [watched], egress: gatewayEgress, intake: intake, timekeeper: timekeeper, logger: logger)
                )
            })
        self.gateways = gateways
        let connectivity = configuration.network.connectivityCheck.map {
            ConnectivityOnDemand(
                ConnectivityCheck(host: $0.host, port: $0.port, intake: intake, timekeeper: timekeeper))
        }
        self.connectivity = connectivity

        let prober = CanaryProber(
            egress: egress, intake: intake, timekeeper: timekeeper, policy: configuration.policy,
            limits: .init(maxConcurrent: probes), logger: logger,
            isProbeable: { model in
                guard let runtime = model.localRuntime else { return true }
                return await localWatchers[runtime]?.isProbeable(model) ?? false
            },
            stay: { target, model in model.localRuntime.flatMap { localWatchers[$0]?.stay(for: target, of: model) } },
            onGatewayTrouble: { gateways[$0]?.suspect($0) })
        self.prober = prober
        timetable = TimetableWatch(
            prober: prober, timekeeper: timekeeper, logger: logger,
            isProbeable: { model in
                guard let runtime = model.localRuntime else { return true }
                let loaded = statuses.loaded(at: runtime)
                return model.targets.allSatisfy {
                    $0.gateway == nil && loaded.contains(runtime.nameKey($0.model))
                }
            })

        let evidenceLog = Stores.evidencePath(configuration.history).map { path in
            EvidenceLog(
                path: path, limit: configuration.history.evidenceMegabytes << 20, timekeeper: timekeeper,
                logger: logger, provider: { [bulletin] in bulletin.fleet[$0]?.provider ?? "unknown" })
        }
        self.evidenceLog = evidenceLog
        do {
            monitor = try Monitor(
                policy: configuration.policy, intake: intake, bulletin: bulletin,
                surroundings: .init(
                    plan: { prober.plan($0) }, checkConnectivity: { connectivity?.request() },
                    suspectGateway: { gateways[$0]?.suspect($0) },
                    record: { evidenceLog?.record($0) },
                    reserve: { try stores.numbers.reserve($0, after: lastUsed) }),
                notices: notices, timekeeper: timekeeper, logger: logger)
        } catch {
            throw StartError("event numbers cannot be reserved: \(error)")
        }
        aggregator = HealthAggregator(bulletin: bulletin, monitor: monitor) { id throws(HealthCheckError) in
            guard let model = directory.fleet.first(where: { $0.id == id }) else { throw .unknownModel(id) }
            do throws(CanaryProbeError) {
                return try await prober.probe(id, config: model.probe)
            } catch {
                throw .probe(error)
            }
        }
        recorder = Recorder(
            bulletin: bulletin, store: history, timekeeper: timekeeper, logger: logger,
            configuration: .init(retention: Retention(configuration.history)),
            onState: { isUp, detail in
                // Rows that wait on disk are taken, and not yet where they belong.
                if isUp, spilling?.isAway == true { return }
                noteStore(isUp, detail)
            })
        directory.configure(models, sources: sources)
    }

    // MARK: Running

    /// Closes all connections.
    func shutdown() async {
        await egress.shutdown()
        await localEgress.shutdown()
        await gatewayEgress.shutdown()
    }

    /// Takes up the fleet as it is now; to be called once before anything runs, then for every change.
    func takeUp(_ fleet: [ModelConfig]) async throws {
        guard taken.withLock({ $0 != fleet }) else { return }
        do { try prober.watch(fleet) } catch { throw StartError("\(error)") }
        monitor.configure(fleet)
        taken.withLock { $0 = fleet }
        // A model that joins because its runtime listed it need not wait for the next poll to have a state.
        let now = timekeeper.now
        for status in localStatuses.available {
            for model in status.models {
                intake.submit(
                    Evidence(.local(directory.id(of: model.name, at: status.service), model), source: .local, at: now))
            }
        }
    }

    func noteListening() { isListening.withLock { $0 = true } }

    /// Listening, and each model seen once or given up on.
    var readiness: Readiness {
        var missing: [Readiness.Missing] = []
        if !isListening.withLock({ $0 }) { missing.append(.init(name: "api", reason: "not listening yet")) }
        let patience = configuration.policy.firstRound + configuration.defaults.timeout
        if timekeeper.now - startedAt < patience {
            let unseen = bulletin.fleet.models.filter { $0.reasons.first?.code == .starting }
            if !unseen.isEmpty {
                missing.append(
                    .init(
                        name: "models",
                        reason: "\(unseen.count) of \(bulletin.fleet.models.count) have not been seen yet"))
            }
        }
        let overdue = timetable.overdue
        if !overdue.isEmpty { missing.append(.init(name: "probes", reason: TimetableWatch.sentence(overdue))) }
        return Readiness(missing: missing)
    }
}

/// The last word of each local runtime.
private final class LocalStatuses: Sendable {
    private let latest = Mutex<[LocalRuntime: LocalModelStatus]>([:])

    func note(_ status: LocalModelStatus) { latest.withLock { $0[status.service] = status } }

    /// What was read from runtimes that answer.
    var available: [LocalModelStatus] { latest.withLock { $0.values.filter(\.isAvailable) } }

    /// What a runtime that answers has in memory to be probed, by what names of one model have in common.
    func loaded(at runtime: LocalRuntime) -> Set<String> {
        latest.withLock { latest in
            guard let status = latest[runtime], status.isAvailable else { return [] }
            return Set(status.models.filter(\.isProbeable).map { runtime.nameKey($0.name) })
        }
    }
}

extension Configuration.Gateway {
    /// The kind as the parts that watch it know it.
    var watchedKind: GatewayRoute.Kind { GatewayRoute.Kind(rawValue: kind.rawValue) ?? .portkey }
}

extension EgressConfiguration {
    init(_ network: Configuration.Network) {
        self.init()
        if let proxy = network.proxy {
            let host = proxy.host.contains(":") ? "[\(proxy.host)]" : proxy.host
            let password = (proxy.password?.reveal() ?? "").percentEncoded
            let login = proxy.user.map { "\($0.reveal().percentEncoded):\(password)@" } ?? ""
            let address = "http://\(login)\(host):\(proxy.port)"
            httpsProxy = address
            httpProxy = address
        }
        noProxy = network.noProxy.joined(separator: ",")
        caFile = network.caFile
        certificateFile = network.clientCertificate
        keyFile = network.clientKey
    }
}

extension String {
    /// Every byte but letters and digits as `%XX`, for the user part of a URL.
    fileprivate var percentEncoded: String {
        utf8.map { byte in
            let isPlain = (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
            let hex = String(byte, radix: 16, uppercase: true)
            return isPlain ? String(UnicodeScalar(byte)) : "%" + (byte < 16 ? "0" : "") + hex
        }.joined()
    }
}
