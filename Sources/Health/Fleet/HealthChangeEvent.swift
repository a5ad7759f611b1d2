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
    /// The model that changed.
    public var modelId: ModelID
    /// Who serves it.
    public var provider: String
    /// Its status before; `unknown` for one that was added.
    public var previousStatus: HealthStatus
    /// Its status from now on.
    public var currentStatus: HealthStatus
    /// When it changed, by the wall clock.
    public var timestamp: Date
    /// One sentence: the first of `reasons`.
    public var reason: String
    /// Why, the most telling first.
    public var reasons: [HealthReason]

    /// `seq`: unique and rising over all runs of one store.
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
