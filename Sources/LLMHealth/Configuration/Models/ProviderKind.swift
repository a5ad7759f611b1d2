import Health

/// What is known of a provider by its kind.
struct ProviderKind: Sendable, Hashable {
    var name: String

    static let openAI = ProviderKind(name: "openai")

    /// - Returns: `nil` for a kind nobody knows.
    init?(_ written: String) {
        if let runtime = LocalRuntime.allCases.first(where: {
            $0.rawValue == written || $0.profile.aliases.contains(written)
        }) {
            name = runtime.rawValue
        } else if Self.portkeyIDs.contains(written) {
            name = written
        } else {
            return nil
        }
    }

    private init(name: String) { self.name = name }

    static let allNames: [String] = portkeyIDs.union(LocalRuntime.allCases.map(\.rawValue)).sorted()

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

    /// `x-portkey-provider`; a local runtime without an id of its own speaks OpenAI's language.
    var portkeyID: String { Self.portkeyIDs.contains(name) ? name : "openai" }

    /// Where requests in a dialect go without a gateway; `nil` where the dialect is not the kind's own.
    func address(for dialect: ModelTarget.Dialect) -> String? {
        dialect.home.flatMap { $0.kind == name ? $0.url : nil }
    }

    /// What is spoken without a gateway; behind Portkey everyone speaks OpenAI's.
    var dialect: ModelTarget.Dialect {
        switch name {
        case "anthropic": .anthropic
        default: runtime?.profile.dialect ?? .openAI
        }
    }

    var runtime: LocalRuntime? { LocalRuntime(rawValue: name) }

    /// The address as Portkey wants it for `x-portkey-custom-host`: with `/v1`, except for Ollama.
    func customHost(for address: HTTPAddress) -> String {
        switch name {
        case "ollama": address.base
        case "openai", "anthropic": address.versioned
        default: runtime == nil ? address.text : address.versioned
        }
    }
}

extension LocalRuntime {
    /// All kinds as a text lists them.
    static let kinds = allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")
}
