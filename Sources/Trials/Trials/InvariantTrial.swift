import Foundation
package import Health

/// A fleet at the mercy of everything that may go wrong, and what must hold nonetheless.
///
/// Six models: three hosts reached directly, three models behind one gateway; every kind of trouble, lost and doubled
/// evidence, a wall clock that jumps by up to an hour, users' requests on one of them.
package struct InvariantTrial: Sendable {
    package var days = 30.0
    /// Seconds between two regular looks.
    package var interval = 60.0
    /// Troubles a day and model.
    package var troubles = 6.0

    package struct Result: Sendable {
        package var modelDays = 0.0
        package var events = 0
        package var probes = 0
        package var checks = 0
        /// One sentence each, at most a hundred.
        package var violations: [String] = []
        /// Stands for every event in its order: the same seed gives the same one.
        package var fingerprint: UInt64 = 0xcbf2_9ce4_8422_2325

        package init() {}

        package mutating func add(_ other: Result) {
            modelDays += other.modelDays
            events += other.events
            probes += other.probes
            checks += other.checks
            violations = Array((violations + other.violations).prefix(100))
            fingerprint = (fingerprint ^ other.fingerprint) &* 0x100_0000_01b3
        }
    }

    package init() {}

    /// - Parameter judge: the policy that the rules are taken from, where it is another one.
    package func run(policy: HealthPolicy = HealthPolicy(), judgedBy judge: HealthPolicy? = nil, seed: UInt64) -> Result
    {
        var chance = Chance(seed: seed)
        let end = days * 86_400
        let configs = (0..<6).map { index in
            ModelConfig.trial(
                ModelID("model-\(index)"),
                host: index < 3 ? "https://host-\(index).example.com" : "http://127.0.0.1:8787",
                interval: interval, gateway: index < 3 ? nil : "portkey")
        }
        let outages = outages(until: end, &chance)
        let worlds = configs.indices.map { index in
            World(
                noise: [0.001, 0.005, 0.02][index % 3], rhythm: index == 1 ? 2 : 1,
                episodes: episodes(until: end, isBehindGateway: index >= 3, shared: outages, &chance),
                seed: chance.next())
        }
        var daemon = VirtualDaemon(configs, worlds: worlds, policy: policy, seed: chance.next())
        let network = outages.filter { $0.trouble == .networkLost }
        daemon.connectivity = { at in !network.contains { $0.from <= at && at < $0.to } }
        daemon.mishaps.lost = 0.002
        daemon.mishaps.doubled = 0.002
        let jumps = (0..<Int(days)).map { _ in 3_600 * (2 * chance.uniform() - 1) }
        daemon.mishaps.wallShift = { at in jumps.isEmpty ? 0 : jumps[Int(at / 86_400) % jumps.count] }
        daemon.send(0.2, to: 0)
        return watch(&daemon, until: end, network: network, judge ?? policy)
    }

    /// Many fleets, each with a seed of its own, on all cores.
    package func run(lives: Int, policy: HealthPolicy, firstSeed: UInt64) async -> Result {
        await TrialScale(lives: lives, days: days, faults: 0, firstSeed: firstSeed)
            .run { run(policy: policy, seed: $0) }
            .reduce(into: Result()) { $0.add($1) }
    }

    // MARK: The worlds

    /// Troubles that meet every model at once.
    private func outages(until end: Double, _ chance: inout Chance) -> [Episode] {
        var at = 7_200.0
        var result: [Episode] = []
        while true {
            at += chance.exponential(rate: 1 / (2 * 86_400))
            let length = 60 + 1_800 * chance.uniform()
            guard at + length < end else { return result }
            result.append(Episode(from: at, to: at + length, chance.happens(0.5) ? .networkLost : .gatewayLost))
            at += length
        }
    }

    private func episodes(until end: Double, isBehindGateway: Bool, shared: [Episode], _ chance: inout Chance)
        -> [Episode]
    {
        let shared = shared.filter { ($0.trouble == .gatewayLost) == isBehindGateway }
        var result = shared
        var at = 3_600.0
        while true {
            at += chance.exponential(rate: troubles / 86_400)
            let length = exp(log(5) + (log(14_400) - log(5)) * chance.uniform())
            guard at + length < end else { break }
            let episode = Episode(from: at, to: at + length, trouble(&chance))
            if !shared.contains(where: { $0.from < episode.to && episode.from < $0.to }) { result.append(episode) }
            at += length
        }
        return result.sorted { $0.from < $1.from }
    }

    private func trouble(_ chance: inout Chance) -> Trouble {
        switch Int(chance.uniform() * 11) {
        case 0, 1: .refused
        case 2, 3: .hang
        case 4: .slow(1 + 9 * chance.uniform())
        case 5: .ramp(1 + 5 * chance.uniform())
        case 6: .partial(chance.uniform())
        case 7: .partialHang(chance.uniform())
        case 8: .rateLimited(chance.uniform(), wait: 90 * chance.uniform())
        case 9: chance.happens(0.5) ? .quota : .credentials
        default: .retired
        }
    }
}
