import Foundation
import Health
import Testing

@testable import Trials

/// Each rule, broken by hand: a check that cannot fail proves nothing.
@Suite struct InvariantWatchTests {
    /// A history that breaks one rule.
    struct Breach: Sendable, CustomTestStringConvertible {
        var rule: Invariant
        var name: String
        var play: @Sendable (inout History) -> Void

        init(_ rule: Invariant, _ name: String, _ play: @escaping @Sendable (inout History) -> Void) {
            self.rule = rule
            self.name = name
            self.play = play
        }

        var testDescription: String { name }
    }

    static let breaches: [Breach] = [
        Breach(.numbering, "a number is left out") {
            $0.finish(.ok)
            $0.seq += 1
            $0.become(.healthy)
        },
        Breach(.chain, "an event goes on from another status") {
            $0.finish(.ok)
            $0.event(from: .degraded, to: .healthy)
        },
        Breach(.chain, "what is shown was never told") {
            $0.finish(.ok)
            $0.show(.healthy)
        },
        Breach(.ground, "healthy from the start") { $0.become(.healthy) },
        Breach(.ground, "healthy after a refused key") {
            $0.finish(.ok)
            $0.become(.healthy)
            $0.finish(Outcome(.credentials, .unauthorized))
            $0.become(.unknown)
            $0.finish(Outcome(.failing, .serverError))
            $0.become(.healthy)
        },
        Breach(.ground, "healthy after it came back to the fleet") {
            $0.finish(.ok)
            $0.become(.healthy)
            $0.become(.unknown)
            $0.watch.configured($0.id, isPresent: false, at: $0.now)
            $0.watch.configured($0.id, isPresent: true, at: $0.now)
            $0.become(.healthy)
        },
        Breach(.healing, "a failing look heals") {
            $0.finish(.ok)
            $0.become(.healthy)
            $0.become(.degraded)
            $0.finish(Outcome(.failing, .timeout))
            $0.become(.healthy)
        },
        Breach(.healing, "a rate limit heals") {
            $0.finish(.ok)
            $0.become(.healthy)
            $0.become(.degraded)
            $0.finish(Outcome(.rateLimited, .rateLimit))
            $0.become(.healthy)
        },
        Breach(.nextProbe, "no plan") {
            $0.wait(5)
            $0.plan(next: nil)
        },
        Breach(.nextProbe, "a next probe long ago") {
            $0.wait(60)
            $0.show(.unknown, next: 30)
        },
        Breach(.nextProbe, "a next probe in a year") {
            $0.wait(60)
            $0.show(.unknown, next: 31_536_000)
        },
        Breach(.nextProbe, "no next probe shown") {
            $0.wait(60)
            $0.show(.unknown, next: nil)
        },
        Breach(.timetable, "four intervals without a probe") {
            $0.wait(75)
            $0.plan(next: 76, left: 5, every: 15)
        },
        Breach(.timetable, "ten minutes without a probe, as somebody wished") {
            $0.wait(600)
            $0.plan(next: 86_400, left: 5, every: 86_400)
        },
        Breach(.gateway, "a frozen gateway's model is down") {
            $0.suffer(.gatewayFrozen, from: 100, to: 200)
            $0.wait(130)
            $0.become(.unhealthy)
        },
        Breach(.gateway, "on the way back from a dead gateway") {
            $0.suffer(.gatewayLost, from: 100, to: 200)
            $0.wait(205)
            $0.become(.unhealthy)
        },
        Breach(.gateway, "a dead gateway is not told of") {
            $0.suffer(.gatewayLost, from: 100, to: 300)
            $0.wait(250)
            $0.show(.unknown)
        },
        Breach(.ownNetwork, "our own lost network is a model's fault") {
            $0.suffer(.networkDropped, from: 100, to: 200)
            $0.wait(130)
            $0.become(.unhealthy)
        },
        Breach(.ownNetwork, "our own lost network is not told of") {
            $0.suffer(.networkLost, from: 100, to: 1_000)
            $0.wait(900)
            $0.show(.unknown)
        },
        Breach(.ownNetwork, "told twice") {
            $0.suffer(.networkLost, from: 100, to: 1_000)
            for at in [200.0, 300, 400, 900] {
                $0.wait(at - $0.now)
                $0.show(.unknown, network: at == 300 ? .healthy : .unhealthy)
            }
        },
        Breach(.queue, "busy is called dead") {
            $0.suffer(.queueing(30), from: 100, to: 200)
            $0.wait(130)
            $0.become(.unhealthy)
        },
        Breach(.account, "an empty account is called an outage") {
            $0.suffer(.quota, from: 100, to: 200)
            $0.wait(130)
            $0.become(.unhealthy)
        },
        Breach(.account, "a rate limit is called an outage") {
            $0.suffer(.rateLimited(1, wait: 5), from: 100, to: 200)
            $0.wait(130)
            $0.become(.unhealthy)
        },
        Breach(.falseOutage, "an outage out of nothing") {
            $0.wait(130)
            $0.become(.unhealthy)
        },
        Breach(.falseOutage, "an outage long after the trouble") {
            $0.suffer(.refused, from: 100, to: 200)
            $0.wait(2_000)
            for _ in 0..<8 { $0.finish(.ok) }
            $0.become(.unhealthy)
        },
        Breach(.overlooked, "an outage of half an hour is healthy") {
            $0.suffer(.refused, from: 100, to: 3_000)
            $0.finish(.ok)
            $0.become(.healthy)
            $0.wait(1_900)
            $0.show(.healthy)
        },
        Breach(.manner, "no stream is answered, and all is well") {
            $0.suffer(.streamingFails, from: 100, to: 5_000)
            $0.finish(.ok)
            $0.become(.healthy)
            $0.wait(4_000)
            $0.show(.healthy)
        },
        Breach(.forgotten, "unknown though nothing is wrong") {
            $0.wait(4_000)
            $0.show(.unknown)
        },
        Breach(.forgotten, "unhealthy for hours after it") {
            $0.suffer(.refused, from: 100, to: 200)
            $0.wait(150)
            $0.become(.unhealthy)
            $0.wait(20_000)
            $0.show(.unhealthy)
        },
        Breach(.breaker, "a regular probe through an open breaker") { $0.leave(.scheduled, .open) },
        Breach(.breaker, "a recovery probe of a closed breaker") { $0.leave(.recovery, .closed) },
        Breach(.budget, "too many extra probes") { $0.leave(.confirmation, .closed, extras: 500) },
        Breach(.shown, "unknown with a score") { $0.show(.unknown, score: 50) },
        Breach(.shown, "down and usable") {
            $0.suffer(.refused, from: 0, to: 10)
            $0.become(.unhealthy)
            $0.show(.unhealthy, routing: .usable)
        },
        Breach(.shown, "without a reason") { $0.show(.unknown, reasons: []) },
    ]

    @Test(arguments: breaches) func `a broken rule is found, and no other is blamed`(_ breach: Breach) {
        var history = History()
        breach.play(&history)
        // What has no ground any more for want of a success was not healed by one either.
        let allowed: Set<Invariant> = breach.rule == .ground ? [.ground, .healing] : [breach.rule]
        let broken = Set(history.watch.counts.keys)
        #expect(broken.contains(breach.rule) && broken.isSubset(of: allowed), "\(history.watch.violations)")
        #expect(history.watch.violations.first.map { "\($0)" }?.contains(breach.rule.rawValue) == true)
    }

    @Test func `every rule has a history that breaks it`() {
        #expect(Set(Self.breaches.map(\.rule)) == Set(Invariant.allCases))
    }

    @Test func `a life without fault breaks none`() {
        var history = History()
        history.suffer(.refused, from: 1_000, to: 2_000)
        history.finish(.ok)
        history.become(.healthy)
        history.show(.healthy)
        history.wait(1_020)
        history.finish(Outcome(.failing, .connectionRefused))
        history.become(.unhealthy)
        history.show(.unhealthy)
        history.wait(1_000)
        history.finish(.ok)
        history.become(.healthy)
        history.leave(.scheduled, .closed)
        history.plan(next: history.now + 15, left: history.now)
        history.show(.healthy)
        #expect(history.watch.violations.isEmpty, "\(history.watch.violations)")
    }

    @Test func `what led to a breach is told`() {
        var history = History()
        history.finish(Outcome(.failing, .serverError))
        history.become(.healthy)
        let told = history.watch.violations.map { "\($0)" }.joined()
        #expect(told.contains("failing/serverError") && told.contains("unknown → healthy"))
    }
}

/// One model's life, told by hand.
struct History {
    let id: ModelID = "model"
    var watch: InvariantWatch
    var now = 0.0
    var seq: UInt64 = 1
    private var status = HealthStatus.unknown
    private var number: UInt64 = 0

    init() { watch = Self.watch([]) }

    private static func watch(_ troubles: [Episode]) -> InvariantWatch {
        var subject = InvariantWatch.Subject("model", interval: 15, troubles: troubles)
        subject.isStreamed = true
        let kinds = Dictionary(grouping: troubles, by: \.trouble.doing)
        if kinds[.gateway] != nil { subject.gateway = "portkey" }
        // Three that are away make a network.
        var others: [InvariantWatch.Subject] = []
        if kinds[.network] != nil {
            others = ["other-1", "other-2"].map { InvariantWatch.Subject($0, interval: 15, troubles: troubles) }
        }
        return InvariantWatch(
            [subject] + others, gateways: ["portkey": kinds[.gateway] ?? []], network: kinds[.network] ?? [])
    }

    /// To be said before anything else.
    mutating func suffer(_ trouble: Trouble, from: Double, to end: Double) {
        watch = Self.watch([Episode(from: from, to: end, trouble)])
    }

    mutating func wait(_ seconds: Double) { now += seconds }

    mutating func finish(_ outcome: Outcome) {
        number += 1
        let result = ProbeResult(modelId: id, outcome: outcome, startedAt: VirtualDaemon.origin + now)
        watch.saw(
            Evidence(
                .probeFinished(ProbeKey(id), number: number, result), source: .probe, at: VirtualDaemon.moment(now)))
    }

    mutating func become(_ next: HealthStatus) { event(from: status, to: next) }

    mutating func event(from previous: HealthStatus, to next: HealthStatus) {
        watch.told(
            HealthChangeEvent(
                seq: seq, modelId: id, provider: "trial", previousStatus: previous, currentStatus: next,
                timestamp: VirtualDaemon.origin + now, reasons: [HealthReason(.outage, "It is so.")]), at: now)
        seq += 1
        status = next
    }

    mutating func leave(_ reason: ProbeReason, _ breaker: CircuitBreakerStatus.State, extras: Int = 0) {
        watch.left(
            VirtualDaemon.Departure(
                model: id, reason: reason, breaker: breaker, extras: extras, saved: 0, births: 1), at: now)
    }

    mutating func plan(next: Double?, left: Double = 0, every: Double = 15) {
        watch.timetable(
            of: id,
            ProbePlan(
                key: ProbeKey(id), next: next.map { .seconds($0) }, anchor: .zero, every: .seconds(every),
                reason: .scheduled), left: left, at: now)
    }

    /// - Parameter next: seconds, by default soon.
    mutating func show(
        _ status: HealthStatus, score: Double? = nil, routing: RoutingVerdict.Verdict? = nil,
        reasons: [HealthReason] = [HealthReason(.passing, "It is so.")], next: Double? = -1,
        network: HealthStatus = .healthy
    ) {
        let usual: [HealthStatus: Double] = [.healthy: 90, .degraded: 50, .unhealthy: 10]
        let date = next.map { VirtualDaemon.origin + ($0 < 0 ? now + 5 : $0) }
        let models = watch.tracks.map { track in
            ModelHealthStatus(
                modelId: track.subject.id, provider: "trial", status: status, score: score ?? usual[status],
                reasons: reasons, since: VirtualDaemon.origin,
                routing: RoutingVerdict(routing ?? (status == .healthy ? .usable : .avoid), reason: "It is so."),
                nextProbeAt: date)
        }
        let component = ComponentStatus(
            kind: .network, name: "own", status: network, reason: "It is so.", since: VirtualDaemon.origin)
        watch.shown(
            FleetHealth(revision: 1, at: VirtualDaemon.origin + now, models: models, components: [component]), at: now)
    }
}
