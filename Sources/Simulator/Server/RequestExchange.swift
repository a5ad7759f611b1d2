import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// One request and its answer on a connection: reads, logs, asks the face, writes, and drops when told to.
struct RequestExchange: Sendable {
    /// Whose requests go into the log; nil for the control port, which is not logged.
    let face: Face?
    let responder: any FaceResponder
    let log: RequestLog

    /// The largest body that a face takes, bytes.
    private static let maximumBody = 16 << 20

    func respond(to request: Request, _ writer: consuming ResponseWriter, _ channel: any Channel) async throws {
        let body = try await request.body.collect(upTo: Self.maximumBody)
        var incoming = Incoming(
            method: request.head.method.rawValue, target: request.head.path ?? "/", headers: request.head.headerFields,
            body: Array(body.readableBytesView))
        if let face { incoming.number = log.arrived(incoming, on: face) }
        var status: Int?
        do {
            let reply = try await responder.reply(to: incoming)
            status = reply.status
            try await Self.write(reply, to: writer, isHead: request.head.method == .head)
            log.ended(incoming.number, status: status, .answered)
        } catch let drop as ConnectionDrop {
            log.ended(incoming.number, status: status, .dropped)
            if drop.manner != .closed { await Self.armReset(channel) }
            channel.close(promise: nil)
            throw drop
        } catch {
            log.ended(incoming.number, status: status, .abandoned)
            throw error
        }
    }

    private static func write(_ reply: Reply, to writer: consuming ResponseWriter, isHead: Bool) async throws {
        var head = HTTPResponse(status: .init(code: reply.status, reasonPhrase: reasonPhrase(reply.status)))
        head.headerFields = reply.headers
        switch reply.body {
        case .whole(let bytes):
            head.headerFields[.contentLength] = String(bytes.count)
            let body = isHead || bytes.isEmpty ? ResponseBody() : ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
            try await writer.write(response: head, body: body)
        case .stream(let length, let produce):
            if let length { head.headerFields[.contentLength] = String(length) }
            var sink: any ResponseBodyWriter = try await writer.writeHead(head)
            try await produce(&sink)
            try await sink.finish(nil)
        }
    }

    private static func reasonPhrase(_ status: Int) -> String {
        let phrase = HTTPResponse.Status(code: status).reasonPhrase
        return phrase.isEmpty ? "unknown" : phrase
    }

    /// With a linger time of zero, closing sends RST instead of FIN.
    private static func armReset(_ channel: any Channel) async {
        guard let provider = channel as? any SocketOptionProvider else { return }
        try? await provider.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
    }
}
