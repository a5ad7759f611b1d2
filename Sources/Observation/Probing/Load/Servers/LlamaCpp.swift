/// llama.cpp's server, with `--metrics`.
/// Source: https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md (GET /metrics)
extension ServerMetricNames {
    static let llamaCpp = ServerMetricNames(
        running: ["llamacpp:requests_processing"], waiting: ["llamacpp:requests_deferred"],
        tokens: ["llamacpp:tokens_predicted_total"])
}
