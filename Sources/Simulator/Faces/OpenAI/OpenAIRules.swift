/// The checks of request parameters that OpenAI's models make (provider-facts §9.1).
enum OpenAIRules {
    /// The complaint about the first parameter that the model refuses; nil when it takes all of them.
    static func complaint(about body: JSON, for model: SimulatedModel) -> Complaint? {
        let rules = model.rules
        if rules.refusesMaxTokens, let value = body["max_tokens"], !value.isNull {
            return Refusal.maxTokens.complaint(model: model.id, key: nil)
        }
        if rules.refusesTemperature, let value = body["temperature"]?.double, value != 1 {
            return Complaint(
                400,
                "Unsupported value: 'temperature' does not support \(body["temperature"]?.text ?? "") with this model. Only the default (1) value is supported.",
                "invalid_request_error", param: "temperature", code: "unsupported_value")
        }
        for name in ["max_tokens", "max_completion_tokens", "max_output_tokens"] {
            guard let value = body[name]?.int else { continue }
            // The Responses API wants at least 16 of every model.
            let least = max(1, rules.minimumTokens ?? 1, name == "max_output_tokens" ? 16 : 1)
            guard value < least else { continue }
            return Complaint(
                400,
                "Invalid '\(name)': integer below minimum value. Expected a value >= \(least), but got \(value) instead.",
                "invalid_request_error", param: name, code: "integer_below_min_value")
        }
        return nil
    }
}

/// The words of a prompt, wherever a request keeps them; good enough to count tokens.
enum PromptText {
    static func text(of body: JSON) -> String {
        [body["system"], body["instructions"], body["messages"], body["prompt"], body["input"], body["query"]]
            .compactMap(\.self).map(words).joined()
    }

    private static func words(in value: JSON) -> String {
        switch value {
        case .string(let text): text
        case .array(let values): values.map(words).joined()
        case .object(let members):
            members.filter { $0.key == "content" || $0.key == "text" }.map { words(in: $0.value) }.joined()
        default: ""
        }
    }
}

/// A path split into its segments, with the name of the site that it lies below.
struct SitePath: Sendable, Equatable {
    var site: String?
    var segments: [String]

    init(_ path: String, catalog: ModelCatalog) {
        segments = path.split(separator: "/").map(String.init)
        if let first = segments.first, catalog.hasSite(first) {
            site = first
            segments.removeFirst()
        }
    }
}
