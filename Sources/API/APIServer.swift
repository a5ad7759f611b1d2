import Basics
import Health
package import Hummingbird
import HummingbirdCore
package import Logging
import NIOCore
import ServiceLifecycle
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The listening API. Run it as a service: it ends when the task is told to shut down, after its open requests.
package struct APIServer: Sendable {
    private let api: HealthAPI
    private let configuration: APIConfiguration
    private let feed: LiveFeed
    private let logger: Logger
    private let onServerRunning: @Sendable (_ port: Int) async -> Void
    /// The open connections.
    let keeper: ConnectionKeeper

    /// - Parameter onServerRunning: told the port once requests are accepted.
    package init(
        _ api: HealthAPI, logger: Logger, onServerRunning: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
    ) {
        self.api = api
        configuration = api.configuration
        feed = api.feed
        self.logger = logger
        self.onServerRunning = onServerRunning
        keeper = ConnectionKeeper(limit: configuration.maximumConnections, logger: logger)
    }

    /// Listens and answers until the surrounding service group shuts down.
    ///
    /// The system may end a listener, as when it cannot hand over a connection: then it is opened again.
    ///
    /// - Throws: ``ListenError`` when the address cannot be bound.
    package func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await feed.run(logger: logger) }
            defer { group.cancelAll() }
            let listener = ListenerState()
            try await withGracefulShutdownHandler {
                try await keepListening(listener)
            } onGracefulShutdown: {
                listener.isEnding.withLock { $0 = true }
            }
        }
    }

    private func keepListening(_ listener: ListenerState) async throws {
        func isEnding() -> Bool { listener.isEnding.withLock { $0 } || Task.isCancelled }
        while true {
            let known = listener.port.withLock { $0 }
            let port = known ?? configuration.port
            do {
                try await application(port: port) { port in
                    listener.port.withLock { $0 = port }
                    if known == nil { await onServerRunning(port) }
                }.run()
                if isEnding() { return }
                logger.error("The listener ended by itself; it is opened again")
            } catch {
                // What cannot be opened at the start is the operator's to mend.
                guard listener.port.withLock({ $0 }) != nil, !isEnding() else {
                    throw ListenError(error, host: configuration.host, port: port) ?? error
                }
                logger.error("The listener ended; it is opened again", metadata: ["error": "\(error)"])
            }
            try await Task.sleep(for: .seconds(1))
        }
    }

    /// The application by itself, for tests.
    package var application: Application<RouterResponder<BasicRequestContext>> {
        application(port: configuration.port) { _ in }
    }

    private func application(
        port: Int, onRunning: @escaping @Sendable (Int) async -> Void
    ) -> Application<RouterResponder<BasicRequestContext>> {
        let door = UpgradeDecision(api)
        let (keeper, configuration) = (keeper, configuration)
        return Application(
            router: api.makeRouter(),
            server: HTTPServerBuilder { responder in
                UpgradeChannel(
                    responder: responder, door: door, keeper: keeper,
                    timeouts: .init(
                        firstRequest: configuration.firstRequestTimeout, exchange: configuration.exchangeTimeout,
                        idle: configuration.idleTimeout))
            },
            configuration: .init(
                address: .hostname(configuration.host, port: port),
                availableConnectionsDelegate: AcceptanceRule(limit: keeper.limit + ConnectionKeeper.slack)),
            onServerRunning: { channel in await onRunning(channel.localAddress?.port ?? port) },
            logger: logger)
    }

    /// Refuses what would open the API to everybody, or to nobody.
    ///
    /// - Throws: ``BindRefusal`` for an address that other machines reach without any token, and for unusable tokens.
    package static func validateBind(host: String, tokens: [APIToken]) throws(BindRefusal) {
        guard !host.isEmpty else { throw .noHost }
        if tokens.isEmpty, !Host(of: host).isLoopback { throw .tokensNeeded(host: host) }
        var secrets: Set<[UInt8]> = []
        for token in tokens {
            let bytes = Array(token.secret.reveal().utf8)
            guard !bytes.isEmpty else { throw .emptySecret(token: token.name) }
            guard bytes.allSatisfy({ (0x21...0x7E).contains($0) }) else { throw .unsendableSecret(token: token.name) }
            guard secrets.insert(bytes).inserted else { throw .sharedSecret(token: token.name) }
            guard !token.scopes.isEmpty else { throw .noScopes(token: token.name) }
            if !Host(of: host).isLoopback, publishedSecrets.contains(token.secret.reveal().lowercased()) {
                throw .publishedSecret(token: token.name)
            }
        }
    }

    /// Those that stand in the example configuration, or that everybody tries first.
    private static let publishedSecrets: Set<String> = [
        "change-me-please", "change-me-as-well", "changeme", "change-me", "changeme123", "password", "llm-health",
    ]
}

/// Where the listener is, once it is open, and whether it is meant to end.
private final class ListenerState: Sendable {
    let port = Mutex<Int?>(nil)
    let isEnding = Mutex(false)
}

/// Why the API may not listen as configured.
package enum BindRefusal: Error, Sendable, Hashable, CustomStringConvertible {
    case noHost
    case tokensNeeded(host: String)
    case emptySecret(token: String)
    case unsendableSecret(token: String)
    case sharedSecret(token: String)
    case noScopes(token: String)
    case publishedSecret(token: String)

    package var description: String {
        switch self {
        case .noHost: "server.host is empty; 127.0.0.1 is this machine alone"
        case .tokensNeeded(let host):
            "server.host '\(host)' can be reached by other machines, and there are no tokens: add server.tokens, "
                + "or bind 127.0.0.1"
        case .emptySecret(let token): "the secret of token '\(token)' is empty"
        case .unsendableSecret(let token):
            "the secret of token '\(token)' has spaces, line ends or other characters that no header can carry"
        case .sharedSecret(let token): "the secret of token '\(token)' is another token's too"
        case .noScopes(let token):
            "token '\(token)' opens nothing: give it scopes "
                + "(\(APIScope.allCases.map(\.rawValue).joined(separator: ", ")))"
        case .publishedSecret(let token):
            "the secret of token '\(token)' is the example's, which everybody knows, and other machines reach this one: "
                + "make one with `openssl rand -hex 16`, or bind 127.0.0.1"
        }
    }
}

/// Why the API could not listen.
package struct ListenError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Reason: Sendable, Hashable {
        case portInUse
        case notPermitted
        case noSuchAddress
        /// The system's number for anything else.
        case system(Int32)
    }

    package var host: String
    package var port: Int
    package var reason: Reason

    /// `nil` for an error that says nothing of the address.
    init?(_ error: any Error, host: String, port: Int) {
        if let error = error as? IOError {
            self.init(host: host, port: port, errnoCode: error.errnoCode)
        } else if error is SocketAddressError || error is SocketAddressError.UnknownHost {
            self.init(host: host, port: port, errnoCode: EADDRNOTAVAIL)
        } else {
            return nil
        }
    }

    init(host: String, port: Int, errnoCode: Int32) {
        self.host = host
        self.port = port
        reason =
            switch errnoCode {
            case EADDRINUSE: .portInUse
            case EACCES, EPERM: .notPermitted
            case EADDRNOTAVAIL: .noSuchAddress
            default: .system(errnoCode)
            }
    }

    package var description: String {
        switch reason {
        case .portInUse:
            "port \(port) on \(host) is in use by another program: end that one, or set server.port to another"
        case .notPermitted: "port \(port) on \(host) may not be opened by this user: choose one from 1024 on"
        case .noSuchAddress: "server.host '\(host)' is no address of this machine"
        case .system(let code): "port \(port) on \(host) cannot be opened (system error \(code))"
        }
    }
}
