import Health
import History
import Web

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Keeps what the status page is made of, and the pages themselves while they are true: everybody may ask, as often as they
/// like.
actor StatusPageCache {
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
    /// Whether somebody reads the past at the moment, and who waits for it.
    private var isReading = false
    private var waiting: [CheckedContinuation<Void, Never>] = []
    private let documents = DocumentCache<Stamp, Face>(limit: 3)

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
        failed: @Sendable (any Error) -> Void,
        render: @Sendable (StatusContent) throws -> Document
    ) async throws -> Document {
        let report = try await report(of: fleet, at: now, failed: failed)
        let stamp = Stamp(
            revision: fleet.revision, said: board?.revision ?? 0, reportAt: report.createdAt, at: now.flooredToMinute,
            home: home)
        return try documents.document(face, stamp) {
            // As it is now: what was said within this minute holds already.
            try render(StatusContent(page, fleet: fleet, report: report, board: board, at: now))
        }
    }

    /// What is known of the last 90 days.
    ///
    /// Whoever finds it too old reads it anew; all others are shown the old one meanwhile, or wait where there is none.
    private func report(of fleet: FleetHealth, at now: Date, failed: (any Error) -> Void) async throws -> HealthReport {
        let models = page.models(of: fleet)
        while true {
            if let kept, kept.models == models, isReading || abs(now.timeIntervalSince(kept.at)) < Self.age {
                return kept.report
            }
            guard isReading else { break }
            await withCheckedContinuation { waiting.append($0) }
        }
        isReading = true
        defer {
            isReading = false
            for waiter in waiting { waiter.resume() }
            waiting.removeAll()
        }
        let midnight = Date(timeIntervalSince1970: (now.timeIntervalSince1970 / 86_400).rounded(.down) * 86_400)
        let range = try TimeRange(from: midnight - Double(Self.days - 1) * 86_400, to: midnight + 86_400)
        do {
            let report = try await past.report(of: models, in: range) { _ in 1 }
            kept = (models, now, report)
            return report
        } catch {
            guard let old = kept?.report, kept?.models == models else { throw error }
            failed(error)
            // Tried again as late as if it had been read.
            kept?.at = now
            return old
        }
    }
}
