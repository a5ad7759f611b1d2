import Health

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The fleet as Prometheus metrics.
enum FleetExposition {
    /// A figure of each model; models without it have no sample.
    private struct ModelGauge: Sendable {
        var name: String
        var help: String
        var value: @Sendable (ModelHealthStatus) -> Double?
    }

    private static let modelGauges = [
        ModelGauge(name: "llm_health_score", help: "Health score of the model, 0 to 100; none while unknown.") {
            $0.score
        },
        ModelGauge(
            name: "llm_probe_success_ratio",
            help: "Share of the last five minutes' probes and requests that did not fail, 0 to 1."
        ) { $0.errorRate.map { ((1 - $0) * 1e9).rounded() / 1e9 } },
        ModelGauge(
            name: "llm_health_availability_ratio",
            help: "Share of the observed time of the last 24 hours not spent unhealthy, 0 to 1."
        ) { $0.availability },
        ModelGauge(
            name: "llm_health_last_check_timestamp_seconds",
            help: "When the model was last looked at, in seconds since 1970."
        ) { $0.lastCheck?.timeIntervalSince1970 },
    ]

    static func families(of fleet: FleetHealth) -> [PrometheusText] {
        modelGauges.map { gauge in
            var family = PrometheusText(gauge.name, type: "gauge", help: gauge.help)
            for model in fleet.models {
                guard let value = gauge.value(model) else { continue }
                family.add(value, ["model_id": model.modelId.rawValue, "provider": model.provider])
            }
            return family
        } + [status(fleet), models(fleet), gateways(fleet), revision(fleet)]
    }

    static func text(of fleet: FleetHealth) -> String { text(of: families(of: fleet)) }

    /// Sorted by name.
    static func text(of families: [PrometheusText]) -> String {
        families.sorted { $0.name < $1.name }.map(\.text).joined()
    }

    private static func status(_ fleet: FleetHealth) -> PrometheusText {
        var family = PrometheusText(
            "llm_health_status", type: "gauge", help: "1 for the status that the model has, 0 for the others.")
        for model in fleet.models {
            for status in HealthStatus.allCases {
                family.add(
                    model.status == status ? 1 : 0,
                    ["model_id": model.modelId.rawValue, "provider": model.provider, "status": status.rawValue])
            }
        }
        return family
    }

    private static func models(_ fleet: FleetHealth) -> PrometheusText {
        let counts = fleet.summary.counts
        var family = PrometheusText("llm_health_models", type: "gauge", help: "How many models have the status.")
        for status in HealthStatus.allCases {
            let count =
                switch status {
                case .healthy: counts.healthy
                case .degraded: counts.degraded
                case .unhealthy: counts.unhealthy
                case .unknown: counts.unknown
                }
            family.add(Double(count), ["status": status.rawValue])
        }
        return family
    }

    private static func gateways(_ fleet: FleetHealth) -> PrometheusText {
        var family = PrometheusText(
            "llm_gateway_up", type: "gauge", help: "1 while the gateway answers, 0 while not; none while unknown.")
        for component in fleet.summary.components where component.kind == .gateway && component.status != .unknown {
            family.add(component.status == .unhealthy ? 0 : 1, ["gateway": component.name])
        }
        return family
    }

    private static func revision(_ fleet: FleetHealth) -> PrometheusText {
        var family = PrometheusText(
            "llm_health_revision", type: "gauge", help: "Number of the fleet's newest revision since the start.")
        family.add(Double(fleet.revision))
        return family
    }
}
