import Foundation
import Testing

@testable import Health

/// One fault is one fault, however many models it hides: a gateway, a host, our own network.
@Suite(.timeLimit(.minutes(5))) struct SharedFaultTests {
    private func isThroughUnhealthy(_ fleet: VirtualFleet) -> [HealthChangeEvent] {
        fleet.events.filter { $0.currentStatus == .unhealthy }
    }

    private func component(_ fleet: inout VirtualFleet, _ kind: ComponentStatus.Kind) -> ComponentStatus? {
        fleet.engine.fleet(at: VirtualFleet.moment(fleet.now)).summary.components.first { $0.kind == kind }
    }

    @Test(arguments: [5.0, 15.0], [5, 60])
    func `a hung gateway is not as many dead models`(_ interval: Double, _ count: Int) {
        for onset in stride(from: 200.0, to: 200 + interval, by: interval / 3) {
            let models = (0..<count).map {
                ModelConfig.plain(
                    ModelID("g\($0)"), interval: .seconds(interval), host: "http://127.0.0.1:8787", gateway: "portkey")
            }
            var fleet = VirtualFleet(models) { _, now in
                now.seconds >= onset && now.seconds < onset + 120 ? .hang : .ok()
            }
            fleet.gatewayCheck = { _, now in
                now.seconds >= onset && now.seconds < onset + 120
                    ? (false, .seconds(3)) : (true, .milliseconds(20))
            }
            fleet.run(until: .seconds(onset + 15))
            #expect(component(&fleet, .gateway)?.status == .unhealthy, "onset \(onset)")
            fleet.run(until: .seconds(onset + 119))
            #expect(models.allSatisfy { fleet.status($0.id).status == .unknown })
            fleet.run(until: .seconds(onset + 160))
            #expect(models.allSatisfy { fleet.status($0.id).status == .healthy })
            #expect(isThroughUnhealthy(fleet).isEmpty, "onset \(onset): \(isThroughUnhealthy(fleet).map(\.reason))")
        }
    }

    @Test func `a provider that hangs behind a live gateway is an outage all the same`() {
        let models = (0..<5).map {
            ModelConfig.plain(ModelID("g\($0)"), host: "http://127.0.0.1:8787", gateway: "portkey")
        }
        var fleet = VirtualFleet(models) { key, now in now.seconds > 200 && key.modelID == "g1" ? .hang : .ok() }
        fleet.gatewayCheck = { _, _ in (true, .milliseconds(20)) }
        fleet.run(until: .seconds(230))
        #expect(fleet.status("g1").status == .unhealthy)
        #expect(fleet.status("g2").status == .healthy)
    }

    @Test(arguments: [2, 15])
    func `a server that refuses all its models is one fault`(_ count: Int) {
        let models = (0..<count).map { ModelConfig.plain(ModelID("h\($0)"), host: "http://127.0.0.1:4000") }
        let other = ModelConfig.plain("z", host: "http://127.0.0.1:4001")
        var fleet = VirtualFleet(models + [other]) { key, now in
            now.seconds > 100 && now.seconds < 400 && key.modelID != "z" ? .failing() : .ok()
        }
        fleet.run(until: .seconds(130))
        #expect(component(&fleet, .host)?.status == .unhealthy)
        #expect(component(&fleet, .host)?.name == "127.0.0.1:4000")
        fleet.run(until: .seconds(390))
        #expect(models.allSatisfy { fleet.status($0.id).reasons[0].code == .host })
        #expect(fleet.status("z").status == .healthy)
        fleet.run(until: .seconds(430))
        #expect(models.allSatisfy { fleet.status($0.id).status == .healthy })
        #expect(isThroughUnhealthy(fleet).isEmpty, "\(isThroughUnhealthy(fleet).map(\.reason))")
        #expect(component(&fleet, .host)?.status == .healthy)
    }

    @Test func `the only model of a server is unhealthy, and so is one of several`() {
        let models = [
            ModelConfig.plain("alone", host: "http://127.0.0.1:1"), .plain("a", host: "http://127.0.0.1:2"),
            .plain("b", host: "http://127.0.0.1:2"),
        ]
        var fleet = VirtualFleet(models) { key, now in now.seconds > 100 && key.modelID != "b" ? .failing() : .ok() }
        fleet.run(until: .seconds(130))
        #expect(fleet.status("alone").status == .unhealthy)
        #expect(fleet.status("a").status == .unhealthy)
        #expect(fleet.status("b").status == .healthy)
    }

    @Test(arguments: [1.0, 5, 15, 60], [true, false])
    func `our own network is one statement, not many outages`(_ interval: Double, _ hasCheck: Bool) {
        for onset in stride(from: 200.0, to: 200 + interval, by: interval / 3) {
            let models = (0..<20).map {
                ModelConfig.plain(
                    ModelID("m\($0)"), interval: .seconds(interval), host: "https://host\($0 / 4).example.com")
            }
            let end = onset + max(120, interval * 4)
            var fleet = VirtualFleet(models) { _, now in now.seconds >= onset && now.seconds < end ? .hang : .ok() }
            if hasCheck { fleet.connectivity = { now in !(now.seconds >= onset && now.seconds < end) } }
            fleet.run(until: .seconds(end - 1))
            #expect(component(&fleet, .network)?.status == .unhealthy)
            #expect(models.allSatisfy { fleet.status($0.id).reasons[0].code == .selfNetwork })
            fleet.run(until: .seconds(end + max(60, interval * 3)))
            #expect(models.allSatisfy { fleet.status($0.id).status == .healthy })
            #expect(isThroughUnhealthy(fleet).isEmpty, "onset \(onset): \(isThroughUnhealthy(fleet).map(\.reason))")
        }
    }

    /// Each host has trouble of its own, and nothing can be asked whether our own network has.
    @Test(arguments: [15.0, 60, 300], 2...4)
    func `one failing look at the last host that answers is no word of our own network`(
        _ interval: Double, _ failing: Int
    ) {
        let models = (0..<3).map {
            ModelConfig.plain(ModelID("m\($0)"), interval: .seconds(interval), host: "https://host\($0).example.com")
        }
        let down = interval * 4
        var looks = 0
        var fleet = VirtualFleet(models) { key, now in
            guard now.seconds > down else { return .ok() }
            guard key.modelID == "m2" else { return .failing() }
            looks += 1
            return looks == failing ? .failing() : .ok()
        }
        fleet.run(until: .seconds(down * 4))
        #expect(looks > 1)
        #expect(component(&fleet, .network)?.status != .unhealthy)
        #expect(fleet.events.allSatisfy { $0.reasons[0].code != .selfNetwork }, "\(fleet.events.map(\.reason))")
        #expect(fleet.status("m0").status == .unhealthy && fleet.status("m2").status == .healthy)
    }

    /// The second host goes down after the last one has answered, so that both are silent since.
    @Test(arguments: [15.0, 60, 300], [0, 5, 13, 14, 20.0])
    func `a host that goes down and one failing look at the last are no word of our own network`(
        _ interval: Double, _ apart: Double
    ) {
        for (failing, phase) in zip([1, 2, 3, 4, 2, 3, 1, 2], stride(from: 0, to: interval, by: interval / 8)) {
            let models = (0..<3).map {
                ModelConfig.plain(
                    ModelID("m\($0)"), interval: .seconds(interval), host: "https://host\($0).example.com")
            }
            let down = interval * 4 + phase
            var looks = 0
            var fleet = VirtualFleet(models) { key, now in
                switch key.modelID {
                case "m0": return now.seconds > down ? .hang : .ok()
                case "m1": return now.seconds > down + apart ? .failing() : .ok()
                default:
                    guard now.seconds > down else { return .ok() }
                    looks += 1
                    return looks == failing ? .failing() : .ok()
                }
            }
            fleet.run(until: .seconds(down * 3))
            #expect(component(&fleet, .network)?.status != .unhealthy)
            let events = fleet.events.filter { $0.reasons[0].code == .selfNetwork }
            #expect(events.isEmpty, "look \(failing) at \(phase): \(events.map(\.reason))")
            #expect(fleet.status("m0").status == .unhealthy && fleet.status("m1").status == .unhealthy)
            #expect(fleet.events.allSatisfy { $0.modelId != "m2" || $0.currentStatus != .unhealthy })
        }
    }

    /// Another host answers after the failure, and the network is gone before the next look.
    @Test(arguments: [60.0, 300], [true, false])
    func `a failing look and then our own network's loss are no outage`(_ interval: Double, _ hangs: Bool) {
        for after in stride(from: 2.0, through: 34, by: 4) {
            let models = (0..<3).map {
                ModelConfig.plain(
                    ModelID("m\($0)"), interval: .seconds(interval), host: "https://host\($0).example.com")
            }
            // Its turn comes a quarter of the interval before the next one's.
            var failed: Double?
            var fleet = VirtualFleet(models) { key, now in
                if let failed, now.seconds >= failed + after { return hangs ? .hang : .failing() }
                guard key.modelID == "m0", now.seconds > interval * 4, failed == nil else { return .ok() }
                failed = now.seconds
                return .failing()
            }
            while failed == nil { fleet.run(until: fleet.now + .seconds(1)) }
            // The others are asked by hand meanwhile, and answer.
            fleet.run(until: fleet.now + .seconds(1))
            for id: ModelID in ["m1", "m2"] {
                let result = ProbeResult(
                    modelId: id, target: TargetName.default, outcome: .ok, latency: .seconds(0.3),
                    startedAt: VirtualFleet.moment(fleet.now).wall)
                fleet.submit(.probeFinished(ProbeKey(id), number: .max, result))
            }
            fleet.run(until: fleet.now + .seconds(interval * 2 + 60))
            #expect(component(&fleet, .network)?.status == .unhealthy)
            #expect(isThroughUnhealthy(fleet).isEmpty, "\(after): \(isThroughUnhealthy(fleet).map(\.reason))")
        }
    }

    @Test(arguments: [true, false])
    func `one host that dies while others answer is an outage in time`(_ hasCheck: Bool) {
        let models = (0..<5).map { ModelConfig.plain(ModelID("m\($0)"), host: "https://host\($0).example.com") }
        var fleet = VirtualFleet(models) { key, now in now.seconds >= 200 && key.modelID == "m2" ? .hang : .ok() }
        if hasCheck { fleet.connectivity = { _ in true } }
        fleet.run(until: .seconds(230))
        #expect(fleet.status("m2").status == .unhealthy)
        #expect(models.filter { $0.id != "m2" }.allSatisfy { fleet.status($0.id).status == .healthy })
    }
}
