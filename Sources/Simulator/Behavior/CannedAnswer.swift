import HTTPTypes

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
        for name in headers.keys where HTTPField.Name(name) == nil {
            throw StrictDecoding.invalid("'\(name)' is no header name", at: container.codingPath + [Key.headers])
        }
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
