/// The health decision: evidence in, changes and probe plans out.
///
/// A value without clock, task, lock, logger, network or file: time is passed in, everything it wants done is
/// returned. The same evidence in the same order gives the same events, byte for byte.
public struct HealthEngine: Sendable {
    /// What is to be done after a step.
    public struct Actions: Sendable {
        /// In the order of their numbers.
        public var events: [HealthChangeEvent] = []
        /// When to probe what from now on; a key without a plan here keeps the one it has.
        public var plans: [ProbePlan] = []
        /// Many hosts fail at once: ask whether our own network is there.
        public var isConnectivityCheckWanted = false
        /// Gateways that looks stall or fail through: ask each at once whether it lives. Sorted.
        public var suspectedGateways: [String] = []

        /// Nothing is to be done.
        public init() {}
        /// Whether nothing is to be done.
        public var isEmpty: Bool {
            events.isEmpty && plans.isEmpty && !isConnectivityCheckWanted && suspectedGateways.isEmpty
        }
    }

    /// The numbers of the decision, as of the start.
    public let policy: HealthPolicy
    var models: [ModelTrack] = []
    var positions: [ModelID: Int] = [:]
    var sharedFaults = ModelTrack.SharedFaults()
    var components = ComponentTracks()
    var shared = SharedTracks()
    var accounts: [AccountTrack] = []
    var accountIndexes: [Account: Int] = [:]
    private var rendered: [ModelHealthStatus] = []
    /// Uptimes in seconds at which each model is due, in the order of `models`.
    var dues: [Double] = []
    private var nextSeq: UInt64
    private var revision: UInt64 = 0
    private var isConfigured = false

    /// - Parameters:
    ///   - policy: every number of the decision.
    ///   - firstSeq: the number of the next event.
    public init(policy: HealthPolicy = HealthPolicy(), firstSeq: UInt64 = 1) {
        self.policy = policy
        nextSeq = firstSeq
    }

    /// The models under watch, in the order of their configuration.
    public var modelIDs: [ModelID] { models.map(\.config.id) }

    /// How many models are under watch.
    package var modelCount: Int { models.count }

    /// The number of the next event.
    public var upcomingSeq: UInt64 { nextSeq }

    /// Goes on numbering from `seq`: the numbers between were never given out.
    public mutating func skip(to seq: UInt64) { nextSeq = max(nextSeq, seq) }

    // MARK: The fleet

    /// Takes up the models to be watched; those that stay as they were keep everything known of them.
    ///
    /// The plans returned are the whole schedule of what is new. Joining and leaving is an event, save the first time.
    public mutating func configure(_ configs: [ModelConfig], at now: Moment) -> Actions {
        var actions = Actions()
        // The first of two models with one id stands; the configuration refuses a second, discovery may not.
        var wanted: Set<ModelID> = []
        let configs = configs.filter { wanted.insert($0.id).inserted }
        for track in models where !wanted.contains(track.config.id) {
            emit(
                track, previous: track.status, current: .unknown,
                [HealthReason(.removed, "The model has left the fleet.")], at: now, into: &actions)
        }
        var schedule = InitialSchedule(configs: configs, at: now.uptime, policy)
        var next: [ModelTrack] = []
        for config in configs.sorted(by: { $0.id < $1.id }) {
            let plans = schedule.plans(for: config)
            if let old = positions[config.id].map({ models[$0] }), old.config == config {
                next.append(old)
                continue
            }
            var track = ModelTrack(config, plans: plans, at: now, policy)
            if let old = positions[config.id].map({ models[$0] }) { track.inherit(old) }
            next.append(track)
            if isConfigured, positions[config.id] == nil {
                emit(
                    track, previous: .unknown, current: .unknown,
                    [HealthReason(.added, "The model has joined the fleet.")],
                    at: now, into: &actions)
            }
            actions.plans += (track.targets + track.checks).map(\.plan)
        }
        models = next
        positions = Dictionary(uniqueKeysWithValues: models.enumerated().map { ($1.config.id, $0) })
        rendered = []
        for index in models.indices {
            models[index].isDirty = true
            models[index].putOff(policy)
        }
        dues = models.map(\.due)
        shared.configure(&models)
        configureAccounts(at: now)
        let gateways = Set(shared.gateways.map(\.name))
        let hosts = Set(shared.hosts.map(\.address))
        components.keep(gateways: gateways, hosts: hosts)
        sharedFaults.downGateways.formIntersection(gateways)
        sharedFaults.downHosts = sharedFaults.downHosts.filter { hosts.contains($0.key) }
        isConfigured = true
        return actions
    }

    // MARK: Steps

    /// Tells how often looks at a target come where nobody follows the plans, as in a recording: evidence is not stale for
    /// the lack of a look that was planned and not made.
    package mutating func expect(_ key: ProbeKey, every: Duration) {
        guard let model = positions[key.modelID] else { return }
        for index in models[model].targets.indices where models[model].targets[index].key == key {
            models[model].targets[index].evidenceEvery = every
        }
    }

    /// Weighs one piece of evidence.
    public mutating func absorb(_ evidence: Evidence, at now: Moment) -> Actions {
        var actions = Actions()
        switch evidence.kind {
        case .probeStarted(let key, let number, let reason, let isStreamed):
            guard let index = positions[key.modelID], models[index].noteStart(of: number, key) else { break }
            spend(key, model: index, reason: reason, at: now)
            if models[index].started(key, number, reason: reason, isStreamed: isStreamed, at: now, policy) {
                settle(index, at: now, into: &actions)
            } else {
                dues[index] = models[index].due
            }
        case .probeCancelled(let key, let number):
            guard let index = positions[key.modelID], models[index].noteEnd(of: number, key) else { break }
            models[index].cancelled(key, number)
        case .probeFinished(let key, let number, let result):
            guard let index = positions[key.modelID], models[index].noteEnd(of: number, key) else { break }
            let hidden = models[index].hidden(result.outcome, of: key, sharedFaults)
            follow(result.outcome, of: key, model: index, at: now, into: &actions)
            guard models[index].finished(key, number, result, as: hidden, at: now, policy) else { break }
            if key.check == nil, hidden == nil {
                followSilence(result.outcome, of: key, model: index, at: now, into: &actions)
            }
            noteAllowance(result, of: key, model: index, at: now, into: &actions)
            settle(index, at: now, into: &actions)
        case .outcomes(let key, let outcome, let count, let latency):
            absorb(
                outcome, count: count, latency: latency, of: key, from: evidence.source, at: now, into: &actions)
        case .traffic(let key, let batch):
            absorb(batch, of: key, at: now, into: &actions)
        case .load(let key, let load):
            guard let index = positions[key.modelID] else { break }
            let policy = policy
            guard models[index].withTrack(key, { $0.note(load, at: now, policy) }) else { break }
            settle(index, at: now, into: &actions)
        case .local(let id, let local):
            guard let index = positions[id] else { break }
            // A discovered model that is gone leaves the fleet: that is its event.
            if local.state == .missing, models[index].config.isDiscovered { break }
            if models[index].local != local { models[index].isDirty = true }
            models[index].tell(local, at: now)
            settle(index, at: now, into: &actions)
        case .runtime, .gateway, .connectivity, .component:
            absorbComponent(evidence.kind, at: now, into: &actions)
        }
        return actions
    }

    /// Lets time pass: late probes, stale evidence, windows. To be called a few times a second; it costs next to nothing
    /// while nothing is due.
    public mutating func tick(at now: Moment) -> Actions {
        var actions = Actions()
        let uptime = now.uptime.seconds
        if let due = shared.networkDue, due <= uptime {
            judgeNetwork(at: now, into: &actions)
            // Somebody answers, or it is told: nothing is open any more.
            if !shared.isNetworkAwaited(at: now) { endWaitForNetwork(at: now) }
        }
        for index in models.indices where dues[index] <= uptime {
            reconsider(index, at: now, into: &actions)
            for target in models[index].countOverdue(at: now, sharedFaults, policy) {
                noteSilence(model: index, target: target, at: now, into: &actions)
            }
            settle(index, at: now, into: &actions)
            // What is due and did not come to anything (we are blind, or short of budget) is looked at again soon.
            if dues[index] <= uptime { dues[index] = uptime + 0.2 }
        }
        if components.isAskingDue(at: now, isNetworkDown: sharedFaults.isNetworkDown) {
            actions.isConnectivityCheckWanted = true
        }
        return actions
    }

    /// The earliest uptime at which a tick may change anything, if nothing is absorbed before.
    public var nextDue: Duration {
        let due = dues.min() ?? .infinity
        let asking = components.nextAsking(isNetworkDown: sharedFaults.isNetworkDown) ?? .infinity
        return .seconds(min(due, asking, shared.networkDue ?? .infinity, 1e9))
    }

    /// The state of every model, for everyone to read.
    public mutating func fleet(at now: Moment) -> FleetHealth {
        revision += 1
        if rendered.count != models.count {
            rendered = models.indices.map { models[$0].rendered(at: now, policy) }
        } else {
            // Not by `where`: that would copy each track.
            for index in models.indices {
                let isTurn = revision % 32 == UInt64(index % 32)
                if let next = models[index].renderedAnew(at: now, isTurn: isTurn, policy) { rendered[index] = next }
            }
        }
        return FleetHealth(
            revision: revision, at: now.wall, sorted: rendered, positions: positions, components: components.statuses,
            rollUp: policy.rollUp)
    }

    /// The status and the routing verdict of one model, without everything else that ``fleet(at:)`` tells.
    public func verdicts(of id: ModelID) -> (status: HealthStatus, routing: RoutingVerdict.Verdict)? {
        positions[id].map { (models[$0].status, models[$0].routingVerdict) }
    }

    /// How far one target is on the way to an alarm for a partial outage: 0 calm, 1 alarmed.
    public func suspicion(of key: ProbeKey) -> Double? {
        guard let target = positions[key.modelID].flatMap({ models[$0].targets.first { $0.key == key } }) else {
            return nil
        }
        let threshold = policy.statusNumbers(interval: target.interval).threshold
        return target.errors.isAlarmed ? 1 : min(target.errors.status.statistic / threshold, 1)
    }

    /// The probe breaker of one target.
    public func breaker(of key: ProbeKey) -> CircuitBreakerStatus.State? {
        positions[key.modelID].flatMap { models[$0].targets.first { $0.key == key } }?.breakerStatus.state
    }

    // MARK: Conclusions

    mutating func settle(_ index: Int, at now: Moment, into actions: inout Actions) {
        let conclusion = models[index].settle(at: now, sharedFaults, policy)
        dues[index] = models[index].due
        guard let conclusion else { return }
        actions.plans += conclusion.plans
        guard let previous = conclusion.previous else { return }
        let track = models[index]
        emit(track, previous: previous, current: track.status, track.toldReasons(policy), at: now, into: &actions)
    }

    private mutating func emit(
        _ track: ModelTrack, previous: HealthStatus, current: HealthStatus, _ reasons: [HealthReason], at now: Moment,
        into actions: inout Actions
    ) {
        actions.events.append(
            HealthChangeEvent(
                seq: nextSeq, modelId: track.config.id, provider: track.config.provider, previousStatus: previous,
                currentStatus: current, timestamp: now.wall, reasons: reasons))
        nextSeq += 1
    }
}
