import HTTPTypes

/// OpenAI's error object and headers; a number of other providers copy them.
struct OpenAIVoice: Voice {
    func complaint(_ complaint: Complaint, requestID: String) -> JSON {
        [
            "error": [
                "message": .string(complaint.message), "type": .string(complaint.type), "param": JSON(complaint.param),
                "code": JSON(complaint.code),
            ]
        ]
    }

    func headers(_ context: HeaderContext) -> HTTPFields {
        let isExhausted = context.complaint?.exhausted ?? false
        let limit = context.allowance?.limit ?? 500
        let remaining = isExhausted ? 0 : context.allowance?.remaining ?? (limit - 1)
        let reset = isExhausted ? context.complaint?.retryAfter ?? .seconds(1) : context.allowance?.resetsIn
        var headers: HTTPFields = [
            .init("openai-organization")!: "org-fake",
            .init("openai-processing-ms")!: String(Int(context.processing.milliseconds.rounded())),
            .init("openai-version")!: "2020-10-01",
            .init("x-ratelimit-limit-requests")!: String(limit),
            .init("x-ratelimit-limit-tokens")!: "30000",
            .init("x-ratelimit-remaining-requests")!: String(remaining),
            .init("x-ratelimit-remaining-tokens")!: "29990",
            .init("x-ratelimit-reset-requests")!: Self.resetText(reset ?? .milliseconds(120)),
            .init("x-ratelimit-reset-tokens")!: "20ms",
            .init("x-request-id")!: context.requestID,
        ]
        if let wait = context.complaint?.retryAfter {
            headers[.init("retry-after")!] = String(Int(wait.seconds.rounded(.up)))
            if isExhausted {
                headers[.init("retry-after-ms")!] = String(Int(wait.milliseconds.rounded(.up)))
            }
        }
        return headers
    }

    /// A duration as OpenAI's rate-limit headers write it: `120ms`, `1s`, `6m0s`.
    static func resetText(_ duration: Duration) -> String {
        let milliseconds = Int(duration.milliseconds.rounded(.up))
        if milliseconds < 1000 { return "\(milliseconds)ms" }
        let seconds = (milliseconds + 999) / 1000
        if seconds < 60 { return "\(seconds)s" }
        if seconds < 3600 { return "\(seconds / 60)m\(seconds % 60)s" }
        return "\(seconds / 3600)h\(seconds % 3600 / 60)m\(seconds % 60)s"
    }
}
