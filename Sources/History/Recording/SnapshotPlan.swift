import Basics
package import Health

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Decides which models get a snapshot: each at once when its status changes, every 10 s while it is not healthy,
/// every 60 s else.
///
/// Each model has its own second of the minute, so that a fleet's snapshots are spread and not written in one.
package struct SnapshotPlan: Sendable {
    private struct Entry {
        var status: HealthStatus
        var requestTotal: UInt64
        /// Milliseconds since 1970.
        var at: Int64
        /// Uptime of the next regular snapshot.
        var due: Duration
    }

    /// Between two snapshots of a model that is healthy.
    package static let rhythm = StatusTimeline.rhythm
    /// Between two snapshots of one that is not.
    package static let closeRhythm: Duration = .seconds(10)
    /// A fleet older than this is not written as if it were now.
    package static let trust = StatusTimeline.longestSilence

    private var entries: [ModelID: Entry] = [:]
    private var revision: UInt64 = 0

    package init() {}

    /// The model whose status just changed; `nil` when the fleet is ahead of the change: a later one is on its way.
    package mutating func changed(_ event: HealthChangeEvent, in fleet: FleetHealth, uptime: Duration)
        -> HealthSnapshot?
    {
        guard let model = fleet[event.modelId], model.status == event.currentStatus,
            entries[model.modelId]?.status != model.status
        else { return nil }
        return snapshot(of: model, at: event.timestamp, uptime: uptime)
    }

    /// The models whose turn it is, those never seen before, and those whose change was missed.
    package mutating func due(in fleet: FleetHealth, at now: Moment) -> [HealthSnapshot] {
        let age = now.wall.timeIntervalSince(fleet.at)
        guard fleet.revision > 0, abs(age) <= Self.trust.seconds else { return [] }
        forgetRemoved(fleet)
        var snapshots: [HealthSnapshot] = []
        for model in fleet.models {
            if let entry = entries[model.modelId], entry.status == model.status, now.uptime < entry.due { continue }
            snapshots.append(snapshot(of: model, at: now.wall, uptime: now.uptime))
        }
        return snapshots
    }

    private mutating func snapshot(of model: ModelHealthStatus, at wall: Date, uptime: Duration) -> HealthSnapshot {
        let last = entries[model.modelId]
        // Two snapshots of one model never share a millisecond: the second would be taken for the first.
        var at = wall.milliseconds
        if let last, last.at - 1_000 < at, at <= last.at { at = last.at + 1 }
        // A total that went back belongs to a model that left and came again.
        let since = last.map { $0.requestTotal <= model.requestTotal ? $0.requestTotal : 0 } ?? 0
        entries[model.modelId] = Entry(
            status: model.status, requestTotal: model.requestTotal, at: at,
            due: Self.turn(of: model.modelId, after: uptime, every: Self.rhythm(of: model.status)))
        return HealthSnapshot(
            model, at: Date(milliseconds: at), requestCount: Int(clamping: model.requestTotal - since))
    }

    private mutating func forgetRemoved(_ fleet: FleetHealth) {
        guard fleet.revision != revision else { return }
        revision = fleet.revision
        guard entries.count > fleet.models.count else { return }
        entries = entries.filter { fleet[$0.key] != nil }
    }

    private static func rhythm(of status: HealthStatus) -> Duration { status == .healthy ? rhythm : closeRhythm }

    /// The model's own first instant after `uptime` in a rhythm; at most one beat away.
    private static func turn(of model: ModelID, after uptime: Duration, every rhythm: Duration) -> Duration {
        let beat = rhythm.wholeMilliseconds
        let phase = Int64(stableHash(model.rawValue) % UInt64(beat))
        let now = uptime.wholeMilliseconds
        let turns = (now - phase) / beat + (now >= phase ? 1 : 0)
        return .milliseconds(phase + turns * beat)
    }

    private static func stableHash(_ text: String) -> UInt64 {
        let hash = FNV1a.hash(of: text.utf8)
        // The low bits of similar names are too alike.
        return hash ^ hash >> 32
    }
}
