import Foundation
import Health
import Testing

@testable import History

/// The timeline as a pure function of what was seen.
@Suite(.timeLimit(.minutes(5)))
struct TimelineTests {
    private func line(
        _ sightings: [(Double, HealthStatus)], changes: [HealthChangeEvent] = [], from: Double = 0, to: Double = 600,
        now: Double = 10_000
    ) -> StatusTimeline {
        StatusTimeline(
            of: "gpt-4o", in: .from(from, to: to),
            sightings: sightings.map { Sighting(.sample(at: $0.0, status: $0.1)) }, changes: changes, now: .at(now))
    }

    private func text(_ timeline: StatusTimeline) -> [String] {
        timeline.periods.map { period in
            let from = Int(period.from.timeIntervalSince(noon).rounded())
            let to = Int(period.to.timeIntervalSince(noon).rounded())
            return "\(from)-\(to) \(period.status?.rawValue ?? "open")"
        }
    }

    @Test
    func `nothing seen is open from end to end`() {
        #expect(text(line([])) == ["0-600 open"])
        #expect(line([]).availability == nil)
    }

    @Test
    func `snapshots a minute apart make one period`() {
        #expect(text(line((0...10).map { (Double($0) * 60, .healthy) })) == ["0-600 healthy"])
    }

    @Test
    func `a silence of three minutes is bridged and a longer one is open`() {
        #expect(
            text(line([(0, .healthy), (180, .healthy), (360, .healthy), (540, .healthy)], to: 540)) == ["0-540 healthy"]
        )
        #expect(text(line([(0, .healthy), (180, .healthy)], to: 180)) == ["0-180 healthy"])
        #expect(text(line([(0, .healthy), (180.001, .healthy)], to: 180)) == ["0-60 healthy", "60-180 open"])
    }

    @Test
    func `the last word holds until now and no longer`() {
        #expect(text(line([(500, .degraded)], now: 560)) == ["0-500 open", "500-560 degraded", "560-600 open"])
        #expect(text(line([(500, .degraded)], now: 681)) == ["0-500 open", "500-560 degraded", "560-600 open"])
        #expect(text(line([(500, .degraded)], now: 680)) == ["0-500 open", "500-600 degraded"])
    }

    @Test
    func `a sighting shortly before the range vouches for its beginning`() {
        #expect(text(line([(-100, .healthy), (50, .healthy)], to: 100)) == ["0-100 healthy"])
        #expect(text(line([(-150, .healthy), (50, .healthy)], to: 100)) == ["0-50 open", "50-100 healthy"])
    }

    @Test
    func `a change takes effect at its own instant and brings its sentence`() {
        let timeline = line(
            [(0, .healthy), (60, .healthy), (130, .unhealthy), (190, .healthy)],
            changes: [.sample(1, at: 100, "refused"), .sample(2, at: 150, from: .unhealthy, to: .healthy, "back")],
            to: 200)
        #expect(text(timeline) == ["0-100 healthy", "100-150 unhealthy", "150-200 healthy"])
        #expect(timeline.periods.map(\.reason) == [nil, "refused", "back"])
    }

    @Test
    func `a model that leaves the fleet is not observed from then on`() {
        let timeline = line(
            [(0, .healthy), (60, .healthy)],
            changes: [.sample(1, at: 100, from: .healthy, to: .healthy, code: .removed, "left")], to: 200)
        #expect(text(timeline) == ["0-100 healthy", "100-200 open"])
    }

    @Test
    func `an idle local model counts for no availability`() {
        let idle = StatusTimeline(
            of: "m", in: .from(0, to: 120),
            sightings: [
                Sighting(.sample(at: 0, code: .idle)), Sighting(.sample(at: 60, code: .idle)),
            ], changes: [], now: .at(120))
        #expect(text(idle) == ["0-120 healthy"])
        #expect(idle.availability == nil)
        let loaded = StatusTimeline(
            of: "m", in: .from(0, to: 120),
            sightings: [
                Sighting(.sample(at: 0, code: .idle)), Sighting(.sample(at: 60, status: .unhealthy)),
            ], changes: [], now: .at(120))
        #expect(loaded.availability == 0)
    }

    @Test
    func `unknown and open time count for no availability`() {
        let timeline = line(
            [(0, .healthy), (60, .unknown), (120, .unhealthy), (150, .degraded), (180, .healthy)], to: 600, now: 240)
        #expect(
            text(timeline) == [
                "0-60 healthy", "60-120 unknown", "120-150 unhealthy", "150-180 degraded", "180-240 healthy",
                "240-600 open",
            ])
        #expect(timeline.availability.map { abs($0 - (1 - 30 / 180.0)) < 1e-9 } == true)
    }

    @Test
    func `a clock that jumps back makes no negative stretch`() {
        let timeline = line([(100, .healthy), (40, .unhealthy), (100, .healthy), (50, .healthy)], to: 200, now: 120)
        #expect(timeline.periods.allSatisfy { $0.from < $0.to })
        #expect(text(timeline) == ["0-40 open", "40-50 unhealthy", "50-120 healthy", "120-200 open"])
        #expect(text(line([(5_000, .healthy)], to: 6_000, now: 100)) == ["0-6000 open"])
    }

    @Test
    func `a range at the edge of time is survived`() throws {
        let far = try TimeRange(from: .distantPast, to: .distantFuture)
        let timeline = StatusTimeline(
            of: "m", in: far, sightings: [Sighting(.sample(at: 0))], changes: [], now: .at(10))
        #expect(timeline.periods.count == 3)
        let farther = try TimeRange(from: Date(timeIntervalSince1970: -1e300), to: Date(timeIntervalSince1970: 1e300))
        #expect(StatusTimeline(of: "m", in: farther, sightings: [], changes: [], now: noon).periods.count == 1)
    }

    @Test
    func `its JSON says null where nobody looked`() throws {
        let timeline = line([(0, .unhealthy)], changes: [.sample(1, at: 0, "refused")], to: 120, now: 60)
        let json = String(decoding: try HealthJSON.encoder().encode(timeline), as: UTF8.self)
        #expect(
            json == """
                {"availability":0,"modelId":"gpt-4o","periods":[\
                {"code":"outage","from":"2026-11-23T12:00:00.000Z","reason":"refused","status":"unhealthy",\
                "to":"2026-11-23T12:01:00.000Z"},\
                {"from":"2026-11-23T12:01:00.000Z","status":null,"to":"2026-11-23T12:02:00.000Z"}],\
                "range":{"from":"2026-11-23T12:00:00.000Z","to":"2026-11-23T12:02:00.000Z"},"resolution":0}
                """)
        #expect(try HealthJSON.decoder().decode(StatusTimeline.self, from: Data(json.utf8)) == timeline)
    }
}
