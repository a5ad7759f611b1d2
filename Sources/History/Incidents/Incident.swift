package import Health

#if canImport(FoundationEssentials)
package import FoundationEssentials
#else
package import Foundation
#endif

/// A stretch of trouble of one model: from the change that left health to the one that came back to it.
package struct Incident: Sendable, Hashable, Codable {
    /// The number of the change that began it, which never comes twice.
    package var id: String
    package var modelId: ModelID
    package var provider: String
    package var from: Date
    /// `nil` while it lasts.
    package var to: Date?
    /// The worst status in it: degraded or unhealthy.
    package var worst: HealthStatus
    /// Why it began.
    package var code: HealthReason.Code
    package var reason: String
    /// Changes of status within, its beginning and end included.
    package var changes: Int

    /// Seconds, up to `now` while it lasts.
    package func duration(at now: Date) -> Duration { .seconds(max((to ?? now).timeIntervalSince(from), 0)) }

    enum CodingKeys: String, CodingKey { case id, modelId, provider, from, to, worst, code, reason, changes }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(modelId, forKey: .modelId)
        try container.encode(provider, forKey: .provider)
        try container.encode(from, forKey: .from)
        // An explicit null: it lasts.
        try container.encode(to, forKey: .to)
        try container.encode(worst, forKey: .worst)
        try container.encode(code, forKey: .code)
        try container.encode(reason, forKey: .reason)
        try container.encode(changes, forKey: .changes)
    }
}

/// Puts the changes of one model together to incidents.
///
/// Trouble is degraded and unhealthy. In the middle of it not knowing is trouble still; the model's return to health or
/// its removal ends it.
package struct IncidentBuilder {
    private var finished: [Incident] = []
    private var open: Incident?

    package init() {}

    /// - Parameter change: in the order of their numbers.
    package mutating func add(_ change: HealthChangeEvent) {
        let status = change.currentStatus
        if var incident = open {
            incident.changes += 1
            if status.severity > incident.worst.severity, status.isTrouble { incident.worst = status }
            if status == .healthy || change.code == .removed {
                incident.to = change.timestamp
                finished.append(incident)
                open = nil
            } else {
                open = incident
            }
        } else if status.isTrouble {
            open = Incident(
                id: "\(change.seq)", modelId: change.modelId, provider: change.provider, from: change.timestamp,
                to: nil,
                worst: status, code: change.code, reason: change.reason, changes: 1)
        }
    }

    /// Oldest first; the last one may still last.
    package var incidents: [Incident] { finished + (open.map { [$0] } ?? []) }
}

extension HealthStatus {
    fileprivate var isTrouble: Bool { self == .degraded || self == .unhealthy }
}
