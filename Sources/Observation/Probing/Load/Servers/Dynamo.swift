/// NVIDIA Dynamo's frontend.
/// Source: https://docs.nvidia.com/dynamo/ (observability, metrics of the frontend)
extension ServerMetricNames {
    static let dynamo = ServerMetricNames(
        running: ["dynamo_frontend_inflight_requests"], waiting: ["dynamo_frontend_queued_requests"],
        tokens: ["dynamo_frontend_output_tokens_total"])
}
