import NIOCore

/// What is in a frame (RFC 6455 §5.2).
enum FrameOpcode: UInt8, Sendable {
    case continuation = 0x0
    case text = 0x1
    case binary = 0x2
    case close = 0x8
    case ping = 0x9
    case pong = 0xA

    var isControl: Bool { rawValue >= 0x8 }
}

/// Why a WebSocket ends (RFC 6455 §7.4.1).
struct CloseReason: Error, Sendable, Hashable {
    var code: UInt16
    /// At most 123 bytes.
    var text: String

    static let normal = CloseReason(code: 1000, text: "")
    static let goingAway = CloseReason(code: 1001, text: "the daemon is shutting down")
    static let notText = CloseReason(code: 1003, text: "binary messages are not understood")
    static let notUTF8 = CloseReason(code: 1007, text: "the text is not UTF-8")
    static let tooSlow = CloseReason(code: 1008, text: "the reader is too slow")
    static let tooManyFrames = CloseReason(code: 1008, text: "too many frames")
    static let tooLong = CloseReason(code: 1009, text: "the message is too long")
    static func violation(_ text: String) -> CloseReason { CloseReason(code: 1002, text: text) }

    /// Whether a peer may send the code: the others are reserved, or mean that none was sent.
    static func isSendable(_ code: UInt16) -> Bool {
        switch code {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }
}

/// Takes a client's bytes apart into what they say: a pure state machine over RFC 6455, strict where the RFC says MUST.
struct FrameReader: Sendable {
    enum Input: Sendable, Hashable {
        /// A whole message.
        case text(ByteBuffer)
        case ping(ByteBuffer)
        case pong
        /// The peer ends the connection; without a code when it gave none.
        case close(code: UInt16?)
        /// A part of a message that goes on.
        case fragment
    }

    private struct Header {
        var opcode: FrameOpcode
        var isFinal: Bool
        var length: Int
        var mask: (UInt8, UInt8, UInt8, UInt8)
    }

    private let limit: Int
    private var bytes = ByteBuffer()
    private var header: Header?
    /// The text of the message so far, between its first fragment and its last.
    private var message: ByteBuffer?

    /// - Parameter limit: bytes of one message, all fragments together.
    init(limit: Int) { self.limit = limit }

    /// Bytes that are held; tests look at it.
    var storedBytes: Int { bytes.capacity + (message?.capacity ?? 0) }

    mutating func append(_ bytes: ByteBuffer) {
        var bytes = bytes
        if self.bytes.readableBytes == 0 { self.bytes.clear() } else { self.bytes.discardReadBytes() }
        self.bytes.writeBuffer(&bytes)
    }

    /// What the next whole frame says; `nil` when more bytes are needed.
    ///
    /// - Throws: how the connection is to be closed; then nothing more may be asked.
    mutating func next() throws(CloseReason) -> Input? {
        if header == nil { header = try readHeader() }
        guard let header, var payload = bytes.readSlice(length: header.length) else { return nil }
        self.header = nil
        payload.unmask(header.mask)
        switch header.opcode {
        case .ping: return .ping(payload)
        case .pong: return .pong
        case .close: return try close(payload)
        case .binary: throw .notText
        case .text, .continuation:
            var text = message ?? ByteBuffer()
            text.writeBuffer(&payload)
            message = header.isFinal ? nil : text
            guard header.isFinal else { return .fragment }
            guard String(validating: text.readableBytesView, as: UTF8.self) != nil else { throw .notUTF8 }
            return .text(text)
        }
    }

    private func close(_ payload: ByteBuffer) throws(CloseReason) -> Input {
        var payload = payload
        if payload.readableBytes == 0 { return .close(code: nil) }
        guard let code = payload.readInteger(as: UInt16.self) else { throw .violation("half a close code") }
        guard CloseReason.isSendable(code) else { throw .violation("no such close code") }
        guard String(validating: payload.readableBytesView, as: UTF8.self) != nil else { throw .notUTF8 }
        return .close(code: code)
    }

    /// Takes a header off the bytes once all of it is there, and refuses what is wrong without waiting for the rest.
    private mutating func readHeader() throws(CloseReason) -> Header? {
        let start = bytes.readerIndex
        guard let first = bytes.getInteger(at: start, as: UInt8.self) else { return nil }
        guard first & 0x70 == 0 else { throw .violation("reserved bits are set") }
        guard let opcode = FrameOpcode(rawValue: first & 0x0F) else { throw .violation("the opcode is reserved") }
        let isFinal = first & 0x80 != 0
        if opcode.isControl, !isFinal { throw .violation("a control frame is fragmented") }
        if opcode == .continuation, message == nil { throw .violation("nothing is to be continued") }
        if opcode == .text || opcode == .binary, message != nil { throw .violation("the message before goes on") }

        guard let second = bytes.getInteger(at: start + 1, as: UInt8.self) else { return nil }
        guard second & 0x80 != 0 else { throw .violation("the frame is not masked") }
        var length = UInt64(second & 0x7F)
        var size = 2
        if opcode.isControl, length > 125 { throw .violation("a control frame is too long") }
        if length == 126 {
            guard let long = bytes.getInteger(at: start + 2, as: UInt16.self) else { return nil }
            guard long > 125 else { throw .violation("the length is not minimal") }
            length = UInt64(long)
            size = 4
        } else if length == 127 {
            guard let long = bytes.getInteger(at: start + 2, as: UInt64.self) else { return nil }
            guard long > UInt64(UInt16.max), long >> 63 == 0 else { throw .violation("the length is not minimal") }
            length = long
            size = 10
        }
        guard opcode.isControl || length <= UInt64(limit - (message?.readableBytes ?? 0)) else { throw .tooLong }
        guard let mask = bytes.getBytes(at: start + size, length: 4) else { return nil }
        bytes.moveReaderIndex(forwardBy: size + 4)
        return Header(
            opcode: opcode, isFinal: isFinal, length: Int(length), mask: (mask[0], mask[1], mask[2], mask[3]))
    }
}

extension ByteBuffer {
    /// Writes the header of a server's frame: final, unmasked.
    mutating func writeFrameHeader(opcode: FrameOpcode, length: Int) {
        writeInteger(0x80 | opcode.rawValue)
        switch length {
        case ...125: writeInteger(UInt8(length))
        case ...0xFFFF:
            writeInteger(UInt8(126))
            writeInteger(UInt16(length))
        default:
            writeInteger(UInt8(127))
            writeInteger(UInt64(length))
        }
    }

    /// A whole frame that ends the connection.
    static func closeFrame(_ code: UInt16?, _ text: String = "") -> ByteBuffer {
        var frame = ByteBuffer()
        frame.writeFrameHeader(opcode: .close, length: code == nil ? 0 : 2 + text.utf8.count)
        if let code {
            frame.writeInteger(code)
            frame.writeString(text)
        }
        return frame
    }

    fileprivate mutating func unmask(_ mask: (UInt8, UInt8, UInt8, UInt8)) {
        withUnsafeMutableReadableBytes { bytes in
            for index in bytes.indices {
                let key =
                    switch index & 3 {
                    case 0: mask.0
                    case 1: mask.1
                    case 2: mask.2
                    default: mask.3
                    }
                bytes[index] ^= key
            }
        }
    }
}
