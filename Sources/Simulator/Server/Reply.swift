import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore

/// An answer of a face.
struct Reply: Sendable {
    var status: Int
    var headers: HTTPFields
    var body: Body

    enum Body: Sendable {
        case whole([UInt8])
        /// Written bit by bit; with a `length` it is announced, otherwise the body is chunked.
        case stream(length: Int?, @Sendable (inout any ResponseBodyWriter) async throws -> Void)
    }

    init(status: Int = 200, headers: HTTPFields = [:], body: Body) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// A JSON answer.
    static func json(_ value: JSON, status: Int = 200, headers: HTTPFields = [:]) -> Reply {
        var headers = headers
        headers[.contentType] = "application/json"
        return Reply(status: status, headers: headers, body: .whole(value.bytes))
    }

    /// A plain text answer.
    static func text(_ text: String, status: Int = 200, type: String = "text/plain; charset=utf-8") -> Reply {
        Reply(status: status, headers: [.contentType: type], body: .whole(Array(text.utf8)))
    }

    static func canned(_ answer: CannedAnswer) -> Reply {
        var headers = HTTPFields()
        headers[.contentType] = answer.contentType
        for (name, value) in answer.headers {
            guard let name = HTTPField.Name(name) else { continue }
            headers[name] = value
        }
        return Reply(status: answer.status, headers: headers, body: .whole(Array(answer.body.utf8)))
    }

    /// The first half of this answer's body, announced in full, and then what `ending` does.
    func broken(_ ending: @escaping @Sendable () async throws -> Void) -> Reply {
        guard case .whole(let bytes) = body else { return self }
        var reply = self
        reply.body = .stream(length: bytes.count) { writer in
            try await writer.write(ByteBuffer(bytes: bytes.prefix(bytes.count / 2)))
            try await ending()
        }
        return reply
    }
}

/// The connection ends here, because the behaviour demands it.
struct ConnectionDrop: Error, Sendable, Equatable {
    var manner: Manner

    enum Manner: Sendable, Equatable {
        /// FIN: the peer sees the other side close.
        case closed
        /// RST.
        case reset
        /// As if nobody had listened. Over a connection that is there already it looks like a reset.
        case refused
    }

    init(_ manner: Manner) { self.manner = manner }
}

/// What answers the requests of one port.
protocol FaceResponder: Sendable {
    /// Answers a request. Throws ``ConnectionDrop`` to end the connection without an answer, and `CancellationError`
    /// once the client is gone. It may take for ever: that is what a hanging model is.
    func reply(to incoming: Incoming) async throws -> Reply
}
