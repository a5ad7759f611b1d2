import Health

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension StatusTimeline {
    /// Puts sums in a row: each cell shows the worst status in it, and is open when nobody looked for most of it.
    ///
    /// - Parameters:
    ///   - width: of the cells; milliseconds.
    ///   - changes: those of the model up to the end of the range, of which the reasons are taken.
    init(
        of modelID: ModelID, in range: TimeRange, cells: [RollUp], width: Int64, changes: [HealthChangeEvent], now: Date
    ) {
        let end = min(range.to, max(now, range.from))
        let changes = changes.sorted { ($0.timestamp, $0.seq) < ($1.timestamp, $1.seq) }
        var line = TimelineLine(from: range.from, to: range.to)
        var total = RollUp.Spans()
        var spoken = changes.startIndex
        for cell in cells {
            total += cell.spans
            let to = Date(milliseconds: cell.start.milliseconds + width)
            // Of a cell at the range's edge, or of the one we live in, only a part can have been seen.
            let visible = min(to, end).milliseconds - max(cell.start, range.from).milliseconds
            guard let worst = cell.spans.worst, visible > 0, cell.spans.observed * 2 >= visible else { continue }
            while spoken < changes.endIndex, changes[spoken].timestamp < to { spoken += 1 }
            let word = changes[..<spoken].last { $0.currentStatus == worst }
            let isIdle = worst == .healthy && cell.spans.healthy == 0
            line.add(
                Sighting(
                    at: cell.start, status: worst,
                    code: isIdle ? .idle : word?.code ?? HealthReason.Code(stored: "", of: worst)),
                until: min(to, end), reason: word?.reason)
        }
        line.close()
        self.init(
            modelId: modelID, range: range, periods: line.periods, resolution: .milliseconds(width),
            availability: total.availability)
    }
}
