import Foundation
import Health
import NIOCore
import NIOPosix
import Testing

/// A client that writes and reads its bytes itself: what it knows of WebSockets is written down here, not taken from
/// the library that serves them.
struct RawPeer {
    struct Frame: Equatable {
        var isFinal = true
        var reserved: UInt8 = 0
        var opcode: UInt8
        var payload: [UInt8]

        var text: String { String(decoding: payload, as: UTF8.self) }
        /// Of a close frame.
        var code: Int? { payload.count >= 2 ? Int(payload[0]) << 8 | Int(payload[1]) : nil }
        var json: JSONValue {
            get throws { try HealthJSON.decoder().decode(JSONValue.self, from: Data(payload)) }
        }
    }

    private var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private var bytes = ByteBuffer()

    /// Connects, and closes when `body` is done.
    ///
    /// - Parameter receiveBuffer: bytes that the system takes for a peer that does not read.
    static func connect<Value: Sendable>(
        _ port: Int, receiveBuffer: Int? = nil, _ body: (inout RawPeer) async throws -> Value
    ) async throws -> Value {
        var bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        if let receiveBuffer {
            bootstrap = bootstrap.channelOption(.socketOption(.so_rcvbuf), value: receiveBuffer)
        }
        let channel =
            try await bootstrap
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel,
                        configuration: .init(isOutboundHalfClosureEnabled: true))
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            var peer = RawPeer(inbound: inbound.makeAsyncIterator(), outbound: outbound)
            return try await body(&peer)
        }
    }

    /// Connects and makes a WebSocket of it.
    static func open<Value: Sendable>(
        _ port: Int, _ query: String = "", headers: [String] = [], receiveBuffer: Int? = nil,
        _ body: (inout RawPeer) async throws -> Value
    ) async throws -> Value {
        try await connect(port, receiveBuffer: receiveBuffer) { peer in
            try await peer.send(handshake(query, headers: headers))
            let head = try await peer.head()
            try #require(head.hasPrefix("HTTP/1.1 101 "), "\(head)")
            return try await body(&peer)
        }
    }

    static func handshake(_ query: String = "", headers: [String] = []) -> String {
        ([
            "GET /api/llm-manager/health/events\(query) HTTP/1.1", "Host: 127.0.0.1", "Connection: keep-alive, Upgrade",
            "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        ] + headers).joined(separator: "\r\n") + "\r\n\r\n"
    }

    static func frame(
        _ opcode: UInt8, _ payload: [UInt8] = [], isFinal: Bool = true, reserved: UInt8 = 0, isMasked: Bool = true
    ) -> [UInt8] {
        var bytes: [UInt8] = [(isFinal ? 0x80 : 0) | reserved << 4 | opcode]
        let mark: UInt8 = isMasked ? 0x80 : 0
        switch payload.count {
        case ...125: bytes.append(mark | UInt8(payload.count))
        case ...65_535: bytes += [mark | 126, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
        default: bytes += [mark | 127] + (0..<8).map { UInt8(payload.count >> (56 - 8 * $0) & 0xFF) }
        }
        guard isMasked else { return bytes + payload }
        let mask: [UInt8] = [0x37, 0xFA, 0x21, 0x3D]
        return bytes + mask + payload.enumerated().map { $1 ^ mask[$0 % 4] }
    }

    static func close(_ code: Int, _ text: String = "") -> [UInt8] {
        frame(0x8, [UInt8(code >> 8), UInt8(code & 0xFF)] + Array(text.utf8))
    }

    func send(_ text: String) async throws { try await outbound.write(ByteBuffer(string: text)) }
    func send(_ bytes: [UInt8]) async throws { try await outbound.write(ByteBuffer(bytes: bytes)) }

    /// Shuts this side down and goes on reading.
    func finish() { outbound.finish() }

    /// - Returns: `false` at the end.
    private mutating func more() async throws -> Bool {
        guard var next = try await inbound.next() else { return false }
        bytes.discardReadBytes()
        bytes.writeBuffer(&next)
        return true
    }

    /// An HTTP response's head, with the line ends.
    mutating func head() async throws -> String {
        try await text(upTo: "\r\n\r\n")
    }

    mutating func text(upTo end: String) async throws -> String {
        let end = Array(end.utf8)
        while true {
            let view = bytes.readableBytesView
            if let range = view.firstRange(of: end) {
                return bytes.readString(length: view.distance(from: view.startIndex, to: range.upperBound)) ?? ""
            }
            guard try await more() else { return bytes.readString(length: bytes.readableBytes) ?? "" }
        }
    }

    /// Everything up to the end.
    mutating func rest() async throws -> String {
        while try await more() {}
        return bytes.readString(length: bytes.readableBytes) ?? ""
    }

    /// The next frame; `nil` at the end.
    mutating func frame() async throws -> Frame? {
        while true {
            if let frame = parse() { return frame }
            guard try await more() else { return nil }
        }
    }

    private mutating func parse() -> Frame? {
        let view = Array(bytes.readableBytesView.prefix(10))
        guard view.count >= 2 else { return nil }
        var length = Int(view[1] & 0x7F)
        var start = 2
        if length == 126 {
            guard view.count >= 4 else { return nil }
            length = Int(view[2]) << 8 | Int(view[3])
            start = 4
        } else if length == 127 {
            guard view.count >= 10 else { return nil }
            length = view[2..<10].reduce(0) { $0 << 8 | Int($1) }
            start = 10
        }
        guard bytes.readableBytes >= start + length else { return nil }
        bytes.moveReaderIndex(forwardBy: start)
        return Frame(
            isFinal: view[0] & 0x80 != 0, reserved: view[0] >> 4 & 7, opcode: view[0] & 0xF,
            payload: bytes.readBytes(length: length) ?? [])
    }

    /// The next message of the stream; pings and pongs are passed over.
    mutating func message() async throws -> JSONValue {
        while true {
            let frame = try #require(try await frame(), "the connection ended")
            if frame.opcode == 0x9 || frame.opcode == 0xA { continue }
            try #require(frame.opcode == 0x1, "\(frame.opcode) \(frame.code ?? 0) \(frame.text)")
            return try frame.json
        }
    }

    /// The number of the event in the next message; `nil` for a message of another kind. Quicker than all of its JSON.
    mutating func eventSeq() async throws -> UInt64? {
        let frame = try #require(try await frame(), "the connection ended")
        let data = Data(frame.payload)
        guard data.starts(with: Data(#"{"type":"event""#.utf8)) else { return nil }
        let name = try #require(data.range(of: Data(#""seq":"#.utf8)))
        return UInt64(String(decoding: data[name.upperBound...].prefix { (48...57).contains($0) }, as: UTF8.self))
    }

    /// The code of the next close frame, messages before it passed over; `nil` when the connection ends without.
    mutating func closeCode() async throws -> Int? {
        while let frame = try await frame() {
            if frame.opcode == 0x8 { return frame.code ?? 1005 }
        }
        return nil
    }

    /// The next Server-Sent Event of a chunked response, comments passed over.
    mutating func event() async throws -> [String: String] {
        while true {
            var fields: [String: String] = [:]
            for line in try await text(upTo: "\n\n").split(whereSeparator: \.isNewline) {
                guard let colon = line.firstIndex(of: ":"), colon > line.startIndex else { continue }
                // Chunk sizes stand on lines of their own.
                fields[String(line[..<colon])] = String(line[line.index(after: colon)...].drop { $0 == " " })
            }
            if !fields.isEmpty { return fields }
        }
    }
}
