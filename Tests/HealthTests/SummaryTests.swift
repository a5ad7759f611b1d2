import Foundation
import Health
import Testing

@Suite struct SummaryTests {
    private func model(
        _ id: String, _ status: HealthStatus, provider: String = "p", since: Double = 0,
        _ code: HealthReason.Code? = nil
    ) -> ModelHealthStatus {
        let codes: [HealthStatus: HealthReason.Code] = [
            .healthy: .passing, .degraded: .errors, .unhealthy: .outage, .unknown: .starting,
        ]
        return ModelHealthStatus(
            modelId: ModelID(id), provider: provider, status: status,
            reasons: [HealthReason(code ?? codes[status]!, "\(id) is \(status.rawValue)")], since: Samples.at(since),
            routing: RoutingVerdict(.usable, reason: ""))
    }

    private func summary(_ models: [ModelHealthStatus]) -> HealthSummary {
        FleetHealth(revision: 3, at: Samples.noon, models: models).summary
    }

    @Test(arguments: [
        ("", HealthStatus.unknown), ("h", .healthy), ("hhh", .healthy), ("d", .degraded), ("u", .unhealthy),
        ("?", .unknown), ("???", .unknown), ("hu", .degraded), ("hd", .degraded), ("h?", .degraded), ("ud", .degraded),
        ("uu", .unhealthy), ("u?", .unhealthy), ("d?", .degraded), ("hdu?", .degraded),
    ])
    func `the roll-up is told from all models`(_ fleet: String, _ status: HealthStatus) {
        #expect(summary(models(fleet)).rollUp == status)
    }

    @Test(arguments: [
        ("", HealthStatus.unknown), ("h", .healthy), ("d", .degraded), ("u", .unhealthy), ("?", .unknown),
        ("hhhhhhhhhhhhhhhhhhhhhu", .unhealthy), ("hhhhhhhhhhhhhhhhhhhhhd", .degraded), ("h?", .healthy),
        ("d?", .degraded),
        ("hdu?", .unhealthy), ("???", .unknown),
    ])
    func `the status is the worst that matters`(_ fleet: String, _ status: HealthStatus) {
        #expect(summary(models(fleet)).status == status)
    }

    @Test(arguments: [
        (ComponentStatus.Kind.gateway, HealthStatus.unhealthy), (.host, .unhealthy), (.network, .unhealthy),
        (.store, .degraded), (.localRuntime, .degraded), (.modelList, .degraded), (.process, .degraded),
    ])
    func `a part that is down counts by whether models are reached through it`(
        _ kind: ComponentStatus.Kind, _ status: HealthStatus
    ) {
        func shown(_ isUp: Bool) -> HealthStatus {
            let part = ComponentStatus(
                kind: kind, name: "x", status: isUp ? .healthy : .unhealthy, reason: "", since: Samples.noon)
            return FleetHealth(revision: 1, at: Samples.noon, models: models("h?"), components: [part]).summary.status
        }
        #expect(shown(true) == .healthy && shown(false) == status)
    }

    private func models(_ fleet: String) -> [ModelHealthStatus] {
        let letters: [Character: HealthStatus] = ["h": .healthy, "d": .degraded, "u": .unhealthy, "?": .unknown]
        return fleet.enumerated().map { model("m\($0)", letters[$1]!) }
    }

    @Test func `counts are kept for all and for each provider`() {
        let summary = summary([
            model("a", .healthy), model("b", .healthy, provider: "q", .idle), model("c", .degraded, provider: "q"),
            model("d", .unhealthy), model("e", .unknown), model("f", .unknown, provider: "q"),
        ])
        #expect(summary.counts.total == 6)
        #expect(summary.counts.healthy == 2)
        #expect(summary.counts.degraded == 1)
        #expect(summary.counts.unhealthy == 1)
        #expect(summary.counts.unknown == 2)
        #expect(summary.counts.idle == 1)
        #expect(summary.providers.keys.sorted() == ["p", "q"])
        #expect(summary.providers["q"]?.counts.total == 3)
        #expect(summary.providers["q"]?.counts.idle == 1)
        #expect(summary.providers["p"]?.counts.unhealthy == 1)
        #expect(summary.revision == 3)
        #expect(summary.timestamp == Samples.noon)
    }

    @Test(arguments: [
        (28, 1, 0, 0, HealthStatus.healthy), (28, 5, 0, 0, .healthy), (28, 6, 0, 0, .degraded),
        (28, 14, 0, 0, .degraded), (28, 15, 0, 0, .unhealthy), (28, 0, 6, 0, .degraded), (28, 0, 0, 6, .degraded),
        (28, 0, 0, 28, .unknown), (2, 1, 0, 0, .degraded), (2, 1, 0, 1, .unhealthy), (1, 1, 0, 0, .unhealthy),
    ])
    func `one model of many does not speak for its provider`(
        _ total: Int, _ unhealthy: Int, _ degraded: Int, _ unknown: Int, _ status: HealthStatus
    ) {
        let statuses =
            Array(repeating: HealthStatus.unhealthy, count: unhealthy)
            + Array(repeating: .degraded, count: degraded) + Array(repeating: .unknown, count: unknown)
        let models = (0..<total).map { model("m\($0)", $0 < statuses.count ? statuses[$0] : .healthy) }
        let provider = summary(models).providers["p"]
        #expect(provider?.status == status)
        #expect(provider?.counts.total == total)
        #expect(provider?.reason.contains("\(total) model") == true)
    }

    @Test func `the worst come first, the longest ill of them before the others`() {
        let summary = summary([
            model("a", .healthy), model("b", .unknown, since: -900), model("c", .degraded, since: -100),
            model("d", .degraded, since: -500), model("e", .unhealthy, since: -10), model("f", .unhealthy, since: -20),
        ])
        #expect(summary.worst.map(\.modelId) == ["f", "e", "d", "c", "b"])
        #expect(summary.worst[0].reason == "f is unhealthy")
        #expect(summary.worst[0].since == Samples.at(-20))
    }

    @Test func `at most ten are told as the worst`() {
        let summary = summary((0..<40).map { model("m\($0)", .unhealthy, since: Double($0)) })
        #expect(summary.worst.map(\.modelId.rawValue) == (0..<10).map { "m\($0)" })
    }

    @Test func `a fleet is sorted and found by id`() {
        let fleet = FleetHealth(
            revision: 1, at: Samples.noon,
            models: [model("b", .healthy), model("a/x", .degraded), model("c", .unknown)])
        #expect(fleet.models.map(\.modelId) == ["a/x", "b", "c"])
        #expect(fleet["a/x"]?.status == .degraded)
        #expect(fleet["z"] == nil)
    }

    // MARK: Ranges

    @Test func `a range must have some length`() throws {
        let range = try TimeRange(from: Samples.noon, to: Samples.at(60))
        #expect(range.duration == .seconds(60))
        for end in [0.0, -1.0, -1e9] as [Double] {
            let error = #expect(throws: TimeRange.Invalid.self) {
                try TimeRange(from: Samples.noon, to: Samples.at(end))
            }
            #expect(error.map { "\($0)".contains("2026-11-23T10:00:00.000Z") } == true)
        }
    }

    @Test(arguments: [3_600.0, 0.5, 7_776_000.0] as [Double]) func `the last stretch ends at its end`(_ seconds: Double)
    {
        let range = TimeRange(last: .seconds(seconds), endingAt: Samples.noon)
        #expect(range.to == Samples.noon)
        #expect(abs(range.duration.seconds - seconds) < 1e-6)
    }

    @Test(arguments: [0.0, -5.0] as [Double]) func `no length is the shortest there is`(_ seconds: Double) {
        let range = TimeRange(last: .seconds(seconds), endingAt: Samples.noon)
        #expect(range.from < range.to)
    }
}
