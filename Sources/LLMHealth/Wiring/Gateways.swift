import API
import Health
import Logging
import Observation

/// The gateways that are watched apart from any model behind them.
struct Gateways: Sendable {
    private let settings: [String: Configuration.Gateway]
    private let watchers: [String: GatewayWatcher]
    private let outbound: Outbound
    private let timekeeper: Timekeeper
    private let logger: Logger

    init(
        _ settings: [String: Configuration.Gateway], outbound: Outbound, intake: Intake, timekeeper: Timekeeper,
        logger: Logger
    ) {
        self.settings = settings
        self.outbound = outbound
        self.timekeeper = timekeeper
        self.logger = logger
        watchers = Dictionary(
            uniqueKeysWithValues: settings.map { name, gateway in
                let watcher = GatewayWatcher(
                    [gateway.watched(as: name)], egress: outbound.gateways, intake: intake, timekeeper: timekeeper,
                    logger: logger)
                return (name, watcher)
            })
    }

    /// Has a gateway asked at once whether it lives.
    func suspect(_ name: String) { watchers[name]?.suspect(name) }

    /// Polling of each.
    var sources: [any EvidenceSource] {
        watchers.sorted { $0.key < $1.key }.map { name, watcher in
            guard let gateway = settings[name], gateway.isOptional else { return watcher }
            return DeferredSource(
                endpoint: DefaultEndpoint(.portkey, url: gateway.url), client: outbound.probes.first.direct,
                timekeeper: timekeeper, logger: logger, source: watcher)
        }
    }

    /// Their own metrics, passed through.
    var metrics: GatewayMetrics {
        let reader = GatewayMetricsReader(egress: outbound.probes)
        return GatewayMetrics(gateways: settings.keys.sorted()) { [settings] name throws(MetricsScrapeError) in
            guard let gateway = settings[name] else { return nil }
            return try await reader.metrics(of: gateway.watched(as: name))
        }
    }
}

extension Configuration.Gateway {
    /// The gateway as the parts that watch it know it.
    fileprivate func watched(as name: String) -> GatewayWatcher.Gateway {
        GatewayWatcher.Gateway(name: name, kind: watchedKind, url: url, isHosted: isHosted, apiKey: apiKey)
    }

    /// The kind as the parts that watch it know it.
    var watchedKind: GatewayRoute.Kind { GatewayRoute.Kind(rawValue: kind.rawValue) ?? .portkey }
}
