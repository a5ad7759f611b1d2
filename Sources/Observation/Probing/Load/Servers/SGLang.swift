/// SGLang, with `--enable-metrics`.
/// Source: https://docs.sglang.ai/references/production_metrics.html
extension ServerMetricNames {
    static let sglang = ServerMetricNames(
        running: ["sglang:num_running_reqs"], waiting: ["sglang:num_queue_reqs"],
        tokens: ["sglang:generation_tokens_total"])
}
