import Foundation
import Health
import Testing

@testable import Observation
@testable import Trials

/// The daemon, `simulate` and `replay` come to the same changes from the same answers: the figures of the simulations are
/// those of the daemon.
@Suite("The same events everywhere", .timeLimit(.minutes(5)))
struct SameEventsTests {
    /// What the daemon runs, on a clock that this moves: the decision, and the prober's own timetable, line and limits. Only
    /// sockets are left out; a world answers in their place.
    private struct Daemon {
        private struct Flight {
            var at: Double
            var order: Int
            var job: ProbeJob
            var answer: World.Answer
            var startedAt: Double
        }

        var engine: HealthEngine
        var prober: ProberState
        var worlds: [ModelID: World]
        private(set) var events: [HealthChangeEvent] = []
        private(set) var recording: [RecordedEvidence] = []
        private(set) var departures: [String] = []
        private var flights: [Flight] = []
        private var order = 0
        private var now = 0.0
        private var tick = 0.0

        init(_ models: [ModelConfig], worlds: [ModelID: World], policy: HealthPolicy) {
            engine = HealthEngine(policy: policy)
            prober = ProberState(policy: policy, limits: .init())
            self.worlds = worlds
            _ = prober.start(models, at: .zero)
            carryOut(engine.configure(models, at: VirtualDaemon.moment(0)))
        }

        mutating func run(until end: Double) {
            while true {
                let arrival = flights.min { ($0.at, $0.order) < ($1.at, $1.order) }
                let departure = prober.schedule.nextDeadline()?.seconds ?? .infinity
                let next = min(arrival?.at ?? .infinity, departure, tick)
                guard next <= end else { return }
                now = next
                if let arrival, arrival.at <= now {
                    land(arrival)
                } else if departure <= now {
                    depart()
                } else {
                    carryOut(engine.tick(at: VirtualDaemon.moment(now)))
                }
                tick = ((now / 0.2 + 1e-6).rounded(.down) + 1) * 0.2
            }
        }

        private mutating func depart() {
            for (job, _) in prober.depart(at: prober.schedule.nextDeadline() ?? .seconds(now)).flights {
                let id = job.key.modelID
                departures.append("\(now) \(id) \(job.reason)")
                let answer = worlds[id]?.answer(at: now, isStreamed: job.isStreamed)
                guard let answer else { continue }
                order += 1
                flights.append(Flight(at: now + answer.latency, order: order, job: job, answer: answer, startedAt: now))
                absorb(
                    .probeStarted(job.key, number: job.number, reason: job.reason, isStreamed: job.isStreamed))
            }
        }

        private mutating func land(_ flight: Flight) {
            flights.removeAll { $0.order == flight.order }
            let (key, answer) = (flight.job.key, flight.answer)
            var result = ProbeResult(
                modelId: key.modelID, target: key.target, outcome: answer.outcome, latency: .seconds(answer.latency),
                startedAt: VirtualDaemon.origin + flight.startedAt)
            result.isStreamed = flight.job.isStreamed
            if answer.isConnected { result.phases.connect = .milliseconds(5) }
            _ = prober.land(flight.job, at: .seconds(now))
            recording.append(
                RecordedEvidence(
                    at: VirtualDaemon.origin + now, startedAt: result.startedAt, modelID: key.modelID,
                    target: key.target, provider: flight.job.model.provider, outcome: result.outcome,
                    latency: result.latency))
            absorb(.probeFinished(key, number: flight.job.number, result))
        }

        private mutating func absorb(_ kind: Evidence.Kind) {
            let moment = VirtualDaemon.moment(now)
            carryOut(engine.absorb(Evidence(kind, source: .probe, at: moment), at: moment))
        }

        private mutating func carryOut(_ actions: HealthEngine.Actions) {
            events += actions.events
            for plan in actions.plans { prober.schedule.apply(plan) }
        }
    }

    private static let troubles: [(name: String, trouble: Trouble)] = [
        ("refused", .refused), ("hangs", .hang), ("slow", .slow(6)), ("partly failing", .partial(0.5)),
        ("limited", .rateLimited(1, wait: 20)), ("retired", .retired), ("out of quota", .quota),
        ("key refused", .credentials),
    ]

    /// Four hours of four models on hosts of their own: one well, one in trouble twice, one noisy, one asked rarely.
    private func fleet(_ trouble: Trouble, seed: UInt64) -> (models: [ModelConfig], worlds: [World]) {
        let intervals: [Double] = [15, 15, 10, 60]
        let models = intervals.enumerated().map { index, interval in
            ModelConfig.trial(ModelID("m\(index)"), host: "https://host\(index).example.com", interval: interval)
        }
        let episodes = [Episode(from: 5_000, to: 5_900, trouble), Episode(from: 12_000, to: 12_040, trouble)]
        let worlds = models.indices.map { (index: Int) -> World in
            let own: [Episode] = index == 1 || index == 3 ? episodes : []
            return World(noise: index == 2 ? 0.02 : 0.003, episodes: own, seed: seed + UInt64(index))
        }
        return (models, worlds)
    }

    @Test(arguments: troubles)
    func `daemon and simulation, event for event and probe for probe`(_ trouble: (name: String, trouble: Trouble)) {
        for seed in [1, 300] as [UInt64] {
            let policy = HealthPolicy()
            let (models, worlds) = fleet(trouble.trouble, seed: seed)
            var simulated = VirtualDaemon(models, worlds: worlds, policy: policy, seed: seed)
            simulated.run(until: 14_400)
            var daemon = Daemon(
                models, worlds: Dictionary(uniqueKeysWithValues: zip(models.map(\.id), worlds)), policy: policy)
            daemon.run(until: 14_400)
            #expect(daemon.events.count > 4, "\(daemon.events.map(\.reason))")
            #expect(daemon.events == simulated.events)
            #expect(daemon.departures.count == simulated.probes.values.reduce(0, +))
        }
    }

    @Test(arguments: troubles)
    func `daemon and replay of what it recorded, change for change`(_ trouble: (name: String, trouble: Trouble)) throws
    {
        for seed in [1, 300] as [UInt64] {
            let policy = HealthPolicy()
            let (models, worlds) = fleet(trouble.trouble, seed: seed)
            var daemon = Daemon(
                models, worlds: Dictionary(uniqueKeysWithValues: zip(models.map(\.id), worlds)), policy: policy)
            daemon.run(until: 14_400)
            var queue = EvidenceQueue()
            var replay = Replay(policy: policy, fleet: ReplayFleet(models))
            var events: [HealthChangeEvent] = []
            for piece in daemon.recording {
                try queue.add(piece)
                while let step = queue.next() { events += try replay.take(step) }
            }
            while let step = queue.last() { events += try replay.take(step) }
            for model in models.map(\.id) {
                func told(_ events: [HealthChangeEvent]) -> [HealthStatus] {
                    events.filter { $0.modelId == model }.map(\.currentStatus)
                }
                #expect(told(events) == told(daemon.events), "\(model), seed \(seed)")
            }
            let pairs = zip(events.sorted { $0.timestamp < $1.timestamp }, daemon.events)
            let apart = pairs.map { abs($0.timestamp.timeIntervalSince($1.timestamp)) }.max() ?? 0
            #expect(apart < 5, "\(apart) s apart")
        }
    }
}
