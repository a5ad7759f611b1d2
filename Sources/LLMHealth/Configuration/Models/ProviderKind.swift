import Health

/// What is known of a provider by its kind.
struct ProviderKind: Sendable, Hashable {
    var name: String

    static let openAI = ProviderKind(name: "openai")

    /// - Returns: `nil` for a kind nobody knows.
    init?(_ written: String) {
        let name = written == "lm-studio" ? "lmstudio" : written
        guard name == "lmstudio" || Self.portkeyIDs.contains(name) else { return nil }
        self.name = name
    }

    private init(name: String) { self.name = name }

    static let allNames: [String] = portkeyIDs.sorted() + ["lmstudio"]

    /// The provider ids of the open-source gateway 1.15.2 (provider facts §1.2).
    static let portkeyIDs: Set<String> = Set(
        """
        anthropic anyscale azure-openai cohere google vertex-ai mistral-ai openai palm perplexity-ai reka-ai \
        together-ai deepinfra ncompass stability-ai nomic ollama ai21 bedrock groq segmind jina fireworks-ai \
        workers-ai moonshot openrouter lingyi zhipu novita-ai monsterapi deepseek predibase triton voyage azure-ai \
        github deepbricks siliconflow huggingface cerebras inference-net sambanova lemonfox-ai upstage lambda \
        dashscope x-ai cortex sagemaker nebius recraft-ai milvus replicate portkey lepton kluster-ai nscale \
        hyperbolic bytez featherless-ai krutrim qdrant 302ai cometapi matterai meshy tripo3d nextbit modal z-ai \
        oracle iointelligence aibadgr ovhcloud
        """.split(separator: " ").map(String.init))

    /// `x-portkey-provider`; LM Studio has no id and speaks OpenAI's language.
    var portkeyID: String { name == "lmstudio" ? "openai" : name }

    /// Where requests go without a gateway.
    var address: String? {
        switch name {
        case "openai": "https://api.openai.com"
        case "anthropic": "https://api.anthropic.com"
        default: nil
        }
    }

    /// What is spoken without a gateway; behind Portkey everyone speaks OpenAI's.
    var dialect: ModelTarget.Dialect {
        switch name {
        case "anthropic": .anthropic
        case "ollama": .ollama
        default: .openAI
        }
    }

    var runtime: LocalRuntime? {
        switch name {
        case "ollama": .ollama
        case "lmstudio": .lmStudio
        default: nil
        }
    }

    /// The address as Portkey wants it for `x-portkey-custom-host`: with `/v1`, except for Ollama.
    func customHost(for address: HTTPAddress) -> String {
        switch name {
        case "ollama": address.base
        case "openai", "lmstudio", "anthropic": address.versioned
        default: address.text
        }
    }
}
