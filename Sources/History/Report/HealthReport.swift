package import Health

#if canImport(FoundationEssentials)
package import FoundationEssentials
#else
package import Foundation
#endif

/// What a stretch of time comes to, model by model: uptime, its objective and the error budget, incidents, latency.
///
/// Uptime is the share of the time in which a model was seen and counted that it was not unhealthy. All fractions 0…1,
/// times in seconds, latencies in milliseconds; no data is `null`.
package struct HealthReport: Sendable, Hashable, Codable {
    /// How much of the time a model may be down, and how much of that is used.
    package struct ErrorBudget: Sendable, Hashable, Codable {
        package var allowedSeconds: Double
        package var usedSeconds: Double
        /// A fraction of what was allowed; below zero when more was used, `nil` when nothing is allowed.
        package var remaining: Double?

        package init(counted: Double, down: Double, objective: Double) {
            // Whole milliseconds: 0.995 is not a binary fraction.
            allowedSeconds = (counted * (1 - objective) * 1_000).rounded() / 1_000
            usedSeconds = down
            remaining = allowedSeconds > 0 ? 1 - down / allowedSeconds : nil
        }
    }

    /// One day of a model, which begins at midnight in UTC.
    package struct Day: Sendable, Hashable, Codable {
        package var start: Date
        package var uptime: Double?
        package var worst: HealthStatus?
    }

    package struct Model: Sendable, Hashable, Codable {
        package var modelId: ModelID
        package var provider: String
        /// Of all the counted time.
        package var uptime: Double?
        /// Of the counted time in which no work was planned; the objective and the budget are about it.
        package var uptimeOutsideMaintenance: Double?
        /// The service level objective for uptime.
        package var objective: Double
        /// `nil` when nothing was seen.
        package var isMet: Bool?
        package var errorBudget: ErrorBudget
        package var observedSeconds: Double
        package var unhealthySeconds: Double
        package var degradedSeconds: Double
        /// Counted time in which work was planned, up or down.
        package var maintenanceSeconds: Double
        /// Nobody looked, or knew.
        package var unknownSeconds: Double
        package var requests: Int
        package var errorRate: Double?
        package var latency: LatencyPercentiles
        package var incidents: Int
        package var longestIncidentSeconds: Double?
        /// From the beginning of an incident to its end, on average over those that ended.
        package var meanTimeToRecoverySeconds: Double?
        package var days: [Day]
    }

    package var range: TimeRange
    package var createdAt: Date
    /// Those that missed their objective first, then by uptime.
    package var models: [Model]
    /// Newest first.
    package var incidents: [Incident]
}

extension HealthReport.ErrorBudget {
    enum CodingKeys: String, CodingKey { case allowedSeconds, usedSeconds, remaining }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(allowedSeconds, forKey: .allowedSeconds)
        try container.encode(usedSeconds, forKey: .usedSeconds)
        try container.encode(remaining, forKey: .remaining)
    }
}

extension HealthReport.Day {
    enum CodingKeys: String, CodingKey { case start, uptime, worst }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(start, forKey: .start)
        try container.encode(uptime, forKey: .uptime)
        try container.encode(worst, forKey: .worst)
    }
}

extension HealthReport.Model {
    enum CodingKeys: String, CodingKey {
        case modelId, provider, uptime, uptimeOutsideMaintenance, maintenanceSeconds, objective, isMet, errorBudget,
            observedSeconds, unhealthySeconds
        case degradedSeconds, unknownSeconds, requests, errorRate, latency, incidents, longestIncidentSeconds
        case meanTimeToRecoverySeconds, days
    }

    // By hand, so that a figure nobody has is an explicit null.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(modelId, forKey: .modelId)
        try container.encode(provider, forKey: .provider)
        try container.encode(uptime, forKey: .uptime)
        try container.encode(uptimeOutsideMaintenance, forKey: .uptimeOutsideMaintenance)
        try container.encode(maintenanceSeconds, forKey: .maintenanceSeconds)
        try container.encode(objective, forKey: .objective)
        try container.encode(isMet, forKey: .isMet)
        try container.encode(errorBudget, forKey: .errorBudget)
        try container.encode(observedSeconds, forKey: .observedSeconds)
        try container.encode(unhealthySeconds, forKey: .unhealthySeconds)
        try container.encode(degradedSeconds, forKey: .degradedSeconds)
        try container.encode(unknownSeconds, forKey: .unknownSeconds)
        try container.encode(requests, forKey: .requests)
        try container.encode(errorRate, forKey: .errorRate)
        try container.encode(latency, forKey: .latency)
        try container.encode(incidents, forKey: .incidents)
        try container.encode(longestIncidentSeconds, forKey: .longestIncidentSeconds)
        try container.encode(meanTimeToRecoverySeconds, forKey: .meanTimeToRecoverySeconds)
        try container.encode(days, forKey: .days)
    }
}
