import Foundation

/// Measures the history's stores, each beside a bare loop that does the same work.
///
/// `history-benchmark [CLICKHOUSE-URL] [--keep FILE]`: with `--keep`, the 90 days of 200 models stay in FILE.
@main
struct HistoryBenchmark {
    static func main() async throws {
        var arguments = Array(CommandLine.arguments.dropFirst())
        var kept: String?
        if let index = arguments.firstIndex(of: "--keep"), index + 1 < arguments.count {
            kept = arguments[index + 1]
            arguments.removeSubrange(index...index + 1)
        }
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("history-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await SQLiteBenchmark.writing(folder)
        try await SQLiteBenchmark.reading(kept ?? folder.appendingPathComponent("quarter.db").path, models: 200)
        try await SQLiteBenchmark.size(folder)
        if let url = arguments.first { try await ClickHouseBenchmark.writing(url) }
    }
}
