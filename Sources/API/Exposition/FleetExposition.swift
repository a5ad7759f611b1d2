import Health
import Telemetry

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The fleet as Prometheus metrics.
enum FleetExposition {
    /// A figure of each model; models without it have no sample.
    private struct ModelGauge: Sendable {
        var metric: Metric
        var value: @Sendable (ModelHealthStatus) -> Double?

        init(_ name: String, _ help: String, value: @escaping @Sendable (ModelHealthStatus) -> Double?) {
            metric = .gauge(name, help, labels: ["model_id", "provider"])
            self.value = value
        }
    }

    private static let modelGauges = [
        ModelGauge("llm_health_score", "Health score of the model, 0 to 100; none while unknown.") { $0.score },
        ModelGauge(
            "llm_probe_success_ratio", "Share of the last five minutes' probes and requests that did not fail, 0 to 1."
        ) { $0.errorRate.map { ((1 - $0) * 1e9).rounded() / 1e9 } },
        ModelGauge(
            "llm_health_availability_ratio",
            "Share of the observed time of the last 24 hours not spent unhealthy, 0 to 1."
        ) { $0.availability },
        ModelGauge(
            "llm_health_last_check_timestamp_seconds", "When the model was last checked, in seconds since 1970."
        ) { $0.lastCheck?.timeIntervalSince1970 },
        ModelGauge(
            "llm_health_time_to_first_token_seconds", "Median time to the first token of the last five minutes' probes."
        ) { $0.timeToFirstTokenMs.map { $0 / 1_000 } },
        ModelGauge("llm_health_maintenance", "1 while maintenance is planned for the model; else none.") { model in
            model.notices.contains { $0.kind == .maintenance } ? 1 : nil
        },
    ]
    private static let routing = Metric.gauge(
        "llm_health_routing", "1 for the verdict on whether traffic may go to the model, 0 for the others.",
        labels: ["model_id", "provider", "verdict"])
    private static let breaker = Metric.gauge(
        "llm_health_breaker", "1 for the state of the model's probe breaker, 0 for the others.",
        labels: ["model_id", "provider", "state"])
    private static let silenced = Metric.gauge(
        "llm_health_silenced", "1 while an operator's acknowledgement, silence or pause holds; else none.",
        labels: ["model_id", "provider", "kind"])
    private static let components = Metric.gauge(
        "llm_health_component_up",
        "1 while a gateway, host, local runtime, store or other part works, 0 while not; none while unknown.",
        labels: ["kind", "name"])
    private static let status = Metric.gauge(
        "llm_health_status", "1 for the status that the model has, 0 for the others.",
        labels: ["model_id", "provider", "status"])
    private static let models = Metric.gauge(
        "llm_health_models", "How many models have the status.", labels: ["status"])
    private static let gateways = Metric.gauge(
        "llm_gateway_up", "1 while the gateway answers, 0 while not; none while unknown.", labels: ["gateway"])
    private static let revision = Metric.gauge(
        "llm_health_revision", "Number of the fleet's newest revision since the start.")
    private static let droppedItems = Metric.counter(
        "llm_health_dropped_items_total", "Publications that listeners lost because they were too slow.")

    /// Every metric of the fleet.
    static let all =
        modelGauges.map(\.metric) + [
            status, routing, breaker, silenced, models, components, gateways, revision, droppedItems,
        ]

    /// - Parameter dropped: items that slow listeners have lost so far.
    static func families(of fleet: FleetHealth, dropped: UInt64) -> [MetricFamily] {
        modelGauges.map { gauge in
            var family = MetricFamily(gauge.metric)
            for model in fleet.models {
                guard let value = gauge.value(model) else { continue }
                family.add(value, model.modelId.rawValue, model.provider)
            }
            return family
        } + [
            states(status, fleet, \.status), states(routing, fleet, \.routing.verdict),
            states(breaker, fleet, \.circuitBreaker.state), silencedFamily(fleet), modelsFamily(fleet),
            componentsFamily(fleet), gatewaysFamily(fleet), single(revision, Double(fleet.revision)),
            single(droppedItems, Double(dropped)),
        ]
    }

    private static func single(_ metric: Metric, _ value: Double) -> MetricFamily {
        var family = MetricFamily(metric)
        family.add(value)
        return family
    }

    /// A sample for each model and each value that it may have: 1 for the one it has.
    private static func states<State: CaseIterable & Equatable & RawRepresentable<String>>(
        _ metric: Metric, _ fleet: FleetHealth, _ state: (ModelHealthStatus) -> State
    ) -> MetricFamily {
        var family = MetricFamily(metric)
        for model in fleet.models {
            let current = state(model)
            for one in State.allCases {
                family.add(current == one ? 1 : 0, model.modelId.rawValue, model.provider, one.rawValue)
            }
        }
        return family
    }

    private static func silencedFamily(_ fleet: FleetHealth) -> MetricFamily {
        var family = MetricFamily(silenced)
        for model in fleet.models {
            for kind in Set(model.notices.map(\.kind)) where kind != .maintenance {
                family.add(1, model.modelId.rawValue, model.provider, kind.rawValue)
            }
        }
        return family
    }

    private static func componentsFamily(_ fleet: FleetHealth) -> MetricFamily {
        var family = MetricFamily(components)
        for component in fleet.summary.components where component.status != .unknown {
            family.add(component.status == .unhealthy ? 0 : 1, component.kind.rawValue, component.name)
        }
        return family
    }

    private static func modelsFamily(_ fleet: FleetHealth) -> MetricFamily {
        let counts = fleet.summary.counts
        var family = MetricFamily(models)
        for status in HealthStatus.allCases {
            let count =
                switch status {
                case .healthy: counts.healthy
                case .degraded: counts.degraded
                case .unhealthy: counts.unhealthy
                case .unknown: counts.unknown
                }
            family.add(Double(count), status.rawValue)
        }
        return family
    }

    private static func gatewaysFamily(_ fleet: FleetHealth) -> MetricFamily {
        var family = MetricFamily(gateways)
        for component in fleet.summary.components where component.kind == .gateway && component.status != .unknown {
            family.add(component.status == .unhealthy ? 0 : 1, component.name)
        }
        return family
    }
}
