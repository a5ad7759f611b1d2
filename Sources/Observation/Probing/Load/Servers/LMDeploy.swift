/// LMDeploy, with `--enable-metrics`.
/// Source: https://github.com/InternLM/lmdeploy/blob/main/lmdeploy/metrics/loggers.py
extension ServerMetricNames {
    static let lmdeploy = ServerMetricNames(
        running: ["lmdeploy:num_requests_running"], waiting: ["lmdeploy:num_requests_waiting"],
        tokens: ["lmdeploy:generation_tokens_total"])
}
