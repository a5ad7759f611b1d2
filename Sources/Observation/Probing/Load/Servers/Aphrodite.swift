/// Aphrodite Engine, always.
/// Source: https://github.com/aphrodite-engine/aphrodite-engine (tests/entrypoints/openai/test_metrics.py)
extension ServerMetricNames {
    static let aphrodite = ServerMetricNames(
        running: ["aphrodite:num_requests_running"], waiting: ["aphrodite:num_requests_waiting"],
        tokens: ["aphrodite:generation_tokens_total", "aphrodite:generation_tokens"])
}
