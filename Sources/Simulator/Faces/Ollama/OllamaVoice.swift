import HTTPTypes

/// Ollama's own errors: a string under `error`, and no headers but the content type.
struct OllamaVoice: Voice {
    func complaint(_ complaint: Complaint, requestID: String) -> JSON { ["error": .string(Self.message(complaint))] }
    func headers(_ context: HeaderContext) -> HTTPFields { [:] }

    static func message(_ complaint: Complaint) -> String {
        complaint.status == 503
            ? "server busy, please try again.  maximum pending requests exceeded" : complaint.message
    }

    static func unknownModel(_ model: String) -> Complaint {
        Complaint(404, "model \"\(model)\" not found, try pulling it first", "not_found_error")
    }
}

/// The errors of Ollama's OpenAI-compatible endpoints.
struct OllamaCompatibleVoice: Voice {
    func complaint(_ complaint: Complaint, requestID: String) -> JSON {
        let type =
            switch complaint.status {
            case 400..<404, 405..<500: "invalid_request_error"
            case 404: "not_found_error"
            default: "api_error"
            }
        return [
            "error": [
                "message": .string(OllamaVoice.message(complaint)), "type": .string(type), "param": nil, "code": nil,
            ]
        ]
    }

    func headers(_ context: HeaderContext) -> HTTPFields { [:] }
}
