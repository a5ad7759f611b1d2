import Health

/// A LiteLLM proxy answers `/health/liveliness` with "I'm alive!" without a key; older ones spell it `liveness`, and
/// `/health/readiness` is there where neither is. Its `/health` asks every model behind it and costs tokens: never asked.
///
/// Source: https://docs.litellm.ai/docs/proxy/health
struct LiteLLMAdapter: GatewayAdapter {
    var livenessPaths: [String] { ["/health/liveliness", "/health/liveness", "/health/readiness"] }
    // Without the slash at the end it redirects.
    var metricsPath: String { "/metrics/" }

    func credentials(_ key: Secret) -> (name: String, value: Secret) {
        ("authorization", Secret("Bearer \(key.reveal())"))
    }

    func oddity(status: Int, body: [UInt8]) -> String? {
        let text = String(decoding: body.prefix(4_096), as: UTF8.self)
        let isReady = JSONText.parse(body)?["status"]?.string.map { ["connected", "healthy"].contains($0) } ?? false
        if (200..<300).contains(status), text.contains("I'm alive") || isReady { return nil }
        return "though not like a LiteLLM proxy: is the address that of something else?"
    }
}
