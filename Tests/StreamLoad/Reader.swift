import Foundation
import NIOCore
import NIOPosix

/// One WebSocket that reads events and notes how old they are. It takes frames apart itself, so it costs little.
final class Reader: Sendable {
    let channel: any Channel
    private let handler: NIOLoopBound<FrameHandler>

    private init(_ channel: any Channel, _ handler: NIOLoopBound<FrameHandler>) {
        self.channel = channel
        self.handler = handler
    }

    static func connect(port: Int, on group: any EventLoopGroup) async throws -> Reader {
        let loop = group.next()
        let reader = try await ClientBootstrap(group: loop).connect(host: "127.0.0.1", port: port) { channel in
            channel.eventLoop.makeCompletedFuture {
                let handler = FrameHandler()
                try channel.pipeline.syncOperations.addHandler(handler)
                return Reader(channel, NIOLoopBound(handler, eventLoop: channel.eventLoop))
            }
        }
        try await reader.channel.writeAndFlush(
            ByteBuffer(
                string: "GET /api/llm-manager/health/events HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\n"
                    + "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
            ))
        return reader
    }

    /// What was counted since this was last asked.
    func take() async throws -> LatencyCounts {
        try await channel.eventLoop.submit { [handler] in handler.value.take() }.get()
    }
}

private final class FrameHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    var counts = LatencyCounts()
    private var bytes = ByteBuffer()
    private var isUpgraded = false
    private var lastSeq = 0

    func take() -> LatencyCounts {
        defer { counts = LatencyCounts() }
        return counts
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var data = unwrapInboundIn(data)
        if bytes.readableBytes == 0 { bytes = data } else { bytes.writeBuffer(&data) }
        if !isUpgraded {
            guard let end = bytes.readableBytesView.firstRange(of: Array("\r\n\r\n".utf8)) else { return }
            bytes.moveReaderIndex(to: end.upperBound)
            isUpgraded = true
        }
        let now = monotonicNanoseconds()
        while let (opcode, payload) = frame() {
            switch opcode {
            case 0x1: note(payload, at: now)
            case 0x9: context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: [0x8A, 0x80, 0, 0, 0, 0])), promise: nil)
            case 0x8: context.close(promise: nil)
            default: break
            }
        }
        bytes.discardReadBytes()
    }

    private func frame() -> (UInt8, ByteBuffer)? {
        let start = bytes.readerIndex
        guard let opcode = bytes.getInteger(at: start, as: UInt8.self),
            let short = bytes.getInteger(at: start + 1, as: UInt8.self)
        else { return nil }
        var length = Int(short)
        var header = 2
        if short == 126 {
            guard let long = bytes.getInteger(at: start + 2, as: UInt16.self) else { return nil }
            (length, header) = (Int(long), 4)
        } else if short == 127 {
            guard let long = bytes.getInteger(at: start + 2, as: UInt64.self) else { return nil }
            (length, header) = (Int(long), 10)
        }
        guard bytes.readableBytes >= header + length else { return nil }
        bytes.moveReaderIndex(forwardBy: header)
        guard let payload = bytes.readSlice(length: length) else { return nil }
        return (opcode & 0xF, payload)
    }

    private func note(_ payload: ByteBuffer, at now: UInt64) {
        payload.withUnsafeReadableBytes { bytes in
            // {"type":"event",…"reason":"t=…
            guard bytes.count > 100, bytes[9] == UInt8(ascii: "e") else { return }
            guard let sent = Self.number(after: "t=", in: bytes, from: 30) else { return }
            let seq = Int(Self.number(after: "seq\":", in: bytes, from: 30) ?? 0)
            if lastSeq > 0, seq != lastSeq + 1 { counts.holes += 1 }
            lastSeq = seq
            counts.add(nanoseconds: now - min(now, sent))
        }
    }

    private static func number(after mark: StaticString, in bytes: UnsafeRawBufferPointer, from start: Int) -> UInt64? {
        let length = mark.utf8CodeUnitCount
        var index = start
        let first = mark.utf8Start[0]
        while index + length < bytes.count {
            if bytes[index] == first, (1..<length).allSatisfy({ bytes[index + $0] == mark.utf8Start[$0] }) {
                index += length
                var value: UInt64 = 0
                while index < bytes.count, (48...57).contains(bytes[index]) {
                    value = value &* 10 &+ UInt64(bytes[index] - 48)
                    index += 1
                }
                return value
            }
            index += 1
        }
        return nil
    }
}

/// How many events took how long, in tenths of a millisecond up to two seconds.
struct LatencyCounts: Sendable {
    private(set) var count = 0
    var holes = 0
    private var buckets: [UInt32] = []

    mutating func add(nanoseconds: UInt64) {
        if buckets.isEmpty { buckets = Array(repeating: 0, count: 20_001) }
        buckets[min(Int(nanoseconds / 100_000), 20_000)] += 1
        count += 1
    }

    mutating func add(_ other: LatencyCounts) {
        count += other.count
        holes += other.holes
        if buckets.isEmpty { buckets = Array(repeating: 0, count: 20_001) }
        for (index, number) in other.buckets.enumerated() { buckets[index] += number }
    }

    /// In milliseconds, rounded up to a tenth.
    func quantile(_ share: Double) -> Double {
        var rest = Int((Double(count) * share).rounded(.up))
        for (index, number) in buckets.enumerated() {
            rest -= Int(number)
            if rest <= 0 { return Double(index + 1) / 10 }
        }
        return .infinity
    }
}
