#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// A change of one model's status between two revisions of the fleet, numbered.
///
/// A model that joins or leaves the fleet is an event too, with the reason `added` or `removed` and, where its
/// status did not change, the same status twice.
public struct HealthChangeEvent: Sendable, Hashable, Codable {
    /// Rises by one with each event; holes exist only where the daemon restarted.
    public var seq: UInt64
    public var modelId: ModelID
    public var provider: String
    public var previousStatus: HealthStatus
    public var currentStatus: HealthStatus
    public var timestamp: Date
    /// One sentence: the first of `reasons`.
    public var reason: String
    public var reasons: [HealthReason]

    public init(
        seq: UInt64, modelId: ModelID, provider: String, previousStatus: HealthStatus, currentStatus: HealthStatus,
        timestamp: Date, reasons: [HealthReason]
    ) {
        self.seq = seq
        self.modelId = modelId
        self.provider = provider
        self.previousStatus = previousStatus
        self.currentStatus = currentStatus
        self.timestamp = timestamp
        self.reason = reasons.first?.message ?? ""
        self.reasons = reasons
    }
}
