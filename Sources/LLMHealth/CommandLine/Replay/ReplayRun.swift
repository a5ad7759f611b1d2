import Health
import Trials

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Replays a recording through one policy or two at once, and tells what each makes of it.
package struct ReplayRun {
    private let options: ReplayOptions
    private let environment: [String: String]

    package init(_ options: ReplayOptions, environment: [String: String]) {
        self.options = options
        self.environment = environment
    }

    /// - Parameters:
    ///   - terminal: for the tables of two policies; JSON is the same everywhere.
    ///   - write: where the text goes, as it is; JSON as soon as it is known.
    /// - Throws: ``InputError`` or ``ConfigurationError``.
    package func run(terminal: Terminal, write: (String) -> Void) throws {
        let contenders = try options.contenders(environment: environment)
        let names = contenders.map(\.name)
        if contenders.count > 1, !options.isJSON {
            var tables = ReplayTables(names: names)
            let summaries = try replay(contenders) { tables.add($0, of: $1) }
            write(tables.lines(summaries, for: terminal).map { $0 + "\n" }.joined())
        } else {
            let lines = ReplayLines(isNamed: contenders.count > 1)
            let summaries = try replay(contenders) { write(try lines.line($0, of: $1)) }
            write(try lines.line(summaries))
        }
    }

    /// - Parameter tell: takes each change and the number of its policy, in the order of their times.
    private func replay(
        _ contenders: [ReplayOptions.Contender], tell: (HealthChangeEvent, Int) throws -> Void
    ) throws -> [ReplaySummary] {
        var replays = contenders.map(\.replay)
        var lines = try InputLines(options.file)
        let reader = RecordedEvidence.Reader()
        var queue = EvidenceQueue()
        func take(_ step: ReplayStep) throws {
            var events: [(HealthChangeEvent, Int)] = []
            for index in replays.indices { events += try replays[index].take(step).map { ($0, index) } }
            // Of one policy they are in order already; a stable order of both goes by time, then policy.
            if replays.count > 1 { events.sort { ($0.0.timestamp, $0.1, $0.0.seq) < ($1.0.timestamp, $1.1, $1.0.seq) } }
            for (event, index) in events { try tell(event, index) }
        }
        while let line = try lines.next() {
            if line.allSatisfy({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }) { continue }
            do throws(RecordingProblem) {
                try queue.add(try reader.read(line))
            } catch {
                throw InputError(lines.name, lines.number, error.description)
            }
            while let step = queue.next() { try take(step) }
        }
        while let step = queue.last() { try take(step) }
        let summaries = replays.indices.compactMap { replays[$0].finish() }
        guard summaries.count == replays.count else {
            throw InputError(lines.name, max(lines.number, 1), "holds no evidence; write one piece a line, as JSON")
        }
        return summaries
    }
}
