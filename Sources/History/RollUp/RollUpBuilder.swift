import Health

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Sums up snapshots of one model as they come, oldest first.
///
/// A snapshot tells of its own figures at its own time. Of the status, each settles the stretch since the one before:
/// all of it when that was not long ago, else the ``StatusTimeline/rhythm`` that one snapshot vouches for. That way
/// every store comes to the same sums, whatever the size of the batches.
struct RollUpBuilder {
    private let width: Int64
    /// Only stretches that begin within are kept; milliseconds since 1970.
    private let range: Range<Int64>
    private var sums: [Int64: RollUp] = [:]
    private var last: Sighting?

    /// - Parameters:
    ///   - width: of the stretches, in milliseconds.
    ///   - range: snapshots from up to ``StatusTimeline/longestSilence`` before are to be added too, for what they vouch
    ///     for within; those that follow it settle its end.
    init(width: Int64, in range: Range<Int64>) {
        self.width = width
        self.range = range
    }

    mutating func add(_ sighting: Sighting, _ metrics: HealthSnapshot.Metrics) {
        let at = sighting.at.milliseconds
        if let last, let span = Self.span(from: last, to: at) { add(span, last) }
        last = sighting
        guard range.contains(at) else { return }
        let start = at.roundedDown(to: width)
        sums[start, default: RollUp(start: Date(milliseconds: start))].add(metrics)
    }

    /// Lets the last snapshot vouch as far as it can, up to `now`: milliseconds since 1970.
    mutating func close(at now: Int64) {
        guard let last, !last.isEnd else { return }
        let from = last.at.milliseconds
        guard now > from else { return }
        let isLong = now - from > StatusTimeline.longestSilence.wholeMilliseconds
        add(from..<(isLong ? from + StatusTimeline.rhythm.wholeMilliseconds : now), last)
    }

    /// In order of time; stretches of which nothing is known are left out.
    var rollUps: [RollUp] { sums.values.sorted { $0.start < $1.start } }

    /// What a sighting vouches for, given the time of the next one; `nil` for nothing.
    static func span(from sighting: Sighting, to next: Int64) -> Range<Int64>? {
        let from = sighting.at.milliseconds
        guard !sighting.isEnd, next > from else { return nil }
        let isLong = next - from > StatusTimeline.longestSilence.wholeMilliseconds
        return from..<(isLong ? from + StatusTimeline.rhythm.wholeMilliseconds : next)
    }

    private mutating func add(_ span: Range<Int64>, _ sighting: Sighting) {
        var from = max(span.lowerBound, range.lowerBound)
        let end = min(span.upperBound, range.upperBound)
        while from < end {
            let start = from.roundedDown(to: width)
            let to = min(start + width, end)
            sums[start, default: RollUp(start: Date(milliseconds: start))].spans.add(
                sighting.status, isIdle: sighting.isIdle, milliseconds: to - from)
            from = to
        }
    }
}
