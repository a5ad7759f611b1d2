package import Health

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension HistoryStore {
    /// How many cells a long timeline has when nobody says.
    package static var defaultCells: Int64 { 1_000 }

    /// What one model's status was from when to when, with the stretches nobody observed left open.
    ///
    /// - Parameter resolution: what is shorter need not be told; `nil` for the exact periods of a range of up to
    ///   ``exactReach``, else a thousandth of the range.
    package func timeline(of modelID: ModelID, in range: TimeRange, resolution: Duration? = nil)
        async throws(HealthStorageError) -> StatusTimeline
    {
        let asked = resolution?.wholeMilliseconds ?? 0
        if asked < RollUpWidth.minute.milliseconds, let rows = try await snapshots(of: modelID, exactlyIn: range) {
            return try await timeline(of: modelID, in: range, sightings: rows.map(Sighting.init))
        }
        let least = range.length / Self.defaultCells
        let (grid, cells) = try await cells(
            of: modelID, in: range, resolution: max(asked > 0 ? asked : least, RollUpWidth.minute.milliseconds),
            hasLatency: false)
        return StatusTimeline(
            of: modelID, in: range, cells: cells, width: grid.width,
            changes: try await changes(of: modelID, upTo: range),
            now: timekeeper.now.wall)
    }

    /// The exact timeline of what was seen in the range and shortly before.
    func timeline(of modelID: ModelID, in range: TimeRange, sightings: [Sighting]) async throws(HealthStorageError)
        -> StatusTimeline
    {
        StatusTimeline(
            of: modelID, in: range, sightings: sightings, changes: try await changes(of: modelID, upTo: range),
            now: timekeeper.now.wall)
    }

    /// The changes in the range and shortly before it, and the last one before that.
    private func changes(of modelID: ModelID, upTo range: TimeRange) async throws(HealthStorageError)
        -> [HealthChangeEvent]
    {
        let around = range.lookingBack
        let before = TimeRange(milliseconds: .distantPast..<around.milliseconds.lowerBound)
        let last = try await changes(ChangeQuery(of: modelID, in: before, limit: 1, from: .newest))
        return last + (try await changes(ChangeQuery(of: modelID, in: around, limit: HistoryLimits.changes)))
    }
}
