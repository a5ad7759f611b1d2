import Foundation
import Testing

@testable import Health

/// Figures of the engine, printed and not judged: a debug build is several times slower than what runs in earnest.
@Suite struct EngineMeasurementTests {
    private static let count = 10_000

    /// Bytes of this process in memory, where the system tells.
    private func residentBytes() -> Int? {
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8),
            let pages = text.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
        else { return nil }
        return pages * 4_096
    }

    private func report(_ what: String, _ value: Double, _ unit: String) {
        print("measured (debug builds are slow): \(what): \((value * 100).rounded() / 100) \(unit)")
    }

    @Test func `ten thousand models`() {
        let clock = ContinuousClock()
        let before = residentBytes()
        let configs = (0..<Self.count).map { ModelConfig.plain(ModelID("provider/model-\($0)")) }
        let afterConfigs = residentBytes()
        var engine = HealthEngine()
        var plans = 0
        report(
            "configure \(Self.count) models",
            clock.measure { plans = engine.configure(configs, at: VirtualFleet.moment(.zero)).plans.count }
                .milliseconds,
            "ms")
        #expect(plans == Self.count)

        // Five minutes of healthy probes at 15 s, as one after another.
        let rounds = 20
        var events = 0
        let absorbing = clock.measure {
            for round in 0..<rounds {
                for index in 0..<Self.count {
                    let key = ProbeKey(configs[index].id)
                    let number = UInt64(round * Self.count + index)
                    let moment = VirtualFleet.moment(
                        .seconds(Double(round) * 15 + 15 * Double(index) / Double(Self.count)))
                    _ = engine.absorb(
                        Evidence(.probeStarted(key, number: number, reason: .scheduled), source: .probe, at: moment),
                        at: moment)
                    let result = ProbeResult(
                        modelId: key.modelID, outcome: .ok,
                        latency: .milliseconds(500 + Double((index + round * 7) % 100)), startedAt: moment.wall)
                    events +=
                        engine.absorb(
                            Evidence(.probeFinished(key, number: number, result), source: .probe, at: moment),
                            at: moment
                        ).events.count
                }
            }
        }
        #expect(events == Self.count)
        report("absorbed", Double(2 * rounds * Self.count) / absorbing.seconds, "pieces of evidence a second")

        let now = VirtualFleet.moment(.seconds(Double(rounds) * 15 + 2))
        var actions = HealthEngine.Actions()
        report("a tick that settles all", clock.measure { actions = engine.tick(at: now) }.milliseconds, "ms")
        #expect(actions.events.isEmpty)
        let soon = now + .milliseconds(200)
        report("a tick 200 ms later", clock.measure { actions = engine.tick(at: soon) }.milliseconds, "ms")
        #expect(actions.isEmpty)

        let engineBytes = residentBytes()
        var fleet = FleetHealth.empty
        report("the first rendering of all", clock.measure { fleet = engine.fleet(at: now) }.milliseconds, "ms")
        #expect(fleet.summary.counts.healthy == Self.count)
        #expect(fleet.models.allSatisfy { $0.latency.p50 != nil && $0.requestTotal == UInt64(rounds) })
        report("a rendering of one in 32", clock.measure { fleet = engine.fleet(at: now) }.milliseconds, "ms")

        report("a model's track without its heap", Double(MemoryLayout<ModelTrack>.stride), "bytes")
        report("a target's track without its heap", Double(MemoryLayout<TargetTrack>.stride), "bytes")
        report("a shown status without its heap", Double(MemoryLayout<ModelHealthStatus>.stride), "bytes")
        if let before, let afterConfigs, let engineBytes, let all = residentBytes() {
            report("configuration", Double(afterConfigs - before) / Double(Self.count), "bytes a model")
            report("engine", Double(engineBytes - afterConfigs) / Double(Self.count), "bytes a model")
            report("what is shown", Double(all - engineBytes) / Double(Self.count), "bytes a model")
        }
    }
}
