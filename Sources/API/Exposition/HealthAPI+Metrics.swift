import Health
import Hummingbird
import Logging
import NIOCore
import Telemetry

/// What an exposition is made of: it is made once a revision and second, however many scrape.
struct ExpositionStamp: Hashable, Sendable {
    /// The fleet's.
    var revision: UInt64
    /// Of the uptime, whole.
    var second: Int64
}

extension HealthAPI {
    var metricsRoutes: [Route] {
        [
            Route(
                .get, "/metrics", .scope(.metrics),
                Operation(
                    .metrics, "metrics", "The fleet and the daemon, for Prometheus",
                    .text(PrometheusText.contentType, "Text format 0.0.4.")), answer: metrics),
            Route(
                .get, Self.base + "metrics", .scope(.metrics),
                parameters: [
                    Parameter("gateway", "Needed where there are several.", schema: ["type": "string"])
                ],
                Operation(
                    .metrics, "gatewayMetrics", "A gateway's own metrics, passed through",
                    .text(PrometheusText.contentType, "As the gateway gave them."),
                    .problem(.notFound, "No gateway of this name is configured."),
                    .problem(.notImplemented, "There is no gateway, or it publishes none."),
                    .problem(.badGateway, "The gateway did not give them.")), answer: gatewayMetrics),
        ]
    }

    /// The daemon's own metrics.
    func metrics(_ call: Call) throws -> Response {
        let publisher = dependencies.publisher
        let fleet = publisher.fleet
        let second = dependencies.time.now.uptime.components.seconds
        return exposition.document(true, .init(revision: fleet.revision, second: second)) {
            let families = FleetExposition.families(of: fleet, dropped: publisher.droppedItems)
            let text = PrometheusText.text(of: families + dependencies.processMetrics())
            return Document(ByteBuffer(string: text), contentType: PrometheusText.contentType)
        }.response(to: call.request)
    }

    /// A gateway's metrics, passed through.
    func gatewayMetrics(_ call: Call) async throws -> Response {
        let gateways = dependencies.gatewayMetrics.gateways
        let gateway = try self.gateway(call.query["gateway"], of: gateways)
        do {
            guard let text = try await dependencies.gatewayMetrics.scrape(gateway) else {
                throw Problem.noGatewayMetrics(gateway)
            }
            return Reply.bytes(ByteBuffer(string: text), contentType: PrometheusText.contentType)
        } catch let error as MetricsScrapeError {
            call.logger.warning(
                "A gateway's metrics could not be read", metadata: ["gateway": "\(gateway)", "error": "\(error)"])
            throw Problem.gatewayFailed(gateway, statusCode: error.statusCode)
        }
    }

    private func gateway(_ name: String?, of gateways: [String]) throws(Problem) -> String {
        guard let first = gateways.first else { throw .noGateway }
        let known = gateways.sorted().joined(separator: ", ")
        guard let name else {
            guard gateways.count == 1 else {
                throw .badParameter("gateway", "There are several gateways; say which: \(known).")
            }
            return first
        }
        guard gateways.contains(name) else {
            throw Problem(
                kind: "unknown-gateway", title: "No such gateway", status: .notFound,
                detail: "No gateway \(Problem.quoted(name)) is configured; there are \(known).", field: "gateway")
        }
        return name
    }
}
