import Foundation
import GRDB
import Health
import Simulator
import Testing

extension EndToEnd {
    /// A daemon that is killed in the middle of its work, again and again.
    @Suite("Crash", .timeLimit(.minutes(30))) struct CrashTests {
        /// How often; `LLM_HEALTH_TEST_CRASHES`.
        static let rounds = ProcessInfo.processInfo.environment["LLM_HEALTH_TEST_CRASHES"].flatMap(Int.init) ?? 20
        private static let models = 50
        /// What may be lost (the bar), in seconds.
        private static let mayBeLost = 1.0
        /// Seconds after which the recorder has seen a status, several of its looks.
        private static let lasting = 0.6
        /// Seconds at most between a change and its line in the log.
        private static let logDelay = 0.1

        /// Quick verdicts, so that as much as possible happens in a round.
        private static func yaml(_ simulator: LLMSimulator) -> String {
            let models = (0..<models).map { "  - {id: m\($0), provider: simulated}\n" }.joined()
            return """
                server: {port: 0}
                logging: {format: json}
                history: {sqlite: {path: ./health.db}}
                providers:
                  simulated: {kind: openai, url: "\(simulator.openAI.url)", key: none}
                defaults: {interval: 1s, timeout: 2s, streaming: never}
                policy:
                  firstRound: 200ms
                  outage: {firstLooks: 1, fastConfirmations: [50ms]}
                  budget: {share: 1, burst: 1000}
                  breaker: {failures: 1000, recoveryInterval: 100ms, confirmAfter: 50ms, longestBackoff: 200ms}
                  flapping: {changes: 100, observations: 2}
                models:
                \(models)
                """
        }

        /// What rounds so far have come to.
        private struct Tally {
            var changes = 0
            var highestSeq: UInt64 = 0
            var reserved: UInt64 = 0
            var rows = 0
            var worstChange = 0.0
            var worstSnapshot = 0.0
            var lost = 0
        }

        @Test
        func `costs at most a second, and no event number comes twice`() async throws {
            let half = { (seed: Int) in Behavior.failing(.refusal(.serverError), share: 0.5, seed: UInt64(seed)) }
            let fleet = (0..<Self.models).map { SimulatedModel("m\($0)", behavior: half($0)) }
            try await withSimulator(SimulatorConfiguration(models: fleet)) { simulator in
                let folder = try TemporaryFolder()
                var tally = Tally()
                for round in 0..<Self.rounds {
                    let (changes, killedAt) = try await run(round, Self.yaml(simulator), in: folder)
                    try inspect(changes, killedAt, in: folder, round: round, &tally)
                }
                #expect(tally.worstChange <= Self.mayBeLost)
                #expect(tally.worstSnapshot <= Self.mayBeLost)
                let (change, snapshot) = (Self.milliseconds(tally.worstChange), Self.milliseconds(tally.worstSnapshot))
                print(
                    "Crash: \(Self.rounds) kills, \(tally.changes) changes, \(tally.lost) of them lost, the oldest "
                        + "\(change) before the kill, of snapshots \(snapshot); \(tally.rows) rows kept")
            }
        }

        /// Lets the daemon work and be read for a while, and kills it at a moment of no meaning.
        private func run(_ round: Int, _ yaml: String, in folder: TemporaryFolder) async throws -> (
            [LoggedChange], Date
        ) {
            try await RunningDaemon.with(yaml, in: folder) { daemon in
                try await eventually("a change of every model", within: .seconds(20)) {
                    Set(daemon.loggedChanges.map(\.model)).count == Self.models ? true : nil
                }
                let clock = ContinuousClock()
                let end = clock.now + .milliseconds(600 + 137 * (round * 7 % 11))
                while clock.now < end {
                    _ = try await daemon.api.models()
                    try await clock.sleep(for: .milliseconds(20))
                }
                let killedAt = Date()
                daemon.child.send(SIGKILL)
                let exit = try await daemon.child.exit(within: .seconds(5))
                #expect(exit == .signal(SIGKILL), "\(daemon.child.errors.text.suffix(2_000))")
                return (daemon.loggedChanges, killedAt)
            }
        }

        private func inspect(
            _ changes: [LoggedChange], _ killedAt: Date, in folder: TemporaryFolder, round: Int, _ tally: inout Tally
        ) throws {
            // A copy, since the next daemon has to recover the files as the kill has left them.
            try folder.copyDatabase("health.db", to: "copy.db")
            try folder.copyDatabase("health.state.db", to: "copy.state.db")
            let history = try Database(folder["copy.db"])
            let state = try Database(folder["copy.state.db"])
            #expect(try history.integrity() == "ok", "round \(round)")
            #expect(try state.integrity() == "ok", "round \(round)")

            #expect(Set(changes.map(\.seq)).count == changes.count, "round \(round): a number was given out twice")
            // All that was set aside before may have been seen by somebody.
            let lowest = changes.map(\.seq).min() ?? 0
            #expect(lowest > tally.highestSeq && lowest > tally.reserved, "round \(round): numbers begin again")

            let rows = try history.changes()
            let kept = rows.prefix { $0.seq < lowest }
            #expect(kept.count == tally.rows, "round \(round): rows of earlier rounds have changed")
            let known = Dictionary(uniqueKeysWithValues: rows.map { ($0.seq, $0) })
            for change in changes {
                if let row = known[change.seq] {
                    #expect(row.model == change.model && row.to == change.to)
                } else {
                    tally.lost += 1
                    tally.worstChange = max(tally.worstChange, killedAt.timeIntervalSince(change.at))
                }
            }

            try inspectSnapshots(history, changes, killedAt, &tally)

            tally.changes += changes.count
            tally.rows = rows.count
            tally.highestSeq = max(tally.highestSeq, changes.map(\.seq).max() ?? 0)
            tally.reserved = try state.lastReserved()
            #expect(tally.reserved >= tally.highestSeq)
        }

        /// Every status that lasted has its snapshot; one that is gone before the recorder looks need not.
        private func inspectSnapshots(
            _ history: Database, _ changes: [LoggedChange], _ killedAt: Date, _ tally: inout Tally
        ) throws {
            let snapshots = try Dictionary(grouping: history.snapshots(), by: \.model)
            for (model, all) in Dictionary(grouping: changes, by: \.model) {
                let ordered = all.sorted { $0.seq < $1.seq }
                for (position, change) in ordered.enumerated() {
                    let end = position + 1 < ordered.count ? ordered[position + 1].at : killedAt
                    guard end.timeIntervalSince(change.at) >= Self.lasting else { continue }
                    // The line is written a moment after the change.
                    let times = change.at.addingTimeInterval(-Self.logDelay)...end
                    let isKept = snapshots[model, default: []].contains {
                        times.contains($0.at) && $0.status == change.to
                    }
                    if !isKept { tally.worstSnapshot = max(tally.worstSnapshot, killedAt.timeIntervalSince(change.at)) }
                }
            }
        }

        private static func milliseconds(_ seconds: Double) -> String { "\(Int((seconds * 1_000).rounded())) ms" }
    }
}
