package import Health

#if canImport(FoundationEssentials)
package import FoundationEssentials
#else
package import Foundation
#endif

extension StatusTimeline {
    /// What a stretch of a timeline comes to.
    package struct Share: Sendable, Hashable {
        /// Time that counts for availability.
        package var counted: Duration = .zero
        /// Of it, time in which the model was unhealthy.
        package var unhealthy: Duration = .zero
        /// The worst status seen; `nil` when nothing was observed.
        package var worst: HealthStatus?

        /// The share 0…1 of the counted time not unhealthy; `nil` when none counts.
        package var availability: Double? {
            counted > .zero ? 1 - min(max(unhealthy / counted, 0), 1) : nil
        }

        fileprivate mutating func add(_ status: HealthStatus?, for duration: Duration, isCounted: Bool) {
            if let status, status.severity > worst?.severity ?? -1 { worst = status }
            guard isCounted else { return }
            counted += duration
            if status == .unhealthy { unhealthy += duration }
        }
    }

    /// What each stretch between two neighbouring times comes to.
    ///
    /// - Parameter bounds: ascending.
    package func shares(at bounds: [Date]) -> [Share] {
        var shares: [Share] = []
        shares.reserveCapacity(max(bounds.count - 1, 0))
        var first = periods.startIndex
        for (from, to) in zip(bounds, bounds.dropFirst()) {
            var share = Share()
            while first < periods.endIndex, periods[first].to <= from { first += 1 }
            var index = first
            while index < periods.endIndex, periods[index].from < to {
                let period = periods[index]
                // More than any history holds is as good as endless.
                let overlap = min(min(period.to, to).timeIntervalSince(max(period.from, from)), 1e12)
                share.add(period.status, for: .seconds(overlap), isCounted: period.isCounted)
                index += 1
            }
            shares.append(share)
        }
        return shares
    }
}
