/// What the gateway knows of providers.
enum PortkeyProviders {
    /// The ids that the open-source gateway accepts, in the order in which it lists them.
    static let all = [
        "anthropic", "anyscale", "azure-openai", "cohere", "google", "vertex-ai", "mistral-ai", "openai", "palm",
        "perplexity-ai", "reka-ai", "together-ai", "deepinfra", "ncompass", "stability-ai", "nomic", "ollama", "ai21",
        "bedrock", "groq", "segmind", "jina", "fireworks-ai", "workers-ai", "moonshot", "openrouter", "lingyi", "zhipu",
        "novita-ai", "monsterapi", "deepseek", "predibase", "triton", "voyage", "azure-ai", "github", "deepbricks",
        "siliconflow", "huggingface", "cerebras", "inference-net", "sambanova", "lemonfox-ai", "upstage", "lambda",
        "dashscope", "x-ai", "cortex", "sagemaker", "nebius", "recraft-ai", "milvus", "replicate", "portkey", "lepton",
        "kluster-ai", "nscale", "hyperbolic", "bytez", "featherless-ai", "krutrim", "qdrant", "302ai", "cometapi",
        "matterai", "meshy", "tripo3d", "nextbit", "modal", "z-ai", "oracle", "iointelligence", "aibadgr", "ovhcloud",
    ]

    /// Those whose requests go to the gateway without a key.
    static let keyless: Set<String> = [
        "ollama", "triton", "vertex-ai", "bedrock", "sagemaker", "azure-openai", "azure-ai",
    ]

    /// Whether a provider's answers pass as they are; all others are taken apart and put together again.
    static func passesThrough(_ provider: String) -> Bool { ["openai", "azure-openai", "azure-ai"].contains(provider) }
}
