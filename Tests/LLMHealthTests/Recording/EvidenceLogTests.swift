import Foundation
import Health
import History
import Logging
import TestSupport
import Testing
import Trials

@testable import LLMHealth

@Suite("Evidence that is kept", .timeLimit(.minutes(5)))
struct EvidenceLogTests {
    private let folder: ConfigurationFolder
    private let time = ManualTime(start: Date(timeIntervalSince1970: 1_795_428_000))
    private var path: String { "\(folder.path)/h.evidence" }

    init() throws { folder = try ConfigurationFolder() }

    private func log(limit: Int = 1 << 20) -> EvidenceLog {
        EvidenceLog(
            path: path, limit: limit, timekeeper: time.timekeeper, logger: Logger(label: "test"), provider: { _ in "p" }
        )
    }

    private func finished(
        _ number: UInt64, _ outcome: Outcome, target: String = TargetName.default, check: String? = nil
    )
        -> Evidence
    {
        let now = time.timekeeper.now
        var result = ProbeResult(
            modelId: "m", target: target, outcome: outcome, latency: .milliseconds(412), startedAt: now.wall - 0.5)
        result.isCached = false
        return Evidence(
            .probeFinished(ProbeKey("m", target: target, check: check), number: number, result), source: .probe, at: now
        )
    }

    /// What `replay` reads of the folder.
    private func read() throws -> [RecordedEvidence] {
        var lines = try InputLines(path)
        let reader = RecordedEvidence.Reader()
        var found: [RecordedEvidence] = []
        while let line = try lines.next() { found.append(try reader.read(line)) }
        return found
    }

    @Test func `replay reads what was kept, as it was`() throws {
        let log = log()
        let failure = Outcome(.failing, .overloaded, detail: "overloaded \"so\"\n")
        log.record(finished(1, Outcome(.ok, .none)))
        log.record(finished(2, failure, target: "eu"))
        log.record(finished(3, failure, check: "own"))
        log.flush()
        time.advance(by: .seconds(3_600))
        var batch = TrafficBatch(successes: 40, failures: 2, failure: failure, limited: 3)
        batch.latency.record(0.2, times: 40)
        log.record(Evidence(.traffic(ProbeKey("n"), batch), source: .telemetry, at: time.timekeeper.now))
        log.flush()
        log.flush()
        let found = try read()
        #expect(found.map(\.outcome.class) == [.ok, .failing, .ok, .failing, .rateLimited])
        #expect(found.map(\.count) == [1, 1, 40, 2, 3])
        #expect(found.map(\.source) == [.probe, .probe, .telemetry, .telemetry, .telemetry])
        #expect(found[0].latency == .milliseconds(412) && found[0].provider == "p")
        #expect(abs((found[0].startedAt ?? .distantPast).timeIntervalSince(found[0].at) + 0.5) < 0.002)
        #expect(found[1].target == "eu" && found[1].outcome.cause == .overloaded)
        #expect(found[1].outcome.detail == failure.detail)
        let names = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
        #expect(names.count == 2 && names.allSatisfy { $0.hasSuffix(".jsonl.gz") })
    }

    @Test func `the oldest go when there is no more room`() throws {
        let log = log(limit: 2_000)
        for hour in 0..<10 {
            for number in 0..<50 {
                // Texts that hardly pack.
                let detail = (0..<8).map { _ in String(UInt64.random(in: 0...UInt64.max), radix: 36) }.joined()
                log.record(finished(UInt64(number), Outcome(.failing, .other, detail: detail)))
            }
            log.flush()
            time.advance(by: .seconds(3_600))
            let names = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
            #expect(names.count == 1, "\(hour)")
        }
        #expect(try read().count == 50)
    }

    @Test func `a file that was cut in the middle gives what is whole`() throws {
        let log = log()
        log.record(finished(1, Outcome(.ok, .none)))
        log.flush()
        let name = try #require(FileManager.default.contentsOfDirectory(atPath: path).first)
        let whole = try Data(contentsOf: URL(filePath: "\(path)/\(name)"))
        // A kill in the middle of the second member.
        try (whole + whole.prefix(40)).write(to: URL(filePath: "\(path)/\(name)"))
        var lines = try InputLines(path)
        let first = try #require(try lines.next())
        #expect(try RecordedEvidence.Reader().read(first).modelID == "m")
    }

    @Test func `a place that cannot be written costs nothing but the evidence`() throws {
        try folder.write("", to: "h.evidence")
        let log = log()
        log.record(finished(1, Outcome(.ok, .none)))
        log.flush()
        try FileManager.default.removeItem(atPath: path)
        log.record(finished(2, Outcome(.failing, .other)))
        log.flush()
        #expect(try read().map(\.outcome.class) == [.failing])
    }
}
