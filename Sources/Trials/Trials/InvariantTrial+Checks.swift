import Foundation
import Health

extension InvariantTrial {
    /// Seconds between two looks at everything that is shown.
    private static let renderEvery = 300.0

    /// Lets the fleet live and checks it at every step.
    func watch(
        _ daemon: inout VirtualDaemon, until end: Double, network: [Episode], _ policy: HealthPolicy
    ) -> Result {
        var result = Result()
        var last: [ModelID: HealthStatus] = [:]
        var nextSeq: UInt64 = 1
        var nextRender = Self.renderEvery
        while daemon.nextAt <= end {
            daemon.step()
            result.checks += 1
            for event in daemon.events {
                result.events += 1
                if event.seq != nextSeq { result.note("event \(event.seq) came where \(nextSeq) was due") }
                nextSeq = event.seq + 1
                if let before = last[event.modelId], before != event.previousStatus {
                    result.note("\(event.modelId) changed from \(event.previousStatus), having been \(before)")
                }
                if event.previousStatus == event.currentStatus { result.note("event \(event.seq) is no change") }
                last[event.modelId] = event.currentStatus
                result.fingerprint = (result.fingerprint ^ event.fingerprint) &* 0x100_0000_01b3
            }
            daemon.events.removeAll(keepingCapacity: true)
            if let departure = daemon.lastDeparture { check(departure, daemon, policy, into: &result) }
            guard daemon.now >= nextRender else { continue }
            nextRender = daemon.now + Self.renderEvery
            check(daemon.fleet(), daemon, network: network, policy, into: &result)
        }
        result.probes = daemon.probes.values.reduce(0, +)
        result.modelDays = days * Double(daemon.worlds.count)
        return result
    }

    /// What may be sent, and how often.
    private func check(
        _ departure: VirtualDaemon.Departure, _ daemon: VirtualDaemon, _ policy: HealthPolicy, into result: inout Result
    ) {
        switch departure.breaker {
        case .open where departure.reason != .recovery:
            result.note("a \(departure.reason) probe left through an open breaker of \(departure.model)")
        case .closed where departure.reason == .recovery || departure.reason == .recoveryConfirmation:
            result.note("a \(departure.reason) probe left although the breaker of \(departure.model) is closed")
        default: break
        }
        // Regular turns earn; what is saved up and what is confirmed on credit is bounded.
        let turns = daemon.now / interval
        let credit = Double(policy.outage.slowConfirmations.count)
        let allowed = policy.budget.share * turns + policy.budget.burst + credit + departure.saved
        if Double(departure.extras) > allowed + 1 {
            result.note("\(departure.model) has had \(departure.extras) extra probes where \(Int(allowed)) are allowed")
        }
    }

    /// What is shown.
    private func check(
        _ fleet: FleetHealth, _ daemon: VirtualDaemon, network: [Episode], _ policy: HealthPolicy,
        into result: inout Result
    ) {
        let bands: [HealthStatus: ClosedRange<Double>] = [.healthy: 80...100, .degraded: 40...79, .unhealthy: 0...39]
        // Three hosts must have failed within an interval; then the check runs every few seconds.
        let patience = max(180, 3 * interval)
        let isBlind = network.contains { $0.from + patience <= daemon.now && daemon.now < $0.to }
        for model in fleet.models {
            let name = model.modelId
            if let value = model.availability, !(0...1).contains(value) {
                result.note("\(name): availability \(value)")
            }
            if let value = model.errorRate, !(0...1).contains(value) { result.note("\(name): error rate \(value)") }
            if let band = bands[model.status] {
                if model.score.map(band.contains) != true {
                    result.note("\(name): \(model.status) with score \(model.score ?? -1)")
                }
            } else if model.score != nil {
                result.note("\(name): unknown with a score")
            }
            if model.reasons.isEmpty || model.reasons.contains(where: { $0.message.isEmpty }) {
                result.note("\(name): \(model.status) without a reason")
            }
            if model.routing.verdict == .usable, model.status == .unhealthy || model.status == .unknown {
                result.note("\(name): \(model.status) and yet usable")
            }
            if isBlind, model.status != .unknown,
                !(fleet.models.firstIndex { $0.modelId == name }.map { $0 >= 3 } ?? true)
            {
                result.note("\(name): \(model.status) while our own network is gone")
            }
            if let next = model.nextProbeAt?.timeIntervalSince(VirtualDaemon.origin),
                daemon.mishaps.wallShift(daemon.now) == 0,
                next > daemon.now + 600
            {
                result.note("\(name): the next probe is \(Int(next - daemon.now)) s away")
            }
        }
        if fleet.summary.counts.total != fleet.models.count { result.note("the summary does not add up") }
    }
}

extension InvariantTrial.Result {
    fileprivate mutating func note(_ violation: String) {
        if violations.count < 100 { violations.append(violation) }
    }
}

extension HealthChangeEvent {
    /// A number for its JSON (FNV-1a).
    fileprivate var fingerprint: UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in (try? HealthJSON.encoder().encode(self)) ?? Data() {
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
        }
        return hash
    }
}
