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
    package func metrics(of gateway: GatewayWatcher.Gateway) async throws(MetricsScrapeError) -> String? {
        let manner = gateway.manner
        let address = gateway.base + manner.metricsPath
        var headers: HTTPHeaders = ["accept": "text/plain;version=0.0.4", "user-agent": "llm-health"]
        let credentials = gateway.apiKey.map { manner.credentials($0) }
        if let credentials { headers.add(name: credentials.name, value: credentials.value.reveal()) }
        let request = ProbeRequest(
            method: .GET, url: address, headers: headers, bodyLimit: Self.bodyLimit,
            secrets: [gateway.apiKey, credentials?.value].compactMap { $0 })
        let exchange: Exchange
        do {
            exchange = try await TimedRequest(request: request, timeout: timeout, stallAfter: timeout).send(by: egress)
        } catch {
            throw MetricsScrapeError(endpoint: address, message: "the question was cancelled")
        }
        if exchange.failure != nil {
            throw MetricsScrapeError(endpoint: address, message: "the gateway does not answer")
        }
        switch exchange.status {
        case 200: return String(decoding: exchange.body, as: UTF8.self)
        case 404: return nil
        default:
            throw MetricsScrapeError(
                endpoint: address, message: "the gateway refuses its metrics", statusCode: exchange.status)
        }
    }
}
