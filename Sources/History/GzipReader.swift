import CZlib

/// Unpacks gzip as it is read, one member after the other.
package final class GzipReader {
    /// The bytes are not gzip, or are damaged.
    package struct Damaged: Error { package init() {} }

    private let stream: UnsafeMutablePointer<z_stream>
    private static let gzipWindow: Int32 = 15 + 16
    private static let chunk = 64 << 10

    /// - Returns: `nil` when zlib has no memory.
    package init?() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        guard inflateInit2_(stream, Self.gzipWindow, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            stream.deallocate()
            return nil
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Appends what the next bytes unpack to. A member that ends in the middle gives what can be had of it.
    package func read(_ bytes: inout [UInt8], into result: inout [UInt8]) throws(Damaged) {
        var output = [UInt8](repeating: 0, count: Self.chunk)
        let isGood = bytes.withUnsafeMutableBufferPointer { input in
            stream.pointee.next_in = input.baseAddress
            stream.pointee.avail_in = UInt32(clamping: input.count)
            while true {
                let (code, count) = output.withUnsafeMutableBufferPointer { buffer in
                    stream.pointee.next_out = buffer.baseAddress
                    stream.pointee.avail_out = UInt32(buffer.count)
                    let code = inflate(stream, Z_NO_FLUSH)
                    return (code, buffer.count - Int(stream.pointee.avail_out))
                }
                result += output[..<count]
                switch code {
                case Z_STREAM_END:
                    // Another member may follow.
                    guard inflateReset(stream) == Z_OK else { return false }
                    if stream.pointee.avail_in == 0 { return true }
                case Z_OK:
                    if stream.pointee.avail_in == 0, count < Self.chunk { return true }
                case Z_BUF_ERROR: return true
                default: return false
                }
            }
        }
        guard isGood else { throw Damaged() }
    }
}
