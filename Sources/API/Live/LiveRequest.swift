import HTTPTypes
import Health

/// What a reader of the live stream asks for.
struct LiveRequest: Sendable {
    static let parameters: [Parameter] = [
        Parameter(
            "after", "The number of the last event that is known; Last-Event-ID counts more.",
            schema: ["type": "integer", "format": "int64", "minimum": 0]),
        .model, .provider, .status,
    ]

    var filter: FleetFilter
    /// The last event that the reader knows.
    var after: UInt64?

    /// - Throws: ``Problem`` for values that cannot be used.
    init(_ query: Query, headers: HTTPFields) throws(Problem) {
        filter = try query.filter()
        after = try query["after"].map { text throws(Problem) in try Self.number(text, of: "after") }
        // Newer than the address: a browser sends it when it comes back.
        if let text = headers[.lastEventID], !text.isEmpty { after = try Self.number(text, of: "Last-Event-ID") }
    }

    /// Events are numbered up to what a store's integers hold.
    private static func number(_ text: String, of name: String) throws(Problem) -> UInt64 {
        guard let number = UInt64(text), Int64(exactly: number) != nil else {
            throw .badParameter(name, "\(Problem.quoted(text)) is no number of an event.")
        }
        return number
    }
}

extension Query {
    /// The models that `modelId`, `provider` and `status` name.
    func filter() throws(Problem) -> FleetFilter {
        FleetFilter(
            modelID: try self["modelId"].map { _ throws(Problem) in try modelID() }, provider: self["provider"],
            status: try self["status"].map { text throws(Problem) in
                guard let status = HealthStatus(rawValue: text) else {
                    let known = HealthStatus.allCases.map(\.rawValue).joined(separator: ", ")
                    throw .badParameter("status", "\(Problem.quoted(text)) is no status; there are \(known).")
                }
                return status
            })
    }
}

extension HTTPField.Name {
    // A literal that is a valid name.
    static let lastEventID = HTTPField.Name("Last-Event-ID")!
}
