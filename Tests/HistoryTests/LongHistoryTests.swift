import Foundation
import Health
import TestSupport
import Testing

@testable import History

/// Long pasts: the sums, and what is answered from them, the same from every store.
@Suite(.timeLimit(.minutes(15)), .serialized)
struct LongHistoryTests {
    /// `LLM_HEALTH_TEST_MODELS`; 50 in `scripts/verify`.
    static let modelCount = ProcessInfo.processInfo.environment["LLM_HEALTH_TEST_MODELS"].flatMap { Int($0) } ?? 4
    static let models = (0..<modelCount).map { ModelID("provider-\($0 % 5)/model-\($0)") }

    @Test func `a week of a fleet gives the same answers from every store`() async throws {
        let history = GeneratedHistory(models: Self.models, days: 7)
        var answers: [(StoreKind, [ModelID: Answers])] = []
        for kind in StoreKind.allCases where kind != .memory || Self.modelCount <= 10 {
            let test = try await StoreUnderTest(kind)
            var rows = 0
            let time = try await ContinuousClock().measure {
                try await history.batches(of: 1_000) { snapshots, changes in
                    rows += snapshots.count + changes.count
                    try await test.store.append(snapshots, changes)
                }
            }
            _ = try await test.store.prune(Retention(), at: .at(600))
            let size = try await test.bytes()
            report(
                "\(kind): a week of \(Self.modelCount) models", "printed",
                "\(rows) rows, \(size.map { "\($0 / 1_024) KiB" } ?? "in memory"), \(time.seconds.rounded(to: 1)) s")
            var found: [ModelID: Answers] = [:]
            for model in Self.models { found[model] = try await Answers(of: model, from: test.store) }
            answers.append((kind, found))
        }
        let (first, expected) = try #require(answers.first)
        for (kind, found) in answers.dropFirst() {
            for model in Self.models {
                let (a, b) = (try #require(expected[model]), try #require(found[model]))
                #expect(a.snapshots == b.snapshots, "\(first) and \(kind), \(model)")
                #expect(a.changes == b.changes, "\(first) and \(kind), \(model)")
                #expect(a.timelines == b.timelines, "\(first) and \(kind), \(model)")
                #expect(a.trends == b.trends, "\(first) and \(kind), \(model)")
                #expect(a.coarse == b.coarse, "\(first) and \(kind), \(model)")
                #expect(a.totals == b.totals, "\(first) and \(kind), \(model)")
            }
        }
        // Something happened in it, and not everywhere the same.
        #expect(expected.values.contains { $0.totals.contains { $0.spans.unhealthy > 0 } })
        #expect(Set(expected.values.map { $0.changes.count }).count > 1)
    }

    /// Everything that can be asked of one model's week.
    struct Answers: Hashable {
        var snapshots: Int
        var changes: [HealthChangeEvent]
        var timelines: [StatusTimeline]
        var trends: [HealthTrends]
        var coarse: [HealthSnapshot]
        var totals: [RollUp]

        init(of model: ModelID, from store: any HistoryStore) async throws {
            let week = TimeRange.from(600 - 7 * 86_400, to: 600)
            snapshots = try await store.history(of: model, in: week).count
            changes = try await store.changes(ChangeQuery(of: model))
            timelines = []
            trends = []
            totals = []
            for (from, to) in [
                (-604_200.0, 600.0), (-86_000, 500), (-300_000.25, -100_000), (-3_000, 590), (-200_000, -190_000),
            ] {
                let range = TimeRange.from(from, to: to)
                timelines.append(try await store.timeline(of: model, in: range))
                timelines.append(try await store.timeline(of: model, in: range, resolution: .seconds(7_000)))
                trends.append(try await store.trends(of: model, in: range, buckets: 50).rounded)
                totals.append(try await store.total(of: model, in: range).rounded)
            }
            coarse = try await store.history(of: model, provider: "openai", in: week, resolution: .seconds(3_600))
                .map(\.rounded)
        }
    }

    @Test func `a quarter of a year goes the same way in every store`() async throws {
        let history = GeneratedHistory(models: ["m"], days: 90, seed: 31)
        var answers: [(kind: StoreKind, trends: [HealthTrends], report: HealthReport)] = []
        for kind in StoreKind.allCases {
            let test = try await StoreUnderTest(kind)
            try await history.batches(of: 10_000) { try await test.store.append($0, $1) }
            // Of all but the last week only sums are left.
            if kind != .memory { _ = try await test.store.prune(Retention(), at: .at(600)) }
            var trends: [HealthTrends] = []
            for days in [1.0, 7, 30, 90] {
                let range = TimeRange.from(600 - days * 86_400, to: 600)
                trends.append(try await test.store.trends(of: "m", in: range, buckets: 45).rounded)
            }
            // Whole days, which every store knows to the end.
            let range = TimeRange.from(-89.5 * 86_400, to: -0.5 * 86_400)
            var report = try await test.store.report(in: range) { _ in 0.995 }
            report.createdAt = noon
            answers.append((kind, trends, report))
        }
        let expected = try #require(answers.first)
        #expect(expected.trends.allSatisfy { $0.buckets.contains { $0.requestCount > 0 } })
        #expect(expected.report.incidents.count > 20)
        for other in answers.dropFirst() {
            #expect(other.trends == expected.trends, "\(other.kind)")
            #expect(other.report.incidents == expected.report.incidents, "\(other.kind)")
            #expect(other.report.models.map(\.days) == expected.report.models.map(\.days), "\(other.kind)")
            #expect(other.report.models.map(\.unhealthySeconds) == expected.report.models.map(\.unhealthySeconds))
            #expect(other.report.models.map(\.requests) == expected.report.models.map(\.requests))
        }
    }

    @Test(arguments: StoreKind.allCases.filter { $0 != .memory })
    func `what only hours tell of is told in hours`(kind: StoreKind) async throws {
        let test = try await StoreUnderTest(kind)
        let history = GeneratedHistory(models: ["m"], days: 8, seed: 17)
        try await history.batches(of: 1_000) { try await test.store.append($0, $1) }
        _ = try await test.store.prune(Retention(), at: .at(600))
        let day = TimeRange.from(-7 * 86_400, to: -6 * 86_400)
        let whole = TimeRange.from(-8 * 86_400, to: 0)
        func unseen(_ resolution: Duration) async throws -> Double {
            try await test.store.timeline(of: "m", in: whole, resolution: resolution).periods
                .filter { $0.status == nil && $0.to <= .at(-4 * 86_400) }.reduce(0) { $0 + $1.duration.seconds }
        }
        let gaps = try await unseen(.seconds(3_600))
        let before = (
            day: try await test.store.timeline(of: "m", in: day), total: try await test.store.total(of: "m", in: day)
        )
        // Rows of the last three days and minutes of the last four are left.
        _ = try await test.store.prune(
            Retention(snapshots: .seconds(3 * 86_400), minutes: .seconds(4 * 86_400)), at: .at(600))
        let after = try await test.store.timeline(of: "m", in: day)
        #expect(abs(try #require(after.availability) - #require(before.day.availability)) < 1e-3)
        #expect(after.periods.contains { $0.status == .healthy && $0.duration >= .seconds(3_600) })
        #expect(try await test.store.total(of: "m", in: day).spans == before.total.spans)
        // The beginning of a long one too: not as if nobody had looked.
        #expect(try await unseen(.seconds(60)) == gaps)
        let trends = try await test.store.trends(of: "m", in: day, buckets: 100)
        #expect(trends.buckets.reduce(0) { $0 + $1.requestCount } == before.total.requests)
    }

    @Test(arguments: StoreKind.allCases)
    func `sums are those of the snapshots, whatever the length`(kind: StoreKind) async throws {
        let test = try await StoreUnderTest(kind)
        let history = GeneratedHistory(models: ["m"], days: 3, seed: 11)
        var rows: [HealthSnapshot] = []
        try await history.batches(of: 500) { snapshots, changes in
            rows += snapshots
            try await test.store.append(snapshots, changes)
        }
        // Three of four days' ends, before and after they have been summed up.
        for isSummed in [false, true] {
            if isSummed { _ = try await test.store.prune(Retention(), at: .at(600)) }
            let total = try await test.store.total(of: "m", in: history.range)
            #expect(total.snapshots == rows.count)
            #expect(total.requests == rows.reduce(0) { $0 + $1.metrics.requestCount })
            let exact = StatusTimeline(
                of: "m", in: history.range, sightings: rows.map(Sighting.init), changes: [], now: .at(600))
            func milliseconds(_ status: HealthStatus, idle: Bool = false) -> Int64 {
                exact.periods.filter { $0.status == status && ($0.code == .idle) == idle }
                    .reduce(0) { $0 + $1.duration.wholeMilliseconds }
            }
            #expect(total.spans.unhealthy == milliseconds(.unhealthy))
            #expect(total.spans.degraded == milliseconds(.degraded))
            #expect(total.spans.unknown == milliseconds(.unknown))
            #expect(total.spans.healthy == milliseconds(.healthy))
            let hours = try await test.store.cells(of: "m", CellGrid(history.range, resolution: 3_600_000))
            #expect(hours.reduce(0) { $0 + $1.snapshots } == total.snapshots)
            #expect(hours.reduce(0) { $0 + $1.spans.observed } == total.spans.observed)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `after the snapshots are gone the sums still tell`(kind: StoreKind) async throws {
        let test = try await StoreUnderTest(kind)
        let history = GeneratedHistory(models: ["m"], days: 4, seed: 5)
        try await history.batches(of: 500) { try await test.store.append($0, $1) }
        let range = TimeRange.from(-3.5 * 86_400, to: -2 * 86_400)
        let before = try await test.store.total(of: "m", in: range)
        let trends = try await test.store.trends(of: "m", in: range, buckets: 20)
        guard kind != .memory else { return }
        _ = try await test.store.prune(Retention(snapshots: .seconds(86_400)), at: .at(600))
        #expect(try await test.store.history(of: "m", in: range).isEmpty)
        #expect(try await test.store.total(of: "m", in: range).rounded == before.rounded)
        #expect(try await test.store.trends(of: "m", in: range, buckets: 20).rounded == trends.rounded)
        // A short range of that time is answered from minutes.
        let hour = TimeRange.from(-3 * 86_400, to: -3 * 86_400 + 3_600)
        let timeline = try await test.store.timeline(of: "m", in: hour)
        #expect(timeline.resolution == .seconds(60))
        #expect(timeline.periods.contains { $0.status != nil })
    }

    @Test(arguments: StoreKind.allCases)
    func `rows that come late are summed up when asked to`(kind: StoreKind) async throws {
        let test = try await StoreUnderTest(kind)
        let hour = TimeRange.from(-7_200, to: -3_600)
        func rows(_ from: Int, _ status: HealthStatus) -> [HealthSnapshot] {
            (0..<30).map { .sample("m", at: -7_200 + Double(from + $0) * 60, status: status) }
        }
        try await test.store.append(rows(30, .unhealthy) + [.sample("m", at: -3_600), .sample("m", at: 590)])
        _ = try await test.store.prune(Retention(), at: .at(600))
        try await test.store.append(rows(0, .healthy))
        try await test.store.sumUp(hour)
        let total = try await test.store.total(of: "m", in: hour)
        #expect(total.snapshots == 60)
        #expect(total.spans.healthy == 1_800_000)
        #expect(total.spans.unhealthy == 1_800_000)
        #expect(total.spans.availability == 0.5)
    }

    @Test(arguments: StoreKind.allCases)
    func `a batch that is sent again adds nothing to the sums`(kind: StoreKind) async throws {
        let test = try await StoreUnderTest(kind)
        let rows = (0..<60).map { HealthSnapshot.sample("m", at: -7_200 + Double($0) * 60, requests: 3) }
        for _ in 0..<3 { try await test.store.append(rows, [.sample(1, "m", at: -7_200)]) }
        try await test.store.append([.sample("m", at: -3_600), .sample("m", at: 590)])
        _ = try await test.store.prune(Retention(), at: .at(600))
        let total = try await test.store.total(of: "m", in: .from(-7_200, to: -3_600))
        #expect(total.snapshots == 60)
        #expect(total.requests == 180)
        #expect(total.spans.healthy == 3_600_000)
    }

    @Test(arguments: StoreKind.allCases)
    func `uptime is a share and gaps are gaps, whatever the clock did`(kind: StoreKind) async throws {
        let test = try await StoreUnderTest(kind)
        // An hour back at -40 h, a restart of 30 s, a gap of five hours; half of the time unhealthy.
        var rows: [HealthSnapshot] = []
        for minute in 0..<600 {
            rows.append(
                .sample("m", at: -180_000 + Double(minute) * 60, status: minute % 20 < 10 ? .healthy : .unhealthy))
        }
        for minute in 0..<600 {
            rows.append(
                .sample("m", at: -147_600.5 + Double(minute) * 60, status: minute % 20 < 10 ? .healthy : .unhealthy))
        }
        for minute in 0..<1_500 { rows.append(.sample("m", at: -93_600 + Double(minute) * 60, status: .healthy)) }
        for start in stride(from: 0, to: rows.count, by: 100) {
            try await test.store.append(Array(rows[start..<start + 100]))
        }
        _ = try await test.store.prune(Retention(), at: .at(600))
        for hours in stride(from: 1.0, through: 60, by: 3.7) {
            for end in [-150_000.0, -100_000, -3_600, 600] {
                let range = TimeRange.from(end - hours * 3_600, to: end)
                let timeline = try await test.store.timeline(of: "m", in: range)
                #expect((0...1).contains(timeline.availability ?? 0))
                #expect(timeline.periods.first?.from == range.from && timeline.periods.last?.to == range.to)
                for (one, next) in zip(timeline.periods, timeline.periods.dropFirst()) {
                    #expect(one.to == next.from && one.from < one.to)
                }
                for bucket in try await test.store.trends(of: "m", in: range, buckets: 40).buckets {
                    #expect((0...1).contains(bucket.availability ?? 0) && (0...1).contains(bucket.errorRate ?? 0))
                }
            }
        }
        let gap = try await test.store.timeline(of: "m", in: .from(-111_000, to: -94_000), resolution: .seconds(600))
        #expect(gap.periods.map(\.status).contains(nil))
        let open = gap.periods.filter { $0.status == nil }.reduce(0) { $0 + $1.duration.seconds }
        #expect(abs(open - (-93_600 - (-147_600.5 + 599 * 60 + 60))) <= 1_200)
    }
}

extension RollUp {
    /// Sums of floating-point numbers depend on their order in the last digits.
    var rounded: RollUp {
        var copy = self
        copy.errors = errors.rounded(to: 6)
        return copy
    }
}

extension HealthTrends {
    var rounded: HealthTrends {
        var copy = self
        for index in buckets.indices { copy.buckets[index].errorRate = buckets[index].errorRate?.rounded(to: 9) }
        return copy
    }
}

extension HealthSnapshot {
    var rounded: HealthSnapshot {
        var copy = self
        copy.metrics.errorRate = metrics.errorRate?.rounded(to: 9)
        return copy
    }
}

extension Double {
    func rounded(to digits: Int) -> Double {
        let scale = pow(10, Double(digits))
        return (self * scale).rounded() / scale
    }
}
