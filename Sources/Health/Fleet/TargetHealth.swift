#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// One of the ways to a model (a key, a region, an account) and how it fares.
public struct TargetHealth: Sendable, Hashable, Codable {
    /// Unique within the model.
    public var name: String
    /// What this target is now.
    public var status: HealthStatus
    /// One sentence.
    public var reason: String
    /// Failures in a row.
    public var consecutiveFailures: Int
    /// Whether it is probed and used.
    public var circuitBreaker: CircuitBreakerStatus

    /// One target's part in a model's status.
    public init(
        name: String, status: HealthStatus, reason: String, consecutiveFailures: Int,
        circuitBreaker: CircuitBreakerStatus
    ) {
        self.name = name
        self.status = status
        self.reason = reason
        self.consecutiveFailures = consecutiveFailures
        self.circuitBreaker = circuitBreaker
    }
}

/// The state of a model's probe breaker.
public struct CircuitBreakerStatus: Sendable, Hashable, Codable {
    /// The states of the pattern.
    public enum State: String, Sendable, Hashable, Codable, CaseIterable {
        /// Regular probing.
        case closed
        /// Regular probing has stopped; only recovery probes go out.
        case open
        /// A recovery probe has succeeded; its confirmation is on the way.
        case halfOpen
    }

    /// Its state now.
    public var state: State
    /// When it opened; `nil` while it is closed.
    public var openedAt: Date?
    /// When the next recovery probe may close it.
    public var openUntil: Date?

    /// `openUntil`: when the next probe is let through.
    public init(state: State, openedAt: Date? = nil, openUntil: Date? = nil) {
        self.state = state
        self.openedAt = openedAt
        self.openUntil = openUntil
    }
}
