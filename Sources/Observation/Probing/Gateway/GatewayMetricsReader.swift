package import Health
import NIOHTTP1

/// Reads what a gateway publishes of itself at `/metrics`, which is passed through as it is.
package struct GatewayMetricsReader: Sendable {
    private let egress: Egress
    private let timeout: Duration

    /// The largest text that is passed through.
    private static let bodyLimit = 8 << 20

    package init(egress: Egress, timeout: Duration = .seconds(10)) {
        self.egress = egress
        self.timeout = timeout
    }

    /// Prometheus text; `nil` for a gateway that has none, as the open-source Portkey (provider facts §2.1).
    ///
    /// - Parameters:
    ///   - url: the gateway's address, with or without `/v1`.
    ///   - apiKey: sent as `x-portkey-api-key`.
    package func metrics(url: String, apiKey: Secret?) async throws(MetricsScrapeError) -> String? {
        var base = url[...]
        while base.last == "/" { base.removeLast() }
        if base.hasSuffix("/v1") { base.removeLast(3) }
        let address = base + "/metrics"
        var headers: HTTPHeaders = ["accept": "text/plain;version=0.0.4", "user-agent": "llm-health"]
        if let apiKey { headers.add(name: "x-portkey-api-key", value: apiKey.reveal()) }
        let request = ProbeRequest(
            method: .GET, url: String(address), headers: headers, bodyLimit: Self.bodyLimit,
            secrets: [apiKey].compactMap { $0 })
        let exchange: Exchange
        do {
            exchange = try await TimedRequest(request: request, timeout: timeout, stallAfter: timeout).send(by: egress)
        } catch {
            throw MetricsScrapeError(endpoint: String(address), message: "the question was cancelled")
        }
        if exchange.failure != nil {
            throw MetricsScrapeError(endpoint: String(address), message: "the gateway does not answer")
        }
        switch exchange.status {
        case 200: return String(decoding: exchange.body, as: UTF8.self)
        case 404: return nil
        default:
            throw MetricsScrapeError(
                endpoint: String(address), message: "the gateway refuses its metrics", statusCode: exchange.status)
        }
    }
}
