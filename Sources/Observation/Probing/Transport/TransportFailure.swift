import AsyncHTTPClient
import HTTPGuard
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Why an exchange came to no complete answer: the errors of the HTTP client and of the network, in one small set.
enum TransportFailure: Error, Sendable, Hashable {
    case refused
    /// No route, or the network or host is down.
    case unreachable
    case reset
    /// The peer closed the connection before the answer was complete.
    case closed
    case dns
    case tls(String)
    case connectTimeout
    /// Our own deadline for the whole exchange.
    case deadline
    /// The answer had begun, then nothing came for this time.
    case stall(Duration)
    case tooLong(limit: Int)
    /// The proxy in between refused or made no sense.
    case proxy(String)
    /// Not HTTP.
    case garbled
    /// HTTP that breaks its own rules, as the end of a sentence that begins with the peer.
    case malformed(String)
    /// This process could not ask: it ran out of something.
    case ownResources(OwnResource)
    /// We refused to go there.
    case forbidden(String)
    case badAddress(String)
    case cancelled
    case other(String)

    /// Whether it failed before a connection stood.
    var isConnectLevel: Bool {
        switch self {
        case .refused, .unreachable, .dns, .tls, .connectTimeout, .proxy: true
        default: false
        }
    }

    /// Maps any error of AsyncHTTPClient and NIO.
    init(_ error: any Error) {
        switch error {
        case let failure as TransportFailure: self = failure
        case let error as HTTPClientError: self = Self.map(error)
        case let error as NIOConnectionError: self = Self.map(error)
        case let error as IOError: self = Self.map(errno: error.errnoCode)
        case let error as ChannelError: self = Self.map(error)
        case is StaleConnection: self = .closed
        case AnswerFault.noMemory: self = .ownResources(.memory)
        case let fault as AnswerFault: self = .malformed(fault.description)
        case let error as NIOSSLError: self = Self.map(error)
        case let error as BoringSSLError: self = .tls(Self.reason(of: error))
        case let error as NIOSSLExtraError:
            self = .tls(error == .failedToValidateHostname ? "the certificate is for another host name" : "\(error)")
        case is SocketAddressError: self = .dns
        // The connection ended where more of the message was due.
        case HTTPParserError.invalidEOFState: self = .closed
        case HTTPParserError.headerOverflow: self = .malformed(AnswerFault.manyHeaders.description)
        case HTTPParserError.unexpectedContentLength: self = .malformed(AnswerFault.bodyLength.description)
        case is HTTPParserError: self = .garbled
        case is NIOHTTPDecoderError: self = .malformed(AnswerFault.unasked.description)
        case is CancellationError: self = .cancelled
        default: self = .other("\(type(of: error))")
        }
    }

    private static func map(_ error: HTTPClientError) -> TransportFailure {
        switch error {
        case .deadlineExceeded, .readTimeout, .writeTimeout: .deadline
        case .connectTimeout, .getConnectionFromPoolTimeout: .connectTimeout
        case .tlsHandshakeTimeout: .tls("the handshake took too long")
        case .remoteConnectionClosed, .uncleanShutdown, .bodyLengthMismatch: .closed
        case .cancelled: .cancelled
        case .proxyAuthenticationRequired: .proxy("the proxy wants a user name and password")
        case .invalidProxyResponse: .proxy("the proxy does not let the connection through")
        case .httpProxyHandshakeTimeout, .socksHandshakeTimeout: .proxy("the proxy does not answer")
        case .invalidURL, .emptyHost, .emptyScheme, .missingSocketPath: .badAddress("it is no URL")
        default: .other(error.shortDescription)
        }
    }

    private static func map(_ error: NIOConnectionError) -> TransportFailure {
        // Several addresses were tried: the first answer that is not "no route" tells most.
        let causes = error.connectionErrors.map { failure -> TransportFailure in
            let cause = TransportFailure(failure.error)
            // A machine without IPv6 says of such an address what it says of used-up ports.
            return cause == .ownResources(.ports) && failure.target.protocol == .inet6 ? .unreachable : cause
        }
        if let cause = causes.first(where: { $0 != .unreachable }) ?? causes.first { return cause }
        return .dns
    }

    private static func map(errno code: CInt) -> TransportFailure {
        switch code {
        case ECONNREFUSED: .refused
        case ECONNRESET, EPIPE, ECONNABORTED: .reset
        case EHOSTUNREACH, ENETUNREACH, EHOSTDOWN, ENETDOWN: .unreachable
        case ETIMEDOUT: .connectTimeout
        default: OwnResource(errno: code).map { .ownResources($0) } ?? .other("system error \(code)")
        }
    }

    private static func map(_ error: ChannelError) -> TransportFailure {
        switch error {
        case .connectTimeout: .connectTimeout
        case .ioOnClosedChannel, .alreadyClosed, .eof, .inputClosed, .outputClosed: .closed
        default: .other("\(error)")
        }
    }

    private static func map(_ error: NIOSSLError) -> TransportFailure {
        switch error {
        case .uncleanShutdown: .closed
        case .handshakeFailed(let cause): .tls(reason(of: cause))
        case .unableToValidateCertificate, .noCertificateToValidate: .tls("its certificate cannot be verified")
        default: .tls("\(error)")
        }
    }

    /// BoringSSL names its errors in capitals somewhere in a long text.
    private static func reason(of error: BoringSSLError) -> String {
        let text = "\(error)"
        if text.contains("CERTIFICATE_VERIFY_FAILED") {
            return "its certificate is not trusted (expired, self-signed, or of a CA that is not installed)"
        }
        if text.contains("WRONG_VERSION_NUMBER") || text.contains("HTTP_REQUEST") {
            return "it does not speak TLS on this port"
        }
        if text.contains("CERTIFICATE_REQUIRED") || text.contains("HANDSHAKE_FAILURE") {
            return "it refused the handshake; it may want a client certificate"
        }
        let words = text.split { !($0.isUppercase || $0 == "_") }.filter { $0.count > 5 && $0.contains("_") }
        return words.last.map { "TLS error \($0)" } ?? "the handshake failed"
    }
}
