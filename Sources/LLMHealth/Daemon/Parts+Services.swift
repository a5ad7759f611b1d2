import API
import Health
import Logging
import Observation
import ServiceLifecycle

extension Parts {
    /// Polling of the local runtimes.
    var localServices: [any Service] {
        watchers.sorted { $0.key.rawValue < $1.key.rawValue }.map(\.value)
    }

    /// Polling of the gateways' own liveness.
    var gatewayServices: [any Service] {
        gateways.sorted { $0.key < $1.key }.map { name, watcher in
            guard let settings = configuration.gateways[name], settings.isOptional else { return watcher }
            return whenAnswering(.portkey, settings.url, watcher)
        }
    }

    /// Reading of providers' and gateways' lists; local runtimes tell theirs by themselves.
    var discoveryServices: [any Service] {
        get throws {
            let discovery = ModelDiscovery(egress: egress, timekeeper: timekeeper)
            return try configuration.discoverySources().compactMap { source in
                if case .runtime = source.place { return nil }
                return ModelLists(
                    source: source, discovery: discovery, directory: directory, intake: intake, timekeeper: timekeeper,
                    logger: logger)
            }
        }
    }

    private func whenAnswering(_ kind: DefaultEndpoint.Kind, _ url: String, _ service: any Service) -> WhenAnswering {
        WhenAnswering(
            endpoint: DefaultEndpoint(kind, url: url), client: egress.direct, timekeeper: timekeeper, logger: logger,
            service: service)
    }

    /// What the API reads and asks.
    var apiDependencies: APIDependencies {
        let aggregator = aggregator
        return APIDependencies(
            bulletin: bulletin, notices: notices, aggregator: aggregator, storage: history,
            probe: { id throws(HealthCheckError) in try await aggregator.results(of: id.map { [$0] }) },
            processMetrics: { ProcessMetrics.text }, readiness: { [self] in readiness },
            gatewayMetrics: gatewayMetrics, objective: { [configuration] in configuration.uptimeObjective(of: $0) },
            time: timekeeper, version: Version.current)
    }

    private var gatewayMetrics: GatewayMetrics {
        let reader = GatewayMetricsReader(egress: egress)
        let gateways = configuration.gateways
        return GatewayMetrics(gateways: gateways.keys.sorted()) { name throws(MetricsScrapeError) in
            guard let gateway = gateways[name] else { return nil }
            return try await reader.metrics(
                of: .init(
                    name: name, kind: gateway.watchedKind, url: gateway.url, isHosted: gateway.isHosted,
                    apiKey: gateway.apiKey))
        }
    }
}
