import Foundation
import Health
import History
import TestSupport
import Testing

/// What every store must do, run over each of them.
@Suite(.timeLimit(.minutes(5)))
struct HistoryStoreTests {
    @Test(arguments: StoreKind.allCases)
    func `a snapshot comes back as it was stored`(kind: StoreKind) async throws {
        let store = try await StoreUnderTest(kind).store
        let full = HealthSnapshot.sample(at: 1.234, status: .degraded)
        var bare = HealthSnapshot.sample(at: 2, status: .unknown, p50: nil, errorRate: nil, requests: 0)
        bare.metrics.availability = nil
        bare.probeResult = nil
        var odd = HealthSnapshot.sample(at: 3, status: .unhealthy)
        odd.probeResult = .init(success: false, latency: nil, error: nil)
        try await store.append([full, bare, odd])
        let found = try await store.history(of: "gpt-4o", in: .all)
        #expect(found == [full, bare, odd])
    }

    @Test(arguments: StoreKind.allCases)
    func `a change comes back as it was stored`(kind: StoreKind) async throws {
        let store = try await StoreUnderTest(kind).store
        var change = HealthChangeEvent.sample(7, at: 1.5)
        change.reasons[0].message = "HTTP 503 \"overloaded\" at https://x/y?z\n\u{1F525}"
        change.reason = change.reasons[0].message
        var bare = HealthChangeEvent.sample(8, at: 2)
        bare.reasons = []
        bare.reason = ""
        try await store.append([], [change, bare])
        #expect(try await store.changes(ChangeQuery()) == [change, bare])
    }

    @Test(arguments: StoreKind.allCases, HealthReason.Code.allCases)
    func `every reason code survives`(kind: StoreKind, code: HealthReason.Code) async throws {
        let store = try await StoreUnderTest(kind).store
        try await store.append([.sample(at: 1, code: code)], [.sample(1, at: 1, code: code)])
        #expect(try await store.history(of: "gpt-4o", in: .all).map(\.reasonCode) == [code])
        #expect(try await store.changes(ChangeQuery()).first?.reasons.first?.code == code)
    }

    @Test(arguments: StoreKind.allCases)
    func `storing rows again changes nothing`(kind: StoreKind) async throws {
        let store = try await StoreUnderTest(kind).store
        let snapshots = (0..<10).map { HealthSnapshot.sample(at: Double($0)) }
        let changes = (1...5).map { HealthChangeEvent.sample(UInt64($0), at: Double($0)) }
        for _ in 0..<3 { try await store.append(snapshots, changes) }
        try await store.append(Array(snapshots[5...]) + [.sample(at: 10)], [changes[4], .sample(6, at: 6)])
        #expect(try await store.history(of: "gpt-4o", in: .all).count == 11)
        #expect(try await store.changes(ChangeQuery()).map(\.seq) == [1, 2, 3, 4, 5, 6])
    }

    @Test(arguments: StoreKind.allCases)
    func `a row that is there stays as it is`(kind: StoreKind) async throws {
        let store = try await StoreUnderTest(kind).store
        try await store.append([.sample(at: 1, status: .healthy)], [.sample(1, at: 1, "first")])
        try await store.append([.sample(at: 1, status: .unhealthy)], [.sample(1, at: 2, "second")])
        #expect(try await store.history(of: "gpt-4o", in: .all).map(\.status) == [.healthy])
        #expect(try await store.changes(ChangeQuery()).map(\.reason) == ["first"])
    }

    @Test(arguments: StoreKind.allCases)
    func `the same row twice in one batch is stored once`(kind: StoreKind) async throws {
        let store = try await StoreUnderTest(kind).store
        try await store.append([.sample(at: 1), .sample(at: 1)], [.sample(1, at: 1), .sample(1, at: 1)])
        #expect(try await store.history(of: "gpt-4o", in: .all).count == 1)
        #expect(try await store.changes(ChangeQuery()).count == 1)
    }

    @Test(arguments: StoreKind.allCases)
    func `history is told oldest first whatever the order of writing`(kind: StoreKind) async throws {
        let store = try await StoreUnderTest(kind).store
        var generator = Seeded(state: 1)
        let times = (0..<200).map(Double.init)
        for time in times.shuffled(using: &generator) {
            try await store.append([.sample(at: time)], [.sample(UInt64(time) + 1, at: time)])
        }
        #expect(try await store.history(of: "gpt-4o", in: .all).map(\.timestamp) == times.map { .at($0) })
        #expect(try await store.changes(ChangeQuery()).map(\.seq) == (1...200).map { $0 })
    }

    @Test(arguments: StoreKind.allCases)
    func `a range has its beginning and not its end`(kind: StoreKind) async throws {
        let store = try await StoreUnderTest(kind).store
        let times = [0, 9.999, 10, 10.001, 19.999, 20, 20.001]
        try await store.append(
            times.map { .sample(at: $0) }, times.enumerated().map { .sample(UInt64($0.offset + 1), at: $0.element) })
        let range = TimeRange.from(10, to: 20)
        let inside: [Date] = [.at(10), .at(10.001), .at(19.999)]
        #expect(try await store.history(of: "gpt-4o", in: range).map(\.timestamp) == inside)
        #expect(try await store.changes(ChangeQuery(in: range)).map(\.timestamp) == inside)
    }

    @Test(arguments: StoreKind.allCases)
    func `a limit keeps the newest snapshots`(kind: StoreKind) async throws {
        let store = try await StoreUnderTest(kind).store
        try await store.append((0..<10).map { .sample(at: Double($0)) })
        let found = try await store.history(of: "gpt-4o", in: .from(0, to: 9), limit: 3)
        #expect(found.map(\.timestamp) == [.at(6), .at(7), .at(8)])
        #expect(try await store.history(of: "gpt-4o", in: .all, limit: 99).count == 10)
    }

    @Test(arguments: StoreKind.allCases)
    func `changes are read on from a number, narrowed and limited`(kind: StoreKind) async throws {
        let store = try await StoreUnderTest(kind).store
        try await store.append(
            [], (1...10).map { .sample(UInt64($0), $0 % 2 == 0 ? "even" : "odd", at: Double($0)) })
        func numbers(_ query: ChangeQuery) async throws -> [UInt64] { try await store.changes(query).map(\.seq) }
        #expect(try await numbers(ChangeQuery(after: 7)) == [8, 9, 10])
        #expect(try await numbers(ChangeQuery(of: "even")) == [2, 4, 6, 8, 10])
        #expect(try await numbers(ChangeQuery(of: "even", after: 4, limit: 2)) == [6, 8])
        #expect(try await numbers(ChangeQuery(limit: 3)) == [1, 2, 3])
        #expect(try await numbers(ChangeQuery(limit: 3, from: .newest)) == [8, 9, 10])
        #expect(try await numbers(ChangeQuery(of: "odd", in: .from(3, to: 9), after: 3)) == [5, 7])
        #expect(try await numbers(ChangeQuery(after: 10)).isEmpty)
        #expect(try await numbers(ChangeQuery(after: .max)).isEmpty)
    }

    @Test(arguments: StoreKind.allCases)
    func `the last number is that of the newest change`(kind: StoreKind) async throws {
        let store = try await StoreUnderTest(kind).store
        #expect(try await store.lastSeq() == 0)
        try await store.append([], [.sample(41, at: 2), .sample(12, at: 3)])
        #expect(try await store.lastSeq() == 41)
    }

    @Test(arguments: StoreKind.allCases)
    func `a model never stored has an empty past`(kind: StoreKind) async throws {
        let store = try await StoreUnderTest(kind).store
        try await store.append([.sample("other", at: 1)], [.sample(1, "other", at: 1)])
        #expect(try await store.history(of: "gpt-4o", in: .all).isEmpty)
        #expect(try await store.changes(ChangeQuery(of: "gpt-4o")).isEmpty)
        let trends = try await store.trends(of: "gpt-4o", in: .from(0, to: 600), buckets: 3)
        #expect(trends.buckets.map(\.requestCount) == [0, 0, 0])
        #expect(trends.buckets.allSatisfy { $0.availability == nil && $0.errorRate == nil && $0.worstStatus == nil })
        #expect([trends.latency, trends.errorRate, trends.availability] == [.unknown, .unknown, .unknown])
        let timeline = try await store.timeline(of: "gpt-4o", in: .from(0, to: 600))
        #expect(timeline.periods == [.init(from: .at(0), to: .at(600), status: nil)])
    }

    @Test(
        arguments: StoreKind.allCases,
        [
            "it's", "\"quoted\"", "a`b", "back\\slash", "new\nline\r\n", "tab\t", "", " ",
            "\u{1F525}\u{1F468}\u{200D}\u{1F469}",
            "'; DROP TABLE llm_health_snapshots; --", "%", "_", "?1", ":model", "{x:String}", "$1", "@openai/gpt-4o",
            "openrouter/meta-llama/llama-3:free", "../../etc/passwd", String(repeating: "x", count: 512),
        ])
    func `any model id is stored and found again`(kind: StoreKind, name: String) async throws {
        let store = try await StoreUnderTest(kind).store
        let model = ModelID(name)
        try await store.append(
            [.sample(model, at: 1), .sample("neighbour", at: 1)],
            [.sample(1, model, at: 1), .sample(2, "neighbour", at: 1)])
        #expect(try await store.history(of: model, in: .all).map(\.modelId) == [model])
        #expect(try await store.changes(ChangeQuery(of: model)).map(\.modelId) == [model])
        #expect(try await store.timeline(of: model, in: .from(0, to: 60)).periods.last?.status == .healthy)
        #expect(try await store.trends(of: model, in: .from(0, to: 60), buckets: 1).buckets[0].requestCount == 4)
        #expect(try await store.history(of: "neighbour", in: .all).count == 1)
    }

    @Test(
        arguments: StoreKind.allCases,
        [
            (String(repeating: "x", count: 513), "513 bytes"), (String(repeating: "é", count: 5_000), "10000 bytes"),
            ("a\0b", "zero byte"),
        ])
    func `a model id that cannot be kept is refused with what to do`(kind: StoreKind, bad: (String, String))
        async throws
    {
        let store = try await StoreUnderTest(kind).store
        for attempt in [true, false] {
            let error = await #expect(throws: HealthStorageError.self) {
                try await attempt
                    ? store.append([.sample(at: 1), .sample(ModelID(bad.0), at: 1)])
                    : store.append([], [.sample(1, at: 1), .sample(2, ModelID(bad.0), at: 1)])
            }
            #expect(error?.operation == .insert)
            #expect(error?.description.contains(bad.1) == true)
            #expect(error?.description.contains("configuration") == true)
            #expect(error?.description.utf8.count ?? 999 < 250)
        }
        // All of a batch or nothing of it.
        #expect(try await store.history(of: "gpt-4o", in: .all).isEmpty)
        #expect(try await store.changes(ChangeQuery()).isEmpty)
    }

    @Test(arguments: StoreKind.allCases)
    func `what no store can keep is refused or made plain`(kind: StoreKind) async throws {
        let store = try await StoreUnderTest(kind).store
        await #expect(throws: HealthStorageError.self) {
            try await store.append([], [.sample(UInt64(Int64.max) + 1, at: 1)])
        }
        await #expect(throws: HealthStorageError.self) { try await store.append([.sample(at: .infinity)]) }
        await #expect(throws: HealthStorageError.self) { try await store.append([.sample(at: .nan)]) }
        var odd = HealthSnapshot.sample(at: 1.000_4, p50: .nan, errorRate: .infinity, requests: -3)
        odd.probeResult?.error = String(repeating: "ä", count: 2_000) + "\0"
        try await store.append([odd])
        let found = try #require(try await store.history(of: "gpt-4o", in: .all).first)
        #expect(found.timestamp == .at(1))
        #expect(found.metrics.latencyP50 == nil)
        #expect(found.metrics.errorRate == nil)
        #expect(found.metrics.requestCount == 0)
        #expect(found.probeResult?.error?.utf8.count == HistoryLimits.textBytes)
    }

    @Test(arguments: StoreKind.allCases)
    func `a limit or a number of buckets out of bounds is refused`(kind: StoreKind) async throws {
        let store = try await StoreUnderTest(kind).store
        for limit in [0, -1, Int.min] {
            await #expect(throws: HealthStorageError.self) {
                _ = try await store.history(of: "gpt-4o", in: .all, limit: limit)
            }
            await #expect(throws: HealthStorageError.self) { _ = try await store.changes(ChangeQuery(limit: limit)) }
        }
        for buckets in [0, -5, HistoryLimits.buckets + 1] {
            let error = await #expect(throws: HealthStorageError.self) {
                _ = try await store.trends(of: "gpt-4o", in: .all, buckets: buckets)
            }
            #expect(error?.operation == .aggregate)
            #expect(error?.description.contains("\(buckets) buckets") == true)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `pruning deletes what is older than kept and nothing else`(kind: StoreKind) async throws {
        let store = try await StoreUnderTest(kind).store
        let retention = Retention(snapshots: .seconds(100), changes: .seconds(1_000), stepRows: 7)
        for model in ["a", "b", "c"] as [ModelID] {
            try await store.append((0..<50).map { .sample(model, at: Double($0) * 10) })
        }
        try await store.append([], (0..<50).map { .sample(UInt64($0 + 1), at: Double($0) * 100) })
        let report = try await store.prune(retention, at: .at(500))
        // Older than 400 s: 40 of 50, for each of three.
        #expect(report.snapshots == 120)
        #expect(report.changes == 0)
        for model in ["a", "b", "c"] as [ModelID] {
            let left = try await store.history(of: model, in: .all).map(\.timestamp)
            #expect(left == (40..<50).map { .at(Double($0) * 10) })
        }
        let second = try await store.prune(retention, at: .at(5_000))
        #expect(second.changes == 40)
        #expect(second.snapshots == 30)
        #expect(try await store.changes(ChangeQuery()).map(\.seq) == (41...50).map { $0 })
        #expect(try await store.prune(retention, at: .at(5_000)) == PruneReport())
    }

    @Test(arguments: StoreKind.allCases)
    func `trends put snapshots into buckets and weigh them`(kind: StoreKind) async throws {
        let store = try await StoreUnderTest(kind).store
        // One snapshot a minute; the second half is slower and fails.
        var rows: [HealthSnapshot] = []
        for minute in 0..<10 {
            let isLate = minute >= 5
            rows.append(
                .sample(
                    at: Double(minute) * 60, status: minute == 9 ? .unhealthy : .healthy, p50: isLate ? 300 : 100,
                    errorRate: isLate ? 0.5 : 0, requests: 10))
        }
        try await store.append(rows, [.sample(1, at: 540)])
        let trends = try await store.trends(of: "gpt-4o", in: .from(0, to: 600), buckets: 5)
        #expect(trends.modelId == "gpt-4o")
        #expect(trends.buckets.map(\.start) == [0, 120, 240, 360, 480].map { Date.at($0) })
        #expect(trends.buckets.map(\.width) == [120, 120, 120, 120, 120])
        #expect(trends.buckets.map(\.requestCount) == [20, 20, 20, 20, 20])
        #expect(trends.buckets.map(\.latency.p50) == [100, 100, 200, 300, 300])
        #expect(trends.buckets.map(\.latency.p99) == [400, 400, 800, 1_200, 1_200])
        #expect(trends.buckets.map(\.errorRate) == [0, 0, 0.25, 0.5, 0.5])
        #expect(trends.buckets.map(\.availability) == [1, 1, 1, 1, 0.5])
        #expect(trends.buckets.map(\.worstStatus) == [.healthy, .healthy, .healthy, .healthy, .unhealthy])
        #expect(trends.latency == .worsening)
        #expect(trends.errorRate == .worsening)
        #expect(trends.availability == .worsening)
    }

    @Test(arguments: StoreKind.allCases)
    func `a timeline tells periods, reasons and the time nobody looked`(kind: StoreKind) async throws {
        let store = try await StoreUnderTest(kind).store
        try await store.append(
            [
                .sample(at: -30), .sample(at: 30), .sample(at: 60, status: .unhealthy),
                .sample(at: 70, status: .unhealthy),
                .sample(at: 100), .sample(at: 160), .sample(at: 500), .sample(at: 560),
            ],
            [
                .sample(1, at: -5_000, from: .unknown, to: .healthy, "all is well"),
                .sample(2, at: 60, "connection refused"),
                .sample(3, at: 100, from: .unhealthy, to: .healthy, "answers again"),
                .sample(4, "other", at: 110),
            ])
        let timeline = try await store.timeline(of: "gpt-4o", in: .from(0, to: 900))
        // It is ten past noon: what comes later has not been observed.
        #expect(
            timeline.periods == [
                .init(from: .at(0), to: .at(60), status: .healthy, code: .passing, reason: "all is well"),
                .init(from: .at(60), to: .at(100), status: .unhealthy, code: .outage, reason: "connection refused"),
                .init(from: .at(100), to: .at(220), status: .healthy, code: .passing, reason: "answers again"),
                .init(from: .at(220), to: .at(500), status: nil),
                .init(from: .at(500), to: .at(600), status: .healthy, code: .passing, reason: "answers again"),
                .init(from: .at(600), to: .at(900), status: nil),
            ])
        let availability = try #require(timeline.availability)
        #expect(abs(availability - (1 - 40 / 320.0)) < 1e-9)
    }

    @Test(arguments: StoreKind.allCases)
    func `each operation is given up when its task is cancelled`(kind: StoreKind) async throws {
        let store = try await StoreUnderTest(kind).store
        let range = TimeRange.from(0, to: 600)
        let operations: [@Sendable () async throws -> Void] = [
            { try await store.append([.sample(at: 1)], [.sample(1, at: 1)]) },
            { _ = try await store.history(of: "gpt-4o", in: range, limit: 5) },
            { _ = try await store.changes(ChangeQuery()) },
            { _ = try await store.trends(of: "gpt-4o", in: range, buckets: 5) },
            { _ = try await store.timeline(of: "gpt-4o", in: range) },
            { _ = try await store.lastSeq() },
            { _ = try await store.prune(Retention(), at: noon) },
        ]
        for (index, operation) in operations.enumerated() {
            let error = await errorWhenCancelled(operation)
            #expect(error?.isCancellation == true, "operation \(index) gave \(String(describing: error))")
        }
        #expect(try await store.history(of: "gpt-4o", in: .all).isEmpty)
        #expect(try await store.changes(ChangeQuery()).isEmpty)
    }

    @Test
    func `both stores give the same answers to a week of random history`() async throws {
        let memory = try await StoreUnderTest(.memory)
        let sqlite = try await StoreUnderTest(.sqlite)
        var generator = Seeded(state: 42)
        var time = -86_400.0
        var seq: UInt64 = 0
        var status = HealthStatus.healthy
        while time < 600 {
            time +=
                Double.random(in: 1...90, using: &generator)
                + (Int.random(in: 0..<200, using: &generator) == 0 ? 900 : 0)
            var changes: [HealthChangeEvent] = []
            if Int.random(in: 0..<20, using: &generator) == 0 {
                let next = HealthStatus.allCases.randomElement(using: &generator)!
                seq += 1
                changes = [.sample(seq, at: time, from: status, to: next, "change \(seq)")]
                status = next
            }
            let row = HealthSnapshot.sample(
                at: time, status: status, p50: Double.random(in: 50...5_000, using: &generator),
                errorRate: Double.random(in: 0...1, using: &generator),
                requests: Int.random(in: 0...9, using: &generator))
            try await memory.store.append([row], changes)
            try await sqlite.store.append([row], changes)
        }
        for _ in 0..<40 {
            let from = Double.random(in: -90_000...500, using: &generator)
            let range = TimeRange.from(from, to: from + Double.random(in: 0.5...90_000, using: &generator))
            let (a, b) = (memory.store, sqlite.store)
            #expect(try await a.history(of: "gpt-4o", in: range) == b.history(of: "gpt-4o", in: range))
            #expect(try await a.changes(ChangeQuery(in: range)) == b.changes(ChangeQuery(in: range)))
            let buckets = Int.random(in: 1...100, using: &generator)
            #expect(
                try await a.trends(of: "gpt-4o", in: range, buckets: buckets)
                    == b.trends(of: "gpt-4o", in: range, buckets: buckets))
            let timeline = try await b.timeline(of: "gpt-4o", in: range)
            #expect(try await a.timeline(of: "gpt-4o", in: range) == timeline)
            // Whatever the range: the periods fill it without holes, and a share is a share.
            #expect(timeline.periods.first?.from == range.from)
            #expect(timeline.periods.last?.to == range.to)
            for (one, next) in zip(timeline.periods, timeline.periods.dropFirst()) { #expect(one.to == next.from) }
            #expect((0...1).contains(timeline.availability ?? 0))
        }
    }
}
