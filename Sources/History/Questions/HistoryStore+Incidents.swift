import Basics
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
        return try await seen(modelID, before: found.first?.from ?? range.to, in: range) + found
    }

    /// The incidents of a time of which no change tells, such as one that was imported: told from what was seen.
    private func seen(_ modelID: ModelID, before first: Date, in range: TimeRange) async throws(HealthStorageError)
        -> [Incident]
    {
        let past = TimeRange(milliseconds: .distantPast..<first.milliseconds)
        let oldest = try await changes(ChangeQuery(of: modelID, in: past, limit: 1)).first
        let end = min(oldest?.timestamp ?? first, first, range.to)
        guard range.from < end else { return [] }
        let before = TimeRange(milliseconds: range.from.milliseconds..<end.milliseconds)
        let provider = try await history(of: modelID, in: before, limit: 1).last?.provider ?? ""
        let coarse = try await timeline(of: modelID, in: before)
        var found = coarse.trouble(of: provider)
        // A sum that reaches beyond the end holds what the changes tell of: of it alone nothing can be said.
        if let last = found.last, last.to == nil, last.from + coarse.resolution.seconds > end { found.removeLast() }
        if coarse.resolution > .seconds(60), found.count <= Self.mostRefined {
            found = try await refined(found, by: coarse.resolution, in: before, provider)
        }
        if let last = found.last, last.to == nil {
            // What came next is told by changes, or nobody has seen it.
            found[found.count - 1].to = end < timekeeper.now.wall ? end : nil
        }
        return found
    }

    /// Incidents that are looked at closely at most.
    private static var mostRefined: Int { 200 }

    /// The same, seen as closely as anything is kept, so that it does not matter in which range they were found.
    private func refined(_ found: [Incident], by resolution: Duration, in range: TimeRange, _ provider: String)
        async throws(HealthStorageError) -> [Incident]
    {
        var refined: [Incident] = []
        for incident in found {
            let margin = resolution.seconds
            let (from, to) = (incident.from - margin, (incident.to ?? range.to) + margin)
            let bounds = max(from, range.from).milliseconds..<min(to, range.to).milliseconds
            var closely = try await timeline(
                of: incident.modelId, in: TimeRange(milliseconds: bounds), resolution: .seconds(60)
            ).trouble(of: provider).filter { $0.from >= incident.from && $0.from < incident.to ?? .distantFuture }
            if let last = closely.last, last.to == nil { closely[closely.count - 1].to = incident.to }
            // Where nothing finer is kept, the sums themselves are the best there is.
            refined += closely.isEmpty ? [incident] : closely
        }
        return refined
    }
}

extension StatusTimeline {
    /// Stretches of trouble as incidents, each with an id that no other model's has.
    fileprivate func trouble(of provider: String) -> [Incident] {
        var found: [Incident] = []
        var open: Incident?
        for period in periods {
            if var incident = open {
                incident.changes += 1
                if period.status == .unhealthy { incident.worst = .unhealthy }
                open = incident
                guard period.status == .healthy else { continue }
                incident.to = period.from
                found.append(incident)
                open = nil
            } else if let status = period.status, status == .unhealthy || status == .degraded {
                open = Incident(
                    id: "at-\(period.from.milliseconds)-\(modelId.rawValue.fingerprint)", modelId: modelId,
                    provider: provider,
                    from: period.from, to: nil, worst: status,
                    code: period.code ?? (status == .unhealthy ? .outage : .errors),
                    reason: "was seen \(status.rawValue)", changes: 1)
            }
        }
        if let open { found.append(open) }
        return found
    }
}
