import CZlib

/// Compresses bodies for tests, in each of the three formats that servers send.
package enum Packed {
    package enum Format: Sendable, CaseIterable { case gzip, zlib, bare }

    /// One gzip stream in pieces, each of which can be unpacked as soon as it is there.
    package static func pieces(_ inputs: [[UInt8]]) -> [[UInt8]] {
        var stream = z_stream()
        guard
            deflateInit2_(
                &stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
                Int32(MemoryLayout<z_stream>.size)) == Z_OK
        else { return [] }
        defer { deflateEnd(&stream) }
        return inputs.enumerated().map { index, input in
            var input = input
            var output = [UInt8](repeating: 0, count: input.count * 2 + 128)
            let count = input.withUnsafeMutableBufferPointer { input in
                output.withUnsafeMutableBufferPointer { output in
                    stream.next_in = input.baseAddress
                    stream.avail_in = UInt32(input.count)
                    stream.next_out = output.baseAddress
                    stream.avail_out = UInt32(output.count)
                    deflate(&stream, index == inputs.count - 1 ? Z_FINISH : Z_SYNC_FLUSH)
                    return output.count - Int(stream.avail_out)
                }
            }
            return Array(output[..<count])
        }
    }

    package static func bytes(_ input: [UInt8], as format: Format) -> [UInt8] {
        var stream = z_stream()
        let window: Int32 =
            switch format {
            case .gzip: 15 + 16
            case .zlib: 15
            case .bare: -15
            }
        guard
            deflateInit2_(
                &stream, 6, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
                == Z_OK
        else { return [] }
        defer { deflateEnd(&stream) }
        var input = input
        var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(input.count))) + 64)
        let count = input.withUnsafeMutableBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                stream.next_in = input.baseAddress
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(output.count)
                deflate(&stream, Z_FINISH)
                return output.count - Int(stream.avail_out)
            }
        }
        return Array(output[..<count])
    }
}
