import Health

/// What an error answer says, in whichever spelling (docs/provider-answers.md).
struct ErrorBody: Sendable, Hashable {
    var message = ""
    var type: String?
    var code: String?
    var param: String?
    /// Further words of the error: Google's `status` and `details[].reason`, AWS's `__type`, a bare `code` beside a text.
    var reasons: [String] = []
    /// The HTTP status that the error itself names, in a number or a textual number.
    var status: Int?
    /// Google's `RetryInfo`.
    var retryDelay: String?
    /// A wait that a field of the error tells: `retry_after` and its kin.
    var wait: Duration?
    /// How long the model still takes to load: Hugging Face's `estimated_time`.
    var estimate: Duration?
    /// A field tells how far the loading is.
    var isLoading = false
    /// The error says which words of the input it objects to.
    var isFlagged = false
    /// The provider's headers where a gateway wraps them into the error (OpenRouter).
    var headers: [Header] = []
    /// Google's `QuotaFailure`.
    var limits: [QuotaLimit] = []
    /// Portkey's own answer, `{"status":"failure"}`, not the provider's.
    var isGatewayFailure = false
    /// A gateway's answer to an unknown route: `{"message":"Not Found","ok":false}`, `{"detail":"Not Found"}`.
    var isUnknownRoute = false
    /// The upstream's page or text, which Portkey wraps as `{"html-message"}`.
    var isWrappedText = false

    struct Header: Sendable, Hashable {
        var name: String
        var value: String
    }

    struct QuotaLimit: Sendable, Hashable {
        /// `GenerateRequestsPerDayPerProjectPerModel-FreeTier`
        var id: String
        var value: Int?
    }

    /// An error that is only text.
    init(text: String) { message = text }

    /// The error in a body; `nil` when it holds none.
    init?(_ json: JSONValue) { self.init(json, depth: 0) }

    private init?(_ json: JSONValue, depth: Int) {
        if let items = json.array {
            // Google answers streamed calls with an array, whose later elements may hold the error.
            let error = items.lazy.filter { $0["error"] != nil }.compactMap { ErrorBody($0, depth: depth) }.first
            guard let error = error ?? (items.count == 1 ? ErrorBody(items[0], depth: depth) : nil) else { return nil }
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
            // Some say it around the provider's error.
            if let error = object["error"], error.object != nil { read(error: error, in: [:]) }
        } else if let base = object["base_resp"]?.object, let code = base["status_code"]?.number, code != 0 {
            read(error: .object(base), in: object)
            // Numbers of one vendor's own count; under its name they cannot be taken for another's.
            reasons.append("minimax \(Self.text(of: .number(code)))")
            status = nil
            self.code = nil
        } else if let error = object["Response"]?["Error"], error.object != nil {
            read(error: error, in: object)
        } else if let error = object["error"], !Self.isNone(error) {
            read(error: error.array?.first ?? error, in: object)
            if let number = error.array?.first?["code"]?.number { readNumber(number) }
        } else if let first = object["errors"]?.array?.first {
            read(error: first, in: object)
            if let number = first["code"]?.number { readNumber(number) }
        } else if object["ok"] == .bool(false), let text = object["message"]?.string {
            message = text
            isUnknownRoute = true
        } else if let detail = object["detail"], detail != .null {
            read(error: json, in: object)
            message = Self.joined(object["title"]?.string, [Self.detail(detail)])
            isUnknownRoute = message == "Not Found"
        } else if Self.isBareError(object) {
            read(error: json, in: object)
            if let number = object["error_code"]?.number { reasons.append("baidu \(Self.text(of: .number(number)))") }
            if message.isEmpty { return nil }
        } else {
            return nil
        }
        if depth < 3 { unwrap(depth: depth) }
    }

    // MARK: Errors inside errors

    /// Gateways write what an upstream said into the message, as JSON or nearly so: its words are the error then.
    private mutating func unwrap(depth: Int) {
        guard let open = message.firstIndex(of: "{"), let close = message.lastIndex(of: "}"), open < close else {
            return
        }
        let inside = String(message[open...close].prefix(16_384))
        // Python prints a dictionary with single quotes.
        let json =
            JSONText.parse(inside) ?? JSONText.parse(inside.replacing("'", with: "\"").replacing("None", with: "null"))
        guard let json, let inner = ErrorBody(json, depth: depth + 1), !inner.message.isEmpty else { return }
        // A long preamble would leave no room for what was said.
        message = (open.utf16Offset(in: message) <= 60 ? message[..<open] : "") + inner.message
        adopt(inner)
    }

    private mutating func adopt(_ inner: ErrorBody) {
        reasons += [inner.code, inner.type].compactMap { $0 } + inner.reasons
        retryDelay = retryDelay ?? inner.retryDelay
        wait = wait ?? inner.wait
        estimate = estimate ?? inner.estimate
        isLoading = isLoading || inner.isLoading
        isFlagged = isFlagged || inner.isFlagged
        status = status ?? inner.status
        if limits.isEmpty { limits = inner.limits }
        if headers.isEmpty { headers = inner.headers }
    }

    /// The error of the upstream where the gateway's own holds it in a field of its own.
    private mutating func readInner(_ fields: [String: JSONValue]) {
        for name in ["details", "response", "upstream", "cause", "innererror", "upstream_error", "original_error"] {
            guard let place = fields[name], place.object != nil else { continue }
            let inner = place["response"]?["error"] ?? place["error"] ?? place
            guard let inner = ErrorBody(["error": inner], depth: 2), !inner.message.isEmpty, inner.message.first != "{"
            else { continue }
            if !message.contains(inner.message) { message += " (\(inner.message))" }
            adopt(inner)
        }
    }

    /// An object that is the error itself: it has a message, and nothing that answers hold.
    private static func isBareError(_ object: [String: JSONValue]) -> Bool {
        if object["object"]?.string == "error" { return true }
        let answers = ["choices", "data", "results", "output", "content", "result", "embeddings"]
        guard answers.allSatisfy({ (object[$0] ?? .null) == .null }) else { return false }
        if object["message"]?["role"] != nil { return false }
        return ["message", "Message", "msg", "error_msg", "error_code", "__type"].contains { object[$0] != nil }
            || object["title"]?.string != nil && object["status"]?.number ?? 0 >= 400
            || object["Output"]?["__type"] != nil
    }

    private mutating func read(error: JSONValue, in object: [String: JSONValue]) {
        let fields = error.object ?? [:]
        if error.object == nil {
            message = error.string ?? object["message"]?.string ?? Self.text(of: error)
            if let text = object["message"]?.string, !text.isEmpty, !message.contains(" ") {
                // `{"error":"credit_unresolved","message":"A prior charge…"}`
                reasons.append(message)
                message = text
            }
            // `{"code":"The caller does not have permission…","error":"Your team…"}` of xAI.
            reasons += ["code", "type", "error_type", "reason"].compactMap { object[$0]?.string }
        }
        readMessage(fields)
        type = Self.string(fields, "type", "error_type", "__type", "exception") ?? object["error_type"]?.string
        code = Self.word(fields, "code", "error_code", "Code", "status_code")
        param = fields["param"]?.string
        reasons += ["status", "reason", "label", "title"].compactMap { fields[$0]?.string }
        if let inner = fields["innererror"]?["code"]?.string { reasons.append(inner) }
        if let aws = object["Output"]?["__type"]?.string { reasons.append(aws) }
        readStatus(fields, object)
        readDetails(fields)
        readInner(fields)
        readMetadata(fields, object)
        readWaits(fields, object)
    }

    /// A number in a list of errors, which is Cloudflare's way.
    private mutating func readNumber(_ number: Double) {
        reasons.append("errors \(Self.text(of: .number(number)))")
        code = nil
    }

    private mutating func readMessage(_ fields: [String: JSONValue]) {
        let names = ["message", "msg", "Message", "error_msg", "status_msg", "detail", "description", "title"]
        for name in names where message.isEmpty {
            guard let value = fields[name], value != .null else { continue }
            message = value.string ?? value["message"]?.string ?? Self.text(of: value)
        }
        // OpenRouter keeps the provider's own words apart.
        if let raw = fields["metadata"]?["raw"]?.string, !raw.isEmpty { message += " (\(raw))" }
    }

    private mutating func readStatus(_ fields: [String: JSONValue], _ object: [String: JSONValue]) {
        let values =
            ["status", "status_code", "http_status", "statusCode", "code"].map { fields[$0] }
            + ["status", "status_code", "statusCode", "code"].map { object[$0] }
        status =
            values.lazy.compactMap { value -> Int? in
                let number = value?.number.flatMap { Int(exactly: $0) } ?? value?.string.flatMap { Int($0) }
                return number.flatMap { (400..<600).contains($0) ? $0 : nil }
            }.first
    }

    private mutating func readDetails(_ fields: [String: JSONValue]) {
        for detail in fields["details"]?.array ?? [] {
            if let reason = detail["reason"]?.string { reasons.append(reason) }
            if let delay = detail["retryDelay"]?.string { retryDelay = delay }
            for violation in detail["violations"]?.array ?? [] {
                let value = violation["quotaValue"]
                let number = value?.number.flatMap { Int(exactly: $0) } ?? value?.string.flatMap { Int($0) }
                let id = violation["quotaId"]?.string ?? violation["description"]?.string ?? ""
                limits.append(QuotaLimit(id: id, value: number))
            }
        }
    }

    private mutating func readMetadata(_ fields: [String: JSONValue], _ object: [String: JSONValue]) {
        guard let metadata = fields["metadata"]?.object ?? object["metadata"]?.object else { return }
        for (name, value) in (metadata["headers"]?.object ?? [:]).sorted(by: { $0.key < $1.key }) {
            if let text = value.string ?? value.number.map({ Self.text(of: .number($0)) }) {
                headers.append(Header(name: name, value: text))
            }
        }
        if metadata["flagged_input"] != nil { isFlagged = true }
        if let type = metadata["error_type"]?.string { reasons.append(type) }
    }

    private mutating func readWaits(_ fields: [String: JSONValue], _ object: [String: JSONValue]) {
        for place in [fields, fields["metadata"]?.object ?? [:], object] {
            for (name, unit) in [
                ("retry_after", 1.0), ("retryAfter", 1), ("retry_after_seconds", 1), ("retry_after_ms", 0.001),
            ] where wait == nil {
                guard let seconds = place[name]?.number, seconds > 0, seconds < 1e9 else { continue }
                wait = .seconds(seconds * unit)
            }
            if let seconds = place["estimated_time"]?.number, seconds >= 0, seconds < 1e6 {
                estimate = .seconds(seconds)
                isLoading = true
            }
            if place["progress"]?.number != nil || place["loading_progress"]?.number != nil { isLoading = true }
        }
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

    /// Some servers write `"error": ""`, `false` or an object of nulls into good answers.
    private static func isNone(_ error: JSONValue) -> Bool {
        let nothing: [JSONValue] = [.null, .bool(false), "", [:], [], 0]
        return nothing.contains(error) || error.object?.values.allSatisfy(nothing.contains) ?? false
    }

    private static func string(_ fields: [String: JSONValue], _ names: String...) -> String? {
        names.lazy.compactMap { fields[$0]?.string }.first
    }

    private static func word(_ fields: [String: JSONValue], _ names: String...) -> String? {
        names.lazy.compactMap { name in
            fields[name]?.string ?? fields[name]?.number.map { text(of: .number($0)) }
        }.first
    }

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
