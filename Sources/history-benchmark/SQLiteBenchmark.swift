import Foundation
import GRDB
import Health
import History

/// What the embedded store writes and answers in, beside a bare loop of the same inserts.
enum SQLiteBenchmark {
    static func writing(_ folder: URL) async throws {
        var generator = GeneratedRows(models: 100)
        let start = Date() - 86_400
        let batches = generator.batches(
            200, of: 1_000, from: Date(timeIntervalSince1970: start.timeIntervalSince1970.rounded()))
        let rows = batches.reduce(0) { $0 + $1.count }
        var best = (store: 0.0, bare: 0.0)
        // In turns, so that a slow moment of the machine meets both.
        for round in 0..<3 {
            let store = try SQLiteHistory(path: folder.appendingPathComponent("store-\(round).db").path)
            let own = try await ContinuousClock().measure {
                for batch in batches { try await store.append(batch, []) }
            }
            best.store = max(best.store, Double(rows) / own.seconds)
            let bare = try bareLoop(batches, at: folder.appendingPathComponent("bare-\(round).db").path)
            best.bare = max(best.bare, Double(rows) / bare.seconds)
        }
        Figure.print(
            "SQLite: snapshots/s, batches of 1,000 (bare loop of inserts)", "≥ 100,000",
            "\(Figure.count(best.store)) (\(Figure.count(best.bare)), ratio \(Figure.ratio(best.store / best.bare)))")
    }

    /// A prepared statement, one transaction a batch, the same columns and key, nothing else.
    private static func bareLoop(_ batches: [[HealthSnapshot]], at path: String) throws -> Duration {
        let pool = try DatabasePool(path: path)
        try pool.write { db in
            try db.execute(
                sql: """
                    CREATE TABLE rows (model_id TEXT NOT NULL, at INTEGER NOT NULL, provider TEXT, status TEXT, score REAL,
                        reason TEXT, p50 REAL, p90 REAL, p99 REAL, error_rate REAL, requests INTEGER, availability REAL,
                        success INTEGER, latency REAL, error TEXT, PRIMARY KEY (model_id, at)) STRICT, WITHOUT ROWID
                    """)
        }
        return try ContinuousClock().measure {
            for batch in batches {
                try pool.write { db in
                    let insert = try db.cachedStatement(sql: "INSERT INTO rows VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)")
                    for row in batch {
                        insert.setUncheckedArguments([
                            row.modelId.rawValue, Int64(row.timestamp.timeIntervalSince1970 * 1_000), row.provider,
                            row.status.rawValue, row.score, row.reasonCode.rawValue, row.metrics.latencyP50,
                            row.metrics.latencyP90, row.metrics.latencyP99, row.metrics.errorRate,
                            row.metrics.requestCount, row.metrics.availability, row.probeResult?.success,
                            row.probeResult?.latency, row.probeResult?.error,
                        ])
                        try insert.execute()
                    }
                }
            }
        }
    }

    /// 90 days of 200 models, the way the retention leaves them, and what questions take.
    static func reading(_ path: String, models count: Int) async throws {
        let now = Date()
        let store = try SQLiteHistory(path: path)
        try await fill(store, models: count, now: now)
        let models = try await store.models()
        let quarter = TimeRange(last: .seconds(90 * 86_400), endingAt: now)
        let week = TimeRange(last: .seconds(7 * 86_400), endingAt: now)
        let timelines = try await times(models) { _ = try await store.timeline(of: $0, in: quarter) }
        Figure.print(
            "SQLite: timeline of 90 days, \(models.count) models: p50, p99", "p99 ≤ 10 ms",
            "\(Figure.ms(timelines.p50)), \(Figure.ms(timelines.p99))")
        let histories = try await times(models) { model in
            _ = try HealthJSON.encoder().encode(try await store.history(of: model, in: week, limit: 1_000))
        }
        Figure.print(
            "SQLite: history of 7 days, newest 1,000 as JSON: p50, p99", "≤ 50 ms",
            "\(Figure.ms(histories.p50)), \(Figure.ms(histories.p99))")
        let coarse = try await times(models) { model in
            _ = try HealthJSON.encoder().encode(
                try await store.history(of: model, provider: "", in: week, resolution: .seconds(3_600)))
        }
        Figure.print(
            "SQLite: history of 7 days by hours as JSON: p50, p99", "≤ 50 ms",
            "\(Figure.ms(coarse.p50)), \(Figure.ms(coarse.p99))")
        let trends = try await times(models) { _ = try await store.trends(of: $0, in: quarter, buckets: 90) }
        Figure.print(
            "SQLite: trends of 90 days by day: p50, p99", "printed",
            "\(Figure.ms(trends.p50)), \(Figure.ms(trends.p99))")
    }

    /// Hours for 90 days, minutes for 30, snapshots for 7, an incident a day and model.
    private static func fill(_ store: SQLiteHistory, models count: Int, now: Date) async throws {
        var generator = GeneratedRows(models: count)
        let day = 86_400.0
        let midnight = (now.timeIntervalSince1970 / day).rounded(.down) * day
        func sums(_ width: RollUpWidth, days: Range<Int>) -> [RollUp] {
            days.flatMap { back in
                (0..<Int(day / width.seconds)).map { part in
                    var sum = RollUp(
                        start: Date(timeIntervalSince1970: midnight - Double(back) * day + Double(part) * width.seconds)
                    )
                    let minutes = Int(width.seconds / 60)
                    (sum.snapshots, sum.requests) = (minutes, minutes * 4)
                    sum.spans.add(.healthy, isIdle: false, milliseconds: width.milliseconds)
                    sum.latency.p50.record(0.3 + Double(part % 7) / 10, times: minutes)
                    sum.latency.p90.record(0.6, times: minutes)
                    sum.latency.p99.record(1.2, times: minutes)
                    return sum
                }
            }.sorted { $0.start < $1.start }
        }
        let (hours, minutes) = (sums(.hour, days: 30..<91), sums(.minute, days: 7..<30))
        for model in generator.models {
            _ = try await store.append(hours, width: .hour, of: model)
            _ = try await store.append(minutes, width: .minute, of: model)
        }
        let start = Date(timeIntervalSince1970: midnight - 6 * day)
        var rows: [HealthSnapshot] = []
        for minute in 0..<Int(now.timeIntervalSince(start) / 60) {
            rows += generator.minute(minute, from: start)
            if rows.count >= 5_000 {
                try await store.append(rows, [])
                rows.removeAll(keepingCapacity: true)
            }
        }
        try await store.append(rows, [])
        var changes: [HealthChangeEvent] = []
        for back in (0..<90).reversed() {
            for model in generator.models {
                let at = Date(timeIntervalSince1970: midnight - Double(back) * day - 7_200)
                for (offset, from, to) in [
                    (0.0, HealthStatus.healthy, HealthStatus.unhealthy), (600, .unhealthy, .healthy),
                ] {
                    changes.append(
                        HealthChangeEvent(
                            seq: UInt64(changes.count + 1), modelId: model, provider: "p", previousStatus: from,
                            currentStatus: to, timestamp: at + offset,
                            reasons: [HealthReason(to == .healthy ? .passing : .outage, "no answer after 10 s")]))
                }
            }
        }
        for first in stride(from: 0, to: changes.count, by: 5_000) {
            try await store.append([], Array(changes[first..<min(first + 5_000, changes.count)]))
        }
        _ = try await store.prune(Retention(), at: now)
    }

    /// One question of every model, three times.
    private static func times(_ models: [ModelID], _ ask: (ModelID) async throws -> Void) async throws
        -> (p50: Double, p99: Double)
    {
        var seconds: [Double] = []
        for _ in 0..<3 {
            for model in models {
                seconds.append(try await ContinuousClock().measure { try await ask(model) }.seconds)
            }
        }
        seconds.sort()
        return (seconds[seconds.count / 2], seconds[min(seconds.count * 99 / 100, seconds.count - 1)])
    }

    /// What a model takes after a year, pruned every day as the daemon does.
    static func size(_ folder: URL) async throws {
        let path = folder.appendingPathComponent("year.db").path
        let clock = YearClock()
        let store = try SQLiteHistory(path: path, timekeeper: Timekeeper(ContinuousClock(), wall: { clock.now }))
        var generator = GeneratedRows(models: 2)
        let start = clock.now
        for day in 0..<365 {
            var rows: [HealthSnapshot] = []
            for minute in day * 1_440..<(day + 1) * 1_440 { rows += generator.minute(minute, from: start) }
            try await store.append(rows, [])
            clock.advance(by: 86_400)
            _ = try await store.prune(Retention(), at: clock.now)
        }
        let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
        Figure.print(
            "SQLite: bytes a model after a year (one snapshot a minute)", "printed", Figure.count(Double(size) / 2))
    }
}
