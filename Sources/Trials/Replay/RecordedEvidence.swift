package import Health

#if canImport(FoundationEssentials)
package import FoundationEssentials
#else
package import Foundation
#endif

/// One line of a recording: what somebody saw of a target at an instant.
package struct RecordedEvidence: Sendable, Hashable {
    /// When it was known.
    package var at: Date
    /// When the look left; `nil` where nobody wrote it down.
    package var startedAt: Date?
    package var modelID: ModelID
    package var target: String
    package var provider: String
    package var outcome: Outcome
    /// How many requests or looks came to this.
    package var count: Int
    package var latency: Duration?
    package var source: Evidence.Source

    package init(
        at: Date, startedAt: Date? = nil, modelID: ModelID, target: String = TargetName.default, provider: String,
        outcome: Outcome, count: Int = 1, latency: Duration? = nil, source: Evidence.Source = .probe
    ) {
        self.at = at
        self.startedAt = startedAt
        self.modelID = modelID
        self.target = target
        self.provider = provider
        self.outcome = outcome
        self.count = count
        self.latency = latency
        self.source = source
    }

    package var key: ProbeKey { ProbeKey(modelID, target: target) }

    /// Whether it was looked for, rather than met with by users.
    package var isLook: Bool { source != .traffic && source != .telemetry }
}

/// What is wrong with a recording, and what to do; one line.
package struct RecordingProblem: Error, Sendable, Hashable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description.split(whereSeparator: \.isNewline).joined(separator: " ")
    }
}

extension Outcome.Class {
    /// What is assumed where no cause is written.
    var usualCause: Outcome.Cause {
        switch self {
        case .ok: .none
        case .rateLimited: .rateLimit
        case .credentials: .unauthorized
        case .quota: .quota
        case .misconfigured: .badRequest
        case .gone: .modelNotFound
        case .gateway: .gatewayUnreachable
        case .idle: .notLoaded
        case .failing, .selfNetwork: .other
        }
    }
}
