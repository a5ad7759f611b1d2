#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Gateways, local runtimes, our own network, and what else models depend on.
struct ComponentTracks: Sendable {
    private struct Key: Hashable { var kind: ComponentStatus.Kind; var name: String }

    private var known: [Key: ComponentStatus] = [:]
    /// Reports of a gateway or runtime being down since it was last seen up.
    private var downReports: [String: Int] = [:]
    private var askedAt: Moment?

    /// Reports that a gateway is down, after which it is: one lost connection is not enough.
    static let gatewayReports = 3
    /// The same for a local runtime, which is asked less often and loses no connections on the way.
    static let runtimeReports = 2
    private static let askInterval = Duration.seconds(5)

    /// Sorted by kind and name.
    var statuses: [ComponentStatus] {
        known.values.sorted { ($0.kind.rawValue, $0.name) < ($1.kind.rawValue, $1.name) }
    }

    /// Notes a component's state. - Returns: whether it changed.
    mutating func note(
        _ kind: ComponentStatus.Kind, _ name: String, _ status: HealthStatus, _ reason: String, at now: Moment
    ) -> Bool {
        let key = Key(kind: kind, name: name)
        if var old = known[key], old.status == status {
            old.reason = reason
            known[key] = old
            return false
        }
        known[key] = ComponentStatus(kind: kind, name: name, status: status, reason: reason, since: now.wall)
        return true
    }

    /// Notes a report of a gateway or runtime being down. - Returns: whether that makes it certain.
    mutating func failed(_ name: String, needed: Int) -> Bool {
        downReports[name, default: 0] += 1
        return downReports[name, default: 0] >= needed
    }

    mutating func answered(_ name: String) { downReports[name] = nil }

    /// Forgets the gateways and hosts that no model uses any more.
    mutating func keep(gateways: Set<String>, hosts: Set<String>) {
        known = known.filter {
            ($0.key.kind != .gateway || gateways.contains($0.key.name))
                && ($0.key.kind != .host || hosts.contains($0.key.name))
        }
    }

    /// While the network is gone, it is asked for again and again.
    mutating func isAskingDue(at now: Moment, isNetworkDown: Bool) -> Bool {
        guard isNetworkDown, askedAt.map({ now - $0 >= Self.askInterval }) ?? true else { return false }
        askedAt = now
        return true
    }

    /// Uptime in seconds of the next such asking; `nil` while the network is there.
    func nextAsking(isNetworkDown: Bool) -> Double? {
        isNetworkDown ? askedAt.map { ($0 + Self.askInterval).uptime.seconds } ?? 0 : nil
    }
}

extension HealthEngine {
    /// Draws from one outcome what it means for the gateway, the host and our own network; before it is weighed.
    mutating func follow(
        _ outcome: Outcome, of key: ProbeKey, model index: Int, at now: Moment, into actions: inout Actions
    ) {
        guard let position = models[index].position(of: key) else { return }
        let way = models[index].targets[position].way
        if let gateway = way.gateway {
            if outcome.class != .gateway, outcome.httpStatus != nil {
                components.answered(gateway)
                setGateway(gateway, isUp: true, outcome.detail, at: now, into: &actions)
            } else if outcome.cause == .gatewayUnreachable,
                components.failed(gateway, needed: ComponentTracks.gatewayReports)
            {
                setGateway(gateway, isUp: false, outcome.detail, at: now, into: &actions)
            }
        }
        // Somebody in front of the gateway that answers in its place is no sign of the gateway.
        if outcome.httpStatus != nil, outcome.cause != .gatewayUnreachable {
            noteAnswer(models[index].targets[position].shared, at: now, into: &actions)
        }
    }

    /// Takes up, once an outcome is weighed, that it was silence.
    mutating func followSilence(
        _ outcome: Outcome, of key: ProbeKey, model index: Int, at now: Moment, into actions: inout Actions
    ) {
        guard outcome.isSilence, outcome.class == .failing || outcome.class == .gateway,
            let position = models[index].position(of: key)
        else { return }
        noteSilence(model: index, target: position, at: now, into: &actions)
    }

    mutating func absorbComponent(_ kind: Evidence.Kind, at now: Moment, into actions: inout Actions) {
        switch kind {
        case .gateway(let name, let isUp, let detail):
            let isConfirmed = isSilentThrough(name)
            noteGatewayAnswer(name, isUp: isUp, at: now)
            if isUp {
                components.answered(name)
                setGateway(name, isUp: true, detail, at: now, into: &actions)
            } else if components.failed(name, needed: isConfirmed ? 1 : ComponentTracks.gatewayReports) {
                setGateway(name, isUp: false, detail, at: now, into: &actions)
            }
        case .runtime(let runtime, let isUp, let detail):
            let isDown = !isUp && components.failed(runtime.rawValue, needed: ComponentTracks.runtimeReports)
            if isUp { components.answered(runtime.rawValue) }
            guard isUp || isDown else { break }
            _ = components.note(
                .localRuntime, runtime.rawValue, isUp ? .healthy : .unhealthy, isUp ? "Answering." : detail, at: now)
            let wasDown = sharedFaults.downRuntimes[runtime] != nil
            sharedFaults.downRuntimes[runtime] = isUp ? nil : detail
            let members = models.indices.filter { models[$0].config.localRuntime == runtime }
            // On its return each model waits for the runtime's word on it, which comes with it, and for a probe.
            if isUp, wasDown {
                for (turn, index) in members.enumerated() {
                    models[index].localSeen = nil
                    reopen(index, turn: turn, of: members.count, isAbsolved: true, at: now) { _ in true }
                }
            } else {
                for index in members { settle(index, at: now, into: &actions) }
            }
        case .connectivity(let isUp):
            let asked = shared.networkAskedAt
            shared.networkAnsweredAt = now
            endWaitForNetwork(at: now)
            // Asked before somebody answered, it is overtaken.
            if !isUp, let asked, shared.outside.contains(where: { $0.answeredAt.map { $0 > asked } ?? false }) { break }
            setNetwork(
                isUp: isUp, detail: "The connectivity check fails too: it is our own network.", at: now, into: &actions)
        case .component(let kind, let name, let isUp, let detail):
            _ = components.note(kind, name, isUp ? .healthy : .unhealthy, detail, at: now)
        default:
            break
        }
    }

    private mutating func setGateway(
        _ name: String, isUp: Bool, _ detail: String, at now: Moment, into actions: inout Actions
    ) {
        let reason = isUp ? "Answering." : detail
        guard components.note(.gateway, name, isUp ? .healthy : .unhealthy, reason, at: now) else { return }
        // The first word of a gateway that was never down changes nothing.
        if isUp, sharedFaults.downGateways.remove(name) == nil { return }
        if !isUp { sharedFaults.downGateways.insert(name) }
        guard let index = shared.gateways.firstIndex(where: { $0.name == name }) else { return }
        changeReach(of: shared.gateways[index].members, isUp: isUp, at: now, into: &actions) { $0.gateway == index }
    }

    mutating func setNetwork(isUp: Bool, detail: String = "", at now: Moment, into actions: inout Actions) {
        guard sharedFaults.isNetworkDown == isUp else { return }
        sharedFaults.isNetworkDown = !isUp
        sharedFaults.networkDetail = isUp ? "" : detail
        _ = components.note(
            .network, "own", isUp ? .healthy : .unhealthy, isUp ? "Reaching the outside." : detail, at: now)
        if isUp { for index in shared.outside.indices { shared.outside[index].silentSince = nil } }
        let members = models.indices.filter { index in models[index].targets.contains { $0.shared.outside >= 0 } }
        changeReach(of: members, isUp: isUp, at: now, into: &actions) { $0.outside >= 0 }
    }

    /// What was suspicious while we were blind is no evidence against the targets, and nothing before it is one for them.
    private mutating func changeReach(
        of members: [Int], isUp: Bool, at now: Moment, into actions: inout Actions,
        _ isMeant: (SharedTracks.Place) -> Bool
    ) {
        for (turn, index) in members.enumerated() {
            if isUp {
                reopen(index, turn: turn, of: members.count, isAbsolved: false, at: now, isMeant)
            } else {
                for target in models[index].targets.indices where isMeant(models[index].targets[target].shared) {
                    models[index].targets[target].forgive()
                }
            }
            settle(index, at: now, into: &actions)
        }
    }
}
