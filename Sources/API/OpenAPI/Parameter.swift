import Health

/// A parameter of a route, in its query or its path.
struct Parameter: Sendable {
    enum Place: String, Sendable { case query, path }

    var name: String
    var place = Place.query
    /// One sentence.
    var text: String
    /// JSON Schema.
    var schema: JSONValue
    var isRequired = false

    init(_ name: String, _ text: String, schema: JSONValue) {
        self.name = name
        self.text = text
        self.schema = schema
    }

    /// One of some words.
    init(_ name: String, _ text: String, oneOf words: [String], default standard: String? = nil) {
        var schema: [String: JSONValue] = ["type": "string", "enum": .array(words.map { .string($0) })]
        if let standard { schema["default"] = .string(standard) }
        self.init(name, text, schema: .object(schema))
    }

    /// The same, without which there is no answer.
    var required: Parameter {
        var copy = self
        copy.isRequired = true
        return copy
    }

    static let model = Parameter(
        "modelId", "The model's name, percent-encoded.", schema: ["$ref": "#/components/schemas/ModelId"])
    static let provider = Parameter("provider", "Only models of this provider.", schema: ["type": "string"])
    static let status = Parameter(
        "status", "Only models of this status.", oneOf: HealthStatus.allCases.map(\.rawValue))
    static let timeRange = Parameter(
        "timeRange", "How far back to look from now. Give it, or from and to.", oneOf: Query.timeRanges.map(\.name),
        default: "24h")
    static let from = Parameter(
        "from", "The first instant, with to.", schema: ["type": "string", "format": "date-time"])
    static let to = Parameter(
        "to", "The instant after the last.", schema: ["type": "string", "format": "date-time"])
    static let range = [timeRange, from, to]
    static let resolution = Parameter(
        "resolution", "What is shorter may be put together; from 60s to 400d.", schema: duration(example: "10m"))

    /// The variable part of a path.
    static func id(_ text: String) -> Parameter {
        var parameter = Parameter("id", text, schema: ["type": "string"]).required
        parameter.place = .path
        return parameter
    }

    /// A number with a unit behind it.
    static func duration(example: String) -> JSONValue {
        ["type": "string", "pattern": "^[0-9]+[smhd]$", "examples": [.string(example)]]
    }

    var json: JSONValue {
        [
            "name": .string(name), "in": .string(place.rawValue), "description": .string(text), "schema": schema,
            "required": .bool(isRequired),
        ]
    }
}
