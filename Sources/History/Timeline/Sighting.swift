import Health

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// One stored word on a model's status: all that a timeline needs of a row.
struct Sighting: Sendable, Hashable {
    var at: Date
    var status: HealthStatus
    var code: HealthReason.Code

    init(at: Date, status: HealthStatus, code: HealthReason.Code) {
        self.at = at
        self.status = status
        self.code = code
    }

    init(_ snapshot: HealthSnapshot) {
        self.init(at: snapshot.timestamp, status: snapshot.status, code: snapshot.reasonCode)
    }

    init(_ change: HealthChangeEvent) {
        self.init(at: change.timestamp, status: change.currentStatus, code: change.code)
    }

    /// The model has left the fleet: nobody looks at it from here on.
    var isEnd: Bool { code == .removed }
    /// A local model that is not loaded: neither up nor down, so it takes no part in availability.
    var isIdle: Bool { code == .idle }
}

extension HealthChangeEvent {
    /// The first reason's code.
    var code: HealthReason.Code { reasons.first?.code ?? .starting }
}

extension Range<Int64> {
    /// With what came shortly before, which may still vouch for the beginning.
    var lookingBack: Range<Int64> {
        let (earlier, overflow) = lowerBound.subtractingReportingOverflow(
            StatusTimeline.longestSilence.wholeMilliseconds)
        return (overflow ? .min : earlier)..<upperBound
    }
}
