/// NVIDIA's `trtllm-serve`.
/// Source: https://nvidia.github.io/TensorRT-LLM/commands/trtllm-serve/trtllm-serve.html (metrics)
extension ServerMetricNames {
    static let tensorRT = ServerMetricNames(
        running: ["trtllm_num_requests_running"], waiting: ["trtllm_num_requests_waiting"],
        tokens: ["trtllm_generation_tokens_total"])
}
