/// vLLM, always.
/// Source: https://docs.vllm.ai/en/latest/usage/metrics/
extension ServerMetricNames {
    static let vllm = ServerMetricNames(
        running: ["vllm:num_requests_running"], waiting: ["vllm:num_requests_waiting"],
        tokens: ["vllm:generation_tokens_total", "vllm:generation_tokens"])
}
