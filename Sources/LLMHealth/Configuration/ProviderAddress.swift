import Health

/// Where a provider is asked: what people copy out of consoles, SDKs and documentation, brought into one form.
///
/// The form is a base to which a prober adds `/v1` (unless a version is there) and the endpoint, or a template with
/// `{path}` where the endpoint belongs.
struct ProviderAddress: Sendable, Hashable {
    /// As ``Health/ModelTarget/baseURL`` takes it.
    var base: String
    /// What the address says of the dialect: it ended in Anthropic's endpoint or is Anthropic's own host.
    var dialect: ModelTarget.Dialect?
    /// Holds a query, which a gateway could not be told.
    var hasQuery = false

    /// - Parameter dialect: what is spoken there; `nil` where nobody has said.
    /// - Returns: the address, or what follows the written text in a sentence: "is …; write …".
    static func read(
        _ written: String, dialect: ModelTarget.Dialect? = nil
    ) -> Result<ProviderAddress, HTTPAddress.Problem> {
        let (text, query) = split(written)
        var address: HTTPAddress
        switch HTTPAddress.read(text) {
        case .success(let read): address = read
        case .failure(let problem): return .failure(problem)
        }
        func fail(_ text: String) -> Result<ProviderAddress, HTTPAddress.Problem> { .failure(.init(text: text)) }
        if query?.contains(where: { $0.name.lowercased().contains("key") || $0.name.lowercased() == "token" }) ?? false
        {
            return fail("holds a key; give it as `key:`, and end the address after the path")
        }
        if isAzure(address.host) { return azure(&address, query ?? []) }
        guard query == nil else { return fail("has a query or fragment; end it after the path") }
        if let dialect, dialect != .openAI {
            address.removeMethod()
            _ = address.removeEndpoint()
            return .success(ProviderAddress(base: address.base, dialect: dialect))
        }
        switch address.host {
        case "generativelanguage.googleapis.com":
            // Gemini's own API and its OpenAI-compatible one lie side by side.
            if !address.path.contains("/openai") { address.path = "/v1beta/openai" }
        case let host where host.hasPrefix("bedrock-runtime.") && host.hasSuffix(".amazonaws.com"):
            if address.path.hasPrefix("/model/") {
                return fail(
                    "is Bedrock's own API, whose requests must be signed; write https://\(host)/openai/v1 and give a Bedrock API key as `key:`"
                )
            }
            if address.path.isEmpty || address.path == "/v1" { address.path = "/openai/v1" }
        case let host where host == "aiplatform.googleapis.com" || host.hasSuffix("-aiplatform.googleapis.com"):
            let isModel = address.path.contains("/publishers/") || address.path.contains(":")
            if isModel || !address.path.contains("/endpoints/") {
                return fail(
                    "is Vertex AI's own API, which is not spoken here; write https://LOCATION-aiplatform.googleapis.com/v1/projects/PROJECT/locations/LOCATION/endpoints/openapi, with an access token as `key:`"
                )
            }
        case "api.cohere.com", "api.cohere.ai":
            if !address.path.hasPrefix("/compatibility") {
                return fail(
                    "is Cohere's own API, which is not spoken here; write https://\(address.host)/compatibility/v1")
            }
        default: break
        }
        if address.path.contains(":generateContent") || address.path.contains(":streamGenerateContent") {
            return fail(
                "is Gemini's own API, which is not spoken here; write the OpenAI-compatible base of that server")
        }
        let endpoint = address.removeEndpoint()
        var result = ProviderAddress(base: address.base)
        if endpoint == "messages" || endpoint == "messages/count_tokens" || address.host == "api.anthropic.com" {
            result.dialect = .anthropic
        }
        // Who writes an endpoint in full says that nothing comes before it.
        if let endpoint, !HTTPAddress.hasVersion(address.path), !HTTPAddress.ollamaEndpoints.contains(endpoint) {
            result.base = address.text + "/{path}"
        }
        return .success(result)
    }

    /// The base of a written address; the text itself where it is none.
    static func base(of text: String) -> String { (try? read(text).get())?.base ?? HTTPAddress.base(of: text) }

    private typealias Query = [(name: String, value: String)]

    private static func split(_ written: String) -> (text: String, query: Query?) {
        guard let mark = written.firstIndex(of: "?") else { return (written, nil) }
        let items = written[written.index(after: mark)...].split(separator: "&").map { item in
            let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (name: String(parts[0]), value: parts.count > 1 ? String(parts[1]) : "")
        }
        return (String(written[..<mark]), items)
    }

    // MARK: Azure

    static func isAzure(_ host: String) -> Bool {
        [".openai.azure.com", ".cognitiveservices.azure.com", ".services.ai.azure.com", ".openai.azure.us"]
            .contains { host.hasSuffix($0) }
    }

    /// Azure's classic addresses name a deployment and a version, the newer ones are OpenAI's below `/openai/v1`.
    private static func azure(
        _ address: inout HTTPAddress, _ query: Query
    ) -> Result<ProviderAddress, HTTPAddress.Problem> {
        let version = query.first { $0.name.lowercased() == "api-version" }?.value
        let segments = address.path.split(separator: "/").map(String.init)
        if segments.starts(with: ["anthropic"]) {
            _ = address.removeEndpoint()
            return .success(ProviderAddress(base: address.base, dialect: .anthropic))
        }
        if segments.first == "models" {
            // Azure AI Foundry's model inference API.
            let path = "/models/{path}"
            return .success(
                ProviderAddress(
                    base: address.root + path + "?api-version=" + (version ?? "2024-05-01-preview"), hasQuery: true))
        }
        let isNew = segments.dropFirst().first == "v1" || version == nil && segments.count <= 1
        if isNew {
            let extra = version.map { "/{path}?api-version=\($0)" }
            return .success(
                ProviderAddress(
                    base: address.root + "/openai" + (extra.map { "/v1" + $0 } ?? ""), hasQuery: extra != nil))
        }
        guard let version, !version.isEmpty else {
            return .failure(
                .init(
                    text:
                        "names a deployment but no version; end it with ?api-version=2024-10-21, or write \(address.root)/openai/v1"
                ))
        }
        let deployment =
            segments.firstIndex(of: "deployments").flatMap { $0 + 1 < segments.count ? segments[$0 + 1] : nil }
        return .success(
            ProviderAddress(
                base: address.root + "/openai/deployments/\(deployment ?? "{model}")/{path}?api-version=\(version)",
                hasQuery: true))
    }
}

extension HTTPAddress {
    /// Endpoints that people leave at the end of an address, longest first.
    private static let endpoints = [
        "chat/completions", "messages/count_tokens", "audio/transcriptions", "images/generations", "audio/speech",
        "completions", "embeddings", "responses", "messages", "rerank", "models", "api/generate", "api/chat",
        "api/embeddings", "api/embed", "api/tags", "api/show", "api/ps", "api/version",
    ]
    static let ollamaEndpoints = Set(endpoints.filter { $0.hasPrefix("api/") })

    /// Scheme, host and port.
    var root: String {
        var copy = self
        copy.path = ""
        return copy.text
    }

    /// Takes a method off the end of the path, and the resource that it belongs to: `/models/NAME:method`.
    mutating func removeMethod() {
        let segments = path.split(separator: "/")
        guard let last = segments.last, last.contains(":"), segments.count >= 2 else { return }
        path = segments.dropLast(2).map { "/\($0)" }.joined()
    }

    /// Takes an endpoint off the end of the path. - Returns: which it was.
    mutating func removeEndpoint() -> String? {
        // Ollama's own come first: `/api/embeddings` is no `/api` of somebody else's.
        for endpoint in Self.ollamaEndpoints.sorted(by: { $0.count > $1.count }) + Self.endpoints
        where path.hasSuffix("/" + endpoint) {
            path.removeLast(endpoint.count + 1)
            while path.hasSuffix("/") { path.removeLast() }
            return endpoint
        }
        return nil
    }

    /// Whether a path has a version of its own, such as `v1` or `v1beta`.
    static func hasVersion(_ path: String) -> Bool {
        path.split(separator: "/").contains { $0.first == "v" && $0.dropFirst().first?.isNumber == true }
    }
}
