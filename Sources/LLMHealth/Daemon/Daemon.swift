import API
import Health
import History
public import Logging
import Observation
import ServiceLifecycle
import Synchronization
import UnixSignals
import Web

/// The whole product as one value: configuration in, a running service out.
public struct Daemon: Sendable {
    private let configuration: Configuration
    private let source: ConfigurationSource?
    private let logger: Logger

    /// - Parameters:
    ///   - configuration: what to watch and how.
    ///   - source: where it came from, which is watched for changes and read again on SIGHUP; `nil` for one made in
    ///     code.
    ///   - logger: where the parts tell what they do.
    public init(configuration: Configuration, source: ConfigurationSource? = nil, logger: Logger) {
        self.configuration = configuration
        self.source = source
        self.logger = logger
    }

    /// Runs until SIGTERM or SIGINT, then drains within `limits.shutdown`.
    ///
    /// - Parameter onListening: told the API's port once it accepts requests.
    /// - Throws: ``StartError`` or ``ConfigurationError`` before anything is sent.
    public func run(onListening: @escaping @Sendable (Int) -> Void = { _ in }) async throws {
        let server = configuration.server
        let tokens = server.tokens.map { APIToken($0) }
        do { try APIServer.validateBind(host: server.host, tokens: tokens) } catch { throw StartError("\(error)") }
        let resources = await ProcessResources.settle(for: configuration, logger: logger)
        // Before any file is made and anything is sent: a port in use must leave nothing half-started.
        do { try await APIServer.checkAddress(host: server.host, port: server.port) } catch {
            throw StartError("\(error)")
        }
        let monitor = try await LLMHealthMonitor(
            configuration, budget: resources.budget, timekeeper: .system, logger: logger)
        let result = await Result { try await serve(monitor, resources, tokens: tokens, onListening: onListening) }
        await monitor.shutdown()
        do { try result.get() } catch let error as ListenError { throw StartError("\(error)") }
    }

    private func serve(
        _ monitor: LLMHealthMonitor, _ resources: ProcessResources, tokens: [APIToken],
        onListening: @escaping @Sendable (Int) -> Void
    ) async throws {
        // Before the first event of this run, so that the live stream misses none.
        let (logger, configuration) = (logger, configuration)
        let isListening = Atomic(false)
        let api = HealthAPI(
            configuration: APIConfiguration(configuration, budget: resources.budget, tokens: tokens),
            dependencies: monitor.apiDependencies { isListening.load(ordering: .relaxed) })
        let listener = APIServer(api, logger: monitor.quiet) { port in
            isListening.store(true, ordering: .relaxed)
            logger.notice("Listening", metadata: ["address": "\(configuration.server.host):\(port)"])
            onListening(port)
        }
        configuration.warnOfUnmatchedNames(at: monitor.timekeeper.now.wall, logger)
        try await monitor.takeUp(monitor.directory.fleet)
        var services = monitor.services
        services.append(
            ProcessWatch(limit: resources.limit, intake: monitor.intake, timekeeper: monitor.timekeeper, logger: logger)
        )
        if let source, !source.paths.isEmpty {
            services.append(
                ConfigurationReload(source: source, current: configuration, monitor: monitor, logger: logger))
        }
        // Last, so that nothing is served before the parts behind it run, and first to stop.
        services.append(ServerService(server: listener))
        var group = ServiceGroupConfiguration(
            services: services.map { .init(service: $0) }, gracefulShutdownSignals: [.sigterm, .sigint],
            logger: monitor.quiet)
        group.maximumGracefulShutdownDuration = configuration.limits.shutdown
        group.maximumCancellationDuration = .seconds(5)
        try await ServiceGroup(configuration: group).run()
    }
}

/// The API as a service of the group.
private struct ServerService: Service {
    let server: APIServer
    func run() async throws { try await server.run() }
}

extension LLMHealthMonitor {
    /// Opens what a configuration names; connects to nothing and sends nothing.
    ///
    /// - Parameter budget: how many connections there may be; `nil` for as many as are configured.
    /// - Throws: ``StartError``, ``ConfigurationError``; then nothing is left open.
    convenience init(
        _ configuration: Configuration, budget: DescriptorBudget? = nil, timekeeper: Timekeeper, logger: Logger
    ) async throws {
        let models = try configuration.modelConfigs()
        let lists = try configuration.discoverySources()
        let stores = try await Stores.open(configuration.history, timekeeper: timekeeper)
        let outbound = try await Outbound.open(configuration.network, idleTimeout: budget?.idleTimeout)
        do throws(StartError) {
            try self.init(
                configuration, models: models, lists: lists, stores: stores, outbound: outbound,
                probes: budget?.probes ?? configuration.limits.concurrentProbes, timekeeper: timekeeper, logger: logger)
        } catch {
            await outbound.shutdown()
            throw error
        }
    }
}

extension APIConfiguration {
    init(_ configuration: Configuration, budget: DescriptorBudget, tokens: [APIToken]) {
        let server = configuration.server
        self.init(
            host: server.host, port: server.port, tokens: tokens, allowedHosts: server.allowedHosts,
            allowedOrigins: server.allowedOrigins, frameAncestors: server.frameAncestors,
            publicBadges: server.publicBadges.map { NamePattern($0) },
            statusPage: StatusPage(configuration.statusPage), live: LiveLimits(streams: budget.streams),
            maximumConnections: budget.connections)
    }
}

extension APIToken {
    init(_ token: Configuration.Token) {
        self.init(
            name: token.name, secret: token.secret,
            scopes: Set(token.scopes.compactMap { APIScope(rawValue: $0.rawValue) }))
    }
}
