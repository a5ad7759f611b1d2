package import Health
import History

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Writes the configured history as JSON Lines, or its snapshots as a table.
package struct ExportRun {
    package enum Format: String, Sendable, Hashable, CaseIterable { case jsonl, csv }

    private let history: Configuration.Store
    private let models: [ModelID]
    private let range: TimeRange?
    private let format: Format

    /// - Parameters:
    ///   - models: empty for all.
    ///   - range: `nil` for everything.
    package init(_ history: Configuration.Store, models: [ModelID], range: TimeRange?, format: Format) {
        self.history = history
        self.models = models
        self.range = range
        self.format = format
    }

    /// - Parameters:
    ///   - write: takes the text as it comes.
    ///   - note: takes what is shown to people beside it.
    /// - Throws: ``StartError``, ``HealthStorageError``, ``InputError``.
    package func run(terminal: Terminal, write: (String) throws -> Void, note: @escaping (String) -> Void) async throws
    {
        let store = try await HistoryOpening.store(history, mustExist: true)
        let known = try await store.models()
        for model in models where !known.contains(model) {
            throw InputError("the history has nothing of '\(model)'; it knows \(Self.list(known))")
        }
        let encoder = HealthJSON.encoder()
        var bar = ProgressBar(terminal, write: note)
        var counts = (snapshots: 0, changes: 0, sums: 0)
        if format == .csv { try write(HistoryCSV.header + "\n") }
        try await HistoryWalk(store, models: models.isEmpty ? nil : models, in: range).run(
            progress: { bar.show($0.fraction, "\($0.rows) rows") }
        ) { batch in
            var text = ""
            switch (format, batch) {
            case (.csv, .snapshots(let rows)):
                counts.snapshots += rows.count
                for row in rows { text += HistoryCSV.line(row) + "\n" }
            case (.csv, .sums(let rows, _, _)): counts.sums += rows.count
            case (.csv, .changes): break
            case (.jsonl, _):
                for record in batch.records {
                    text += String(decoding: try encoder.encode(record), as: UTF8.self) + "\n"
                }
                switch batch {
                case .snapshots: counts.snapshots += batch.count
                case .changes: counts.changes += batch.count
                case .sums: counts.sums += batch.count
                }
            }
            if !text.isEmpty { try write(text) }
        }
        bar.clear()
        note(
            "exported \(counts.snapshots) snapshots, \(counts.changes) changes and \(format == .csv ? 0 : counts.sums) sums\n"
        )
        if format == .csv, counts.sums > 0 {
            note(
                "of older times only sums are kept (\(counts.sums)), which a table of snapshots cannot hold: use --format jsonl\n"
            )
        }
    }

    private static func list(_ models: [ModelID]) -> String {
        models.isEmpty
            ? "no model" : models.prefix(5).map { "'\($0)'" }.joined(separator: ", ") + (models.count > 5 ? ", …" : "")
    }
}
