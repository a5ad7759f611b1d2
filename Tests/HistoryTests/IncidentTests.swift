import Foundation
import Health
import TestSupport
import Testing

@testable import History

@Suite(.timeLimit(.minutes(5)))
struct IncidentTests {
    /// Statuses at seconds after noon; `end` is the model's removal.
    private func incidents(_ changes: [(Double, HealthStatus)], removedAt end: Double? = nil) -> [Incident] {
        var builder = IncidentBuilder()
        for change in Self.events(changes, removedAt: end) { builder.add(change) }
        return builder.incidents
    }

    private static func events(_ changes: [(Double, HealthStatus)], removedAt end: Double? = nil) -> [HealthChangeEvent]
    {
        var events: [HealthChangeEvent] = []
        var last = HealthStatus.unknown
        for (index, (at, status)) in changes.enumerated() {
            events.append(.sample(UInt64(index + 1), at: at, from: last, to: status, "change \(index + 1)"))
            last = status
        }
        if let end { events.append(.sample(99, at: end, from: last, to: .unknown, code: .removed)) }
        return events
    }

    struct Case: CustomTestStringConvertible {
        var testDescription: String
        var changes: [(Double, HealthStatus)]
        var removedAt: Double?
        /// id, from, to, worst, changes.
        var expected: [(String, Double, Double?, HealthStatus, Int)]
    }

    @Test(arguments: [
        Case(testDescription: "none", changes: [(0, .healthy)], expected: []),
        Case(
            testDescription: "one that is over", changes: [(0, .healthy), (60, .unhealthy), (90, .healthy)],
            expected: [("2", 60, 90, .unhealthy, 2)]),
        Case(
            testDescription: "one that gets worse and better",
            changes: [(0, .healthy), (10, .degraded), (20, .unhealthy), (30, .degraded), (40, .healthy)],
            expected: [("2", 10, 40, .unhealthy, 4)]),
        Case(
            testDescription: "not knowing is none by itself, and no end of one",
            changes: [
                (0, .healthy), (10, .unknown), (20, .healthy), (30, .degraded), (40, .unknown), (50, .degraded),
                (60, .healthy),
            ],
            expected: [("4", 30, 60, .degraded, 4)]),
        Case(
            testDescription: "one that lasts", changes: [(0, .degraded)], expected: [("1", 0, nil, .degraded, 1)]),
        Case(
            testDescription: "the model's removal ends it", changes: [(0, .unhealthy)], removedAt: 50,
            expected: [("1", 0, 50, .unhealthy, 2)]),
        Case(
            testDescription: "two", changes: [(0, .unhealthy), (10, .healthy), (20, .degraded), (30, .healthy)],
            expected: [("1", 0, 10, .unhealthy, 2), ("3", 20, 30, .degraded, 2)]),
    ])
    func `changes make incidents`(given: Case) {
        let found = incidents(given.changes, removedAt: given.removedAt)
        #expect(found.map(\.id) == given.expected.map(\.0))
        #expect(found.map(\.from) == given.expected.map { .at($0.1) })
        #expect(found.map(\.to) == given.expected.map { $0.2.map { .at($0) } })
        #expect(found.map(\.worst) == given.expected.map(\.3))
        #expect(found.map(\.changes) == given.expected.map(\.4))
        for incident in found { #expect(incident.reason == "change \(incident.id)") }
    }

    @Test(arguments: StoreKind.allCases)
    func `those that overlap a range are told whole`(kind: StoreKind) async throws {
        let store = try await StoreUnderTest(kind).store
        let changes: [(Double, HealthStatus)] = [
            (-9_000, .healthy), (-8_000, .unhealthy), (-7_000, .degraded), (-6_000, .healthy), (-5_000, .degraded),
            (-4_000, .unhealthy), (-1_000, .healthy), (-500, .unhealthy),
        ]
        try await store.append([], Self.events(changes) + [.sample(50, "other", at: -4_500)])
        func found(_ from: Double, _ to: Double) async throws -> [String] {
            try await store.incidents(of: "gpt-4o", in: .from(from, to: to)).map {
                "\($0.id): \($0.from.timeIntervalSince(noon))-\($0.to.map { "\($0.timeIntervalSince(noon))" } ?? "")"
            }
        }
        #expect(try await found(-9_500, 0) == ["2: -8000.0--6000.0", "5: -5000.0--1000.0", "8: -500.0-"])
        // It began before and ends after.
        #expect(try await found(-4_500, -4_400) == ["5: -5000.0--1000.0"])
        #expect(try await found(-7_500, -5_500) == ["2: -8000.0--6000.0"])
        #expect(try await found(-5_900, -5_100).isEmpty)
        #expect(try await found(-100, 0) == ["8: -500.0-"])
    }

    @Test(arguments: StoreKind.allCases)
    func `an hour whose trouble a change tells of is no incident of its own`(kind: StoreKind) async throws {
        let store = try await StoreUnderTest(kind).store
        let rows = (0..<120).map { minute in
            HealthSnapshot.sample(
                "gpt-4o", at: -7_200 + Double(minute) * 60, status: minute < 110 ? .healthy : .unhealthy)
        }
        try await store.append(rows, [.sample(7, "gpt-4o", at: -600, from: .healthy, to: .unhealthy)])
        for days in [1, 90] {
            let found = try await store.incidents(of: "gpt-4o", in: .from(-Double(days) * 86_400, to: 3_600))
            #expect(found.map(\.id) == ["7"], "\(days) days")
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `incidents without a change are the same in every range, and each model's own`(kind: StoreKind) async throws {
        let store = try await StoreUnderTest(kind).store
        // A day of imported minutes: both down from 600 to 700 minutes.
        for model in ["a", "b"] as [ModelID] {
            let rows = (0..<1_440).map { minute in
                HealthSnapshot.sample(
                    model, at: -86_400 + Double(minute) * 60,
                    status: (600..<700).contains(minute) ? .unhealthy : .healthy)
            }
            try await store.append(rows, [])
        }
        var ids: [ModelID: Set<String>] = [:]
        for model in ["a", "b"] as [ModelID] {
            for days in [1, 7, 30, 90] {
                let found = try await store.incidents(of: model, in: .from(-Double(days) * 86_400, to: 60))
                #expect(found.count == 1, "\(days) days")
                let length = try #require(found.first).duration(at: noon).seconds
                #expect(abs(length - 6_000) <= 60, "\(days) days: \(length) s")
                ids[model, default: []].insert(found[0].id)
            }
        }
        #expect(ids.values.allSatisfy { $0.count == 1 })
        #expect(ids["a"] != ids["b"])
    }
}
