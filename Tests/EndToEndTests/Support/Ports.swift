import Foundation

/// TCP ports of this machine.
enum Ports {
    /// A port that nobody has now, for a server that has to come back on the same one.
    static func free() throws -> Int {
        try withSocket(port: 0) { socket, address, length in
            guard bind(socket, address, length.pointee) == 0, getsockname(socket, address, length) == 0 else {
                throw POSIXError(.EADDRNOTAVAIL)
            }
            return address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                Int(UInt16(bigEndian: $0.pointee.sin_port))
            }
        }
    }

    static func isListening(on port: Int) -> Bool {
        let result = try? withSocket(port: port) { socket, address, length in
            connect(socket, address, length.pointee)
        }
        return result == 0
    }

    private static func withSocket<Result>(
        port: Int, _ body: (Int32, UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) throws -> Result
    ) throws -> Result {
        #if canImport(Darwin)
        let socket = socket(AF_INET, SOCK_STREAM, 0)
        #else
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #endif
        guard socket >= 0 else { throw POSIXError(.EMFILE) }
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        return try withUnsafeMutablePointer(to: &address) { pointer in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { try body(socket, $0, &length) }
        }
    }
}
