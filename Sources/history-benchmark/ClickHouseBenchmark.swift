import AsyncHTTPClient
import Foundation
import Health
import History
import NIOCore
import NIOHTTP1

/// What ClickHouse takes from the store, beside bare loops of inserts: into one narrow table, and into the store's own tables.
enum ClickHouseBenchmark {
    static func writing(_ url: String) async throws {
        var generator = GeneratedRows(models: 100)
        let start = Date(timeIntervalSince1970: (Date().timeIntervalSince1970 / 60).rounded() * 60 - 86_400)
        let batches = generator.batches(30, of: 10_000, from: start)
        let rows = batches.reduce(0) { $0 + $1.count }
        let bodies = batches.map { batch in
            batch.map { row in
                [
                    row.modelId.rawValue, "\(Int64(row.timestamp.timeIntervalSince1970 * 1_000))", row.provider,
                    row.status.rawValue, row.score.map { "\($0)" } ?? "\\N", row.reasonCode.rawValue,
                    row.metrics.latencyP50.map { "\($0)" } ?? "\\N", "\(row.metrics.requestCount)",
                ].joined(separator: "\t") + "\n"
            }.joined()
        }
        let whole = batches.map { batch in batch.map(line).joined() }
        var best = (store: 0.0, rows: 0.0, bare: 0.0, same: 0.0)
        for _ in 0..<2 {
            let database = "benchmark_\(UUID().uuidString.prefix(8))"
            let store = try ClickHouseHistory(
                ClickHouseConfiguration(url: url, database: database, timeout: .seconds(120)))
            try await store.open()
            let own = try await ContinuousClock().measure {
                for batch in batches { try await store.append(batch, []) }
            }
            best.store = max(best.store, Double(rows) / own.seconds)
            let bare = try await bareLoop(bodies, url, database)
            best.bare = max(best.bare, Double(rows) / bare.seconds)
            let same = try await sameTables(whole, url)
            best.same = max(best.same, Double(rows) / same.seconds)
            // The same way without what adds the rows up.
            for view in ["minutes_of_figures", "minutes_of_spans", "hours_of_minutes", "days_of_hours"] {
                try await run("DROP TABLE `\(database)`.llm_health_\(view) SYNC", url)
            }
            let later = generator.batches(30, of: 10_000, from: start + 86_400 / 2)
            let alone = try await ContinuousClock().measure {
                for batch in later { try await store.append(batch, []) }
            }
            best.rows = max(best.rows, Double(rows) / alone.seconds)
            try await run("DROP DATABASE `\(database)`", url)
        }
        Figure.print(
            "ClickHouse: snapshots/s without sums, batches of 10,000", "≥ 200,000",
            "\(Figure.count(best.rows)) (ratio to the bare loop \(Figure.ratio(best.rows / best.bare)))")
        Figure.print(
            "ClickHouse: snapshots/s with sums of minutes, hours, days (bare loop of inserts)", "≥ 200,000",
            "\(Figure.count(best.store)) (\(Figure.count(best.bare)), ratio \(Figure.ratio(best.store / best.bare)))")
        Figure.print(
            "ClickHouse: the same (bare loop of text into the same tables and views)", "printed",
            "\(Figure.count(best.store)) (\(Figure.count(best.same)), ratio \(Figure.ratio(best.store / best.same)))")
    }

    /// Every column that the store writes.
    private static func line(_ row: HealthSnapshot) -> String {
        func number(_ value: Double?) -> String { value.map { "\($0)" } ?? "\\N" }
        func time(_ date: Date) -> String { String(format: "%.3f", date.timeIntervalSince1970) }
        let metrics = row.metrics
        return [
            "", "default", row.modelId.rawValue, time(row.timestamp), row.provider, row.status.rawValue,
            number(row.score),
            row.reasonCode.rawValue, number(metrics.latencyP50), number(metrics.latencyP90), number(metrics.latencyP99),
            number(metrics.errorRate), "\(metrics.requestCount)", number(metrics.availability),
            row.probeResult?.success == true ? "1" : "0", number(row.probeResult?.latency),
            row.probeResult?.error ?? "\\N",
            time(row.timestamp - 60), row.status.rawValue,
        ].joined(separator: "\t") + "\n"
    }

    /// The store's own tables and views, fed by nothing but a loop.
    private static func sameTables(_ bodies: [String], _ url: String) async throws -> Duration {
        let database = "benchmark_\(UUID().uuidString.prefix(8))"
        try await ClickHouseHistory(ClickHouseConfiguration(url: url, database: database)).open()
        let columns =
            "region, instance, model_id, at, provider, status, score, reason, latency_p50, latency_p90, latency_p99, "
            + "error_rate, request_count, availability, probe_success, probe_latency, probe_error, previous_at, "
            + "previous_status"
        let time = try await ContinuousClock().measure {
            for body in bodies {
                try await run(
                    "INSERT INTO `\(database)`.llm_health_snapshots (\(columns)) FORMAT TabSeparated", url, body: body)
            }
        }
        try await run("DROP DATABASE `\(database)`", url)
        return time
    }

    private static func bareLoop(_ bodies: [String], _ url: String, _ database: String) async throws -> Duration {
        try await run(
            """
            CREATE TABLE `\(database)`.bare (model_id LowCardinality(String), at Int64, provider LowCardinality(String),
                status LowCardinality(String), score Nullable(Float64), reason LowCardinality(String),
                p50 Nullable(Float64), requests UInt64) ENGINE = MergeTree ORDER BY (model_id, at)
            """, url)
        return try await ContinuousClock().measure {
            for body in bodies {
                try await run("INSERT INTO `\(database)`.bare FORMAT TabSeparated", url, body: body)
            }
        }
    }

    private static func run(_ statement: String, _ url: String, body: String = "") async throws {
        var characters = CharacterSet.alphanumerics
        characters.insert(charactersIn: "-._~")
        let query = statement.addingPercentEncoding(withAllowedCharacters: characters) ?? ""
        var request = HTTPClientRequest(url: "\(url)/?query=\(query)")
        request.method = .POST
        request.body = .bytes(ByteBuffer(string: body))
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(120))
        let answer = try await response.body.collect(upTo: 1 << 20)
        guard response.status == .ok else { throw Refused(text: String(buffer: answer)) }
    }

    struct Refused: Error { var text: String }
}
