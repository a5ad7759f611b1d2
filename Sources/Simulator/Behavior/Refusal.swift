/// An error status that providers answer with; each face says it in the words of its API.
package enum Refusal: String, Sendable, Equatable, CaseIterable {
    case badRequest = "http-400"
    case maxTokens = "http-400-max-tokens"
    case unauthorized = "http-401"
    case paymentRequired = "http-402"
    case forbidden = "http-403"
    case modelNotFound = "http-404"
    case requestTimeout = "http-408"
    case tooLarge = "http-413"
    case unprocessable = "http-422"
    case rateLimited = "http-429"
    case quota = "http-429-quota"
    case serverError = "http-500"
    case plainServerError = "http-500-text"
    case badGateway = "http-502-html"
    case overloaded = "http-503"
    case unavailable = "http-503-empty"
    case gatewayTimeout = "http-504"
    case overloadedProvider = "http-529"

    package var status: Int {
        switch self {
        case .badRequest, .maxTokens: 400
        case .unauthorized: 401
        case .paymentRequired: 402
        case .forbidden: 403
        case .modelNotFound: 404
        case .requestTimeout: 408
        case .tooLarge: 413
        case .unprocessable: 422
        case .rateLimited, .quota: 429
        case .serverError, .plainServerError: 500
        case .badGateway: 502
        case .overloaded, .unavailable: 503
        case .gatewayTimeout: 504
        case .overloadedProvider: 529
        }
    }

    /// The answer of a proxy or a bare server in front of the provider, which knows nothing of the provider's API.
    var bare: CannedAnswer? {
        switch self {
        case .plainServerError:
            CannedAnswer(status: 500, contentType: "text/plain", body: "Internal Server Error")
        case .badGateway:
            CannedAnswer(
                status: 502, contentType: "text/html", body: "<html><body><h1>502 Bad Gateway</h1></body></html>")
        case .unavailable: CannedAnswer(status: 503, contentType: nil)
        case .gatewayTimeout:
            CannedAnswer(
                status: 504, contentType: "text/html", body: "<html><body><h1>504 Gateway Time-out</h1></body></html>")
        default: nil
        }
    }

    /// The error as OpenAI words it.
    /// - Parameter key: the API key of the request, which real providers put into their answer to a wrong one.
    func complaint(model: String, key: String?) -> Complaint {
        switch self {
        case .badRequest:
            Complaint(
                400, "Invalid value for 'messages'.", "invalid_request_error", param: "messages", code: "invalid_value")
        case .maxTokens:
            Complaint(
                400,
                "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
                "invalid_request_error", param: "max_tokens", code: "unsupported_parameter")
        case .unauthorized: .wrongKey(key)
        case .paymentRequired: Complaint(402, "Insufficient Balance", "unknown_error", code: "invalid_request_error")
        case .forbidden:
            Complaint(
                403, "Country, region, or territory not supported", "request_forbidden",
                code: "unsupported_country_region_territory")
        case .modelNotFound: .unknownModel(model)
        case .requestTimeout: Complaint(408, "The request took too long.", "timeout_error")
        case .tooLarge: Complaint(413, "Request body is too large.", "invalid_request_error", code: "request_too_large")
        case .unprocessable: Complaint(422, "The request could not be processed.", "invalid_request_error")
        case .rateLimited:
            Complaint(
                429,
                "Rate limit reached for \(model) in organization org-fake on requests per min (RPM): Limit 500, Used 500.",
                "requests", code: "rate_limit_exceeded", retryAfter: .milliseconds(800), exhausted: true)
        case .quota:
            Complaint(
                429, "You exceeded your current quota, please check your plan and billing details.",
                "insufficient_quota", code: "insufficient_quota")
        case .overloaded:
            Complaint(
                503, "That model is currently overloaded with other requests.", "server_error",
                retryAfter: .seconds(1))
        case .overloadedProvider: Complaint(529, "Overloaded", "overloaded_error")
        case .serverError, .plainServerError, .badGateway, .unavailable, .gatewayTimeout:
            Complaint(
                status, "The server had an error while processing your request. Sorry about that!", "server_error")
        }
    }
}

/// An error that a face has to put into the words of its API.
struct Complaint: Sendable, Equatable {
    var status: Int
    var message: String
    var type: String
    var param: String?
    var code: String?
    var retryAfter: Duration?
    /// Whether the request allowance is used up, which the rate-limit headers then say.
    var exhausted: Bool

    init(
        _ status: Int, _ message: String, _ type: String, param: String? = nil, code: String? = nil,
        retryAfter: Duration? = nil, exhausted: Bool = false
    ) {
        self.status = status
        self.message = message
        self.type = type
        self.param = param
        self.code = code
        self.retryAfter = retryAfter
        self.exhausted = exhausted
    }

    static func wrongKey(_ key: String?) -> Complaint {
        guard let key, !key.isEmpty else {
            return Complaint(
                401, "You didn't provide an API key. Send it as 'Authorization: Bearer YOUR_KEY'.",
                "invalid_request_error")
        }
        return Complaint(401, "Incorrect API key provided: \(key).", "invalid_request_error", code: "invalid_api_key")
    }

    static func unknownModel(_ model: String) -> Complaint {
        Complaint(
            404, "The model `\(model)` does not exist or you do not have access to it.", "invalid_request_error",
            code: "model_not_found")
    }
}
