import Basics
import Foundation
package import Health

/// A fleet at the mercy of everything that may go wrong, and what must hold nonetheless (``Invariant``).
///
/// Ten models: five on four hosts reached directly, two of them on one host; three behind one gateway; one of a local
/// runtime; one on a server of its own that queues. Every kind of trouble, lost and doubled evidence, departures that
/// come to nothing, models that leave and come back, a wall clock that jumps by up to an hour, users' requests on one.
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
        /// At most a hundred.
        package var violations: [Violation] = []
        /// How often each rule was broken.
        package var counts: [Invariant: Int] = [:]
        /// Stands for every event in its order: the same seed gives the same one.
        package var fingerprint: UInt64 = 0xcbf2_9ce4_8422_2325

        package init() {}

        package mutating func add(_ other: Result) {
            modelDays += other.modelDays
            events += other.events
            probes += other.probes
            checks += other.checks
            for violation in other.violations { keep(violation) }
            counts.merge(other.counts) { $0 + $1 }
            fingerprint = (fingerprint ^ other.fingerprint) &* 0x100_0000_01b3
        }

        /// Counts one more.
        mutating func add(_ violation: Violation) {
            keep(violation)
            counts[violation.rule, default: 0] += 1
        }

        /// A few of each rule tell all.
        private mutating func keep(_ violation: Violation) {
            if violations.count(where: { $0.rule == violation.rule }) < 6 { violations.append(violation) }
        }

        /// Each broken rule with how often and one example.
        package var report: [String] {
            Invariant.allCases.compactMap { rule in
                guard let count = counts[rule] else { return nil }
                let example = violations.first { $0.rule == rule }.map { "\($0)" } ?? rule.rawValue
                return "\(count) × \(example)"
            }
        }
    }

    package init() {}

    /// - Parameter judge: the policy that the rules are taken from, where it is another one.
    package func run(policy: HealthPolicy = HealthPolicy(), judgedBy judge: HealthPolicy? = nil, seed: UInt64) -> Result
    {
        var chance = Chance(seed: seed)
        let fleet = TroubledFleet(days: days, interval: interval, troubles: troubles, &chance)
        var daemon = fleet.daemon(policy: policy, &chance)
        var watch = InvariantWatch(
            fleet.subjects, gateways: [TroubledFleet.gateway: fleet.gatewayLosses], network: fleet.networkLosses,
            policy: judge ?? policy)
        var result = Result()
        follow(&daemon, fleet, &watch, into: &result)
        result.probes = daemon.probes.values.reduce(0, +)
        result.modelDays = days * Double(fleet.configs.count)
        result.events = watch.events
        result.counts = watch.counts
        result.violations = watch.violations.map {
            var violation = $0
            violation.seed = seed
            return violation
        }
        return result
    }

    /// Many fleets, each with a seed of its own, on all cores.
    package func run(lives: Int, policy: HealthPolicy, firstSeed: UInt64) async -> Result {
        await TrialScale(lives: lives, days: days, faults: 0, firstSeed: firstSeed)
            .run { run(policy: policy, seed: $0) }
            .reduce(into: Result()) { $0.add($1) }
    }

    /// Lets the fleet live and checks it at every step.
    private func follow(
        _ daemon: inout VirtualDaemon, _ fleet: TroubledFleet, _ watch: inout InvariantWatch, into result: inout Result
    ) {
        let end = days * 86_400
        var changes = fleet.changes[...]
        var nextRender = 0.0
        let plain = 300.0
        while daemon.nextAt <= end {
            if let change = changes.first, change.at <= daemon.nextAt {
                changes.removeFirst()
                daemon.configure(change.index, as: change.config)
                take(&daemon, &watch, into: &result)
                watch.configured(
                    fleet.configs[change.index].id, isPresent: change.config != nil, at: daemon.now)
                continue
            }
            daemon.step()
            result.checks += 1
            take(&daemon, &watch, into: &result)
            if let departure = daemon.lastDeparture { watch.left(departure, at: daemon.now) }
            guard daemon.now >= nextRender else { continue }
            // What concerns all of them is looked at closely.
            let isClose = fleet.isTurning(at: daemon.now)
            nextRender = daemon.now + (isClose ? 5 : plain)
            let now = daemon.now
            for (index, config) in fleet.configs.enumerated() {
                watch.timetable(of: config.id, daemon.plan(of: index), left: daemon.lastTurn(index), at: now)
            }
            let unsure = Set(fleet.configs.indices.filter { now - daemon.lostAt($0) < 3 * interval + 60 })
            watch.shown(daemon.fleet(), at: now, shift: daemon.mishaps.wallShift(now)) { id in
                fleet.configs.firstIndex { $0.id == id }.map(unsure.contains) ?? false
            }
        }
    }

    private func take(_ daemon: inout VirtualDaemon, _ watch: inout InvariantWatch, into result: inout Result) {
        for evidence in daemon.seen { watch.saw(evidence) }
        daemon.seen.removeAll(keepingCapacity: true)
        for event in daemon.events {
            watch.told(event, at: daemon.now)
            result.fingerprint = (result.fingerprint ^ event.fingerprint) &* 0x100_0000_01b3
        }
        daemon.events.removeAll(keepingCapacity: true)
    }
}

extension HealthChangeEvent {
    /// A number for its JSON.
    var fingerprint: UInt64 {
        FNV1a.hash(of: (try? HealthJSON.encoder().encode(self)) ?? Data())
    }
}
