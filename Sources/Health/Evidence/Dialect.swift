extension ModelTarget {
    /// The request and answer format of an endpoint.
    ///
    /// A further one is a case here, a type that conforms to `ProbeDialect` in `Observation`, and its line in that
    /// protocol's register. The configuration's key `dialect` and the schema follow.
    public enum Dialect: String, Sendable, Hashable, Codable, CaseIterable {
        /// OpenAI's API, which most providers, servers and gateways speak.
        case openAI = "openai"
        /// Anthropic's Messages API.
        case anthropic
        /// Ollama's own API, which alone takes a `keep_alive`.
        case ollama
        /// Gemini's own API.
        case gemini

        /// Whose API it is, and where that is; `nil` for one that has no address of its own.
        package var home: (kind: String, url: String)? {
            switch self {
            case .openAI: ("openai", "https://api.openai.com")
            case .anthropic: ("anthropic", "https://api.anthropic.com")
            case .ollama: nil
            case .gemini: ("google", "https://generativelanguage.googleapis.com/v1beta")
            }
        }
    }
}
