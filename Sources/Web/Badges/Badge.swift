package import Health

/// A word on a model for other places: what a badge shows.
package struct Badge: Hashable, Sendable {
    /// Colours on which white text keeps a contrast of 4.5:1, each with a shape of its own.
    package enum Mood: Hashable, Sendable {
        case good, fair, bad, unknown

        package var color: String {
            switch self {
            case .good: "#1a7f37"
            case .fair: "#9a6700"
            case .bad: "#c62828"
            case .unknown: "#666666"
            }
        }

        init(_ status: HealthStatus) {
            switch status {
            case .healthy: self = .good
            case .degraded: self = .fair
            case .unhealthy: self = .bad
            case .unknown: self = .unknown
            }
        }
    }

    /// Seconds for which a badge may be shown without asking again.
    package static let maximumAge = 30

    package var label: String
    package var message: String
    package var mood: Mood

    /// Of a model that is not there, or that whoever asks may not see: nobody can tell one from the other.
    package static func notFound(_ label: String) -> Badge { Badge(label: label, message: "not found", mood: .unknown) }
    package static func noData(_ label: String) -> Badge { Badge(label: label, message: "no data", mood: .unknown) }

    package static func status(of model: ModelHealthStatus, label: String) -> Badge {
        if let notice = model.notices.last(where: { $0.kind == .maintenance || $0.kind == .pause }) {
            return Badge(
                label: label, message: notice.kind == .pause ? "paused" : "maintenance", mood: .unknown)
        }
        let isIdle = model.reasons.first?.code == .idle
        return Badge(
            label: label, message: isIdle ? "idle" : model.status.rawValue, mood: Mood(model.status))
    }

    package static func score(of model: ModelHealthStatus, label: String) -> Badge {
        guard let score = model.score else { return noData(label) }
        return Badge(
            label: label, message: "\(Int(score.rounded()))/100",
            mood: score >= 80 ? .good : score >= 50 ? .fair : .bad)
    }

    /// The median of the last minutes; whether that is slow only the model's own status tells.
    package static func latency(of model: ModelHealthStatus, label: String) -> Badge {
        guard let median = model.latency.p50 else { return noData(label) }
        let text = median < 1_000 ? "\(Int(median.rounded())) ms" : "\((median / 1_000).short) s"
        return Badge(label: label, message: text, mood: Mood(model.status))
    }

    /// - Parameters:
    ///   - share: 0…1; `nil` when nobody looked.
    ///   - objective: 0…1.
    package static func uptime(_ share: Double?, objective: Double, label: String) -> Badge {
        guard let share else { return noData(label) }
        // Never rounded up to a hundred, nor to an objective that was missed.
        let mood: Mood = share >= objective ? .good : share >= 1 - 5 * (1 - objective) ? .fair : .bad
        return Badge(label: label, message: "\(share.percentText)%", mood: mood)
    }

    /// For shields.io's endpoint badge.
    package struct Endpoint: Encodable {
        var schemaVersion = 1
        var label: String
        var message: String
        var color: String
        var isError: Bool
        var cacheSeconds: Int
    }

    package var endpoint: Endpoint {
        Endpoint(
            label: label, message: message, color: mood.color, isError: mood == .bad,
            cacheSeconds: Self.maximumAge)
    }
}
