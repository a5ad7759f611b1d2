import Foundation
import Health
import Testing

@testable import History

@Suite(.timeLimit(.minutes(5)))
struct SnapshotPlanTests {
    private func moment(_ seconds: Double) -> Moment { Moment(uptime: .seconds(seconds), wall: .at(seconds)) }

    private func fleet(_ models: [ModelHealthStatus], at seconds: Double, revision: UInt64 = 1) -> FleetHealth {
        FleetHealth(revision: revision, at: .at(seconds), models: models)
    }

    /// The times of one model's snapshots when the plan is asked four times a second.
    private func times(_ status: HealthStatus, for seconds: Int, model: ModelID = "gpt-4o") -> [Double] {
        var plan = SnapshotPlan()
        var times: [Double] = []
        for quarter in 0..<(seconds * 4) {
            let now = Double(quarter) / 4
            for row in plan.due(in: fleet([.sample(model, status)], at: now), at: moment(now)) {
                times.append(row.timestamp.timeIntervalSince(noon))
            }
        }
        return times
    }

    @Test
    func `a healthy model is written once a minute`() {
        let times = times(.healthy, for: 600)
        #expect((10...11).contains(times.count))
        for (a, b) in zip(times, times.dropFirst()) { #expect(b - a <= 60.25) }
        for (a, b) in zip(times.dropFirst(), times.dropFirst(2)) { #expect(abs(b - a - 60) < 0.01) }
    }

    @Test(arguments: [HealthStatus.degraded, .unhealthy, .unknown])
    func `a model that is not healthy is written every ten seconds`(status: HealthStatus) {
        let times = times(status, for: 600)
        #expect((60...61).contains(times.count))
        for (a, b) in zip(times, times.dropFirst()) { #expect(b - a <= 10.25) }
        for (a, b) in zip(times.dropFirst(), times.dropFirst(2)) { #expect(abs(b - a - 10) < 0.01) }
    }

    @Test
    func `a fleet's snapshots are spread over the minute`() {
        let models = (0..<600).map { ModelHealthStatus.sample(ModelID("provider/model-\($0)")) }
        var plan = SnapshotPlan()
        var perSecond: [Int] = []
        for second in 0..<180 {
            perSecond.append(plan.due(in: fleet(models, at: Double(second)), at: moment(Double(second))).count)
        }
        #expect(perSecond[0] == 600)
        // Ten a second on average; none of the seconds carries three times that.
        #expect(perSecond[1...60].reduce(0, +) == 600)
        #expect(perSecond[61...120].reduce(0, +) == 600)
        #expect(perSecond[1...].max() ?? 0 < 30)
    }

    @Test
    func `a change of status is written at once, at the time of the change`() {
        var plan = SnapshotPlan()
        _ = plan.due(in: fleet([.sample("m")], at: 0), at: moment(0))
        let changed = fleet([.sample("m", .unhealthy)], at: 3.25)
        let row = plan.changed(.sample(1, "m", at: 3.25), in: changed, uptime: .seconds(4))
        #expect(row?.timestamp == .at(3.25))
        #expect(row?.status == .unhealthy)
        // The event after it says the same of the same status.
        #expect(plan.changed(.sample(2, "m", at: 3.5), in: changed, uptime: .seconds(4)) == nil)
        // A fleet that is ahead of the event: the later event brings the snapshot.
        let ahead = fleet([.sample("m", .healthy)], at: 5)
        #expect(plan.changed(.sample(3, "m", at: 4, to: .degraded), in: ahead, uptime: .seconds(5)) == nil)
        let last = plan.changed(.sample(4, "m", at: 5, from: .degraded, to: .healthy), in: ahead, uptime: .seconds(5))
        #expect(last?.status == .healthy)
    }

    @Test
    func `a change whose event was missed is written at the next look`() {
        var plan = SnapshotPlan()
        _ = plan.due(in: fleet([.sample("m")], at: 0), at: moment(0))
        #expect(plan.due(in: fleet([.sample("m")], at: 1), at: moment(1)).isEmpty)
        #expect(plan.due(in: fleet([.sample("m", .degraded)], at: 1.25), at: moment(1.25)).count == 1)
    }

    @Test
    func `requests are counted from one snapshot to the next`() {
        var plan = SnapshotPlan()
        var counts: [Int] = []
        for (second, total) in [(0, 5), (60, 12), (120, 12), (180, 40)] as [(Double, UInt64)] {
            let now = fleet([.sample("m", second == 120 ? .degraded : .healthy, requests: total)], at: second)
            counts += plan.due(in: now, at: moment(second)).map(\.metrics.requestCount)
        }
        #expect(counts == [5, 7, 0, 28])
    }

    @Test
    func `a model that left and came again counts from zero`() {
        var plan = SnapshotPlan()
        _ = plan.due(in: fleet([.sample("m", requests: 100), .sample("n")], at: 0), at: moment(0))
        _ = plan.due(in: fleet([.sample("n")], at: 1, revision: 2), at: moment(1))
        let back = plan.due(in: fleet([.sample("m", requests: 130), .sample("n")], at: 2, revision: 3), at: moment(2))
        #expect(back.map(\.metrics.requestCount) == [130])
        // Within one and the same revision nobody can leave; a total that falls back is a new beginning too.
        let restarted = plan.due(in: fleet([.sample("m", .unknown, requests: 3)], at: 3, revision: 4), at: moment(3))
        #expect(restarted.map(\.metrics.requestCount) == [3])
    }

    @Test
    func `two snapshots of a model never share a millisecond`() {
        var plan = SnapshotPlan()
        var times: [Date] = []
        for status in [HealthStatus.healthy, .degraded, .healthy] {
            times += plan.due(in: fleet([.sample("m", status)], at: 1), at: moment(1)).map(\.timestamp)
        }
        #expect(times.count == 3)
        #expect(Set(times).count == 3)
    }

    @Test
    func `a fleet that nobody renews any more is not written as if it were now`() {
        var plan = SnapshotPlan()
        let old = fleet([.sample("m")], at: 0)
        #expect(plan.due(in: .empty, at: moment(0)).isEmpty)
        #expect(plan.due(in: old, at: moment(180)).count == 1)
        #expect(plan.due(in: old, at: moment(300)).isEmpty)
        #expect(plan.due(in: fleet([.sample("m")], at: 301), at: moment(301)).count == 1)
    }
}
