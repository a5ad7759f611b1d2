import Basics
import Health
import NIOHTTP1

/// One HTTP request to a model, ready to be sent. It holds keys: only its description may be logged.
struct ProbeRequest: Sendable, CustomStringConvertible, CustomReflectable {
    var method: HTTPMethod = .POST
    var url: String
    var headers: HTTPHeaders
    var body: [UInt8] = []
    /// Whether the answer is asked for as a stream.
    var isStreamed = false
    /// The most bytes of body that are read.
    var bodyLimit = Self.usualBodyLimit
    /// Everything in it that must never be shown.
    var secrets: [Secret]

    static let usualBodyLimit = 1 << 20

    var description: String { "\(method.rawValue) \(Host(of: url).text)" }
    var customMirror: Mirror { Mirror(self, children: []) }
}
