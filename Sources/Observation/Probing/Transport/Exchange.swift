import Health
import NIOHTTP1

/// What came of one request: as much of an answer as there was, and when each part came.
struct Exchange: Sendable {
    /// The HTTP status; `nil` when no head came.
    var status: Int?
    var headers = HTTPHeaders()
    var body: [UInt8] = []
    /// The events of a streamed answer, each with when it was complete, counted from the start.
    var events: [TimedEvent] = []
    var phases = ProbeResult.Phases()
    /// From the start to the last byte, or to the failure.
    var duration: Duration = .zero
    /// Why the answer is missing or incomplete; `nil` for a whole one.
    var failure: TransportFailure?

    struct TimedEvent: Sendable {
        var event: ServerSentEvent
        var at: Duration
    }

    func header(_ name: String) -> String? { headers.first(name: name) }
    var isEventStream: Bool { hasType("text/event-stream") || isLineStream }
    /// A JSON object a line, as Ollama's own API streams.
    var isLineStream: Bool { hasType("application/x-ndjson") }
    private func hasType(_ type: String) -> Bool { header("content-type")?.lowercased().hasPrefix(type) ?? false }
}
