import HTTPTypes

/// What the gateway makes of a request before it sends it to a provider.
extension UpstreamRequest {
    init(_ incoming: Incoming, body: JSON?, to target: PortkeyConfig, provider: String) {
        let endpoint = String(incoming.path.dropFirst("/v1".count))
        self.init(
            provider: provider, customHost: target.customHost.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 },
            method: incoming.method, path: Self.path(endpoint, provider, target),
            headers: Self.headers(incoming, provider, target), body: [])
        if let body { self.body = Self.body(body, endpoint, provider, target).bytes }
    }

    private static func path(_ endpoint: String, _ provider: String, _ target: PortkeyConfig) -> String {
        switch provider {
        case "anthropic" where endpoint == "/chat/completions": return "/messages"
        case "ollama": return "/v1" + endpoint
        case "azure-openai":
            let version = target.azure.apiVersion.map { "?api-version=\($0)" } ?? ""
            return "/deployments/\(target.azure.deployment ?? "")\(endpoint)\(version)"
        default: return endpoint
        }
    }

    private static func headers(_ incoming: Incoming, _ provider: String, _ target: PortkeyConfig) -> HTTPFields {
        var headers: HTTPFields = [.userAgent: "node", .accept: "*/*"]
        if incoming.method != "GET" { headers[.contentType] = "application/json" }
        let key = target.apiKey ?? ""
        switch provider {
        case "ollama": break
        case "anthropic":
            headers[.init("x-api-key")!] = key
            headers[.init("anthropic-version")!] = incoming.header("anthropic-version") ?? "2023-06-01"
        case "azure-openai": headers[.init("api-key")!] = key
        default: headers[.authorization] = "Bearer \(key)"
        }
        for name in (incoming.header("x-portkey-forward-headers") ?? "").split(separator: ",") {
            let trimmed = String(name.drop { $0 == " " }.prefix { $0 != " " })
            guard let field = HTTPField.Name(trimmed), let value = incoming.headers[field] else { continue }
            headers[field] = value
        }
        return headers
    }

    /// The order in which the gateway writes the members of a chat request; others follow in the order given.
    private static let chatOrder = [
        "model", "messages", "functions", "function_call", "max_tokens", "max_completion_tokens", "temperature",
        "top_p",
        "n", "stream", "stop", "presence_penalty", "frequency_penalty", "logit_bias", "user", "seed", "tools",
        "tool_choice", "response_format", "logprobs", "top_logprobs", "stream_options",
    ]

    private static func body(_ body: JSON, _ endpoint: String, _ provider: String, _ target: PortkeyConfig) -> JSON {
        var merged = body
        for member in target.overrideParams?.members ?? [] { merged[member.key] = member.value }
        guard endpoint == "/chat/completions" else { return merged }
        if provider == "anthropic" { return messages(merged) }
        if provider == "ollama", let cap = merged["max_completion_tokens"] {
            merged["max_completion_tokens"] = nil
            merged["max_tokens"] = cap
        }
        var ordered: JSON = [:]
        for key in chatOrder where merged[key] != nil { ordered[key] = merged[key] }
        for member in merged.members ?? [] where ordered[member.key] == nil { ordered[member.key] = member.value }
        return ordered
    }

    /// OpenAI's chat request in Anthropic's shape: system messages have a place of their own.
    private static func messages(_ body: JSON) -> JSON {
        let all = body["messages"]?.array ?? []
        let system = all.filter { $0["role"]?.string == "system" }
        var messages: JSON = [
            "model": body["model"] ?? .null, "messages": .array(all.filter { $0["role"]?.string != "system" }),
            "system": .array(system.map { ["type": "text", "text": $0["content"] ?? ""] }),
        ]
        messages["max_tokens"] = body["max_tokens"] ?? body["max_completion_tokens"]
        for key in ["temperature", "top_p", "top_k", "stream"] { messages[key] = body[key] }
        if let stop = body["stop"] { messages["stop_sequences"] = stop.array == nil ? [stop] : stop }
        return messages
    }
}
