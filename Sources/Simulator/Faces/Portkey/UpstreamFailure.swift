import AsyncHTTPClient
import NIOCore
import NIOPosix

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The upstream could not be reached, or hung up before it answered; in the words of the gateway's runtime.
struct UpstreamFailure: Error, Sendable, Equatable {
    /// As `fetch` reports it, with name and cause.
    var message: String

    private init(cause: String) { message = "Message: fetch failed Cause: \(cause) Name: TypeError" }

    /// The address in the recorded errors is host and port.
    static func refused(_ address: String) -> UpstreamFailure {
        UpstreamFailure(cause: "Error: connect ECONNREFUSED \(address)")
    }

    static let closed = UpstreamFailure(cause: "SocketError: other side closed")
    static let reset = UpstreamFailure(cause: "Error: read ECONNRESET")

    init(_ error: any Error, address: String) {
        let host = address.prefix { $0 != ":" }
        switch error {
        case let drop as ConnectionDrop:
            switch drop.manner {
            case .closed: self = .closed
            case .reset: self = .reset
            case .refused: self = .refused(address)
            }
        case let error as HTTPClientError where error == .remoteConnectionClosed: self = .closed
        case let error as HTTPClientError where error == .connectTimeout:
            self.init(
                cause: "ConnectTimeoutError: Connect Timeout Error (attempted address: \(address), timeout: 10000ms)")
        case let error as IOError where error.errnoCode == ECONNRESET: self = .reset
        case let error as IOError where error.errnoCode == ECONNREFUSED: self = .refused(address)
        case let error as NIOConnectionError:
            if error.connectionErrors.isEmpty {
                self.init(cause: "Error: getaddrinfo ENOTFOUND \(host)")
            } else {
                self = .refused(address)
            }
        default: self.init(cause: "Error: \(type(of: error)) \(address)")
        }
    }
}
