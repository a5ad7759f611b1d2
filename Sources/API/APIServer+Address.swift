import HummingbirdCore
import NIOCore
import NIOPosix

extension APIServer {
    /// Sees whether the address can be listened on now, and lets go of it again.
    ///
    /// - Throws: ``ListenError`` when it cannot.
    package static func checkAddress(host: String, port: Int) async throws(ListenError) {
        do {
            let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .bind(host: host, port: port).get()
            try await channel.close()
        } catch {
            throw ListenError(error, host: host, port: port) ?? ListenError(host: host, port: port, errnoCode: 0)
        }
    }
}
