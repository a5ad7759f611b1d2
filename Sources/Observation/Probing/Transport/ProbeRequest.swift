import AsyncHTTPClient
import Basics
import Health
import NIOCore
import NIOHTTP1

/// One HTTP request to a model, ready to be sent. It holds keys: only its description may be logged.
struct ProbeRequest: Sendable, CustomStringConvertible, CustomReflectable {
    var method: HTTPMethod = .POST
    var url: String {
        didSet {
            host = Host(of: url)
            parsed = nil
        }
    }
    /// Where it goes.
    private(set) var host: Host
    /// The client's own reading of method and URL, made by `parse()`.
    private var parsed: HTTPClient.Request?
    var headers: HTTPHeaders
    var body: [UInt8] = []
    /// Whether the answer is asked for as a stream.
    var isStreamed = false
    /// The most bytes of body that are read.
    var bodyLimit = Self.usualBodyLimit
    /// Everything in it that must never be shown.
    var secrets: [Secret]

    static let usualBodyLimit = 1 << 20

    init(
        method: HTTPMethod = .POST, url: String, headers: HTTPHeaders, body: [UInt8] = [], isStreamed: Bool = false,
        bodyLimit: Int = Self.usualBodyLimit, secrets: [Secret]
    ) {
        self.method = method
        self.url = url
        host = Host(of: url)
        self.headers = headers
        self.body = body
        self.isStreamed = isStreamed
        self.bodyLimit = bodyLimit
        self.secrets = secrets
    }

    /// Reads the URL once for all copies; what the client refuses it refuses again when it is sent.
    mutating func parse() { parsed = try? HTTPClient.Request(url: url, method: method) }

    /// The request as the client takes it. - Throws: for a URL that it refuses.
    func clientRequest() throws -> HTTPClient.Request {
        var request = try parsed ?? HTTPClient.Request(url: url, method: method)
        request.headers = headers
        request.body = body.isEmpty ? nil : .byteBuffer(ByteBuffer(bytes: body))
        return request
    }

    var description: String { "\(method.rawValue) \(host.text)" }
    var customMirror: Mirror { Mirror(self, children: []) }
}
