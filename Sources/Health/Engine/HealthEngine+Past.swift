#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// A stretch of a model's past in which it was observed and not idle.
public struct PastStretch: Sendable, Hashable {
    /// Wall-clock times.
    public var from: Date
    public var to: Date
    /// Whether it was unhealthy.
    public var isDown: Bool

    /// `to` is not part of it.
    public init(from: Date, to: Date, isDown: Bool) {
        self.from = from
        self.to = to
        self.isDown = isDown
    }
}

extension HealthEngine {
    /// Takes up a model's last day as a history has recorded it, so that its availability does not begin with the process.
    ///
    /// Nothing else is decided by it.
    /// - Parameters:
    ///   - past: of before the engine began to look at the model; in any order, without overlaps.
    ///   - id: whose past it is.
    ///   - now: what both clocks say.
    public mutating func recall(_ past: [PastStretch], of id: ModelID, at now: Moment) {
        guard let index = positions[id] else { return }
        models[index].recall(past, at: now)
    }
}

extension ModelTrack {
    /// Takes up its last day as a history has recorded it.
    fileprivate mutating func recall(_ past: [PastStretch], at now: Moment) {
        for stretch in past {
            // The last day alone counts; of an uptime before the process's own the wall clock is the only measure.
            let age = min(now.wall.timeIntervalSince(stretch.from), 86_400)
            let end = now.wall.timeIntervalSince(stretch.to)
            guard end >= 0, age > end else { continue }
            let uptime = now.uptime.seconds
            availability.recall(from: uptime - age, to: uptime - end, isDown: stretch.isDown)
        }
        isDirty = true
    }
}
