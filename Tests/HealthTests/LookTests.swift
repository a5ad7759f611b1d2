import Foundation
import Testing

@testable import Health

/// How a failure is confirmed, what a queue is, whose answer counts, and at which pace.
@Suite(.timeLimit(.minutes(5))) struct LookTests {
    private let model: ModelID = "m"

    @Test func `broken streams are found although plain requests succeed, and their end`() {
        var fleet = VirtualFleet([.plain(model)]) { _, _ in .ok() }
        fleet.mannered = { _, now, isStreamed in
            isStreamed && now.seconds > 300 && now.seconds < 900
                ? .failing(.malformedAnswer, .milliseconds(200)) : .ok()
        }
        fleet.run(until: .seconds(400))
        #expect(fleet.status(model).status == .degraded)
        #expect(fleet.status(model).reasons[0].code == .streaming)
        fleet.run(until: .seconds(890))
        #expect(fleet.status(model).reasons[0].code == .streaming)
        fleet.run(until: .seconds(960))
        #expect(fleet.status(model).status == .healthy)
        #expect(fleet.events.count == 3, "\(fleet.events.map(\.reason))")
    }

    @Test func `broken streams are found without a budget, and noise is none`() {
        var policy = HealthPolicy()
        policy.budget.burst = 0
        policy.budget.share = 0
        for isBroken in [true, false] {
            var fleet = VirtualFleet([.plain(model)], policy: policy) { _, _ in .ok() }
            var streamed = 0
            fleet.mannered = { _, now, isStreamed in
                guard isStreamed, now.seconds > 600 else { return .ok() }
                streamed += 1
                return isBroken || streamed % 4 == 1 ? .of(.failing, .stall) : .ok()
            }
            fleet.run(until: .seconds(840))
            #expect(fleet.status(model).reasons[0].code == (isBroken ? .streaming : .passing))
            #expect(fleet.events.count == (isBroken ? 2 : 1), "\(fleet.events.map(\.reason))")
        }
    }

    @Test func `an outage found by a streamed look is an outage in time`() {
        for onset in stride(from: 300.0, to: 360, by: 2.3) {
            var fleet = VirtualFleet([.plain(model)]) { _, _ in .ok() }
            fleet.mannered = { _, now, _ in now.seconds > onset ? .failing() : .ok() }
            fleet.run(until: .seconds(onset + 30))
            #expect(fleet.status(model).status == .unhealthy, "onset \(onset)")
        }
    }

    private static func slow(_ load: @escaping (Double) -> Bool) -> VirtualFleet {
        var config = ModelConfig.plain("m", interval: .seconds(5), host: "http://127.0.0.1:8080")
        config.probe.timeout = .seconds(10)
        return VirtualFleet([config]) { _, now in load(now.seconds) ? .hang : .ok(.milliseconds(300)) }
    }

    @Test func `a server that says it is queueing is busy, and dead once it says nothing`() {
        var fleet = Self.slow { $0 > 200 }
        for half in 0..<1_000 {
            fleet.run(until: .milliseconds(half * 500))
            let now = fleet.now.seconds
            if now > 201, now < 400 {
                fleet.submit(
                    .load(ProbeKey(model), ServerLoad(running: 2, waiting: 6, slots: 2, generatedTokens: now * 20)))
            }
            if now >= 400 { fleet.submit(.load(ProbeKey(model), nil)) }
            if now > 215, now < 400 {
                let status = fleet.status(model)
                #expect(
                    status.status == .degraded && status.reasons[0].code == .overloaded, "\(now): \(status.reasons)")
                #expect(status.routing.verdict == .avoid)
            }
        }
        #expect(fleet.change(of: model, to: .unhealthy).map { $0.seconds > 400 && $0.seconds <= 430 } == true)
    }

    @Test func `a server at its limit, that serves some at once, is busy and not restless`() {
        var number = 0
        var fleet = Self.slow { _ in false }
        fleet.mannered = { _, now, _ in
            number += 1
            let waits = now.seconds > 200 && now.seconds < 500 && number % 3 == 0
            return .ok(waits ? .seconds(7) : .milliseconds(300))
        }
        for half in 0..<1_200 {
            fleet.run(until: .milliseconds(half * 500))
            let now = fleet.now.seconds
            if now > 200, now < 507 {
                fleet.submit(
                    .load(ProbeKey(model), ServerLoad(running: 2, waiting: 1, slots: 2, generatedTokens: now * 20)))
            }
            if now > 240, now < 500 {
                #expect(fleet.status(model).reasons[0].code == .overloaded, "\(now): \(fleet.status(model).reasons)")
            }
        }
        #expect(fleet.events.map(\.currentStatus) == [.healthy, .degraded, .healthy], "\(fleet.events.map(\.reason))")
        #expect(fleet.change(of: model, to: .healthy, from: .seconds(500)).map { $0.seconds <= 545 } == true)
    }

    @Test func `a server that is not asked any more is not silent`() {
        // One end is lost, so that its probe seems to wait; the others are answered.
        var number = 0
        var fleet = Self.slow { _ in false }
        fleet.mannered = { _, now, _ in
            number += 1
            return now.seconds > 200 && number % 10 == 0 ? .hang : .ok(.milliseconds(300))
        }
        for half in 0..<1_200 {
            fleet.run(until: .milliseconds(half * 500))
            if half % 60 == 3 {
                fleet.submit(.load(ProbeKey(model), ServerLoad(running: 1, waiting: 0, generatedTokens: Double(half))))
            }
        }
        #expect(!fleet.events.contains { $0.currentStatus == .unhealthy }, "\(fleet.events.map(\.reason))")
    }

    @Test func `an engine that stands still behind a live front is not busy`() {
        var fleet = Self.slow { $0 > 200 }
        for half in 0..<600 {
            fleet.run(until: .milliseconds(half * 500))
            if fleet.now.seconds > 201 {
                fleet.submit(.load(ProbeKey(model), ServerLoad(running: 2, waiting: 1, generatedTokens: 4_000)))
            }
        }
        #expect(fleet.change(of: model, to: .unhealthy).map { $0.seconds <= 240 } == true)
    }

    @Test func `late answers that are good take an outage back, and none is called again`() {
        var config = ModelConfig.plain(model)
        config.probe.timeout = .seconds(30)
        var random = Seeded(4)
        var fleet = VirtualFleet([config]) { _, now in
            now.seconds > 300 ? .ok(.seconds(Double.random(in: 11...24, using: &random))) : .ok()
        }
        fleet.run(until: .seconds(900))
        let bad = fleet.events.filter { $0.currentStatus == .unhealthy }
        #expect(bad.count <= 1, "\(bad.map(\.reason))")
        // By the first answer at the latest.
        #expect(!bad.contains { $0.timestamp > VirtualFleet.origin + 330 })
        #expect(fleet.status(model).status != .unhealthy)
    }

    @Test func `an outage is looked at ever less often`() {
        var fleet = VirtualFleet([.plain(model, interval: .seconds(60))]) { _, now in
            now.seconds < 200 ? .ok() : .failing()
        }
        fleet.run(until: .seconds(4_000))
        let times = fleet.probes.filter { $0.reason == .recovery || $0.reason == .backoff }.map(\.at.seconds)
        let gaps = zip(times, times.dropFirst()).map { $1 - $0 }
        #expect(gaps.first.map { $0 < 35 } == true, "\(gaps)")
        #expect(zip(gaps, gaps.dropFirst()).allSatisfy { $0 <= $1 + 0.3 }, "\(gaps)")
        #expect(gaps.suffix(10).allSatisfy { abs($0 - 60) < 0.3 }, "\(gaps)")
    }

    @Test func `another model's answers are a finding, and no outage`() {
        var fleet = VirtualFleet([.plain(model)]) { _, now in
            var answer = VirtualFleet.Answer.ok()
            if now.seconds > 300, now.seconds < 600 {
                answer.outcome = Outcome(
                    .ok, .otherModelAnswered, detail: "It used to answer as 'a' and answers as 'b'", httpStatus: 200)
            }
            return answer
        }
        fleet.run(until: .seconds(330))
        #expect(fleet.status(model).status == .degraded)
        #expect(fleet.status(model).reasons[0].code == .otherModel)
        fleet.run(until: .seconds(640))
        #expect(fleet.status(model).status == .healthy)
        #expect(fleet.events.map(\.currentStatus) == [.healthy, .degraded, .healthy])
    }

    @Test func `slow has a floor`() {
        var fleet = VirtualFleet([.plain(model)]) { _, now in .ok(.milliseconds(now.seconds > 1_000 ? 44 : 2)) }
        fleet.run(until: .seconds(3_000))
        #expect(fleet.events.count == 1, "\(fleet.events.map(\.reason))")
    }

    @Test func `a wish for a year is no reason not to look`() {
        var fleet = VirtualFleet([.plain(model)]) { _, now in
            now.seconds < 60 ? .ok() : .of(.rateLimited, .rateLimit, retryAfter: .seconds(31_536_000))
        }
        fleet.run(until: .seconds(3_600))
        let times = fleet.probes.map(\.at.seconds).filter { $0 > 60 }
        #expect(zip(times, times.dropFirst()).allSatisfy { $1 - $0 <= 301 }, "\(times)")
        #expect(times.count >= 11)
    }

    @Test func `who says when it serves again is looked at then`() {
        var fleet = VirtualFleet([.plain(model)]) { _, now in
            now.seconds < 60
                ? .ok()
                : VirtualFleet.Answer(
                    outcome: Outcome(
                        .failing, .noDeployment, detail: "all in cooldown", httpStatus: 429, retryAfter: .seconds(30)),
                    latency: .milliseconds(20))
        }
        fleet.run(until: .seconds(600))
        #expect(fleet.change(of: model, to: .unhealthy).map { $0.seconds < 125 } == true)
        let times = fleet.probes.map(\.at.seconds).filter { $0 > 60 }
        #expect(zip(times, times.dropFirst()).dropFirst().allSatisfy { $1 - $0 > 14 }, "\(times)")
    }

    // MARK: Accounts

    private static func keyed(_ count: Int, key: String = "k", limit: RequestLimit? = nil) -> [ModelConfig] {
        (0..<count).map { index in
            var config = ModelConfig.plain(ModelID("m\(index)"))
            config.targets[0].key = Secret(key)
            config.targets[0].limit = limit
            return config
        }
    }

    @Test func `probing takes its share of a known limit and no more`() {
        var fleet = VirtualFleet(Self.keyed(30)) { _, _ in .ok() }
        fleet.allowance = { _, _ in Allowance(limit: 60, remaining: 40, resetAfter: .seconds(20), period: .seconds(60))
        }
        fleet.run(until: .seconds(7_200))
        let first = fleet.probes.filter { $0.at.seconds < 10 }.count
        let later = fleet.probes.count - first
        #expect(first <= 12, "\(first)")
        #expect(Double(later) <= 7_190 * 0.01, "\(later)")
        #expect(Set(fleet.probes.map(\.key)).count >= 28)
    }

    @Test func `a limit that is written down is kept from the start`() {
        let models = Self.keyed(10, limit: RequestLimit(requests: 1_000, period: .seconds(86_400), share: 0.5))
        var fleet = VirtualFleet(models) { _, _ in .ok() }
        fleet.run(until: .seconds(17_280))
        // A fifth of a day.
        #expect(fleet.probes.count <= 100, "\(fleet.probes.count)")
        #expect(fleet.probes.count >= 70, "\(fleet.probes.count)")
    }

    @Test func `what one model of a key is told holds for all of them, and no other key`() {
        let others = Self.keyed(1, key: "other").map { config in
            var config = config
            config.id = "z"
            return config
        }
        var fleet = VirtualFleet(Self.keyed(6) + others) { key, now in
            key.modelID == "m0" && now.seconds > 100 && now.seconds < 116
                ? .of(.rateLimited, .rateLimit, retryAfter: .seconds(90)) : .ok()
        }
        fleet.run(until: .seconds(400))
        let told = fleet.probes.first { $0.key.modelID == "m0" && $0.at.seconds > 100 }!.at.seconds + 0.2
        let meanwhile = fleet.probes.filter { $0.at.seconds > told && $0.at.seconds < told + 89 }
        #expect(meanwhile.allSatisfy { $0.key.modelID == "z" }, "\(meanwhile)")
        #expect(meanwhile.count > 4)
        #expect((1...5).allSatisfy { fleet.status(ModelID("m\($0)")).status == .healthy })
    }

    @Test func `an allowance that is used up is waited for, a day if need be`() {
        var fleet = VirtualFleet(Self.keyed(2)) { _, now in
            now.seconds < 60 || now.seconds > 8_000
                ? .ok() : .of(.rateLimited, .rateLimit, retryAfter: .seconds(8_000 - now.seconds))
        }
        fleet.allowance = { _, now in
            now.seconds < 60 || now.seconds > 8_000
                ? nil : Allowance(limit: nil, remaining: 0, resetAfter: .seconds(8_000 - now.seconds))
        }
        fleet.run(until: .seconds(8_300))
        let meanwhile = fleet.probes.filter { $0.at.seconds > 80 && $0.at.seconds < 7_990 }
        #expect(meanwhile.count <= 2, "\(meanwhile.count)")
        #expect(fleet.status("m0").status == .healthy)
    }
}
