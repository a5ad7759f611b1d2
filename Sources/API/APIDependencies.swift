package import Health
import History
package import Telemetry

#if canImport(FoundationEssentials)
package import FoundationEssentials
#else
package import Foundation
#endif

/// What the API reads and asks; it knows nothing else of the daemon.
package struct APIDependencies: Sendable {
    /// Probes one model, or all, and returns when the answers are part of the statuses.
    package typealias Probe = @Sendable (ModelID?) async throws(HealthCheckError) -> [ProbeResult]

    package var publisher: FleetPublisher
    /// What operators have said.
    package var notices: NoticeBoard?
    package var storage: any HealthStorageService
    package var probe: Probe
    /// The process's own metrics.
    package var processMetrics: @Sendable () -> [MetricFamily]
    package var readiness: @Sendable () -> Readiness
    package var gatewayMetrics: GatewayMetrics
    /// The paragraph that explains a model's status at an instant.
    package var explain: @Sendable (ModelHealthStatus, Date) -> String
    /// The share 0…1 of the time that a model should be up.
    package var objective: @Sendable (ModelID) -> Double
    package var time: Timekeeper
    /// The product's own.
    package var version: String

    /// The store behind ``storage``, for the deeper questions; `nil` where it is none of ours.
    var past: (any HistoryStore)? { storage as? any HistoryStore }

    /// - Parameters:
    ///   - probe: how an immediate check is made; by default the aggregator is asked for one, and the results are
    ///     those that the fleet then shows.
    ///   - explain: by default ``Explanation/paragraph(on:at:)``.
    package init(
        publisher: FleetPublisher, notices: NoticeBoard? = nil, aggregator: any HealthAggregatorService,
        storage: any HealthStorageService,
        probe: Probe? = nil, processMetrics: @escaping @Sendable () -> [MetricFamily] = { [] },
        readiness: @escaping @Sendable () -> Readiness = { Readiness() }, gatewayMetrics: GatewayMetrics = .none,
        explain: @escaping @Sendable (ModelHealthStatus, Date) -> String = Explanation.paragraph,
        objective: @escaping @Sendable (ModelID) -> Double = { _ in 0.995 }, time: Timekeeper = .system,
        version: String = "0"
    ) {
        self.publisher = publisher
        self.notices = notices
        self.storage = storage
        if let probe {
            self.probe = probe
        } else {
            self.probe = { modelID throws(HealthCheckError) in
                try await aggregator.triggerImmediateCheck(modelID)
                let fleet = publisher.fleet
                return (modelID.map { [fleet[$0]].compactMap { $0 } } ?? fleet.models).compactMap(\.probeResult)
            }
        }
        self.processMetrics = processMetrics
        self.readiness = readiness
        self.gatewayMetrics = gatewayMetrics
        self.explain = explain
        self.objective = objective
        self.time = time
        self.version = version
    }
}

/// Whether the daemon does all that it was started for.
package struct Readiness: Sendable, Hashable {
    /// A part that is not ready yet, or no longer.
    package struct Missing: Sendable, Hashable, Encodable {
        package var name: String
        /// One sentence, without secrets.
        package var reason: String

        package init(name: String, reason: String) {
            self.name = name
            self.reason = reason
        }
    }

    /// Empty when everything is ready.
    package var missing: [Missing]
    package var isReady: Bool { missing.isEmpty }

    package init(missing: [Missing] = []) { self.missing = missing }
}

/// The metrics that gateways publish of themselves.
package struct GatewayMetrics: Sendable {
    /// The configured gateways, by name.
    package var gateways: [String]
    /// A gateway's metrics as they came; `nil` where it publishes none.
    package var scrape: @Sendable (_ gateway: String) async throws(MetricsScrapeError) -> String?

    package init(
        gateways: [String], scrape: @escaping @Sendable (String) async throws(MetricsScrapeError) -> String?
    ) {
        self.gateways = gateways
        self.scrape = scrape
    }

    /// No gateway is configured.
    package static let none = GatewayMetrics(gateways: []) { _ in nil }
}
