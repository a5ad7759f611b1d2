#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// What people and alerts are told of a model.
public enum HealthStatus: String, Sendable, Hashable, Codable, CaseIterable {
    /// It answers as it should, it answers with trouble, or it does not answer.
    case healthy, degraded, unhealthy
    /// No fresh evidence, or the fault is ours: never shown as down, never as up.
    case unknown

    /// Order for "worst first" listings: unhealthy, degraded, unknown, healthy.
    public var severity: Int {
        switch self {
        case .unhealthy: 3
        case .degraded: 2
        case .unknown: 1
        case .healthy: 0
        }
    }
}

/// Whether traffic may be sent to a model now. Quicker to change than ``HealthStatus``, and cheap to be wrong.
public struct RoutingVerdict: Sendable, Hashable, Codable {
    /// What a gateway is to do.
    public enum Verdict: String, Sendable, Hashable, Codable, CaseIterable {
        /// Send traffic.
        case usable
        /// Send traffic only when nothing usable is left.
        case avoid
        /// Never send traffic.
        case excluded
    }

    /// What a gateway is to do.
    public var verdict: Verdict
    /// When the verdict is looked at again; `nil` where no time is known.
    public var until: Date?
    /// One sentence.
    public var reason: String

    /// `until`: when it is looked at again.
    public init(_ verdict: Verdict, reason: String, until: Date? = nil) {
        self.verdict = verdict
        self.until = until
        self.reason = reason
    }
}
