import Foundation
import Health
import Testing

@testable import History

/// Figures for the reader of the test's output; only correctness is asserted.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct Measurements {
    @Test(arguments: [(100, 20_000), (1_000, 50_000)])
    func `measurement: rows a second into SQLite`(batch: Int, total: Int) async throws {
        let folder = try TemporaryFolder()
        let store = try SQLiteHistory(path: folder["h.db"])
        let rows = (0..<total).map { HealthSnapshot.sample(ModelID("openai/model-\($0 % 50)"), at: Double($0) / 50) }
        let duration = try await ContinuousClock().measure {
            for start in stride(from: 0, to: total, by: batch) {
                try await store.append(Array(rows[start..<min(start + batch, total)]))
            }
        }
        try store.emptyJournal()
        let bytes = try folder.size(of: "h.db")
        let start = ContinuousClock().now
        let found = try await store.history(of: "openai/model-7", in: .all)
        let read = start.duration(to: ContinuousClock().now)
        #expect(found.count == total / 50)
        report(
            "\(batch) rows a batch: \(Int(Double(total) / duration.seconds)) rows/s, \(bytes / total) bytes a row, "
                + "\(total / 50) rows read in \(read)")
        #expect(try store.countRows("llm_health_snapshots") == total)
    }

    @Test
    func `measurement: a week of one model at ten seconds`() async throws {
        let folder = try TemporaryFolder()
        let store = try SQLiteHistory(path: folder["h.db"])
        let total = 7 * 8_640
        for start in stride(from: 0, to: total, by: 1_000) {
            try await store.append((start..<min(start + 1_000, total)).map { .sample(at: Double($0) * 10) })
        }
        let week = TimeRange.from(0, to: 7 * 86_400)
        for _ in 0..<2 {
            let clock = ContinuousClock()
            let start = clock.now
            let newest = try await store.history(of: "gpt-4o", in: week, limit: 2_000)
            let history = start.duration(to: clock.now)
            let buckets = try await store.trends(of: "gpt-4o", in: week, buckets: 336).buckets
            let trends = start.duration(to: clock.now) - history
            let periods = try await store.timeline(of: "gpt-4o", in: week).periods
            let timeline = start.duration(to: clock.now) - history - trends
            #expect(newest.count == 2_000)
            #expect(buckets.count == 336)
            #expect(periods.first?.status == .healthy)
            report("a week of \(total) rows: last 2000 \(history), trends \(trends), timeline \(timeline)")
        }
    }

    private func report(_ text: String) { FileHandle.standardError.write(Data("[measurement] \(text)\n".utf8)) }
}
