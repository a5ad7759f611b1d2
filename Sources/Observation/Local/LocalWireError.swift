import AsyncHTTPClient
import Health
import NIOCore
import NIOPosix
import NIOSSL

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Why a question got no answer.
struct LocalWireError: Error, Sendable, Hashable {
    enum Kind: Sendable, Hashable {
        case refused, unreachable, dns, tls, closed, timedOut, redirected, tooLarge, cancelled, other
    }

    var kind: Kind
    var path: String
    /// The error beneath, in words.
    var cause: String?

    init(_ kind: Kind, path: String, cause: String? = nil) {
        self.kind = kind
        self.path = path
        self.cause = cause
    }

    init(_ error: any Error, path: String) {
        self.init(Self.kind(of: error), path: path, cause: String(describing: error))
    }

    private static func kind(of error: any Error) -> Kind {
        switch error {
        case is CancellationError: .cancelled
        case let error as HTTPClientError: kind(of: error)
        case let error as NIOConnectionError: kind(of: error)
        case let error as IOError: kind(ofErrno: error.errnoCode)
        case is NIOSSLError, is BoringSSLError: .tls
        case is NIOTooManyBytesError: .tooLarge
        case is ChannelError: .closed
        default: .other
        }
    }

    private static func kind(of error: HTTPClientError) -> Kind {
        switch error {
        case .cancelled: .cancelled
        case .remoteConnectionClosed: .closed
        case .connectTimeout, .readTimeout, .deadlineExceeded, .getConnectionFromPoolTimeout: .timedOut
        case .tlsHandshakeTimeout: .tls
        case .redirectLimitReached, .redirectCycleDetected: .redirected
        default: .other
        }
    }

    private static func kind(of error: NIOConnectionError) -> Kind {
        // One of the two address families often has no route: a refusal on the other says more.
        let attempts = error.connectionErrors.map { kind(of: $0.error) }
        if let kind = attempts.first(where: { $0 == .refused }) ?? attempts.first { return kind }
        return error.dnsAError != nil || error.dnsAAAAError != nil ? .dns : .other
    }

    private static func kind(ofErrno code: CInt) -> Kind {
        switch code {
        case ECONNREFUSED: .refused
        case ECONNRESET, EPIPE, ECONNABORTED: .closed
        case EHOSTUNREACH, ENETUNREACH, ENETDOWN, EHOSTDOWN: .unreachable
        case ETIMEDOUT: .timedOut
        default: .other
        }
    }
}

extension LocalWire {
    /// The error as a sentence that says what to do.
    func explain(_ error: LocalWireError) -> LocalHealthCheckError {
        let traits = endpoint.runtime.traits
        let key = "\(traits.configurationKey).url"
        let message =
            switch error.kind {
            case .refused: "refused the connection: is it running? \(traits.startHint) or correct \(key)"
            case .unreachable: "cannot be reached: is the machine on? Check the network or correct \(key)"
            case .dns: "its host name is not known: correct \(key)"
            case .tls: "no TLS connection: write http:// in \(key) if it speaks plain HTTP, or trust its certificate"
            case .closed: "closed the connection before it had answered GET \(error.path): look into its log"
            case .timedOut:
                "no answer to GET \(error.path) within \(timeout.inWords): restart it if this lasts, or correct \(key)"
            case .redirected: "redirects GET \(error.path), which is not followed: set \(key) to the final address"
            case .tooLarge: "the answer to GET \(error.path) is larger than 8 MiB: is another program at \(key)?"
            case .cancelled: "the check was cancelled"
            case .other: "GET \(error.path) failed: check \(key)"
            }
        return endpoint.error(message, cause: error.cause)
    }

    /// An answer that this runtime does not give.
    func explain(_ answer: LocalAnswer) -> LocalHealthCheckError {
        let traits = endpoint.runtime.traits
        let said = answer.errorText.map { "HTTP \(answer.status): \($0)" } ?? "HTTP \(answer.status): \(answer.excerpt)"
        switch answer.status {
        case 401, 403:
            let key = "\(traits.configurationKey).token"
            return endpoint.error(
                endpoint.token == nil
                    ? "wants an API token: set \(key)" : "refuses the API token: correct \(key)",
                cause: said)
        case 500...599, 429:
            return endpoint.error("cannot answer GET \(answer.path) now: look into its log", cause: said)
        default:
            return endpoint.error(
                "answers GET \(answer.path), but not as \(traits.title) does: is another program there? "
                    + "Correct \(traits.configurationKey).url",
                cause: said)
        }
    }
}

extension Duration {
    /// `2 s` or `500 ms`.
    var inWords: String {
        let whole = Int64(milliseconds.rounded())
        return whole % 1_000 == 0 ? "\(whole / 1_000) s" : "\(whole) ms"
    }
}
