import HTTPTypes
import Health
import NIOCore
import NIOHTTP1

/// Decides, before a connection is upgraded, whether a handshake opens a WebSocket.
///
/// What it refuses goes on to the router as the plain request it then is, where the same rules make a problem of it.
struct UpgradeDecision: Sendable {
    let feed: LiveFeed
    private let admission: Admission

    init(_ api: HealthAPI) {
        feed = api.feed
        admission = Admission(api.configuration)
    }

    /// What a handshake asks for; `nil` for any other request, and for one that may not be answered so.
    func request(_ head: HTTPRequestHead) -> LiveRequest? {
        guard head.isWebSocketHandshake else { return nil }
        let parts = head.uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts[0] == HealthAPI.eventsPath else { return nil }
        let request = HTTPRequest(head)
        do throws(Problem) {
            try admission.admit(host: request)
            try admission.admit(stream: request)
            let query = try Query(parts.count > 1 ? String(parts[1]) : nil, known: LiveRequest.parameters.map(\.name))
            return try LiveRequest(query, headers: request.headerFields)
        } catch {
            return nil
        }
    }
}

extension HTTPRequestHead {
    /// RFC 6455 §4.2.1.
    fileprivate var isWebSocketHandshake: Bool {
        let key = headers["sec-websocket-key"]
        return method == .GET && version == .http1_1
            && headers[canonicalForm: "upgrade"].contains { $0.lowercased() == "websocket" }
            && headers[canonicalForm: "connection"].contains { $0.lowercased() == "upgrade" }
            && headers["sec-websocket-version"] == ["13"]
            // 16 bytes in base64.
            && key.count == 1 && key[0].utf8.count == 24 && key[0].hasSuffix("==")
    }
}

extension HTTPRequest {
    /// As the router would see it.
    fileprivate init(_ head: HTTPRequestHead) {
        var authority: String?
        var fields = HTTPFields()
        for (name, value) in head.headers {
            if authority == nil, name.lowercased() == "host" {
                authority = value
            } else if let name = HTTPField.Name(name) {
                fields.append(HTTPField(name: name, value: value))
            }
        }
        self.init(method: .get, scheme: "http", authority: authority, path: head.uri, headerFields: fields)
    }
}
