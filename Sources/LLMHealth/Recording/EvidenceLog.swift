import Health
import History
import Logging
import Metrics
import ServiceLifecycle
import Synchronization
import Telemetry

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Keeps the evidence itself, compressed and bounded, so that another policy can be tried on what really happened.
///
/// One file an hour at most, each of many small gzip members: a kill costs the last ``interval``, and what is there can
/// be read. The oldest files go when there are more bytes than allowed.
final class EvidenceLog: HealthSink {
    let name = "evidence"

    private struct State {
        var waiting: [Evidence] = []
        var dropped = 0
    }

    static let interval = Duration.seconds(10)
    private static let mostWaiting = 50_000

    let path: String
    private let limit: Int
    private let timekeeper: Timekeeper
    private let logger: Logger
    private let provider: @Sendable (ModelID) -> String
    private let state = Mutex(State())
    static let dropped = Metric.counter(
        "llm_health_evidence_dropped_total", "Lines of recorded evidence given up because the disk did not keep up.")
    private let droppedLines = EvidenceLog.dropped.makeCounter()
    private let isFailing = Mutex(false)

    /// - Parameters:
    ///   - path: of the folder; made when there is something to keep.
    ///   - limit: bytes.
    ///   - provider: of a model.
    init(
        path: String, limit: Int, timekeeper: Timekeeper, logger: Logger,
        provider: @escaping @Sendable (ModelID) -> String
    ) {
        self.path = path
        self.limit = limit
        self.timekeeper = timekeeper
        self.logger = logger
        self.provider = provider
        droppedLines.increment(by: 0)
    }

    /// Never waits; what the disk cannot keep up with is dropped and counted.
    func record(_ evidence: Evidence) {
        let isDropped = state.withLock { state in
            guard state.waiting.count < Self.mostWaiting else {
                state.dropped += 1
                return true
            }
            state.waiting.append(evidence)
            return false
        }
        if isDropped { droppedLines.increment() }
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do { try await self.timekeeper.sleep(for: Self.interval) } catch { break }
                self.flush()
            }
        }
        flush()
    }

    /// Writes what waits.
    func flush() {
        let waiting = state.withLock { state in
            defer { state.waiting.removeAll(keepingCapacity: true) }
            return state.waiting
        }
        let encoder = HealthJSON.encoder()
        var text = ""
        for evidence in waiting {
            for line in EvidenceLine.lines(evidence, provider: provider) {
                guard let bytes = try? encoder.encode(line) else { continue }
                text += String(decoding: bytes, as: UTF8.self) + "\n"
            }
        }
        guard !text.isEmpty, let member = Gzip.compress(text) else { return }
        do {
            try append(Data(member))
            prune()
            noteSuccess()
        } catch {
            noteFailure(lines: waiting.count)
        }
    }

    // MARK: Files

    private func append(_ member: Data) throws {
        let hour = timekeeper.now.wall.rfc3339.prefix(13)
        let file = "\(path)/evidence-\(hour).jsonl.gz"
        let manager = FileManager.default
        if !manager.fileExists(atPath: path) {
            // It tells of providers and errors: nobody else's.
            try manager.createDirectory(
                atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        }
        try AppendedFile.append(member, to: file)
    }

    /// The newest file always stays.
    private func prune() {
        let manager = FileManager.default
        let names = ((try? manager.contentsOfDirectory(atPath: path)) ?? []).filter { $0.hasSuffix(".jsonl.gz") }
            .sorted()
        var files = names.map { name in
            let size = (try? manager.attributesOfItem(atPath: "\(path)/\(name)")[.size] as? Int) ?? 0
            return (name: name, size: size)
        }
        var total = files.reduce(0) { $0 + $1.size }
        while total > limit, files.count > 1 {
            let oldest = files.removeFirst()
            try? manager.removeItem(atPath: "\(path)/\(oldest.name)")
            total -= oldest.size
        }
    }

    private func noteFailure(lines: Int) {
        droppedLines.increment(by: Int64(lines))
        let isFirst = isFailing.withLock { isFailing in
            defer { isFailing = true }
            return !isFailing
        }
        if isFirst {
            logger.error(
                "The evidence cannot be kept; probing and history go on, later evidence is tried again",
                metadata: ["folder": "\(path)"])
        }
    }

    private func noteSuccess() {
        let wasFailing = isFailing.withLock { isFailing in
            defer { isFailing = false }
            return isFailing
        }
        if wasFailing { logger.notice("The evidence is kept again") }
    }
}
