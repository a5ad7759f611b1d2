#if os(Linux)
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif
import NIOCore

/// Holds a port without listening on it: while its face is closed the port refuses, and nobody else can be given it.
///
/// Linux lets a listener with `SO_REUSEADDR` share the port with a socket that is bound and does not listen.
final class PortReservation: Sendable {
    let port: Int
    private let descriptor: CInt

    /// Binds the port; 0 for any free one. Throws `IOError`.
    init(host: String, port: Int) throws {
        let address = try SocketAddress.makeAddressResolvingHost(host, port: port)
        let family = address.protocol == .inet6 ? AF_INET6 : AF_INET
        let type = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(family, type, 0)
        guard descriptor >= 0 else { throw IOError(errnoCode: errno, reason: "socket") }
        do {
            var reuse: CInt = 1
            let size = socklen_t(MemoryLayout<CInt>.size)
            guard setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &reuse, size) == 0 else {
                throw IOError(errnoCode: errno, reason: "setsockopt")
            }
            guard address.withSockAddr({ bind(descriptor, $0, socklen_t($1)) }) == 0 else {
                throw IOError(errnoCode: errno, reason: "bind")
            }
            self.port = try Self.boundPort(descriptor)
        } catch {
            _ = close(descriptor)
            throw error
        }
        self.descriptor = descriptor
    }

    deinit { _ = close(descriptor) }

    /// The port of a bound socket: the third and fourth byte of an IPv4 and of an IPv6 address.
    private static func boundPort(_ descriptor: CInt) throws -> Int {
        var address = [UInt8](repeating: 0, count: 128)
        var size = socklen_t(address.count)
        let result = address.withUnsafeMutableBytes { bytes in
            getsockname(descriptor, bytes.assumingMemoryBound(to: sockaddr.self).baseAddress, &size)
        }
        guard result == 0 else { throw IOError(errnoCode: errno, reason: "getsockname") }
        return Int(address[2]) << 8 | Int(address[3])
    }
}
#endif
