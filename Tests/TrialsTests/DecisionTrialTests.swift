import Foundation
import Health
import Testing

@testable import Trials

/// The goals of the decision, on a scale that fits a test: seeded, so that a figure is the same every time.
@Suite struct DecisionTrialTests {
    private func ours(_ interval: Double, _ seed: UInt64 = 3) -> EngineContestant {
        EngineContestant(interval: interval, seed: seed)
    }

    @Test(arguments: [
        (15.0, Trouble.refused, 20.0, 27.0, 10.5, 17.5), (15, .hang, 21, 28, 14.5, 22), (60, .refused, 66, 95, 58, 85),
    ])
    func `a total outage is found in time, and its end`(
        _ interval: Double, _ trouble: Trouble, _ median: Double, _ most: Double, _ avoided: Double,
        _ mostAvoided: Double
    ) throws {
        var trial = FaultTrial(trouble, noise: interval < 30 ? 0.005 : 0.02, length: 300...900, isTotal: true)
        trial.faults = 60
        trial.quiet = 7_200
        let result = trial.run(ours(interval), seed: 21)
        #expect(result.faults >= 55)
        #expect(try #require(result.found.quantile(0.5)) <= median)
        #expect(try #require(result.found.quantile(0.98)) <= most)
        #expect(try #require(result.avoided.quantile(0.5)) <= avoided)
        #expect(try #require(result.avoided.quantile(0.98)) <= mostAvoided)
        #expect(result.entriesPerFault == 1)
        if interval < 30 { #expect(try #require(result.recovered.quantile(0.5)) <= 20) }
    }

    /// With no noise: a probe that fails for no reason costs another 25 s.
    @Test(arguments: [5.0, 15], [Trouble.refused, .hang])
    func `the end of an outage is known within 30 s`(_ interval: Double, _ trouble: Trouble) {
        var slowest = 0.0
        for seed in UInt64(1)...60 {
            var chance = Chance(seed: seed)
            let begin = 1_800 + 100 * chance.uniform()
            let end = begin + 120 + 600 * chance.uniform()
            let world = World(noise: 0, episodes: [Episode(from: begin, to: end, trouble)], seed: seed)
            var daemon = VirtualDaemon(
                [.trial("m", interval: interval)], worlds: [world], policy: HealthPolicy(), seed: seed)
            var back = Double.infinity
            while daemon.nextAt < end + 120, back == .infinity {
                daemon.step()
                if daemon.now > end, daemon.events.contains(where: { $0.currentStatus == .healthy }) {
                    back = daemon.now
                }
                daemon.events.removeAll()
            }
            slowest = max(slowest, back - end)
        }
        #expect(slowest <= 30)
    }

    @Test(arguments: [(15.0, 0.3, 70.0, 1.0), (15, 0.15, 200, 1), (60, 0.3, 600, 0.97)])
    func `a partial outage is found within the hour`(
        _ interval: Double, _ share: Double, _ median: Double, _ found: Double
    ) throws {
        var trial = FaultTrial(
            .partial(share), noise: interval < 30 ? 0.005 : 0.02, length: 3_600...3_600, isTotal: false)
        trial.faults = 40
        trial.quiet = 28_800
        let result = trial.run(ours(interval), seed: 22)
        #expect(try #require(result.found.quantile(0.5)) <= median)
        #expect(result.found.share(within: 3_600) >= found)
        #expect(result.entriesPerFault <= 1.15)
    }

    @Test(arguments: [(15.0, 0.005), (60, 0.02)])
    func `noise and blips keep quiet, and cost little`(_ interval: Double, _ noise: Double) {
        for blip in [nil, Trouble.refused, .hang] {
            var trial = QuietTrial(noise: noise)
            trial.days = 20
            if let blip {
                trial.blips = 6
                trial.blipLength = interval < 30 ? 10 : 30
                trial.blip = blip
            }
            let result = trial.run(ours(interval), seed: 23)
            #expect(result.alarms <= 2, "\(String(describing: blip))")
            // The budget may be spent once beside what is earned.
            let policy = HealthPolicy()
            let turns = Double(result.looks - result.extraLooks)
            #expect(Double(result.extraLooks) <= policy.budget.share * turns + policy.budget.burst + 5)
            #expect(result.extraLooks > 100)
        }
    }

    @Test func `a step of the latency is found in two minutes, a daily rhythm is none`() throws {
        var step = FaultTrial(.slow(3), noise: 0.005, length: 1_800...1_800, isTotal: false)
        step.faults = 30
        step.quiet = 14_400
        let result = step.run(ours(15), seed: 24)
        #expect(try #require(result.found.quantile(0.95)) <= 120)
        var rhythm = QuietTrial(noise: 0)
        rhythm.days = 20
        rhythm.rhythm = 2
        #expect(rhythm.run(ours(15), seed: 25).alarms == 0)
    }

    @Test(arguments: [(Trouble.refused, 4.5), (.partial(0.3), 6.5), (.hang, 45)])
    func `few requests of users meet a fault`(_ trouble: Trouble, _ most: Double) {
        var trial = TrafficTrial(trouble, noise: 0.01)
        trial.faults = 12
        let result = trial.run(interval: 15, policy: HealthPolicy(), seed: 26)
        #expect(result.faults == 12)
        #expect(result.failedPerFault <= most, "\(result.failedPerFault)")
        #expect(result.failed > 0)
        // The canary has the fault's ten minutes to itself; before, requests prove health and it is seldom needed.
        #expect(Double(result.probes) < 12 * 1_800 / 15 * 1.2)
    }

    @Test func `the same seed is the same life`() {
        var trial = QuietTrial(noise: 0.02)
        trial.days = 2
        let first = trial.run(ours(15), seed: 9)
        let second = trial.run(ours(15), seed: 9)
        #expect(first.looks == second.looks && first.extraLooks == second.extraLooks)
        #expect(trial.run(ours(15), seed: 10).extraLooks != first.extraLooks)
    }

    @Test func `peers are slower at the same cost`() async throws {
        let scale = TrialScale(lives: 1, days: 2, faults: 12)
        let board = ProbeScoreboard(TrialSetting(interval: 60, noise: 0.02, scale: scale))
        let ours = await board.ours()
        let peers = await board.peers()
        let gatus = try #require(peers.first { $0.name.hasPrefix("Gatus") })
        let found = try #require(ours.refused.found.quantile(0.5))
        #expect(try #require(gatus.refused.found.quantile(0.5)) > 1.5 * found)
        #expect(abs(gatus.looksPerDay / ours.looksPerDay - 1) < 0.05)
        let table = ScoreTable.probing([ours] + peers, interval: 60)
        #expect(table.rows.count == peers.count + 1)
        #expect(table.rows.allSatisfy { $0.count == table.columns.count })
        #expect(table.markdown.split(separator: "\n").count == table.rows.count + 2)
    }
}
