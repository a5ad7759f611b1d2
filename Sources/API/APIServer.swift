import Health
package import Hummingbird
import HummingbirdCore
package import Logging
import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The listening API. Run it as a service: it ends when the task is told to shut down, after its open requests.
package struct APIServer: Sendable {
    package let application: Application<RouterResponder<BasicRequestContext>>
    private let configuration: APIConfiguration
    private let feed: LiveFeed
    private let logger: Logger

    /// - Parameter onServerRunning: told the port once requests are accepted.
    package init(
        _ api: HealthAPI, logger: Logger, onServerRunning: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
    ) {
        let configuration = api.configuration
        self.configuration = configuration
        feed = api.feed
        self.logger = logger
        let door = LiveDoor(api)
        application = Application(
            router: api.makeRouter(),
            server: HTTPServerBuilder { responder in
                UpgradeChannel(
                    responder: responder, door: door, idleTimeout: configuration.idleTimeout)
            },
            configuration: .init(
                address: .hostname(configuration.host, port: configuration.port),
                availableConnectionsDelegate: MaximumAvailableConnections(
                    configuration.maximumConnections, logger: logger)),
            onServerRunning: { channel in await onServerRunning(channel.localAddress?.port ?? configuration.port) },
            logger: logger)
    }

    /// Listens and answers until the surrounding service group shuts down.
    ///
    /// - Throws: ``ListenError`` when the address cannot be bound.
    package func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await feed.run(logger: logger) }
            defer { group.cancelAll() }
            do { try await application.run() } catch {
                throw ListenError(error, host: configuration.host, port: configuration.port) ?? error
            }
        }
    }

    /// Refuses what would open the API to everybody, or to nobody.
    ///
    /// - Throws: ``BindRefusal`` for an address that other machines reach without any token, and for unusable tokens.
    package static func validateBind(host: String, tokens: [APIToken]) throws(BindRefusal) {
        guard !host.isEmpty else { throw .noHost }
        if tokens.isEmpty, !Loopback.contains(host) { throw .tokensNeeded(host: host) }
        var secrets: Set<[UInt8]> = []
        for token in tokens {
            let bytes = Array(token.secret.reveal().utf8)
            guard !bytes.isEmpty else { throw .emptySecret(token: token.name) }
            guard bytes.allSatisfy({ (0x21...0x7E).contains($0) }) else { throw .unsendableSecret(token: token.name) }
            guard secrets.insert(bytes).inserted else { throw .sharedSecret(token: token.name) }
            guard !token.scopes.isEmpty else { throw .noScopes(token: token.name) }
        }
    }
}

/// Why the API may not listen as configured.
package enum BindRefusal: Error, Sendable, Hashable, CustomStringConvertible {
    case noHost
    case tokensNeeded(host: String)
    case emptySecret(token: String)
    case unsendableSecret(token: String)
    case sharedSecret(token: String)
    case noScopes(token: String)

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
