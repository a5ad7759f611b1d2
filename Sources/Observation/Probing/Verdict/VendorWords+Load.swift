extension VendorWords {
    /// A gateway that is up has given up on every deployment of the model, or has none left to try.
    static let noDeployment: [VendorWords] = [
        VendorWords(
            "LiteLLM",
            phrases: [
                "no deployments available", "no healthy deployment", "no healthy deployments", "cooldown_list=",
                "all deployments in cooldown", "all models in the model group are in cooldown",
            ]),
        VendorWords(
            "one-api, new-api", codes: ["get_channel_failed", "no_available_channel", "model_no_channel"],
            phrases: ["无可用渠道", "no available channel"]),
        VendorWords(
            "OpenRouter, Bifrost, Vercel, Kong",
            phrases: [
                "no available model provider", "no available providers", "all providers failed",
                "all providers are unavailable", "all upstreams failed", "failure to get a peer from the ring-balancer",
                "no healthy upstream",
            ],
            statuses: [200, 429, 500, 502, 503, 504]),
    ]

    /// The server is there and still loads the model.
    static let loading: [VendorWords] = [
        VendorWords(
            "llama.cpp, Hugging Face, TGI, vLLM, llama-swap, LocalAI, Baseten, Featherless",
            codes: [
                "ModelNotReadyException", "model_loading", "loading_model", "model_pending_deploy", "model_warming_up",
            ],
            phrases: [
                "loading model", "currently loading", "model is loading", "still loading", "is being loaded",
                "model loading", "warming up", "is starting", "starting up", "not ready", "being initialized",
                "is initializing", "cold start", "model is deploying", "scaling up", "scaling from zero",
                "scaled to zero", "model is not yet loaded", "is still being", "loading the model",
            ],
            statuses: [200, 409, 425, 429, 500, 502, 503]),
        VendorWords("LM Studio", phrases: ["model reloaded"], statuses: [200, 400, 404]),
        VendorWords("Fireworks", codes: ["DEPLOYMENT_SCALING_UP"]),
    ]

    /// Words that turn "loading" into a failure to load, or into another reason to wait.
    static let notLoading = [
        "failed to load", "error loading", "unable to load", "could not load", "loading failed", "failed loading",
        "loading was stopped", "loader: failed", "out of memory", "overload",
    ]

    /// The server says that it was not built or started for this.
    static let unoffered: [VendorWords] = [
        VendorWords(
            "LocalAI, gRPC", phrases: ["desc = unimplemented", "code = unimplemented", "not implemented"],
            statuses: [500, 501])
    ]

    /// The model itself broke, whatever status says so.
    static let broken: [VendorWords] = [
        VendorWords(
            "LM Studio, Ollama, vLLM, llama.cpp",
            codes: ["EngineDeadError", "model_load_failed"],
            phrases: [
                "degraded function cannot be invoked",
                "model has crashed", "failed to load model", "error loading model", "out of memory", "cuda error",
                "enginedeaderror", "runner process has terminated", "runner process no longer running",
                "model runner has unexpectedly stopped", "insufficient system resources", "engine core",
                "engine process failed", "backend not responding",
            ],
            statuses: [200, 400, 404, 409, 500, 502, 503])
    ]

    /// The provider has more requests than it can take.
    static let overloaded: [VendorWords] = [
        VendorWords(
            "OpenAI, Anthropic, Moonshot, Volcengine, TGI, Groq, Cerebras, Together",
            codes: [
                "server_is_overloaded", "overloaded_error", "engine_overloaded_error", "engine_overloaded",
                "ServerOverloaded", "overloaded", "capacity_exceeded", "queue_exceeded", "ModelCapacityExceeded",
                "server_overloaded", "no_capacity", "NoCapacity", "MODEL_CAPACITY_EXHAUSTED", "model_overloaded",
                "errors 3040",
                "concurrency_limit_server", "1305", "1312", "50505",
            ]),
        VendorWords(
            "the same in words",
            phrases: [
                "overload", "server busy", "server is busy", "service is busy", "too busy", "capacity temporarily",
                "no capacity", "at capacity", "out of capacity", "insufficient capacity", "over capacity",
                "high traffic", "high demand", "queue is full", "queue full", "maximum queue size",
                "maximum pending requests", "访问量过大", "负载已饱和", "负载较高",
            ]),
    ]

    /// Our requests are too many: the codes that say so whatever the status.
    static let rate: [VendorWords] = [
        VendorWords(
            "OpenAI, Anthropic, Google, Amazon, and all who copy them",
            codes: [
                "rate_limit_exceeded", "rate_limit_error", "slow_down", "resource_exhausted", "too_many_requests",
                "ThrottlingException", "TooManyRequestsException", "RateLimitReached", "rate_limit_reached_error",
                "rate_limited", "RequestLimitExceeded", "REQUEST_LIMIT_EXCEEDED", "Throttling",
                "Throttling.RateQuota", "Throttling.AllocationQuota", "Throttling.BurstRate", "throttling_error",
                "token_quota_exceeded", "request_quota_exceeded", "rate_limit", "RATE_LIMIT_EXCEEDED",
                "model_rate_limit", "too_many_tokens_error", "ratelimiterror", "in_flight_budget_exhausted",
            ]),
        VendorWords(
            "texts in a stream, without any code",
            phrases: [
                "rate limit reached", "rate limit exceeded", "too many requests", "rate limited", "rate-limited",
                "ratelimiterror",
            ],
            statuses: [200]),
        VendorWords("Zhipu", codes: ["1302", "1303", "1304", "1308"]),
        VendorWords("MiniMax", codes: ["minimax 1002", "minimax 1039", "minimax 1041"]),
        VendorWords("Baidu", codes: ["baidu 18", "baidu 336501", "baidu 336502"]),
        VendorWords("Cloudflare AI Gateway", codes: ["errors 2003"]),
    ]
}
