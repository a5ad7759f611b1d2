import Foundation
import Health

/// The real engine and the prober's rule under a virtual clock: what a model answers is a function of time.
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
        case finish(ProbeKey, UInt64, Answer, startedAt: Moment)
    }

    var engine: HealthEngine
    private(set) var now: Duration = .zero
    private(set) var events: [HealthChangeEvent] = []
    private(set) var probes: [(key: ProbeKey, at: Duration, reason: ProbeReason)] = []
    private var plans: [ProbeKey: ProbePlan] = [:]
    private var inFlight: [(at: Duration, step: Step)] = []
    private var number: UInt64 = 0
    var behaviour: Behaviour
    /// Answers of the connectivity check; `nil` where none is configured.
    var connectivity: ((Duration) -> Bool)?
    var connectivityAsked = 0

    static let origin = Date(timeIntervalSince1970: 1_795_428_000)

    init(_ models: [ModelConfig], policy: HealthPolicy = HealthPolicy(), behaviour: @escaping Behaviour) {
        engine = HealthEngine(policy: policy)
        self.behaviour = behaviour
        let actions = engine.configure(models, at: Self.moment(.zero))
        take(actions)
    }

    static func moment(_ uptime: Duration) -> Moment {
        Moment(uptime: uptime, wall: origin + uptime.seconds)
    }

    mutating func take(_ actions: HealthEngine.Actions) {
        events += actions.events
        for plan in actions.plans { plans[plan.key] = plan }
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

    mutating func submit(_ kind: Evidence.Kind, source: Evidence.Source = .probe) {
        let moment = Self.moment(now)
        take(engine.absorb(Evidence(kind, source: source, at: moment), at: moment))
    }

    /// Lets time pass in steps of 100 ms, as the Monitor's ticks do.
    mutating func run(until end: Duration) {
        while now < end {
            now += .milliseconds(100)
            for index in inFlight.indices.reversed() where inFlight[index].at <= now {
                guard case .finish(let key, let number, let answer, let startedAt) = inFlight.remove(at: index).step
                else {
                    continue
                }
                let result = ProbeResult(
                    modelId: key.modelID, target: key.target, outcome: answer.outcome, latency: answer.latency,
                    startedAt: startedAt.wall)
                submit(.probeFinished(key, number: number, result))
            }
            for (key, plan) in plans.sorted(by: { $0.key.modelID < $1.key.modelID }) {
                guard let next = plan.next, next <= now else { continue }
                plans[key] = plan.following(now)
                number += 1
                probes.append((key, now, plan.reason))
                submit(.probeStarted(key, number: number, reason: plan.reason))
                let answer = behaviour(key, now)
                inFlight.append(
                    (now + answer.latency, .finish(key, number, answer, startedAt: Self.moment(now))))
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
