import Foundation
import Health
import TestSupport
import Testing

@testable import History

/// The past on its way from one store to another: everything comes, once, and the answers stay the same.
@Suite(.timeLimit(.minutes(5)))
struct TransferTests {
    private static let pairs = StoreKind.allCases.flatMap { from in StoreKind.allCases.map { (from, $0) } }

    private func move(
        _ source: any HistoryStore, _ target: any HistoryStore, keeping retention: Retention? = nil
    ) async throws -> HistoryTransfer.Report {
        var transfer = HistoryTransfer(into: target)
        try await HistoryWalk(source, keeping: retention).run { batch in try await transfer.take(batch) }
        try await transfer.finish()
        return transfer.report
    }

    /// The same but for the minute where sums end and snapshots begin.
    private func expectSame(_ a: RollUp, _ b: RollUp, _ comment: Comment) {
        #expect(b.spans.observed - 60_000...b.spans.observed ~= a.spans.observed, comment)
        #expect(b.spans.counted - 60_000...b.spans.counted ~= a.spans.counted, comment)
        #expect(b.spans.unhealthy - 60_000...b.spans.unhealthy ~= a.spans.unhealthy, comment)
        var (a, b) = (a.rounded, b.rounded)
        (a.spans, b.spans) = (.init(), .init())
        #expect(a == b, comment)
    }

    @Test(arguments: pairs)
    func `every store answers as the one it came from`(from: StoreKind, to: StoreKind) async throws {
        let (source, target) = (try await StoreUnderTest(from), try await StoreUnderTest(to))
        let history = GeneratedHistory(models: ["a/1", "b"], days: 4, seed: 21)
        try await history.batches(of: 700) { try await source.store.append($0, $1) }
        // Of the first days only sums are left, where a store keeps any.
        let retention = Retention(snapshots: .seconds(2 * 86_400), minutes: .seconds(3 * 86_400))
        if from != .memory { _ = try await source.store.prune(retention, at: .at(600)) }
        let report = try await move(source.store, target.store)
        #expect(report.changes > 0 && report.snapshots > 0 && (report.sums > 0) == (from != .memory))
        let models = try await target.store.models()
        #expect(models == ["a/1", "b"])
        for model in models {
            #expect(
                try await target.store.changes(ChangeQuery(of: model))
                    == source.store.changes(ChangeQuery(of: model)))
            for (from, to) in [(-345_600.0, 600.0), (-298_800, -180_000), (-100_000, 500), (-338_400, -252_000)] {
                let range = TimeRange.from(from, to: to)
                expectSame(
                    try await target.store.total(of: model, in: range),
                    try await source.store.total(of: model, in: range),
                    "\(model) \(from)")
                #expect(
                    try await target.store.timeline(of: model, in: range, resolution: .seconds(3_600)).periods.map(
                        \.status)
                        == source.store.timeline(of: model, in: range, resolution: .seconds(3_600)).periods.map(
                            \.status))
            }
        }
        // Once more changes nothing.
        let before = try await target.store.total(of: "b", in: history.range).rounded
        let again = try await move(source.store, target.store)
        #expect(again.snapshots == 0 && again.changes == 0 && again.sums == 0)
        #expect(again.present == report.snapshots + report.changes + report.sums)
        #expect(try await target.store.total(of: "b", in: history.range).rounded == before)
    }

    @Test(arguments: StoreKind.allCases)
    func `older history comes in beside the store's own`(kind: StoreKind) async throws {
        let (source, target) = (try await StoreUnderTest(.sqlite), try await StoreUnderTest(kind))
        let whole = try await StoreUnderTest(.sqlite)
        let border = Date.at(-86_400 - 1_800)
        try await GeneratedHistory(models: ["m"], days: 5, seed: 4).batches(of: 300) { snapshots, changes in
            try await whole.store.append(snapshots, changes)
            try await source.store.append(
                snapshots.filter { $0.timestamp < border }, changes.filter { $0.timestamp < border })
            try await target.store.append(
                snapshots.filter { $0.timestamp >= border }, changes.filter { $0.timestamp >= border })
        }
        for store in [target.store, whole.store] { _ = try await store.prune(Retention(), at: .at(600)) }
        // The taker keeps snapshots for two days and minutes for three.
        let retention = Retention(snapshots: .seconds(2 * 86_400), minutes: .seconds(3 * 86_400))
        _ = try await source.store.prune(Retention(), at: .at(600))
        let report = try await move(source.store, target.store, keeping: retention)
        #expect(report.sums > 0 && report.snapshots > 0)
        _ = try await target.store.prune(Retention(), at: .at(600))
        for (from, to) in [(-432_000.0, 600.0), (-399_600, -201_600), (-100_000, -80_000), (-432_000, -86_400)] {
            let range = TimeRange.from(from.rounded(), to: to)
            expectSame(
                try await target.store.total(of: "m", in: range), try await whole.store.total(of: "m", in: range),
                "\(from)")
        }
        #expect(try await target.store.changes(ChangeQuery()) == whole.store.changes(ChangeQuery()))
    }

    @Test(arguments: StoreKind.allCases)
    func `sums that are known are not counted twice`(kind: StoreKind) async throws {
        let test = try await StoreUnderTest(kind)
        func hour(_ hours: Double, _ snapshots: Int) -> RollUp {
            var sum = RollUp(start: .at(hours * 3_600))
            sum.snapshots = snapshots
            sum.requests = snapshots * 2
            sum.errors = 1
            sum.spans.add(.healthy, isIdle: false, milliseconds: 3_000_000)
            sum.spans.add(.unhealthy, isIdle: false, milliseconds: 600_000)
            sum.latency.p50.record(0.3, times: 4)
            return sum
        }
        try await test.store.append([hour(-60, 60), hour(-59, 50)], width: .hour, of: "m")
        try await test.store.append([hour(-60, 7), hour(-58, 40)], width: .hour, of: "m")
        try await test.store.append([hour(-60, 60), hour(-59, 50), hour(-58, 40)], width: .hour, of: "m")
        // A minute of an hour that is known as a whole is known.
        var minute = RollUp(start: .at(-60 * 3_600 + 120))
        minute.snapshots = 1
        try await test.store.append([minute], width: .minute, of: "m")
        _ = try await test.store.prune(Retention(), at: .at(600))
        let total = try await test.store.total(of: "m", in: .from(-72 * 3_600, to: -48 * 3_600))
        #expect(total.snapshots == 150)
        #expect(total.requests == 300)
        #expect(total.errors == 3)
        #expect(total.spans.healthy == 9_000_000 && total.spans.unhealthy == 1_800_000)
        #expect(total.latency.p50.count == 12)
        // The day that it lies in says the same.
        let day = try await test.store.rollUps(of: "m", in: .from(-84 * 3_600, to: -36 * 3_600), width: .day).rollUps
        #expect(day.reduce(0) { $0 + $1.snapshots } == 150)
        #expect(try await test.store.models() == ["m"])
    }

    /// Rows that an interrupted run has brought are summed up by the next.
    @Test(arguments: StoreKind.allCases)
    func `an interrupted run is made up for by the next`(kind: StoreKind) async throws {
        let (source, target) = (try await StoreUnderTest(.memory), try await StoreUnderTest(kind))
        let rows = (0..<240).map { HealthSnapshot.sample("old", at: Double($0) * 60 - 5 * 86_400) }
        try await source.store.append(rows, [])
        // The store has summed up all of that time before.
        try await target.store.append([.sample("own", at: -6 * 86_400), .sample("own", at: 0)], [])
        _ = try await target.store.prune(Retention(), at: .at(600))
        var interrupted = HistoryTransfer(into: target.store)
        try await HistoryWalk(source.store).run { batch in try await interrupted.take(batch) }
        try await target.store.append(rows, [])
        #expect(try await move(source.store, target.store).present == 240)
        let total = try await target.store.total(of: "old", in: .from(-6 * 86_400, to: -4 * 86_400))
        #expect(total.snapshots == 240 && total.spans.observed >= 239 * 60_000)
    }

    @Test(arguments: StoreKind.allCases)
    func `another daemon's numbers are refused, with both named`(kind: StoreKind) async throws {
        let (source, target) = (try await StoreUnderTest(.memory), try await StoreUnderTest(kind))
        try await source.store.append([], [.sample(3, "a", at: 1), .sample(4, "a", at: 2)])
        try await target.store.append([], [.sample(4, "b", at: 9)])
        let error = await #expect(throws: HealthStorageError.self) { _ = try await move(source.store, target.store) }
        let text = try #require(error?.message)
        #expect(text.contains("change 4 of 'a'") && text.contains("'b'") && text.contains("instance"))
        #expect(try await target.store.changes(ChangeQuery()) == [.sample(4, "b", at: 9)])
    }

    @Test func `a part of the past by model and by time`() async throws {
        let source = try await StoreUnderTest(.sqlite)
        try await GeneratedHistory(models: ["a", "b"], days: 3, seed: 9).batches(of: 500) {
            try await source.store.append($0, $1)
        }
        _ = try await source.store.prune(Retention(), at: .at(600))
        let range = TimeRange.from(-100_000, to: -40_000.5)
        var rows: [HealthSnapshot] = []
        var changes: [HealthChangeEvent] = []
        var last = TransferProgress()
        try await HistoryWalk(source.store, models: ["b", "nobody"], in: range).run(progress: { last = $0 }) { batch in
            switch batch {
            case .snapshots(let part): rows += part
            case .changes(let part): changes += part
            case .sums: Issue.record("all snapshots are there")
            }
        }
        #expect(try await rows == source.store.history(of: "b", in: range))
        #expect(try await changes == source.store.changes(ChangeQuery(of: "b", in: range)))
        #expect(last.fraction == 1 && last.rows == rows.count + changes.count)
    }
}
