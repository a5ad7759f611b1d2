package import Health
import History

/// What an import is told.
package struct ImportOptions: Sendable, Hashable {
    package enum Format: String, Sendable, Hashable, CaseIterable { case auto, jsonl, csv, json, sqlite }

    /// A file; `-` is standard input.
    package var file: String
    package var format: Format
    /// Models of the file that have another id here.
    package var renames: [String: ModelID]
    /// For rows that name none.
    package var provider: String?

    package init(
        file: String, format: Format = .auto, renames: [String: ModelID] = [:], provider: String? = nil
    ) {
        self.file = file
        self.format = format
        self.renames = renames
        self.provider = provider
    }

    /// - Throws: for an argument that is not `OLD=NEW`.
    package static func renames(_ arguments: [String]) throws(InputError) -> [String: ModelID] {
        var renames: [String: ModelID] = [:]
        for argument in arguments {
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
                throw InputError("--rename '\(argument)' is not OLD=NEW, such as --rename 'openai_gpt-4o=gpt-4o'")
            }
            renames[String(parts[0])] = ModelID(String(parts[1]))
        }
        return renames
    }

    func apply(to row: HealthSnapshot) -> HealthSnapshot {
        var row = row
        row.modelId = renames[row.modelId.rawValue] ?? row.modelId
        if row.provider.isEmpty { row.provider = provider ?? "" }
        return row
    }

    func apply(to row: HealthChangeEvent) -> HealthChangeEvent {
        var row = row
        row.modelId = renames[row.modelId.rawValue] ?? row.modelId
        if row.provider.isEmpty { row.provider = provider ?? "" }
        return row
    }

    func apply(to batch: HistoryBatch) -> HistoryBatch {
        switch batch {
        case .snapshots(let rows): .snapshots(rows.map(apply))
        case .changes(let rows): .changes(rows.map(apply))
        case .sums(let rows, let width, let model): .sums(rows, width, apply(to: model))
        }
    }

    func apply(to model: ModelID) -> ModelID { renames[model.rawValue] ?? model }
}
