import HTTPTypes
import Health

/// What a route is for and how it answers, as the API's document tells it.
struct Operation: Sendable {
    enum Tag: String, Sendable, CaseIterable {
        case health, past, notices, embedding, metrics, daemon

        var text: String {
            switch self {
            case .health: "What can be used now, and why not."
            case .past: "What was when."
            case .notices: "What operators say: of models, of planned work, on incidents."
            case .embedding: "Health in other places: badges and the public status page."
            case .metrics: "Prometheus text."
            case .daemon: "The daemon itself."
            }
        }
    }

    var tag: Tag
    /// Unique; how generated clients call it.
    var id: String
    /// A few words.
    var summary: String
    /// What else a caller should know.
    var text: String
    /// The schema of the body it takes.
    var body: String?
    var isBodyRequired: Bool
    var answers: [Answer]

    init(
        _ tag: Tag, _ id: String, _ summary: String, about text: String = "", body: String? = nil,
        isBodyRequired: Bool = true, _ answers: Answer...
    ) {
        self.tag = tag
        self.id = id
        self.summary = summary
        self.text = text
        self.body = body
        self.isBodyRequired = isBodyRequired
        self.answers = answers
    }
}

/// One way in which a route answers.
struct Answer: Sendable {
    var status: HTTPResponse.Status
    var text: String
    /// Without it there is no body.
    var contentType: String?
    /// JSON Schema.
    var schema: JSONValue?

    /// A value of a named schema.
    static func json(_ schema: String, _ text: String, status: HTTPResponse.Status = .ok) -> Answer {
        Answer(
            status: status, text: text, contentType: "application/json",
            schema: ["$ref": .string("#/components/schemas/\(schema)")])
    }

    static func text(_ contentType: String, _ text: String) -> Answer {
        Answer(status: .ok, text: text, contentType: contentType, schema: ["type": "string"])
    }

    static func nothing(_ status: HTTPResponse.Status, _ text: String) -> Answer {
        Answer(status: status, text: text)
    }

    static func problem(_ status: HTTPResponse.Status, _ text: String) -> Answer {
        Answer(
            status: status, text: text, contentType: "application/problem+json",
            schema: ["$ref": "#/components/schemas/Problem"])
    }

    static let unknownModel = problem(.notFound, "There is no such model.")
    static let historyAway = problem(.serviceUnavailable, "The history cannot be read at the moment.")
    static let notKept = problem(.serviceUnavailable, "It cannot be kept at the moment, so it does not hold.")
}
