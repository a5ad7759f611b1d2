package import Health

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension HistoryStore {
    /// How far before a range an incident may have begun that reaches into it.
    private var longestIncident: Int64 { 400 * RollUpWidth.day.milliseconds }

    /// The incidents of one model that overlap a range, oldest first; each whole, also where it began before.
    package func incidents(of modelID: ModelID, in range: TimeRange) async throws(HealthStorageError) -> [Incident] {
        let bounds = range.possible
        // Back to a change at which nothing was amiss: from there on the range explains itself.
        var from = bounds.lowerBound
        while from > bounds.lowerBound - longestIncident {
            let before = TimeRange(milliseconds: .distantPast..<from)
            guard
                let last = try await changes(ChangeQuery(of: modelID, in: before, limit: 1, from: .newest)).last
            else { break }
            from = last.timestamp.milliseconds
            if last.currentStatus == .healthy { break }
        }
        let around = TimeRange(milliseconds: from..<max(bounds.upperBound, from + 1))
        var builder = IncidentBuilder()
        for change in try await changes(ChangeQuery(of: modelID, in: around, limit: HistoryLimits.changes)) {
            builder.add(change)
        }
        var found = builder.incidents.filter { ($0.to ?? .distantFuture) > range.from }
        // Whether the last one has ended since is told by what comes after the range.
        if let last = found.last, last.to == nil {
            let after = TimeRange(milliseconds: around.milliseconds.upperBound..<Int64.distantFuture)
            var rest = ChangeQuery(of: modelID, in: after, limit: 1_000)
            search: while true {
                let page = try await changes(rest)
                for change in page where change.currentStatus == .healthy || change.code == .removed {
                    found[found.count - 1].to = change.timestamp
                    break search
                }
                guard page.count == rest.limit, let seq = page.last?.seq else { break }
                rest.after = seq
            }
        }
        return found
    }
}
