extension VendorWords {
    private static let requestStatuses: Set<Int> = [200, 400, 404, 405, 410, 422]

    /// The model is retired or unknown at the provider.
    static let models: [VendorWords] = [
        VendorWords(
            "OpenAI, Azure, and all who copy them",
            codes: [
                "model_not_found", "model_not_available", "DeploymentNotFound", "model_not_exist", "invalid_model",
                "model_decommissioned", "unknown_model", "ModelNotFound", "model_deprecated", "unavailable_model",
                "ModelDeprecated", "model_retired", "DeploymentModelNotFound", "model_not_supported",
            ],
            statuses: requestStatuses.union([429, 500, 502, 503])),
        VendorWords(
            "Groq, Cohere, NVIDIA NIM, Amazon Bedrock, and retirements everywhere",
            phrases: [
                "has been decommissioned", "been deprecated", "been retired", "was removed on", "has been removed",
                "reached its end of life", "reached the end of its life", "is no longer available",
                "no longer supported", "has been sunset", "marked by provider as legacy", "has been shut down",
                "model is deprecated", "model was retired", "已下线",
            ],
            statuses: requestStatuses),
        VendorWords(
            "Amazon Bedrock",
            phrases: [
                "provided model identifier is invalid", "could not resolve the foundation model",
                "the model arn is invalid", "model identifier is not",
            ],
            statuses: requestStatuses),
        VendorWords(
            "NVIDIA NIM", phrases: ["not found for account", "specified function", "unknown function"],
            statuses: [404, 410]),
        VendorWords(
            "Hugging Face",
            phrases: [
                "is not supported by any provider", "not supported by provider", "model not supported",
                "does not appear to have a", "cannot find model",
            ],
            statuses: requestStatuses),
        VendorWords(
            "OpenRouter, Together, Perplexity, SiliconFlow, Fireworks",
            codes: ["20012", "1211", "errors 5007", "MODEL_NOT_FOUND", "InvalidEndpointOrModel.NotFound"],
            phrases: [
                "is not a valid model", "no endpoints found for", "unable to access model", "invalid model",
                "not found, inaccessible, and/or not deployed", "model is not available", "unknown model",
                "no such model", "模型不存在",
            ],
            statuses: requestStatuses),
        VendorWords("Cloudflare Workers AI", codes: ["errors 5007"], phrases: ["no such model"]),
        VendorWords(
            "llama-swap, LocalAI, MLX",
            phrases: [
                "could not find suitable inference handler", "could not find real modelid", "unable to find model",
            ],
            statuses: requestStatuses.union([500])),
        VendorWords("SiliconFlow", codes: ["30003"]),
        VendorWords("Databricks", codes: ["ENDPOINT_NOT_FOUND"], statuses: [404]),
        VendorWords("Ollama", phrases: ["try pulling it first"]),
        VendorWords("Replicate, Baseten", phrases: ["model version does not exist"], statuses: requestStatuses),
    ]

    /// No model is loaded: local servers.
    static let unloaded: [VendorWords] = [
        VendorWords(
            "LM Studio, llama.cpp",
            phrases: [
                "no models loaded", "no model loaded", "model is not loaded", "model unloaded", "model not loaded",
            ],
            statuses: [200, 400, 404, 409])
    ]

    /// The model lives and refuses this text, or its length.
    static let content: [VendorWords] = [
        VendorWords(
            "OpenAI, Azure, Portkey, and all who copy them",
            codes: [
                "content_filter", "hooks_failed", "ResponsibleAIPolicyViolation", "content_policy_violation",
                "context_length_exceeded", "content_filtered", "ContentFilter", "invalid_prompt",
                "context_window_exceeded", "cyber_policy_violation", "moderation_blocked", "input_flagged",
                "string_above_max_length", "tokens_limit_reached", "guardrail_violation", "guardrail_blocked",
                "safety_check_failed",
            ],
            phrases: [
                "maximum context length", "maximum prompt length", "context length exceeded", "exceeds the context",
                "context window", "content management policy", "content policy", "content_policy",
                "prompt is too long", "input is too long", "flagged by moderation", "flagged as potentially",
                "prompt was flagged", "rejected as a result of our safety system", "blocked by guardrail",
                "max_tokens or model output limit was reached", "model's context length", "`inputs` tokens +",
                "request body too large for", "blocked output", "blocked input",
                "blocked due to security configurations",
            ]),
        VendorWords("llama.cpp", codes: ["exceed_context_size_error"], phrases: ["exceeds the available context size"]),
        VendorWords(
            "LiteLLM", phrases: ["contextwindowexceedederror", "contentpolicyviolationerror", "violated guardrail"]),
        VendorWords("Zhipu", codes: ["1301", "1261"], phrases: ["不安全或敏感内容"]),
        VendorWords("MiniMax", codes: ["minimax 1026", "minimax 1027"]),
        VendorWords(
            "Alibaba DashScope", codes: ["data_inspection_failed", "DataInspectionFailed"],
            phrases: ["inappropriate content"]),
        VendorWords(
            "DeepSeek, Moonshot", codes: ["content_filter"], phrases: ["considered high risk", "content exists risk"]),
        VendorWords("Volcengine Ark", codes: ["SensitiveContentDetected", "InputTextSensitiveContentDetected"]),
        VendorWords("Tencent, Baidu", codes: ["baidu 336104", "FailedOperation.ContentSensitive"]),
        VendorWords("Cloudflare AI Gateway", codes: ["errors 2016", "errors 2017", "errors 2029"]),
        VendorWords("Google", codes: ["PROHIBITED_CONTENT", "BLOCKED_PROMPT"]),
    ]
}
