/// What is known of the gateways, hosts and networks that targets share: who answered last, and who fell silent since.
///
/// Silence is a look without an HTTP status: refused, lost, or far later than usual.
struct SharedTracks: Sendable {
    /// Where a target's gateway, host and way out are kept; -1 for none.
    struct Place: Sendable {
        var gateway = -1
        var host = -1
        var outside = -1
    }
    struct Gateway: Sendable {
        let name: String
        /// When looks through it last fell silent, since anything came through it.
        var silentSince: Moment?
        var askedAt: Moment?
        var answeredAt: Moment?
        /// Positions of models behind it, in order.
        var members: [Int] = []
    }
    struct Host: Sendable {
        /// `host:port`.
        let address: String
        var answeredAt: Moment?
        /// Positions of the models whose looks fell silent since it answered.
        var silent: Set<Int> = []
        var members: [Int] = []
    }
    /// A host off this machine.
    struct Outside: Sendable {
        let name: String
        var answeredAt: Moment?
        /// When it fell silent since it last answered, and when it was last found so.
        var silentSince: Moment?
        var silentAt: Moment?
        /// When the first and the last of the looks left that found it so; `nil` where its models were failing before.
        var silentLooks: (first: Moment, last: Moment)?
        /// The longest interval of its models.
        var interval = Duration.zero
        var members: [Int] = []
    }

    var gateways: [Gateway] = []
    var hosts: [Host] = []
    var outside: [Outside] = []
    /// When it was last asked whether our own network is there, and when that was answered.
    var networkAskedAt: Moment?
    var networkAnsweredAt: Moment?
    /// Since when it is asked in vain.
    var networkUnansweredSince: Moment?
    /// Until when hosts found silent in a single look have time for a second one.
    var networkConfirmedBy: Moment?

    /// The connectivity check's own timeout is less; without an answer by then there is no such check.
    static let networkPatience = Duration.seconds(3.5)
    static let networkAskAgain = Duration.seconds(5)

    /// Takes up which targets there are. What is known of places that stay is kept.
    mutating func configure(_ models: inout [ModelTrack]) {
        var next = SharedTracks()
        (next.networkAskedAt, next.networkAnsweredAt) = (networkAskedAt, networkAnsweredAt)
        (next.networkUnansweredSince, next.networkConfirmedBy) = (networkUnansweredSince, networkConfirmedBy)
        let oldGateways = Dictionary(gateways.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let oldHosts = Dictionary(hosts.map { ($0.address, $0) }, uniquingKeysWith: { first, _ in first })
        let oldOutside = Dictionary(outside.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        var places: (gateways: [String: Int], hosts: [String: Int], outside: [String: Int]) = ([:], [:], [:])
        for index in models.indices {
            for target in models[index].targets.indices {
                let way = models[index].targets[target].way
                var place = Place()
                if let name = way.gateway {
                    place.gateway = Self.position(of: name, in: &places.gateways) {
                        var gateway = Gateway(name: name)
                        if let old = oldGateways[name] {
                            (gateway.silentSince, gateway.askedAt, gateway.answeredAt) = (
                                old.silentSince, old.askedAt, old.answeredAt
                            )
                        }
                        next.gateways.append(gateway)
                    }
                    Self.add(index, to: &next.gateways[place.gateway].members)
                } else if let address = way.address {
                    place.host = Self.position(of: address, in: &places.hosts) {
                        var host = Host(address: address)
                        host.answeredAt = oldHosts[address]?.answeredAt
                        next.hosts.append(host)
                    }
                    Self.add(index, to: &next.hosts[place.host].members)
                }
                if !way.isLoopback {
                    place.outside = Self.position(of: way.host, in: &places.outside) {
                        var outside = Outside(name: way.host)
                        if let old = oldOutside[way.host] {
                            (outside.answeredAt, outside.silentSince) = (old.answeredAt, old.silentSince)
                            (outside.silentAt, outside.silentLooks) = (old.silentAt, old.silentLooks)
                        }
                        next.outside.append(outside)
                    }
                    let interval = Duration.seconds(models[index].targets[target].interval)
                    next.outside[place.outside].interval = max(next.outside[place.outside].interval, interval)
                    Self.add(index, to: &next.outside[place.outside].members)
                }
                models[index].targets[target].shared = place
            }
        }
        self = next
    }

    private static func position(of name: String, in known: inout [String: Int], _ make: () -> Void) -> Int {
        if let index = known[name] { return index }
        make()
        known[name] = known.count
        return known.count - 1
    }

    private static func add(_ index: Int, to members: inout [Int]) {
        if members.last != index { members.append(index) }
    }

    // MARK: Our own network

    /// Hosts off this machine that answered lately and are silent now, each found so since any of them last answered; where
    /// none has ever answered, all that are silent.
    ///
    /// - Parameter isMute: whether a host cannot be asked now, so that it is no witness.
    func suddenlySilent(at now: Moment, isMute: (SharedTracks.Outside) -> Bool) -> (silent: [Int], alive: Int) {
        let isFirstWord = outside.allSatisfy { $0.answeredAt == nil }
        let last = outside.compactMap(\.answeredAt).max()
        var silent: [Int] = []
        var alive = 0
        for (index, host) in outside.enumerated() {
            guard isFirstWord || host.wasAlive(at: now) else { continue }
            if host.silentSince != nil, let at = host.silentAt, at >= last ?? at {
                silent.append(index)
            } else if isMute(host) {
                continue
            }
            alive += 1
        }
        return (silent, alive)
    }

    /// Those that fell silent since any of them last answered.
    ///
    /// A host that was silent already when another answered is down by itself.
    private func freshlySilent(_ silent: [Int]) -> [SharedTracks.Outside] {
        let last = outside.compactMap(\.answeredAt).max()
        return silent.map { outside[$0] }.filter { host in
            host.silentSince.map { since in last.map { since >= $0 } ?? true } ?? false
        }
    }

    /// Whether more than one of the hosts fell silent since any of them last answered, or one in more than one look.
    ///
    /// With all others down, a single look that fails by chance at the last one would be taken for our own network's loss.
    func isSudden(_ silent: [Int]) -> Bool {
        let fresh = freshlySilent(silent)
        return fresh.count > 1 || fresh.contains(where: \.isCertain)
    }

    /// Whether chance does not explain the silence of those that were found silent in one look each.
    func isConfirmed(_ silent: [Int]) -> Bool {
        let uncertain = freshlySilent(silent).filter { !$0.isCertain }
        return uncertain.isEmpty || uncertain.count { $0.silentLooks != nil } > 2
    }

    /// Whether it has been asked for our own network, and the answer is still to come.
    func isNetworkAsked(at now: Moment) -> Bool {
        guard let asked = networkAskedAt, now - asked < Self.networkPatience else { return false }
        return networkAnsweredAt.map { $0 < asked } ?? true
    }

    /// Whether the first answer to that, or a second look at a silent host, is still to come.
    func isNetworkAwaited(at now: Moment) -> Bool { networkDueAt.map { now < $0 } ?? false }

    /// Whether it was asked for, and nobody is there who could answer.
    func isNetworkUnanswered(at now: Moment) -> Bool {
        networkUnansweredSince.map { now - $0 >= Self.networkPatience } ?? false
    }

    /// Uptime in seconds at which silence is word enough; `nil` while nothing is asked.
    var networkDue: Double? { networkDueAt?.uptime.seconds }

    private var networkDueAt: Moment? { networkConfirmedBy ?? networkUnansweredSince.map { $0 + Self.networkPatience } }
}

extension SharedTracks.Outside {
    /// Whether it is silent in more than one look.
    var isCertain: Bool { silentLooks.map { $0.first != $0.last } ?? false }

    /// Whether it has answered within its last few turns.
    func wasAlive(at now: Moment) -> Bool {
        answeredAt.map { now - $0 <= interval * 3 + .seconds(30) } ?? false
    }
}
