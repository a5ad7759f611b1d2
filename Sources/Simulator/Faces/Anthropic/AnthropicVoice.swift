import HTTPTypes

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Anthropic's error object and headers.
struct AnthropicVoice: Voice {
    func complaint(_ complaint: Complaint, requestID: String) -> JSON {
        [
            "type": "error",
            "error": ["type": .string(Self.type(of: complaint)), "message": .string(complaint.message)],
            "request_id": .string(requestID),
        ]
    }

    func headers(_ context: HeaderContext) -> HTTPFields {
        let isExhausted = context.complaint?.exhausted ?? false
        let limit = context.allowance?.limit ?? 50
        let remaining = isExhausted ? 0 : context.allowance?.remaining ?? (limit - 1)
        let resetsIn = context.complaint?.retryAfter ?? context.allowance?.resetsIn ?? .seconds(1)
        let reset = (Date() + resetsIn.seconds).formatted(.iso8601)
        var headers: HTTPFields = [
            .init("anthropic-ratelimit-requests-limit")!: String(limit),
            .init("anthropic-ratelimit-requests-remaining")!: String(remaining),
            .init("anthropic-ratelimit-requests-reset")!: reset,
            .init("anthropic-ratelimit-tokens-limit")!: "50000",
            .init("anthropic-ratelimit-tokens-remaining")!: "49000",
            .init("anthropic-ratelimit-tokens-reset")!: reset,
            .init("anthropic-ratelimit-input-tokens-limit")!: "40000",
            .init("anthropic-ratelimit-input-tokens-remaining")!: "39000",
            .init("anthropic-ratelimit-input-tokens-reset")!: reset,
            .init("anthropic-ratelimit-output-tokens-limit")!: "10000",
            .init("anthropic-ratelimit-output-tokens-remaining")!: "10000",
            .init("anthropic-ratelimit-output-tokens-reset")!: reset,
            .init("request-id")!: context.requestID,
        ]
        if let wait = context.complaint?.retryAfter {
            headers[.init("retry-after")!] = String(Int(wait.seconds.rounded(.up)))
        }
        return headers
    }

    /// Anthropic has one error type for each status.
    private static func type(of complaint: Complaint) -> String {
        switch complaint.status {
        case 400, 422: "invalid_request_error"
        case 401: "authentication_error"
        case 402: "billing_error"
        case 403: "permission_error"
        case 404: "not_found_error"
        case 413: "request_too_large"
        case 429: "rate_limit_error"
        case 408, 504: "timeout_error"
        case 529: "overloaded_error"
        default: "api_error"
        }
    }
}
