import API
import Health
import History
public import Logging
import Observation
import ServiceLifecycle
import UnixSignals

/// The whole product as one value: configuration in, a running service out.
public struct Daemon: Sendable {
    private let configuration: Configuration
    private let source: ConfigurationSource?
    private let logger: Logger

    /// - Parameters:
    ///   - configuration: what to watch and how.
    ///   - source: where it came from, which is watched for changes and read again on SIGHUP; `nil` for one made in
    ///     code.
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
        let parts = try await Parts.assemble(
            configuration, budget: resources.budget, timekeeper: .system, logger: logger)
        do {
            try await serve(parts, resources, tokens: tokens, onListening: onListening)
        } catch let error as ListenError {
            await parts.shutdown()
            throw StartError("\(error)")
        } catch {
            await parts.shutdown()
            throw error
        }
        await parts.shutdown()
    }

    private func serve(
        _ parts: Parts, _ resources: ProcessResources, tokens: [APIToken],
        onListening: @escaping @Sendable (Int) -> Void
    ) async throws {
        let server = configuration.server
        // Before the first event of this run, so that the live stream misses none.
        let api = HealthAPI(
            configuration: APIConfiguration(
                host: server.host, port: server.port, tokens: tokens, allowedHosts: server.allowedHosts,
                allowedOrigins: server.allowedOrigins, frameAncestors: server.frameAncestors,
                publicBadges: server.publicBadges.map { NamePattern($0) },
                statusPage: StatusPage(configuration.statusPage), live: LiveLimits(streams: resources.budget.streams),
                maximumConnections: resources.budget.connections),
            dependencies: parts.apiDependencies)
        try await parts.takeUp(parts.directory.fleet)
        let logger = logger
        let listener = APIServer(api, logger: quiet(logger)) { port in
            parts.noteListening()
            logger.notice("Listening", metadata: ["address": "\(parts.configuration.server.host):\(port)"])
            onListening(port)
        }
        configuration.warnOfUnmatchedNames(at: parts.timekeeper.now.wall, logger)
        var services: [any Service] = parts.spilling.map { [$0] } ?? []
        services += [parts.recorder, parts.monitor, parts.prober, FleetUpdates(parts: parts), parts.timetable]
        services.append(
            ProcessWatch(limit: resources.limit, intake: parts.intake, timekeeper: parts.timekeeper, logger: logger))
        if let log = parts.evidenceLog { services.append(log) }
        services += parts.localServices
        services += parts.gatewayServices
        services += try parts.discoveryServices
        if let connectivity = parts.connectivity { services.append(connectivity) }
        if let source, !source.paths.isEmpty {
            services.append(
                ConfigurationReload(source: source, current: configuration, parts: parts, logger: logger))
        }
        // Last, so that nothing is served before the parts behind it run, and first to stop.
        services.append(ServerService(server: listener))
        var group = ServiceGroupConfiguration(
            services: services.map { .init(service: $0) }, gracefulShutdownSignals: [.sigterm, .sigint],
            logger: quiet(logger))
        group.maximumGracefulShutdownDuration = configuration.limits.shutdown
        group.maximumCancellationDuration = .seconds(5)
        try await ServiceGroup(configuration: group).run()
    }

    /// The libraries' own chatter, only when it matters.
    private func quiet(_ logger: Logger) -> Logger {
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        return quiet
    }
}

/// The API as a service of the group.
private struct ServerService: Service {
    let server: APIServer
    func run() async throws { try await server.run() }
}

/// Takes up every change of the fleet's membership.
private struct FleetUpdates: Service {
    let parts: Parts

    func run() async throws {
        for await fleet in parts.fleetChanges.cancelOnGracefulShutdown() {
            do { try await parts.takeUp(fleet) } catch {
                parts.logger.error("The fleet stays as it is", metadata: ["error": "\(error)"])
            }
        }
        try? await gracefulShutdown()
    }
}

extension APIToken {
    init(_ token: Configuration.Token) {
        self.init(
            name: token.name, secret: token.secret,
            scopes: Set(token.scopes.compactMap { APIScope(rawValue: $0.rawValue) }))
    }
}
