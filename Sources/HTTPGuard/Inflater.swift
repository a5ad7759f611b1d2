import CZlib
import NIOCore

/// Unpacks a body that came compressed, as it comes, within bounds.
final class Inflater {
    enum Coding: Equatable {
        case gzip
        /// In zlib's format, as it is meant, or bare, as some servers send it.
        case deflate
    }

    private let coding: Coding
    private let limits: AnswerRules.Limits
    private let stream: UnsafeMutablePointer<z_stream>
    private var isStarted = false
    /// Waits for the next byte, by which the two formats of `deflate` are told apart.
    private var firstByte: UInt8?
    private var isAtEnd = false
    private var (packed, unpacked) = (0, 0)
    private static let chunk = 64 << 10

    init(_ coding: Coding, limits: AnswerRules.Limits) {
        self.coding = coding
        self.limits = limits
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
    }

    deinit {
        if isStarted { inflateEnd(stream) }
        stream.deallocate()
    }

    /// Which coding a head announces; `nil` for none. - Throws: for one that cannot be read.
    static func coding(of headers: [String]) throws(AnswerFault) -> Coding? {
        let names = headers.flatMap { $0.split(separator: ",") }
            .map { $0.trimmingPrefix(while: \.isWhitespace).lowercased() }
            .map { $0.last?.isWhitespace == true ? String($0.prefix { !$0.isWhitespace }) : $0 }
            .filter { !$0.isEmpty && $0 != "identity" }
        guard let name = names.first else { return nil }
        guard names.count == 1 else { throw .coding(names.joined(separator: ", ").printable) }
        switch name {
        case "gzip", "x-gzip": return .gzip
        case "deflate": return .deflate
        default: throw .coding(name.printable)
        }
    }

    private var damaged: AnswerFault { .damagedCompression(coding == .gzip ? "gzip" : "deflate") }

    /// The body has ended. - Throws: when it should not have.
    func finish() throws(AnswerFault) {
        guard isAtEnd || packed == 0 else { throw damaged }
    }

    /// Hands on what the next bytes unpack to, in pieces of at most 64 KiB.
    func read(_ buffer: ByteBuffer, allocator: ByteBufferAllocator, _ emit: (ByteBuffer) -> Void) throws(AnswerFault) {
        packed += buffer.readableBytes
        var input = Array(buffer.readableBytesView)
        if !isStarted {
            if let firstByte { input.insert(firstByte, at: 0) }
            firstByte = nil
            guard coding == .gzip || input.count > 1 else {
                firstByte = input.first
                return
            }
            try start(input)
        }
        var offset = 0
        while offset < input.count {
            if isAtEnd {
                // Another gzip member may follow; anything else behind the end is padding.
                guard coding == .gzip, input[offset] == 0x1f, inflateReset(stream) == Z_OK else { return }
                isAtEnd = false
            }
            var output = allocator.buffer(capacity: Self.chunk)
            let (code, taken) = step(&input, from: offset, into: &output)
            offset += taken
            unpacked += output.readableBytes
            guard unpacked <= limits.inflatedBytes, unpacked <= 1 << 20 || unpacked / limits.inflation <= packed else {
                throw .inflation(limit: unpacked > limits.inflatedBytes ? limits.inflatedBytes : 1 << 20)
            }
            let isFull = output.readableBytes == Self.chunk
            if output.readableBytes > 0 { emit(output) }
            switch code {
            case Z_STREAM_END: isAtEnd = true
            case Z_OK where taken > 0 || isFull: break
            case Z_BUF_ERROR where offset == input.count: return
            case Z_MEM_ERROR: throw .noMemory
            default: throw damaged
            }
            // What is left in the window comes out without further input.
            if isFull, offset == input.count, !isAtEnd { try drain(allocator, emit) }
        }
    }

    private func drain(_ allocator: ByteBufferAllocator, _ emit: (ByteBuffer) -> Void) throws(AnswerFault) {
        var nothing: [UInt8] = [0]
        while !isAtEnd {
            var output = allocator.buffer(capacity: Self.chunk)
            let (code, _) = step(&nothing, from: 1, into: &output)
            unpacked += output.readableBytes
            guard unpacked <= limits.inflatedBytes, unpacked / limits.inflation <= max(packed, 1 << 20) else {
                throw .inflation(limit: limits.inflatedBytes)
            }
            let count = output.readableBytes
            if count > 0 { emit(output) }
            switch code {
            case Z_STREAM_END: isAtEnd = true
            case Z_OK, Z_BUF_ERROR: if count < Self.chunk { return }
            case Z_MEM_ERROR: throw .noMemory
            default: throw damaged
            }
        }
    }

    private func start(_ input: [UInt8]) throws(AnswerFault) {
        let window: Int32 =
            switch coding {
            case .gzip: 15 + 16
            case .deflate:
                input[0] & 0x0f == 8 && (Int(input[0]) << 8 | Int(input[1])) % 31 == 0 ? 15 : -15
            }
        guard inflateInit2_(stream, window, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw .noMemory
        }
        isStarted = true
    }

    private func step(_ input: inout [UInt8], from offset: Int, into output: inout ByteBuffer) -> (Int32, taken: Int) {
        let stream = stream
        var result = Z_OK
        var taken = 0
        input.withUnsafeMutableBufferPointer { bytes in
            let available = bytes.count - offset
            stream.pointee.next_in = bytes.baseAddress.map { $0 + offset }
            stream.pointee.avail_in = UInt32(clamping: available)
            output.writeWithUnsafeMutableBytes(minimumWritableBytes: Self.chunk) { room in
                stream.pointee.next_out = room.bindMemory(to: UInt8.self).baseAddress
                stream.pointee.avail_out = UInt32(Self.chunk)
                result = inflate(stream, Z_NO_FLUSH)
                return Self.chunk - Int(stream.pointee.avail_out)
            }
            taken = available - Int(stream.pointee.avail_in)
            stream.pointee.next_in = nil
            stream.pointee.next_out = nil
        }
        return (result, taken)
    }
}

extension String {
    /// Safe to be told: a peer's word, without control characters and not without end.
    fileprivate var printable: String {
        String(decoding: utf8.filter { (0x21...0x7e).contains($0) || $0 == 0x20 }.prefix(40), as: UTF8.self)
    }
}
