import Health
import History

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A history of its own that a file is read into first: rows in any order, each once, and read again from where it
/// stopped. From there all goes the way that one history goes into another.
struct ImportStage {
    let history: SQLiteHistory
    private let path: String
    private let options: ImportOptions
    private(set) var counts = (snapshots: 0, changes: 0, sums: 0)
    private var snapshots: [HealthSnapshot] = []
    private var changes: [HealthChangeEvent] = []

    private static let batch = 5_000
    private static let lines = "import_lines"

    /// - Parameter path: of a file that may be there from an earlier attempt.
    init(path: String, _ options: ImportOptions) throws {
        self.path = path
        self.options = options
        history = try SQLiteHistory(path: path)
    }

    /// Reads lines of JSON, on from those that an earlier attempt took in.
    ///
    /// - Parameter progress: takes how many lines have been read.
    mutating func read(_ lines: inout InputLines, first: Data?, progress: (Int) -> Void) async throws {
        let done = Int(clamping: try await history.noted(Self.lines) ?? 0)
        let decoder = HealthJSON.decoder()
        var next = first
        while true {
            let line: Data
            if let waiting = next {
                line = waiting
                next = nil
            } else if let read = try lines.next() {
                line = read
            } else {
                break
            }
            if lines.number <= done || line.allSatisfy({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }) {
                continue
            }
            do {
                try await take(try decoder.decode(HistoryRecord.self, from: line))
            } catch let error as DecodingError {
                throw InputError(lines.name, lines.number, RecordProblem.text(error))
            }
            if lines.number % Self.batch == 0 {
                try Task.checkCancellation()
                try await flush()
                try await history.note(Int64(lines.number), as: Self.lines)
                progress(lines.number)
            }
        }
        try await flush()
    }

    mutating func take(_ record: HistoryRecord) async throws {
        switch record {
        case .snapshot(let row):
            counts.snapshots += 1
            snapshots.append(options.apply(to: row))
            if snapshots.count >= Self.batch { try await flush() }
        case .change(let row):
            counts.changes += 1
            changes.append(options.apply(to: row))
            if changes.count >= Self.batch { try await flush() }
        case .sum(let row, let width, let model):
            counts.sums += 1
            try await add(row, width, options.apply(to: model))
        }
    }

    mutating func flush() async throws {
        if !snapshots.isEmpty || !changes.isEmpty { try await history.append(snapshots, changes) }
        snapshots.removeAll(keepingCapacity: true)
        changes.removeAll(keepingCapacity: true)
        try await addSums()
    }

    /// Everything that came is summed up, so that older times can be handed on as sums.
    func finish() async throws {
        try await history.sumUpLateRows()
        // Nothing of it is deleted: how old a row may be is the taker's business.
        let forever = Duration.seconds(1_000 * 366 * 86_400)
        _ = try await history.prune(
            Retention(snapshots: forever, minutes: forever, hours: forever, days: forever, changes: forever), at: Date()
        )
    }

    func remove() {
        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
    }

    // MARK: Sums, in stretches of one model and width

    private var sums: (rows: [RollUp], width: RollUpWidth, model: ModelID)?

    private mutating func add(_ row: RollUp, _ width: RollUpWidth, _ model: ModelID) async throws {
        if let waiting = sums, waiting.width == width, waiting.model == model, waiting.rows.count < Self.batch,
            let last = waiting.rows.last, last.start < row.start
        {
            sums?.rows.append(row)
            return
        }
        try await flush()
        sums = ([row], width, model)
    }

    private mutating func addSums() async throws {
        guard let waiting = sums else { return }
        sums = nil
        _ = try await history.append(waiting.rows, width: waiting.width, of: waiting.model)
    }
}

/// What is wrong with a line of JSON.
enum RecordProblem {
    static func text(_ error: DecodingError) -> String {
        func path(_ context: DecodingError.Context, _ last: (any CodingKey)? = nil) -> String {
            (context.codingPath + (last.map { [$0] } ?? [])).map(\.stringValue).joined(separator: ".")
        }
        switch error {
        case .keyNotFound(let key, let context):
            return "the key '\(path(context, key))' is missing; is it a line that 'llm-health export' wrote?"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            let place = path(context)
            return place.isEmpty
                ? "is no JSON object; is it a line that 'llm-health export' wrote?"
                : "'\(place)' is not what it should be: \(context.debugDescription)"
        case .dataCorrupted(let context):
            let place = path(context)
            return place.isEmpty
                ? "is no JSON object; is it a line that 'llm-health export' wrote?"
                : "'\(place)': \(context.debugDescription)"
        @unknown default: return "cannot be read"
        }
    }
}
