import Health
import History

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Keeps what the status page tells of the past for a while: it is the dear part, and everybody may ask.
actor StatusKeeper {
    /// Days that are shown, today included.
    static let days = 90
    private static let age = 60.0

    private let page: StatusPage
    private let past: any HistoryStore
    private var kept: (models: [ModelID], at: Date, report: HealthReport)?
    /// Whoever comes while it is made waits for the same.
    private var making: Task<HealthReport, any Error>?

    init(page: StatusPage, past: any HistoryStore) {
        self.page = page
        self.past = past
    }

    func report(of fleet: FleetHealth, at now: Date) async throws -> HealthReport {
        let models = page.models(of: fleet)
        if let kept, kept.models == models, abs(now.timeIntervalSince(kept.at)) < Self.age { return kept.report }
        if let making { return try await making.value }
        let midnight = Date(timeIntervalSince1970: (now.timeIntervalSince1970 / 86_400).rounded(.down) * 86_400)
        let range = try TimeRange(from: midnight - Double(Self.days - 1) * 86_400, to: midnight + 86_400)
        let making = Task { [past] in try await past.report(of: models, in: range) { _ in 1 } as HealthReport }
        self.making = making
        defer { self.making = nil }
        let report = try await making.value
        kept = (models, now, report)
        return report
    }
}
