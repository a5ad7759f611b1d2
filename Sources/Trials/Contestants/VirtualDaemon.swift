package import Foundation
package import Health
import HeapModule

/// The real engine and the prober's own timetable under a virtual clock.
///
/// Each model has a world of its own; gateways, local runtimes and what servers say of their load are asked as the
/// daemon's watchers ask them (`VirtualDaemon+Watchers.swift`). Ticks that cannot change anything
/// (``HealthEngine/nextDue``) are left out; all others fall on the Monitor's grid.
package struct VirtualDaemon {
    /// What happens to evidence and clocks between the parts.
    package struct Mishaps: Sendable {
        /// Shares of the evidence that never arrives, or arrives twice.
        package var lost = 0.0
        package var doubled = 0.0
        /// The share of the departures that come to nothing: no slot, cancelled, nothing to be asked.
        package var idle = 0.0
        /// Seconds by which the wall clock is wrong at an uptime.
        package var wallShift: @Sendable (Double) -> Double = { _ in 0 }

        package init() {}
    }

    /// The Monitor's tick.
    static let grid = 0.2
    /// Wall-clock time at uptime 0.
    package static let origin = Date(timeIntervalSince1970: 1_795_428_000)

    enum Step {
        case arrival(Int, number: UInt64, World.Answer, startedAt: Double)
        case request(Int)
        case reply(Int, World.Answer)
        /// A server is asked for its load while a probe waits there.
        case load(Int, number: UInt64)
        case poll(LocalRuntime)
        case gatewayTurn(String, version: UInt64)
        case gatewayAnswer(String, isUp: Bool, String)
        case connectivity(isUp: Bool)
    }
    private struct Item: Comparable {
        var at: Double
        var order: UInt64
        var step: Step

        static func == (a: Item, b: Item) -> Bool { a.order == b.order }
        static func < (a: Item, b: Item) -> Bool { (a.at, a.order) < (b.at, b.order) }
    }
    struct Model {
        var key: ProbeKey
        /// What it is configured as; `nil` while it is no part of the fleet.
        var config: ModelConfig?
        var flights: Set<UInt64> = []
        /// Requests a second.
        var pace = 0.0
        var extras = 0
        var saved = 0.0
        /// When evidence of it was last lost.
        var lostAt = -Double.infinity
        /// Times that it began anew, with all its extra looks unspent.
        var births = 1
    }

    package private(set) var engine: HealthEngine
    package var worlds: [World]
    package private(set) var now = 0.0
    /// Probes sent, by reason.
    package private(set) var probes: [ProbeReason: Int] = [:]
    package private(set) var tally = Tally()
    /// The probe that left in the last step, if one did.
    package private(set) var lastDeparture: Departure?
    /// The answer that came back in the last step, if one did.
    private(set) var lastAnswer: World.Answer?
    /// Every event, for whoever takes them out.
    package var events: [HealthChangeEvent] = []
    /// What the connectivity check finds at an uptime; `nil` where none is configured.
    package var connectivity: (@Sendable (Double) -> Bool)?
    /// How long that check takes at an uptime, in seconds.
    package var connectivityTime: @Sendable (Double) -> Double = { _ in 0 }
    package var mishaps = Mishaps()
    /// Whether evidence is kept in `seen`.
    package var isWatched = false
    /// Evidence that has reached the decision, for whoever takes it out.
    package var seen: [Evidence] = []
    var gateways: [String: GatewayWatch] = [:]
    var locals: [LocalRuntime: LocalWorld] = [:]
    var models: [Model]
    private var positions: [ProbeKey: Int] = [:]
    private var schedule: ProbeSchedule
    /// Probes whose time has come in this instant.
    private var departing: ArraySlice<ProbeSchedule.Departure> = []
    private var deadline: Duration?
    private var queue = Heap<Item>()
    private var order: UInt64 = 0
    /// Probes in flight that stream.
    private var streamed: Set<UInt64> = []
    var chance: Chance
    private var nextTick = 0.0

    /// A probe that left, and what held then.
    package struct Departure: Sendable {
        package var model: ModelID
        package var reason: ProbeReason
        package var breaker: CircuitBreakerStatus.State
        /// Confirmations so far, and regular turns that were left out because requests proved health.
        package var extras: Int
        package var saved: Double
        /// Times that its extra looks were unspent: once, and once more for each new beginning.
        package var births: Int
    }

    /// What users met with.
    package struct Tally: Sendable, Hashable {
        /// Requests sent to the primary, and failures among them.
        package var sent = 0
        package var failed = 0
        /// Requests that went elsewhere.
        package var diverted = 0
    }

    /// - Parameters:
    ///   - configs: models with one target each and no checks.
    ///   - worlds: one for each model.
    package init(_ configs: [ModelConfig], worlds: [World], policy: HealthPolicy = HealthPolicy(), seed: UInt64) {
        self.worlds = worlds
        chance = Chance(seed: seed)
        engine = HealthEngine(policy: policy)
        schedule = ProbeSchedule(policy: policy)
        models = configs.map { config in
            Model(
                key: ProbeKey(config.id, target: config.targets.first?.name ?? TargetName.default), config: config)
        }
        for (index, model) in models.enumerated() { positions[model.key] = index }
        schedule.register(configs)
        take(engine.configure(configs, at: Self.moment(0)))
        deadline = schedule.nextDeadline()
    }

    package static func moment(_ uptime: Double, shift: Double = 0) -> Moment {
        Moment(uptime: .seconds(uptime), wall: origin + uptime + shift)
    }

    /// Lets users send `pace` requests a second to a model from now on, where its verdict lets them.
    package mutating func send(_ pace: Double, to index: Int) {
        models[index].pace = pace
        push(.request(index), at: now + chance.exponential(rate: pace))
    }

    // MARK: The fleet

    /// Takes up another configuration of one model, or none: what is in flight of it is cancelled.
    package mutating func configure(_ index: Int, as config: ModelConfig?) {
        models[index].config = config
        models[index].births += 1
        let configs = models.compactMap(\.config)
        schedule.register(configs)
        for number in models[index].flights.sorted() { cancel(index, number) }
        take(engine.configure(configs, at: moment))
        deadline = schedule.nextDeadline()
    }

    /// The plan that is followed for a model; `nil` for one that is no part of the fleet.
    package func plan(of index: Int) -> ProbePlan? { schedule.plan(of: models[index].key) }
    /// When its latest turn was, whether it came to anything or not.
    package func lastTurn(_ index: Int) -> Double {
        schedule.lastTurn(of: models[index].key)?.seconds ?? -.infinity
    }
    /// When evidence of it was last lost on the way.
    package func lostAt(_ index: Int) -> Double { models[index].lostAt }

    // MARK: Time

    package var nextAt: Double {
        departing.isEmpty ? min(queue.min?.at ?? .infinity, nextTick, deadline?.seconds ?? .infinity) : now
    }

    /// Does what is due at ``nextAt``.
    package mutating func step() {
        now = nextAt
        lastDeparture = nil
        lastAnswer = nil
        if let item = queue.min, item.at <= now {
            queue.removeMin()
            perform(item.step)
        } else if let departure = nextDeparture() {
            depart(departure)
        } else {
            take(engine.tick(at: moment))
        }
        deadline = schedule.nextDeadline()
        // A tick that came to nothing must not be asked for again at once.
        let due = engine.nextDue.seconds
        nextTick = max((due / Self.grid).rounded(.up), (now / Self.grid + 1e-6).rounded(.down) + 1) * Self.grid
    }

    package mutating func run(until end: Double) {
        while nextAt <= end { step() }
        now = max(now, end)
    }

    /// Everything that is shown now.
    package mutating func fleet() -> FleetHealth { engine.fleet(at: moment) }

    var moment: Moment { Self.moment(now, shift: mishaps.wallShift(now)) }

    private mutating func perform(_ step: Step) {
        switch step {
        case .arrival(let index, let number, let answer, let startedAt):
            guard models[index].flights.remove(number) != nil else { return }
            lastAnswer = answer
            let key = models[index].key
            schedule.finish(key, number: number)
            var result = ProbeResult(
                modelId: key.modelID, target: key.target, outcome: answer.outcome, latency: .seconds(answer.latency),
                startedAt: Self.origin + startedAt)
            result.isStreamed = streamed.remove(number) != nil
            if answer.isConnected { result.phases.connect = .milliseconds(5) }
            submit(.probeFinished(key, number: number, result), .probe)
        case .request(let index):
            push(.request(index), at: now + chance.exponential(rate: models[index].pace))
            let key = models[index].key
            guard engine.verdicts(of: key.modelID)?.routing == .usable else {
                tally.diverted += 1
                return
            }
            tally.sent += 1
            let answer = worlds[index].answer(at: now)
            if !answer.isSuccess { tally.failed += 1 }
            // A request is known once it has come back.
            push(.reply(index, answer), at: now + answer.latency)
        case .reply(let index, let answer):
            submit(
                .outcomes(models[index].key, answer.outcome, count: 1, latency: .seconds(answer.latency)), .traffic)
        case .connectivity(let isUp): submit(.connectivity(isUp: isUp), .probe)
        case .load, .poll, .gatewayTurn, .gatewayAnswer: ask(step)
        }
    }

    private mutating func nextDeparture() -> ProbeSchedule.Departure? {
        // Exactly then: `now` may be rounded to before it.
        if departing.isEmpty, let deadline, deadline.seconds <= now {
            departing = schedule.due(at: max(deadline, .seconds(now)))[...]
        }
        return departing.popFirst()
    }

    private mutating func depart(_ departure: ProbeSchedule.Departure) {
        let (key, reason, number) = (departure.key, departure.reason, departure.number)
        guard let index = positions[key], let config = models[index].config, let plan = schedule.plan(of: key) else {
            return
        }
        if !isLoaded(config) || mishaps.idle > 0 && chance.happens(mishaps.idle) {
            // Nobody tells the decision.
            models[index].lostAt = now
            return schedule.decline(departure, at: .seconds(now))
        }
        probes[reason, default: 0] += 1
        models[index].flights.insert(number)
        if reason == .confirmation { models[index].extras += 1 }
        if reason == .scheduled {
            models[index].saved += max(plan.every.seconds / config.interval.seconds - 1, 0)
        }
        lastDeparture = Departure(
            model: key.modelID, reason: reason, breaker: engine.breaker(of: key) ?? .closed,
            extras: models[index].extras, saved: models[index].saved, births: models[index].births)
        let isStreamed = departure.isStreamed(by: config.streaming)
        if isStreamed { streamed.insert(number) }
        let answer = worlds[index].answer(at: now, isStreamed: isStreamed)
        push(.arrival(index, number: number, answer, startedAt: now), at: now + answer.latency)
        if worlds[index].tellsLoad { push(.load(index, number: number), at: now + Self.loadAskedAfter) }
        submit(.probeStarted(key, number: number, reason: reason, isStreamed: isStreamed), .probe)
        if mishaps.idle > 0, chance.happens(mishaps.idle) { cancel(index, number) }
    }

    /// A probe comes to nothing on the way.
    private mutating func cancel(_ index: Int, _ number: UInt64) {
        let key = models[index].key
        models[index].flights.remove(number)
        models[index].lostAt = now
        schedule.finish(key, number: number)
        submit(.probeCancelled(key, number: number), .probe)
    }

    // MARK: Evidence and plans

    mutating func submit(_ kind: Evidence.Kind, _ source: Evidence.Source) {
        if mishaps.lost > 0, !kind.isAwaited, chance.happens(mishaps.lost) {
            if let key = kind.key, let index = positions[key] { models[index].lostAt = now }
            return
        }
        let moment = moment
        let evidence = Evidence(kind, source: source, at: moment)
        if isWatched { seen.append(evidence) }
        take(engine.absorb(evidence, at: moment))
        if mishaps.doubled > 0, chance.happens(mishaps.doubled) { take(engine.absorb(evidence, at: moment)) }
    }

    private mutating func take(_ actions: HealthEngine.Actions) {
        if !actions.events.isEmpty { events += actions.events }
        for plan in actions.plans { schedule.apply(plan) }
        if actions.isConnectivityCheckWanted, let connectivity {
            let isUp = connectivity(now)
            let time = connectivityTime(now)
            if time > 0 {
                push(.connectivity(isUp: isUp), at: now + time)
            } else {
                submit(.connectivity(isUp: isUp), .probe)
            }
        }
        for name in actions.suspectedGateways { suspect(name) }
    }

    mutating func push(_ step: Step, at time: Double) {
        order += 1
        queue.insert(Item(at: time, order: order, step: step))
    }
}

extension World.Answer {
    /// How a prober classifies it.
    var outcome: Outcome {
        switch kind {
        case .ok: .ok
        case .refused: Outcome(.failing, .connectionRefused, detail: "connection refused by the provider")
        case .timeout: Outcome(.failing, .timeout, detail: "no answer before the deadline")
        case .limited(let wait):
            Outcome(
                .rateLimited, .rateLimit, detail: "too many requests", httpStatus: 429, retryAfter: .seconds(wait))
        case .quota: Outcome(.quota, .quota, detail: "the account is out of credit", httpStatus: 402)
        case .credentials: Outcome(.credentials, .unauthorized, detail: "the key is refused", httpStatus: 401)
        case .gone: Outcome(.gone, .modelNotFound, detail: "the model is not known", httpStatus: 404)
        case .gateway: Outcome(.gateway, .gatewayUnreachable, detail: "the gateway cannot be reached")
        case .network: Outcome(.failing, .connectionRefused, detail: "no route to the host")
        case .unconnected: Outcome(.failing, .timeout, detail: "no connection before the deadline")
        case .other(let outcome): outcome
        }
    }

    /// Whether a connection stood.
    var isConnected: Bool {
        switch kind {
        case .refused, .gateway, .network, .unconnected: false
        case .other(let outcome): outcome.httpStatus != nil
        default: true
        }
    }
}

extension Evidence.Kind {
    /// Whether verdicts wait for it, as long as they may: it comes from within the process, which loses nothing.
    var isAwaited: Bool {
        switch self {
        case .gateway, .connectivity: true
        default: false
        }
    }

    /// What it is about, where that is one model.
    var key: ProbeKey? {
        switch self {
        case .probeStarted(let key, _, _, _), .probeFinished(let key, _, _), .probeCancelled(let key, _),
            .outcomes(let key, _, _, _), .traffic(let key, _), .load(let key, _):
            key
        case .local(let id, _): ProbeKey(id)
        case .runtime, .gateway, .connectivity, .component: nil
        }
    }
}
