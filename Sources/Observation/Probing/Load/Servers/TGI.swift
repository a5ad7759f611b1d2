/// Hugging Face's Text Generation Inference, always.
/// Source: https://huggingface.co/docs/text-generation-inference/en/reference/metrics
extension ServerMetricNames {
    static let tgi = ServerMetricNames(
        running: ["tgi_batch_current_size"], waiting: ["tgi_queue_size"],
        tokens: ["tgi_request_generated_tokens_sum"])
}
