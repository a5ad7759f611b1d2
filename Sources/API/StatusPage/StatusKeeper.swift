import Health
import History

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Keeps what the status page is made of, and the pages themselves while they are true: everybody may ask, as often as they
/// like.
actor StatusKeeper {
    enum Face: Hashable, Sendable { case page, rss, json }

    /// What a page was made of; the same makes the same.
    private struct Stamp: Equatable {
        var revision: UInt64
        var said: UInt64
        var reportAt: Date
        /// To the minute.
        var at: Date
        var home: String
    }

    /// Days that are shown, today included.
    static let days = 90
    private static let age = 60.0

    private let page: StatusPage
    private let past: any HistoryStore
    private let board: NoticeBoard?
    private var kept: (models: [ModelID], at: Date, report: HealthReport)?
    /// Whoever comes before there is any waits for the same.
    private var making: Task<HealthReport, any Error>?
    private var stamp: Stamp?
    private var documents: [Face: Document] = [:]

    init(page: StatusPage, past: any HistoryStore, board: NoticeBoard?) {
        self.page = page
        self.past = past
        self.board = board
    }

    /// - Parameters:
    ///   - home: where the page is for whoever asks.
    ///   - failed: told what went wrong where an older past is shown in place of a fresh one.
    func document(
        _ face: Face, of fleet: FleetHealth, at now: Date, home: String,
        failed: @escaping @Sendable (any Error) -> Void,
        render: @Sendable (StatusContent) throws -> Document
    ) async throws -> Document {
        let report = try await report(of: fleet, at: now, failed: failed)
        let stamp = Stamp(
            revision: fleet.revision, said: board?.revision ?? 0, reportAt: report.createdAt, at: now.flooredToMinute,
            home: home)
        if stamp != self.stamp {
            documents.removeAll()
            self.stamp = stamp
        }
        if let document = documents[face] { return document }
        let content = StatusContent(page, fleet: fleet, report: report, board: board, at: stamp.at)
        let document = try render(content)
        documents[face] = document
        return document
    }

    /// What is known of the last 90 days; an older one while a fresh one is made.
    private func report(
        of fleet: FleetHealth, at now: Date, failed: @escaping @Sendable (any Error) -> Void
    ) async throws -> HealthReport {
        let models = page.models(of: fleet)
        if let kept, kept.models == models {
            if abs(now.timeIntervalSince(kept.at)) >= Self.age, making == nil {
                let making = make(models, at: now)
                Task { do { _ = try await making.value } catch { failed(error) } }
            }
            return kept.report
        }
        return try await (making ?? make(models, at: now)).value
    }

    private func make(_ models: [ModelID], at now: Date) -> Task<HealthReport, any Error> {
        let making = Task {
            defer { self.making = nil }
            let midnight = Date(
                timeIntervalSince1970: (now.timeIntervalSince1970 / 86_400).rounded(.down) * 86_400)
            let range = try TimeRange(from: midnight - Double(Self.days - 1) * 86_400, to: midnight + 86_400)
            let report: HealthReport = try await past.report(of: models, in: range) { _ in 1 }
            self.kept = (models, now, report)
            return report
        }
        self.making = making
        return making
    }
}
