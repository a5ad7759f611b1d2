import NIOCore
import NIOPosix
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A server on loopback that treats everybody badly: HTTP, TLS and proxy requests alike.
package final class HostilePeer: Sendable {
    private struct State {
        var server: (any Channel)?
        var connections: [ObjectIdentifier: any Channel] = [:]
        var answered = 0
        var accepted = 0
    }

    private let state = Mutex(State())
    private let answer: @Sendable (_ line: String, _ number: Int) -> HostileAnswer

    /// - Parameter answer: what to do with a request, by its first line and its number, from 0.
    package init(_ answer: @escaping @Sendable (_ line: String, _ number: Int) -> HostileAnswer) {
        self.answer = answer
    }

    package var port: Int { state.withLock { $0.server?.localAddress?.port ?? 0 } }
    package var answered: Int { state.withLock(\.answered) }
    package var accepted: Int { state.withLock(\.accepted) }

    package func start() async throws {
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 1_024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    self.admit(channel)
                    try channel.pipeline.syncOperations.addHandler(Handler(peer: self))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        state.withLock { $0.server = server }
    }

    package func stop() async {
        let channels = state.withLock { Array($0.connections.values) + [$0.server].compactMap { $0 } }
        for channel in channels { try? await channel.close().get() }
    }

    private func admit(_ channel: any Channel) {
        state.withLock { state in
            state.accepted += 1
            state.connections[ObjectIdentifier(channel)] = channel
        }
        channel.closeFuture.whenComplete { _ in
            self.state.withLock { $0.connections[ObjectIdentifier(channel)] = nil }
        }
    }

    private func meet(_ line: String, on channel: any Channel) {
        let number = state.withLock { state in
            state.answered += 1
            return state.answered - 1
        }
        perform(answer(line, number).steps[...], on: channel)
    }

    private func perform(_ steps: ArraySlice<HostileAnswer.Step>, on channel: any Channel) {
        for (offset, step) in steps.enumerated() {
            let rest = steps.dropFirst(offset + 1)
            switch step {
            case .send(let bytes): channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil)
            case .flood(let count): return flood(channel, count, then: rest)
            case .pause(let time):
                let nanoseconds = time.components.seconds * 1_000_000_000 + time.components.attoseconds / 1_000_000_000
                channel.eventLoop.scheduleTask(in: .nanoseconds(nanoseconds)) { self.perform(rest, on: channel) }
                return
            case .close: return channel.close(promise: nil)
            case .reset:
                // Closing with a linger of 0 sends RST instead of FIN.
                guard let socket = channel as? any SocketOptionProvider else { return channel.close(promise: nil) }
                socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenComplete { _ in channel.close(promise: nil) }
                return
            }
        }
    }

    private static let flood = ByteBuffer(repeating: 0x31, count: 256 << 10)

    private func flood(_ channel: any Channel, _ count: Int, then rest: ArraySlice<HostileAnswer.Step>) {
        guard count > 0, channel.isActive else { return perform(rest, on: channel) }
        channel.writeAndFlush(Self.flood).whenComplete { result in
            guard case .success = result else { return }
            self.flood(channel, count - Self.flood.readableBytes, then: rest)
        }
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let peer: HostilePeer
        private var bytes: [UInt8] = []

        init(peer: HostilePeer) { self.peer = peer }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            bytes += Array(unwrapInboundIn(data).readableBytesView)
            // TLS and SOCKS are told by their first byte, and answered with whatever comes.
            if let first = bytes.first, first == 0x16 || first == 5 || first == 4 {
                bytes = []
                return peer.meet(first == 0x16 ? "TLS" : "SOCKS", on: context.channel)
            }
            while let end = Self.end(of: bytes) {
                let head = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\r\n")
                let length =
                    head.dropFirst().first { $0.lowercased().hasPrefix("content-length:") }
                    .flatMap { Int($0.drop { $0 != ":" }.dropFirst().drop { $0 == " " }) } ?? 0
                guard bytes.count >= end + length else { return }
                bytes.removeFirst(end + length)
                peer.meet(head.first.map(String.init) ?? "", on: context.channel)
            }
        }

        private static func end(of bytes: [UInt8]) -> Int? {
            guard bytes.count >= 4 else { return nil }
            for index in 3..<bytes.count
            where bytes[index] == 10 && bytes[index - 1] == 13 && bytes[index - 2] == 10 && bytes[index - 3] == 13 {
                return index + 1
            }
            return nil
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}

/// Runs a peer for the time of a scope.
@discardableResult
package func withHostilePeer<Result>(
    _ answer: @escaping @Sendable (_ line: String, _ number: Int) -> HostileAnswer,
    _ body: (HostilePeer) async throws -> Result
) async throws -> Result {
    let peer = HostilePeer(answer)
    try await peer.start()
    do {
        let result = try await body(peer)
        await peer.stop()
        return result
    } catch {
        await peer.stop()
        throw error
    }
}
