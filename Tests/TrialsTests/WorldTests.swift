import Foundation
import Health
import Testing

@testable import Trials

@Suite struct WorldTests {
    private func share(of world: World, at times: some Sequence<Double>, _ isMeant: (World.Answer) -> Bool) -> Double {
        var world = world
        var (count, all) = (0, 0)
        for time in times {
            all += 1
            if isMeant(world.answer(at: time)) { count += 1 }
        }
        return Double(count) / Double(all)
    }

    private let hour = stride(from: 0.0, to: 3_600, by: 0.1)

    @Test func `the same seed is the same world`() {
        func answers(_ seed: UInt64) -> [Double] {
            var world = World(noise: 0.1, episodes: [Episode(from: 50, to: 60, .partial(0.5))], seed: seed)
            return (0..<1_000).map { world.answer(at: Double($0)).latency }
        }
        #expect(answers(4) == answers(4))
        #expect(answers(4) != answers(5))
    }

    @Test(arguments: [0.0, 0.005, 0.02, 0.3])
    func `noise fails its share and nothing else`(_ noise: Double) {
        let failed = share(of: World(noise: noise, seed: 1), at: hour) { !$0.isSuccess }
        #expect(abs(failed - noise) < 0.01)
    }

    @Test(arguments: [
        (Trouble.refused, 1.0), (.hang, 1), (.partial(0.3), 0.3), (.partialHang(0.3), 0.3), (.slow(3), 0),
        (.rateLimited(0.5, wait: 3), 0.5), (.quota, 1), (.credentials, 1), (.retired, 1), (.gatewayLost, 1),
        (.networkLost, 1), (.ramp(2), 0),
    ])
    func `a trouble fails its share while it lasts and no longer`(_ trouble: Trouble, _ expected: Double) {
        let world = World(noise: 0, episodes: [Episode(from: 1_000, to: 2_000, trouble)], seed: 2)
        let within = share(of: world, at: stride(from: 1_000.0, to: 2_000, by: 0.1)) { !$0.isSuccess }
        #expect(abs(within - expected) < 0.02)
        #expect(share(of: world, at: stride(from: 0.0, to: 1_000, by: 1)) { !$0.isSuccess } == 0)
        #expect(share(of: world, at: stride(from: 2_000.0, to: 3_000, by: 1)) { !$0.isSuccess } == 0)
    }

    @Test func `slowness and the daily rhythm stretch the median`() {
        func median(_ world: World, at time: Double) -> Double {
            var world = world
            return (0..<2_001).map { _ in world.answer(at: time).latency }.sorted()[1_000]
        }
        #expect(abs(median(World(noise: 0, seed: 3), at: 0) - 0.6) < 0.03)
        #expect(
            abs(median(World(noise: 0, episodes: [Episode(from: 0, to: 9, .slow(3))], seed: 3), at: 1) - 1.8) < 0.1)
        let rhythmic = World(noise: 0, rhythm: 2, seed: 3)
        #expect(abs(median(rhythmic, at: 0) - 0.6) < 0.03)
        #expect(abs(median(rhythmic, at: 43_200) - 1.2) < 0.06)
    }

    @Test func `nobody waits longer than the deadline`() {
        var world = World(median: 9, spread: 1, noise: 0, timeout: 10, seed: 4)
        let answers = (0..<1_000).map { world.answer(at: Double($0)) }
        #expect(answers.allSatisfy { $0.latency <= 10 })
        #expect(answers.contains { if case .timeout = $0.kind { true } else { false } })
    }

    @Test(arguments: [(0, 2.9957), (1, 4.7439), (2, 6.2958), (10, 16.9622), (100, 118.0790)])
    func `the Poisson bound is the textbook's`(_ count: Int, _ bound: Double) {
        #expect(abs(Poisson.upperBound(count) - bound) < 0.001)
    }

    @Test func `delays are ranked and what was not found counts`() {
        var delays = Delays()
        #expect(delays.quantile(0.5) == nil)
        for value in [30.0, 10, 20] { delays.add(value) }
        delays.add(nil as Double?)
        #expect(delays.quantile(0.5) == 20)
        #expect(delays.quantile(0.75) == 30)
        #expect(delays.quantile(1) == .infinity)
        #expect(delays.share(within: 20) == 0.5)
        #expect(delays.mean == 20)
    }
}
