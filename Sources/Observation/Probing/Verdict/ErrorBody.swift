import Health

/// What an error answer says, in whichever spelling (provider facts §9.3).
struct ErrorBody: Sendable, Hashable {
    var message = ""
    var type: String?
    var code: String?
    var param: String?
    /// Further words of the error: Google's `status` and `details[].reason`.
    var reasons: [String] = []
    /// Google's `RetryInfo`.
    var retryDelay: String?
    /// Portkey's own answer, `{"status":"failure"}`, not the provider's.
    var isGatewayFailure = false
    /// Portkey's answer to an unknown route, `{"message":"Not Found","ok":false}`.
    var isUnknownRoute = false
    /// The upstream's page or text, which Portkey wraps as `{"html-message"}`.
    var isWrappedText = false

    /// The error in a body; `nil` when it holds none.
    init?(_ json: JSONValue) {
        if let first = json.array?.first {
            // Google answers streamed calls with an array.
            guard json.array?.count == 1 || first["error"] != nil, let error = ErrorBody(first) else { return nil }
            self = error
            return
        }
        guard let object = json.object else { return nil }
        if let text = object["html-message"]?.string {
            message = text
            isWrappedText = true
        } else if object["status"]?.string == "failure", object["choices"] == nil {
            message = Self.joined(object["message"]?.string, object["errors"]?.array?.compactMap(\.string) ?? [])
            isGatewayFailure = true
        } else if let error = object["error"], !Self.isNone(error) {
            read(error: error, in: object)
        } else if let errors = object["errors"]?.array, let first = errors.first {
            read(error: first, in: object)
        } else if object["ok"] == .bool(false), let text = object["message"]?.string {
            message = text
            isUnknownRoute = true
        } else if let detail = object["detail"], detail != .null {
            message = Self.detail(detail)
        } else if object["object"]?.string == "error" || object["message"] != nil && object["choices"] == nil {
            read(error: json, in: object)
            if message.isEmpty { return nil }
        } else {
            return nil
        }
    }

    /// An error that is only text.
    init(text: String) { message = text }

    private mutating func read(error: JSONValue, in object: [String: JSONValue]) {
        guard let fields = error.object else {
            message = error.string ?? object["message"]?.string ?? Self.text(of: error)
            return
        }
        message = fields["message"]?.string ?? fields["msg"]?.string ?? Self.text(of: fields["message"] ?? .null)
        // OpenRouter keeps the provider's own words apart.
        if let raw = fields["metadata"]?["raw"]?.string, !raw.isEmpty { message += " (\(raw))" }
        type = fields["type"]?.string
        code = fields["code"].flatMap { $0.string ?? $0.number.map { Self.text(of: .number($0)) } }
        param = fields["param"]?.string
        if let status = fields["status"]?.string { reasons.append(status) }
        for detail in fields["details"]?.array ?? [] {
            if let reason = detail["reason"]?.string { reasons.append(reason) }
            if let delay = detail["retryDelay"]?.string { retryDelay = delay }
        }
        if let inner = fields["innererror"]?["code"]?.string { reasons.append(inner) }
    }

    /// Whether the type, the code or a reason is one of these words.
    func says(_ words: Set<String>) -> Bool {
        ([type, code].compactMap { $0 } + reasons).contains { words.contains($0.lowercased()) }
    }

    /// Whether the message contains one of these phrases, in any case.
    func mentions(_ phrases: String...) -> Bool {
        let text = message.prefix(4_096).lowercased()
        return phrases.contains { text.contains($0) }
    }

    /// FastAPI: a text, or a list of `{"loc":["body","model"],"msg":"field required"}`.
    private static func detail(_ detail: JSONValue) -> String {
        if let text = detail.string { return text }
        if let text = detail["message"]?.string ?? detail["error"]?.string { return text }
        let items = (detail.array ?? []).compactMap { item -> String? in
            guard let text = item["msg"]?.string else { return item.string }
            let place = (item["loc"]?.array ?? []).map { $0.string ?? Self.text(of: $0) }.joined(separator: ".")
            return place.isEmpty ? text : "\(place): \(text)"
        }
        return items.isEmpty ? text(of: detail) : items.joined(separator: "; ")
    }

    /// Some servers write `"error": ""` or `false` into good answers.
    private static func isNone(_ error: JSONValue) -> Bool { [.null, .bool(false), "", [:], []].contains(error) }

    private static func joined(_ message: String?, _ errors: [String]) -> String {
        ([message].compactMap { $0 } + errors).joined(separator: ": ")
    }

    private static func text(of value: JSONValue) -> String {
        switch value {
        case .null: ""
        case .number(let number): Int64(exactly: number).map { "\($0)" } ?? "\(number)"
        default: JSONText.text(value)
        }
    }
}
