/// A way in which an answer goes wrong. Each one but `stall` and `answer` has a name for scenario files.
///
/// They cover every row of the gateway's status table (provider-facts §1.6) and the traps of the local servers.
package enum Fault: Sendable, Equatable {
    /// Takes the request and never answers.
    case hang
    /// Sends the head and half of the body, then nothing more.
    case hangBody
    /// Closes the connection without an answer.
    case close
    /// Resets the connection (RST) without an answer.
    case reset
    /// Sends half of the promised body, then closes.
    case cut
    /// Sends a complete 200 whose JSON breaks off in the middle.
    case truncated
    /// Streams this many events, then falls silent. An answer that is not streamed hangs in mid-body.
    case stall(after: Int)
    /// 200 with an empty text and `finish_reason: length`: the model lives.
    case emptyText
    /// 200 with a well-formed body that has no choices.
    case noChoices
    /// 200 whose body is an `error` object.
    case errorBody
    /// 200 with the HTML of a login page.
    case loginPage
    /// 200, JSON content type, no body.
    case emptyBody
    /// An error status in the words of the face's API.
    case refusal(Refusal)
    /// Exactly this answer.
    case answer(CannedAnswer)

    /// The faults that have a plain name.
    package static let named: [(name: String, fault: Fault)] =
        [
            ("hang", .hang), ("hang-body", .hangBody), ("close", .close), ("reset", .reset), ("cut", .cut),
            ("truncated", .truncated), ("stall", .stall(after: 1)), ("empty-text", .emptyText),
            ("no-choices", .noChoices), ("error-200", .errorBody), ("html-200", .loginPage), ("empty-200", .emptyBody),
        ] + Refusal.allCases.map { ($0.rawValue, .refusal($0)) }

    /// The name in scenario files and in the control API; nil for a canned answer.
    package var name: String? {
        if case .stall = self { return "stall" }
        return Self.named.first { $0.fault == self }?.name
    }

    package init?(name: String) {
        guard let fault = Self.named.first(where: { $0.name == name })?.fault else { return nil }
        self = fault
    }
}

/// An answer given word by word.
package struct CannedAnswer: Sendable, Equatable, Codable {
    package var status: Int
    package var contentType: String?
    package var headers: [String: String]
    package var body: String

    package init(
        status: Int, contentType: String? = "application/json", headers: [String: String] = [:], body: String = ""
    ) {
        self.status = status
        self.contentType = contentType
        self.headers = headers
        self.body = body
    }

    private enum Key: String, CodingKey, CaseIterable { case status, contentType, headers, body }

    package init(from decoder: any Decoder) throws {
        let container = try StrictDecoding.container(of: decoder, keyedBy: Key.self, what: "answer")
        status = try container.decode(Int.self, forKey: .status)
        guard (200...599).contains(status) else {
            throw StrictDecoding.invalid(
                "status \(status) is not within 200…599", at: container.codingPath + [Key.status])
        }
        contentType = try container.decodeIfPresent(String.self, forKey: .contentType) ?? "application/json"
        headers = try container.decodeIfPresent([String: String].self, forKey: .headers) ?? [:]
        body = try container.decodeIfPresent(String.self, forKey: .body) ?? ""
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(status, forKey: .status)
        try container.encodeIfPresent(contentType, forKey: .contentType)
        if !headers.isEmpty { try container.encode(headers, forKey: .headers) }
        try container.encode(body, forKey: .body)
    }
}
