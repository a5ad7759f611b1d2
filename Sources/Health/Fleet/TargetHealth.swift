#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// One of the ways to a model (a key, a region, an account) and how it fares.
public struct TargetHealth: Sendable, Hashable, Codable {
    public var name: String
    public var status: HealthStatus
    public var reason: String
    public var consecutiveFailures: Int
    public var circuitBreaker: CircuitBreakerStatus

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
    public enum State: String, Sendable, Hashable, Codable {
        /// Regular probing.
        case closed
        /// Regular probing has stopped; only recovery probes go out.
        case open
        /// A recovery probe has succeeded; its confirmation is on the way.
        case halfOpen
    }

    public var state: State
    public var openedAt: Date?
    /// When the next recovery probe may close it.
    public var openUntil: Date?

    public init(state: State, openedAt: Date? = nil, openUntil: Date? = nil) {
        self.state = state
        self.openedAt = openedAt
        self.openUntil = openUntil
    }
}
