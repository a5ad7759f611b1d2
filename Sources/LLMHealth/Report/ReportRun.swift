package import Health
import History

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What the configured history says of a stretch of time, for people, spreadsheets, programs or a browser.
package struct ReportRun {
    package enum Format: Sendable, Hashable { case text, json, csv, html }

    private let configuration: Configuration
    private let models: [ModelID]
    private let range: TimeRange
    private let objective: Double?

    /// - Parameters:
    ///   - models: empty for all that anything is known of in that time.
    ///   - objective: percent; `nil` for what is configured.
    package init(_ configuration: Configuration, models: [ModelID], range: TimeRange, objective: Double? = nil) {
        self.configuration = configuration
        self.models = models
        self.range = range
        self.objective = objective
    }

    /// - Throws: ``StartError``, ``HealthStorageError``, ``InputError``.
    package func run(_ format: Format, terminal: Terminal) async throws -> String {
        guard range.duration <= HistoryLimits.report else {
            throw InputError("a report is about 1830 days at most; ask for a shorter range")
        }
        let store = try await HistoryOpening.store(configuration.history, mustExist: true)
        let known = Set(try await store.models())
        if let unknown = models.first(where: { !known.contains($0) }) {
            throw InputError("the history has nothing of '\(unknown)'")
        }
        let notices = try HistoryOpening.notices(configuration)
        let report = try await store.report(
            of: models.isEmpty ? nil : models, in: range, maintenance: { notices.maintenance(of: $0) }
        ) { id in
            objective.map(\.percentAsFraction) ?? configuration.uptimeObjective(of: id)
        }
        switch format {
        case .text: return ReportText(report).lines(for: terminal).map { $0 + "\n" }.joined()
        case .json: return String(decoding: try HealthJSON.encoder(pretty: true).encode(report), as: UTF8.self) + "\n"
        case .csv: return ReportCSV.text(report)
        case .html: return ReportPage.text(report)
        }
    }
}
