import HTTPTypes

/// LM Studio's errors; those of its token check have no `param`.
struct LMStudioVoice: Voice {
    func complaint(_ complaint: Complaint, requestID: String) -> JSON {
        if complaint.status == 401 {
            return [
                "error": [
                    "type": "invalid_request", "code": "invalid_api_key",
                    "message":
                        "An LM Studio API token is required to make requests to this server, but none was provided. Create one in the developer settings and send it in the 'Authorization' header.",
                ]
            ]
        }
        return OpenAIVoice().complaint(complaint, requestID: requestID)
    }

    func headers(_ context: HeaderContext) -> HTTPFields { [.init("x-powered-by")!: "Express"] }

    static func unknownModel(_ model: String) -> Complaint {
        Complaint(
            404, "Model \"\(model)\" not found. Please specify a valid model.", "invalid_request_error", param: "model",
            code: "model_not_found")
    }

    static let nothingLoaded = Complaint(
        404, "No models loaded. Please load a model in the developer page or use the 'lms load' command.",
        "invalid_request_error", param: "model", code: "model_not_found")
}
