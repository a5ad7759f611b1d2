import HTTPTypes
import Health
import Hummingbird

extension HealthAPI {
    /// Where the live stream is, over either transport.
    static let eventsPath = base + "health/events"

    /// What reaches the router: Server-Sent Events, and handshakes of WebSockets that were not let in.
    func events(_ call: Call) async throws -> Response {
        let request = try LiveRequest(call.query, headers: call.request.headers)
        if call.request.headers[.secWebSocketKey] != nil {
            guard feed.hasRoom else { throw Problem.tooManyStreams(configuration.live.streams) }
            throw Problem.notUpgraded
        }
        guard Self.accepts(call.request.headers[values: .accept]) else { throw Problem.notAcceptable }
        guard feed.hasRoom else {
            feed.metrics.reportRefusal()
            throw Problem.tooManyStreams(configuration.live.streams)
        }
        return ServerSentStream(feed: feed, request: request, body: call.request.body, logger: call.logger).response
    }

    private static func accepts(_ values: [String]) -> Bool {
        values.flatMap { $0.split(separator: ",") }.contains { type in
            let words = type.split(separator: ";").map { $0.trimmed.lowercased() }
            let isRefused = words.dropFirst().contains { $0.hasPrefix("q=") && Double($0.dropFirst(2)) == 0 }
            return words.first == "text/event-stream" && !isRefused
        }
    }
}

extension Problem {
    static let notAcceptable = Problem(
        kind: "no-stream-asked", title: "The stream must be asked for", status: .notAcceptable,
        detail: "Open a WebSocket here, or send 'Accept: text/event-stream' for Server-Sent Events.", field: "Accept")

    static let notUpgraded = Problem(
        kind: "not-upgraded", title: "No WebSocket was opened", status: .upgradeRequired,
        detail: "A handshake is a GET over HTTP/1.1 with 'Connection: Upgrade', 'Upgrade: websocket', version 13 and "
            + "one key, and the first request of its connection.",
        headers: [.upgrade: "websocket", .connection: "Upgrade", .secWebSocketVersion: "13"])

    static func tooManyStreams(_ limit: Int) -> Problem {
        Problem(
            kind: "too-many-streams", title: "Enough streams are open", status: .serviceUnavailable,
            detail: "\(limit) are open at once at most (server.maximumStreams).", headers: [.retryAfter: "5"])
    }
}
