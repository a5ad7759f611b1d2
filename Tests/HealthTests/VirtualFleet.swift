import Foundation
import Health

/// The real engine and the prober's timetable under a virtual clock: what a model answers is a function of time.
struct VirtualFleet {
    struct Answer {
        var outcome: Outcome
        var latency: Duration

        static func ok(_ latency: Duration = .milliseconds(600)) -> Answer { Answer(outcome: .ok, latency: latency) }
        static func failing(_ cause: Outcome.Cause = .connectionRefused, _ latency: Duration = .milliseconds(5))
            -> Answer
        {
            Answer(outcome: Outcome(.failing, cause, detail: "connection refused by the provider"), latency: latency)
        }
        static let hang = Answer(
            outcome: Outcome(.failing, .timeout, detail: "no answer within 10 s"), latency: .seconds(10))
        static func of(_ class: Outcome.Class, _ cause: Outcome.Cause = .other, retryAfter: Duration? = nil) -> Answer {
            Answer(
                outcome: Outcome(`class`, cause, detail: "told so", httpStatus: 400, retryAfter: retryAfter),
                latency: .milliseconds(50))
        }
    }
    typealias Behaviour = (ProbeKey, Duration) -> Answer

    private enum Step {
        case finish(ProbeKey, UInt64, Answer, startedAt: Moment, isStreamed: Bool)
        case gateway(String, isUp: Bool)
    }

    var engine: HealthEngine
    private(set) var now: Duration = .zero
    private(set) var events: [HealthChangeEvent] = []
    private(set) var probes: [(key: ProbeKey, at: Duration, reason: ProbeReason)] = []
    private var schedule: ProbeSchedule
    private var inFlight: [(at: Duration, step: Step)] = []
    var behaviour: Behaviour
    /// Answers of the connectivity check; `nil` where none is configured.
    var connectivity: ((Duration) -> Bool)?
    var connectivityAsked = 0
    /// Whether a gateway answers, and after how long that is known; asked when it is suspected, and each 5 s while down.
    var gatewayCheck: ((String, Duration) -> (isUp: Bool, after: Duration))?
    private var downGateways: [String: Duration] = [:]
    /// Answers by the manner of the request, in place of `behaviour`.
    var mannered: ((ProbeKey, Duration, Bool) -> Answer)?
    /// What an answer's headers say of the account.
    var allowance: ((ProbeKey, Duration) -> Allowance?)?

    static let origin = Date(timeIntervalSince1970: 1_795_428_000)

    init(_ models: [ModelConfig], policy: HealthPolicy = HealthPolicy(), behaviour: @escaping Behaviour) {
        // Times are exact.
        var policy = policy
        policy.jitter = 0
        engine = HealthEngine(policy: policy)
        schedule = ProbeSchedule(policy: policy)
        self.behaviour = behaviour
        configure(models)
    }

    mutating func configure(_ models: [ModelConfig]) {
        schedule.register(models)
        take(engine.configure(models, at: Self.moment(now)))
    }

    static func moment(_ uptime: Duration) -> Moment {
        Moment(uptime: uptime, wall: origin + uptime.seconds)
    }

    mutating func take(_ actions: HealthEngine.Actions) {
        events += actions.events
        for plan in actions.plans { schedule.apply(plan) }
        for name in actions.suspectedGateways { ask(name) }
        if actions.isConnectivityCheckWanted {
            connectivityAsked += 1
            if let connectivity {
                let moment = Self.moment(now)
                take(
                    engine.absorb(
                        Evidence(.connectivity(isUp: connectivity(now)), source: .probe, at: moment), at: moment))
            }
        }
    }

    private mutating func ask(_ gateway: String) {
        guard let gatewayCheck else { return }
        let (isUp, after) = gatewayCheck(gateway, now)
        inFlight.append((now + after, .gateway(gateway, isUp: isUp)))
    }

    mutating func submit(_ kind: Evidence.Kind, source: Evidence.Source = .probe) {
        let moment = Self.moment(now)
        take(engine.absorb(Evidence(kind, source: source, at: moment), at: moment))
    }

    /// Lets time pass in steps of 100 ms, as the Monitor's ticks do.
    mutating func run(until end: Duration) {
        while now < end {
            now += .milliseconds(100)
            for index in inFlight.indices.reversed() where inFlight[index].at <= now {
                switch inFlight.remove(at: index).step {
                case .finish(let key, let number, let answer, let startedAt, let isStreamed):
                    schedule.finish(key, number: number)
                    let result = ProbeResult(
                        modelId: key.modelID, target: key.target, outcome: answer.outcome, latency: answer.latency,
                        isStreamed: isStreamed, startedAt: startedAt.wall, allowance: allowance?(key, now))
                    submit(.probeFinished(key, number: number, result))
                case .gateway(let name, let isUp):
                    downGateways[name] = isUp ? nil : now + .seconds(5)
                    submit(.gateway(name, isUp: isUp, detail: "no answer within 3 s"))
                }
            }
            for (name, again) in downGateways where again <= now {
                downGateways[name] = now + .seconds(1_000)
                ask(name)
            }
            for departure in schedule.due(at: now) {
                let (key, number) = (departure.key, departure.number)
                probes.append((key, now, departure.reason))
                let isStreamed =
                    mannered == nil ? departure.isStreamed ?? false : departure.isStreamed(by: .auto)
                submit(.probeStarted(key, number: number, reason: departure.reason, isStreamed: isStreamed))
                let answer = mannered?(key, now, isStreamed) ?? behaviour(key, now)
                inFlight.append(
                    (
                        now + answer.latency,
                        .finish(key, number, answer, startedAt: Self.moment(now), isStreamed: isStreamed)
                    ))
            }
            take(engine.tick(at: Self.moment(now)))
        }
    }

    mutating func status(_ id: ModelID) -> ModelHealthStatus {
        engine.fleet(at: Self.moment(now))[id]!
    }

    /// The event that made `id` this status at or after `from`.
    func change(of id: ModelID, to status: HealthStatus, from: Duration = .zero) -> Duration? {
        events.first {
            $0.modelId == id && $0.currentStatus == status && $0.timestamp >= Self.origin + from.seconds
        }.map { .seconds($0.timestamp.timeIntervalSince(Self.origin)) }
    }
}

extension ModelConfig {
    /// A model reached directly.
    static func plain(
        _ id: ModelID, interval: Duration = .seconds(15), host: String = "https://api.example.com",
        gateway: String? = nil
    )
        -> ModelConfig
    {
        ModelConfig(
            id: id, provider: "openai",
            targets: [
                ModelTarget(
                    baseURL: host, model: id.rawValue,
                    gateway: gateway.map { GatewayRoute(gateway: $0, provider: "openai") })
            ], interval: interval)
    }
}

/// A small seeded generator (SplitMix64), so that every run of a test is the same run.
struct Seeded: RandomNumberGenerator {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
