import CZlib
package import NIOCore

/// Bodies as they travel with `Content-Encoding: gzip`.
package enum Gzip {
    /// As quick as can be: the rows are compressed once more where they are kept.
    private static let level: Int32 = 1
    /// The window of 32 KiB, and a gzip head and tail rather than zlib's.
    private static let gzipWindow: Int32 = 15 + 16

    /// One gzip member; `nil` when zlib has no memory.
    package static func compress(_ text: String) -> [UInt8]? {
        compress(ByteBuffer(string: text)).map { Array($0.readableBytesView) }
    }

    /// - Returns: `nil` when zlib has no memory.
    package static func compress(_ bytes: ByteBuffer) -> ByteBuffer? {
        var stream = z_stream()
        guard
            deflateInit2_(
                &stream, level, Z_DEFLATED, gzipWindow, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
                Int32(MemoryLayout<z_stream>.size)) == Z_OK
        else { return nil }
        defer { deflateEnd(&stream) }
        let bound = Int(deflateBound(&stream, UInt(bytes.readableBytes)))
        var result = ByteBufferAllocator().buffer(capacity: bound)
        var isDone = false
        let written = bytes.withUnsafeReadableBytes { input in
            result.writeWithUnsafeMutableBytes(minimumWritableBytes: bound) { output in
                // zlib reads from it only, whatever its type says.
                stream.next_in = UnsafeMutablePointer(mutating: input.bindMemory(to: UInt8.self).baseAddress)
                stream.avail_in = UInt32(clamping: input.count)
                stream.next_out = output.bindMemory(to: UInt8.self).baseAddress
                stream.avail_out = UInt32(clamping: output.count)
                isDone = deflate(&stream, Z_FINISH) == Z_STREAM_END
                return isDone ? Int(stream.total_out) : 0
            }
        }
        return isDone && written > 0 ? result : nil
    }
}
