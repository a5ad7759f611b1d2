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
    /// When each host off this machine last failed to connect.
    private var connectFailures: [String: Moment] = [:]
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

    /// Forgets the gateways that no model uses any more.
    mutating func keep(gateways: Set<String>) {
        known = known.filter { $0.key.kind != .gateway || gateways.contains($0.key.name) }
    }

    /// Notes a host that could not be connected to. - Returns: whether so many failed that our own network is suspected.
    mutating func connectFailed(_ host: String, at now: Moment, within interval: Duration, hosts: Int) -> Bool {
        connectFailures = connectFailures.filter { now - $0.value <= interval }
        connectFailures[host] = now
        guard connectFailures.count >= hosts else { return false }
        if let askedAt, now - askedAt < Self.askInterval { return false }
        askedAt = now
        return true
    }

    mutating func connected() {
        if !connectFailures.isEmpty { connectFailures.removeAll() }
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
    /// Draws from one outcome what it means for the gateway and for our own network.
    mutating func follow(
        _ outcome: Outcome, of key: ProbeKey, model index: Int, at now: Moment, into actions: inout Actions
    ) {
        guard let way = models[index].way(to: key) else { return }
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
        guard !way.isLoopback else { return }
        if outcome.cause.isConnectLevel || outcome.cause == .gatewayUnreachable {
            let interval = max(models[index].config.interval, .seconds(15))
            if components.connectFailed(way.host, at: now, within: interval, hosts: policy.selfNetwork.hosts) {
                actions.isConnectivityCheckWanted = true
            }
        } else if outcome.httpStatus != nil {
            components.connected()
            setNetwork(isUp: true, at: now, into: &actions)
        }
    }

    mutating func absorbComponent(_ kind: Evidence.Kind, at now: Moment, into actions: inout Actions) {
        switch kind {
        case .gateway(let name, let isUp, let detail):
            if isUp {
                components.answered(name)
                setGateway(name, isUp: true, detail, at: now, into: &actions)
            } else if components.failed(name, needed: ComponentTracks.gatewayReports) {
                setGateway(name, isUp: false, detail, at: now, into: &actions)
            }
        case .runtime(let runtime, let isUp, let detail):
            let isDown = !isUp && components.failed(runtime.rawValue, needed: ComponentTracks.runtimeReports)
            if isUp { components.answered(runtime.rawValue) }
            guard isUp || isDown else { break }
            _ = components.note(
                .localRuntime, runtime.rawValue, isUp ? .healthy : .unhealthy, isUp ? "Answering." : detail, at: now)
            surroundings.downRuntimes[runtime] = isUp ? nil : detail
            settleAll(at: now, into: &actions) { $0.config.localRuntime == runtime }
        case .connectivity(let isUp):
            setNetwork(isUp: isUp, at: now, into: &actions)
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
        if isUp, surroundings.downGateways.remove(name) == nil { return }
        if !isUp { surroundings.downGateways.insert(name) }
        forgive(at: now, into: &actions) { $0.way.gateway == name }
    }

    private mutating func setNetwork(isUp: Bool, at now: Moment, into actions: inout Actions) {
        guard surroundings.isNetworkDown == isUp else { return }
        surroundings.isNetworkDown = !isUp
        _ = components.note(
            .network, "own", isUp ? .healthy : .unhealthy,
            isUp ? "Reaching the outside." : "The connectivity check fails too: it is our own network.", at: now)
        forgive(at: now, into: &actions) { !$0.way.isLoopback }
    }

    /// What was suspicious while we were blind is no evidence against the targets.
    private mutating func forgive(at now: Moment, into actions: inout Actions, _ isMeant: (TargetTrack) -> Bool) {
        for index in models.indices where models[index].targets.contains(where: isMeant) {
            for target in models[index].targets.indices where isMeant(models[index].targets[target]) {
                models[index].targets[target].forgive()
            }
            settle(index, at: now, into: &actions)
        }
    }

    private mutating func settleAll(at now: Moment, into actions: inout Actions, _ isMeant: (ModelTrack) -> Bool) {
        for index in models.indices where isMeant(models[index]) {
            settle(index, at: now, into: &actions)
        }
    }
}
