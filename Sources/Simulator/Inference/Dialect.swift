import HTTPTypes

/// How an API words errors and which headers it sends with every answer.
protocol Voice: Sendable {
    func complaint(_ complaint: Complaint, requestID: String) -> JSON
    func headers(_ context: HeaderContext) -> HTTPFields
}

/// What the headers of an answer tell about it.
struct HeaderContext: Sendable {
    var number: Int
    var allowance: BehaviorState.Allowance?
    var complaint: Complaint?
    /// For how long the model was at work.
    var processing: Duration = .zero

    var requestID: String { "req_sim_\(number)" }
}

/// How one endpoint puts a completion into a body or into the events of a stream.
protocol Dialect: Sendable {
    var voice: any Voice { get }
    /// The content type of a stream.
    var streamType: String { get }
    /// The body of an answer that is not streamed.
    func body(_ completion: Completion) -> JSON
    /// The same with nothing in it: well formed, but without choices.
    func hollowBody(_ completion: Completion) -> JSON
    /// The events of a stream, each with its separator.
    func events(_ completion: Completion) -> [String]
    /// The event that reports an error within a stream.
    func errorEvent(_ complaint: Complaint) -> String
}

extension Dialect {
    var streamType: String { "text/event-stream" }
    func errorEvent(_ complaint: Complaint) -> String {
        ServerSentEvent.data(voice.complaint(complaint, requestID: ""))
    }
}

/// The text form of Server-Sent Events.
enum ServerSentEvent {
    static func data(_ value: JSON) -> String { "data: \(value.text)\n\n" }
    static func named(_ name: String, _ value: JSON) -> String { "event: \(name)\ndata: \(value.text)\n\n" }
    static let done = "data: [DONE]\n\n"
}
