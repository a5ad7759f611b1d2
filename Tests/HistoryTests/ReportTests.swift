import Foundation
import Health
import TestSupport
import Testing

@testable import History

/// Uptime, objectives and error budgets, the same from every store.
@Suite(.timeLimit(.minutes(5)))
struct ReportTests {
    /// Two hours up to noon by the minute: `a` always well, `b` down from minute 60 to 72, `c` seen in the first half only.
    private func fleet(_ kind: StoreKind) async throws -> StoreUnderTest {
        let test = try await StoreUnderTest(kind)
        var rows: [HealthSnapshot] = []
        for minute in 0..<131 {
            let at = -7_200 + Double(minute) * 60
            rows.append(.sample("a", at: at, requests: 10))
            let isDown = (60..<72).contains(minute)
            rows.append(
                .sample("b", at: at, status: isDown ? .unhealthy : .healthy, errorRate: isDown ? 1 : 0, requests: 10))
            if minute < 60 { rows.append(.sample("c", at: at, status: minute < 30 ? .degraded : .healthy)) }
        }
        try await test.store.append(
            rows.filter { $0.timestamp <= .at(600) },
            [
                .sample(1, "b", at: -3_600, from: .healthy, to: .unhealthy, "HTTP 503"),
                .sample(2, "b", at: -2_880, from: .unhealthy, to: .healthy),
            ])
        _ = try await test.store.prune(Retention(), at: .at(600))
        return test
    }

    @Test(arguments: StoreKind.allCases)
    func `uptime, error budget and incidents of a range`(kind: StoreKind) async throws {
        let store = try await fleet(kind).store
        let report = try await store.report(in: .from(-7_200, to: 0)) { $0 == "b" ? 0.95 : 0.99 }
        #expect(report.models.map(\.modelId) == ["b", "a", "c"])
        let b = report.models[0]
        #expect(abs((b.uptime ?? 0) - 0.9) < 1e-9 && b.isMet == false)
        #expect(b.errorBudget.allowedSeconds == 360 && b.errorBudget.usedSeconds == 720)
        #expect(abs((b.errorBudget.remaining ?? 0) + 1) < 1e-9)
        #expect(b.incidents == 1 && b.meanTimeToRecoverySeconds == 720 && b.longestIncidentSeconds == 720)
        #expect(b.requests == 1_200 && abs((b.errorRate ?? 0) - 0.1) < 1e-9)
        let a = report.models[1]
        #expect(a.uptime == 1 && a.isMet == true && a.errorBudget.remaining == 1 && a.incidents == 0)
        #expect(a.meanTimeToRecoverySeconds == nil && a.unknownSeconds == 0)
        let c = report.models[2]
        // Seen for an hour; the other hour is nobody's.
        #expect(c.uptime == 1 && abs(c.observedSeconds - 3_600) <= 60 && abs(c.unknownSeconds - 3_600) <= 60)
        #expect(c.degradedSeconds == 1_800)
        // Of which no change tells: it is told from what was seen.
        #expect(report.incidents.map(\.modelId) == ["b", "c"])
        #expect(report.incidents[1].worst == .degraded && report.incidents[1].id.hasPrefix("at-"))
        #expect(report.incidents[1].duration(at: noon) == .seconds(1_800))
        // The day that noon is in, and none beside it.
        #expect(a.days.count == 1 && a.days[0].uptime == 1 && b.days[0].worst == .unhealthy)
    }

    @Test(
        arguments: StoreKind.allCases,
        [
            // Windows in seconds after noon; uptime outside of them, seconds in them, budget used.
            ([(-3_600, -2_880)], 1, 720, 0), ([(-3_600, -3_240)], 0.947, 360, 360),
            ([(-7_200, -6_480)], 0.889, 720, 720),
            ([(-3_600, -3_000), (-3_300, -2_880)], 1, 720, 0), ([(-1e9, 1e9)], nil, 7_200, 0),
            ([(-1e9, -7_200), (0, 1e9)], 0.9, 0, 720),
        ] as [([(Double, Double)], Double?, Double, Double)])
    func `time in which work was planned counts for the uptime, not for the objective`(
        kind: StoreKind, work: ([(Double, Double)], Double?, Double, Double)
    ) async throws {
        let store = try await fleet(kind).store
        let report = try await store.report(
            of: ["b"], in: .from(-7_200, to: 0), maintenance: { _ in work.0.map { .from($0.0, to: $0.1) } }
        ) { _ in 0.99 }
        let b = report.models[0]
        #expect(abs((b.uptime ?? 0) - 0.9) < 1e-9)
        #expect(b.uptimeOutsideMaintenance.map { ($0 * 1_000).rounded() / 1_000 } == work.1)
        #expect(b.isMet == work.1.map { $0 >= 0.99 })
        #expect(b.maintenanceSeconds == work.2 && b.errorBudget.usedSeconds == work.3 && b.unhealthySeconds == 720)
    }

    @Test(arguments: StoreKind.allCases)
    func `of old planned work only hours are left, and they tell in proportion`(kind: StoreKind) async throws {
        let store = try await StoreUnderTest(kind).store
        // Ten hours forty days ago, half of the third one down.
        let start = -40 * 86_400.0
        let sums = (0..<10).map { hour in
            var sum = RollUp(start: .at(start + Double(hour) * 3_600))
            (sum.snapshots, sum.requests) = (60, 60)
            let down: Int64 = hour == 2 ? 1_800_000 : 0
            sum.spans.add(.healthy, isIdle: false, milliseconds: 3_600_000 - down)
            sum.spans.add(.unhealthy, isIdle: false, milliseconds: down)
            return sum
        }
        _ = try await store.append(sums, width: .hour, of: "m")
        for (from, to, seconds, used) in [
            (7_200.0, 10_800.0, 3_600.0, 0.0), (7_200, 9_000, 1_800, 900), (0, 36_000, 36_000, 0),
        ] {
            let report = try await store.report(
                of: ["m"], in: .from(-90 * 86_400, to: 0), maintenance: { _ in [.from(start + from, to: start + to)] }
            ) { _ in 0.99 }
            #expect(report.models[0].maintenanceSeconds == seconds && report.models[0].unhealthySeconds == 1_800)
            #expect(report.models[0].errorBudget.usedSeconds == used, "\(from)")
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `what nobody saw is no uptime`(kind: StoreKind) async throws {
        let store = try await fleet(kind).store
        let before = TimeRange.from(-90_000, to: -80_000)
        #expect(try await store.report(in: before) { _ in 0.99 }.models.isEmpty)
        let asked = try await store.report(of: ["a"], in: before) { _ in 1 }
        let a = try #require(asked.models.first)
        #expect(a.uptime == nil && a.isMet == nil && a.errorBudget.remaining == nil && a.unknownSeconds == 10_000)
        #expect(a.days.allSatisfy { $0.uptime == nil && $0.worst == nil })
        let json = String(decoding: try HealthJSON.encoder().encode(asked), as: UTF8.self)
        #expect(json.contains(#""uptime":null"#) && json.contains(#""remaining":null"#))
        #expect(try HealthJSON.decoder().decode(HealthReport.self, from: Data(json.utf8)) == asked)
    }
}
