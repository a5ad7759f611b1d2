// For FileHandle, which the essentials do not have.
import Foundation
import Health
import History

/// Takes a past into the configured history: one of ours, as a file or exported, or what another tool kept.
///
/// What is there already stays, so the same import may be run again, from the beginning or after it was interrupted.
package struct ImportRun {
    private let options: ImportOptions
    private let settings: Configuration.Store

    /// A whole document, which is read at once; bytes.
    private static let largestDocument = 512 << 20

    package init(_ options: ImportOptions, into settings: Configuration.Store) {
        self.options = options
        self.settings = settings
    }

    /// - Parameters:
    ///   - write: takes the sentences that tell what came of it.
    ///   - note: takes what is shown to people meanwhile.
    /// - Throws: ``StartError``, ``InputError``, ``HealthStorageError``.
    package func run(terminal: Terminal, write: (String) -> Void, note: @escaping (String) -> Void) async throws {
        let isDatabase = try Self.isDatabase(options)
        if isDatabase, let same = try? Self.isSame(options.file, settings.path), same, settings.clickhouse.url == nil {
            throw InputError(
                "\(options.file): this is the configured history itself; name another file, or another history")
        }
        let target = try await HistoryOpening.store(settings, mustExist: false)
        if isDatabase, let source = try Self.history(options.file) {
            return try await transfer(
                from: source, into: target, renaming: options.apply, terminal: terminal, write: write, note: note)
        }
        var stage = try ImportStage(path: stagePath, options)
        var bar = ProgressBar(terminal, write: note)
        if isDatabase {
            try await Self.read(gatus: options.file, into: &stage)
        } else {
            try await read(into: &stage, &bar)
        }
        bar.clear()
        try await stage.flush()
        try await stage.finish()
        try await transfer(from: stage.history, into: target, terminal: terminal, write: write, note: note)
        stage.remove()
    }

    private func transfer(
        from source: any HistoryStore, into target: any HistoryStore,
        renaming: (HistoryBatch) -> HistoryBatch = { $0 }, terminal: Terminal, write: (String) -> Void,
        note: @escaping (String) -> Void
    ) async throws {
        var transfer = HistoryTransfer(into: target)
        var bar = ProgressBar(terminal, write: note)
        try await HistoryWalk(source, keeping: Retention(settings)).run(
            progress: { bar.show($0.fraction, "\($0.rows) rows") }
        ) { batch in
            try await transfer.take(renaming(batch))
        }
        bar.clear()
        try await transfer.finish()
        let report = transfer.report
        let models = try await source.models().count
        write(
            "imported \(report.snapshots) snapshots, \(report.changes) changes and \(report.sums) sums of \(models) "
                + "model\(models == 1 ? "" : "s")\n")
        if report.present > 0 { write("\(report.present) rows were there already\n") }
    }

    // MARK: Reading

    private func read(into stage: inout ImportStage, _ bar: inout ProgressBar) async throws {
        // A document may stand on one line.
        var lines =
            options.format == .jsonl
            ? try InputLines(options.file) : try InputLines(options.file, longest: Self.largestDocument)
        guard let first = try lines.next() else { throw InputError("\(lines.name): is empty") }
        let isLine =
            switch options.format {
            case .jsonl: true
            case .auto: (try? HealthJSON.decoder().decode(HistoryRecord.self, from: first)) != nil
            default: false
            }
        if isLine {
            try await stage.read(&lines, first: first) { bar.show(0, "\($0) lines read") }
            return
        }
        var document = first
        while let line = try lines.next() {
            document.append(UInt8(ascii: "\n"))
            document.append(line)
            guard document.count <= Self.largestDocument else {
                throw InputError("\(lines.name): is larger than 512 MiB; split it")
            }
        }
        do {
            let start = document.first { ![UInt8(ascii: " "), UInt8(ascii: "\t"), 10, 13].contains($0) }
            var rows: [HealthSnapshot] = []
            if options.format == .json
                || options.format == .auto && (start == UInt8(ascii: "{") || start == UInt8(ascii: "["))
            {
                rows = try PeerExport.snapshots(document)
            } else {
                try HistoryCSV.read(String(decoding: document, as: UTF8.self)) { rows.append($0) }
            }
            for row in rows { try await stage.take(.snapshot(row)) }
        } catch let problem as ImportProblem {
            throw InputError("\(lines.name): \(problem.description)")
        }
    }

    private static func read(gatus path: String, into stage: inout ImportStage) async throws {
        do {
            guard let database = try GatusDatabase(path: path) else {
                throw InputError("\(path): is a SQLite database, and neither llm-health's nor Gatus'")
            }
            for hour in try database.hours() { try await stage.take(.sum(hour.sum, .hour, ModelID(hour.endpoint))) }
            for check in try database.results() {
                try await stage.take(
                    .snapshot(
                        .check(
                            of: check.endpoint, provider: check.group, at: try ImportTime.date(check.at),
                            success: check.success, latency: check.latency, error: check.error)))
            }
        } catch let problem as ImportProblem {
            throw InputError("\(path): \(problem.description)")
        }
    }

    // MARK: Files

    /// One of our own files; `nil` when it is another program's.
    private static func history(_ path: String) throws -> SQLiteHistory? {
        guard SQLiteHistory.isOne(path) else { return nil }
        return try SQLiteHistory(path: path)
    }

    private static func isDatabase(_ options: ImportOptions) throws(InputError) -> Bool {
        guard options.file != "-" else { return false }
        guard let file = FileHandle(forReadingAtPath: options.file) else {
            throw InputError("\(options.file): there is no such file, or it cannot be opened; check the path")
        }
        defer { try? file.close() }
        let isOne = (try? file.read(upToCount: 15)) == Data("SQLite format 3".utf8)
        if options.format == .sqlite, !isOne { throw InputError("\(options.file): is not a SQLite database") }
        return isOne
    }

    private static func isSame(_ a: String, _ b: String) throws -> Bool {
        func identity(_ path: String) throws -> [AnyHashable?] {
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            return [attributes[.systemNumber] as? AnyHashable, attributes[.systemFileNumber] as? AnyHashable]
        }
        return try identity(a) == identity(b)
    }

    /// Beside the history, by the file's name, size and age: the same file goes on where it stopped.
    private var stagePath: String {
        let attributes = (try? FileManager.default.attributesOfItem(atPath: options.file)) ?? [:]
        let age = (attributes[.modificationDate] as? Date)?.timeIntervalSince1970 ?? Date().timeIntervalSince1970
        let size = (attributes[.size] as? Int) ?? 0
        var name: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in "\(options) \(size) \(age)".utf8 { name = (name ^ UInt64(byte)) &* 0x100_0000_01b3 }
        let base =
            settings.path == ":memory:" ? "\(FileManager.default.temporaryDirectory.path)/llm-health" : settings.path
        return (base.hasSuffix(".db") ? String(base.dropLast(3)) : base) + ".import-\(String(name, radix: 16)).db"
    }
}
