import AsyncHTTPClient
import Basics
import HTTPGuard
package import NIOCore
import NIOPosix
import NIOSSL

/// The one way out for requests: picks the client (direct or by proxy) and refuses addresses nobody should ask.
///
/// Redirects are not followed: they would carry keys to hosts that nobody configured. Names are checked again once the
/// connection stands, before anything is sent, so a name that resolves to a forbidden address gets nothing. What comes
/// back passes ``AnswerGuard`` before the client library sees it.
package final class Egress: Sendable {
    /// Where connections live; never none.
    let workers: [EgressWorker]
    private let rules: ProxyRules
    private let isForbidden: @Sendable (String) -> Bool

    /// More workers bring no more: what weighs the answers is busy by then.
    private static let mostWorkers = 4

    /// Reads the certificate files and parses the proxies; connects to nothing.
    package convenience init(
        _ configuration: EgressConfiguration = EgressConfiguration(),
        eventLoopGroup: any EventLoopGroup = HTTPClient.defaultEventLoopGroup
    ) throws(EgressError) {
        try self.init(configuration, eventLoopGroup: eventLoopGroup, isForbidden: ForbiddenAddress.contains)
    }

    init(
        _ configuration: EgressConfiguration, eventLoopGroup: any EventLoopGroup,
        isForbidden: @escaping @Sendable (_ host: String) -> Bool
    ) throws(EgressError) {
        let tls = try Self.tls(configuration)
        let httpsProxy = try Self.proxy(configuration.httpsProxy, key: "egress.httpsProxy")
        let httpProxy = try Self.proxy(configuration.httpProxy, key: "egress.httpProxy")
        func client(_ loop: any EventLoop, _ proxy: HTTPClient.Configuration.Proxy?) -> HTTPClient {
            var settings = HTTPClient.Configuration(
                tlsConfiguration: tls, redirectConfiguration: .disallow,
                timeout: .init(connect: TimeAmount(configuration.connectTimeout)), proxy: proxy)
            settings.httpVersion = .http1Only
            settings.connectionPool.idleTimeout = TimeAmount(configuration.idleTimeout)
            settings.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = configuration.connectionsPerHost
            // With retries a refused port takes the whole connect timeout to say so.
            settings.connectionPool.retryConnectionEstablishment = false
            settings.http1_1ConnectionDebugInitializer = { channel in
                // Through a proxy the connection's own address is the proxy's.
                guard proxy == nil else { return AnswerGuard.install(on: channel) }
                return Self.admit(channel, isForbidden: isForbidden).flatMap { AnswerGuard.install(on: channel) }
            }
            return HTTPClient(eventLoopGroupProvider: .shared(loop), configuration: settings)
        }
        self.isForbidden = isForbidden
        rules = ProxyRules(configuration.noProxy)
        workers = eventLoopGroup.makeIterator().prefix(Self.mostWorkers).map { loop in
            EgressWorker(
                loop, direct: client(loop, nil), https: httpsProxy.map { client(loop, $0) },
                http: httpProxy.map { client(loop, $0) })
        }
    }

    /// The worker of everything that is rare.
    package var first: EgressWorker { workers[0] }

    /// The client for a host, with the scheme of its URL.
    func client(for host: Host, of worker: EgressWorker) throws(TransportFailure) -> HTTPClient {
        guard host.scheme == "http" || host.scheme == "https" else {
            throw .badAddress(
                host.scheme.isEmpty ? "it has no http:// or https://" : "'\(host.scheme)' is neither http nor https")
        }
        guard !host.name.isEmpty else { throw .badAddress("it names no host") }
        if isForbidden(host.name) { throw .forbidden(host.name) }
        return rules.isDirect(host) ? worker.direct : worker.proxied(host.scheme)
    }

    /// Closes all connections.
    package func shutdown() async {
        for client in workers.flatMap(\.clients) {
            // Fails only for one that was shut down before.
            try? await client.shutdown()
        }
    }

    /// Closes all connections, and returns at once.
    package func close() {
        for client in workers.flatMap(\.clients) { client.shutdown { _ in } }
    }

    // MARK: Settings

    /// Checks whom the connection was made to, before a request is written to it.
    private static func admit(
        _ channel: any Channel, isForbidden: @Sendable (String) -> Bool
    ) -> EventLoopFuture<Void> {
        guard let address = channel.remoteAddress?.ipAddress, isForbidden(address) else {
            return channel.eventLoop.makeSucceededVoidFuture()
        }
        // The pool forgets the connection first, and does not expect it to close before that.
        channel.eventLoop.execute { channel.close(promise: nil) }
        return channel.eventLoop.makeFailedFuture(TransportFailure.forbidden(address))
    }

    private static func tls(_ configuration: EgressConfiguration) throws(EgressError) -> TLSConfiguration {
        var tls = TLSConfiguration.makeClientConfiguration()
        if let file = configuration.caFile {
            let certificates = try load(file, key: "egress.caFile") { try NIOSSLCertificate.fromPEMFile($0) }
            tls.additionalTrustRoots = [.certificates(certificates)]
        }
        switch (configuration.certificateFile, configuration.keyFile) {
        case (nil, nil): break
        case (let certificate?, let key?):
            let chain = try load(certificate, key: "egress.certificateFile") { try NIOSSLCertificate.fromPEMFile($0) }
            let privateKey = try load(key, key: "egress.keyFile") { try NIOSSLPrivateKey(file: $0, format: .pem) }
            tls.certificateChain = chain.map { .certificate($0) }
            tls.privateKey = .privateKey(privateKey)
        case (_?, nil):
            throw EgressError(key: "egress.keyFile", message: "is missing: a client certificate needs its key")
        case (nil, _?):
            throw EgressError(
                key: "egress.certificateFile", message: "is missing: there is a key without a certificate")
        }
        return tls
    }

    private static func load<Value>(
        _ file: String, key: String, _ read: (String) throws -> Value
    ) throws(EgressError) -> Value {
        do {
            return try read(file)
        } catch {
            throw EgressError(key: key, message: "'\(file)' cannot be read as PEM; name a readable PEM file")
        }
    }

    private static func proxy(_ text: String?, key: String) throws(EgressError) -> HTTPClient.Configuration.Proxy? {
        guard let text, !text.isEmpty else { return nil }
        let url = text.contains("://") ? text : "http://" + text
        let host = Host(of: url)
        guard !host.name.isEmpty else {
            throw EgressError(key: key, message: "the proxy has no host; write http://host:port")
        }
        switch host.scheme {
        case "http":
            return .server(host: host.name, port: host.port, authorization: authorization(in: url))
        case "socks5", "socks5h", "socks":
            return .socksServer(host: host.name, port: host.hasPort ? host.port : 1_080)
        default:
            throw EgressError(
                key: key, message: "a proxy by '\(host.scheme)' is not supported; use http:// or socks5://")
        }
    }

    private static func authorization(in url: String) -> HTTPClient.Authorization? {
        guard let start = url.firstRange(of: "://")?.upperBound else { return nil }
        let authority = url[start...].prefix { !"/?#".contains($0) }
        guard let at = authority.lastIndex(of: "@") else { return nil }
        let parts = authority[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        return .basic(
            username: PercentEncoding.decoded(parts[0]),
            password: parts.count > 1 ? PercentEncoding.decoded(parts[1]) : "")
    }
}
