import Foundation
import Health
import Testing

@testable import History

@Suite(.timeLimit(.minutes(5)))
struct BacklogTests {
    private func snapshots(_ range: Range<Int>) -> [HealthSnapshot] { range.map { .sample(at: Double($0)) } }
    private func changes(_ range: ClosedRange<UInt64>) -> [HealthChangeEvent] { range.map { .sample($0, at: 0) } }

    @Test
    func `changes are taken before snapshots and older rows before newer ones`() {
        var backlog = Backlog(capacity: 100)
        backlog.add(snapshots(0..<10), changes(1...3), at: .seconds(5))
        backlog.add(snapshots(10..<12), changes(4...4), at: .seconds(6))
        #expect(backlog.oldest == .seconds(5))
        let first = backlog.take(6)
        #expect(first.changes.map(\.seq) == [1, 2, 3, 4])
        #expect(first.snapshots.map(\.timestamp) == [.at(0), .at(1)])
        #expect(first.oldest == .seconds(5))
        let second = backlog.take(100)
        #expect(second.snapshots.map(\.timestamp) == (2..<12).map { .at(Double($0)) })
        #expect(backlog.isEmpty)
        #expect(backlog.oldest == nil)
        #expect(backlog.take(5).isEmpty)
    }

    /// A store that has taken it, and whose answer was lost, knows it again only if it is the same.
    @Test
    func `what could not be written comes first again, as it was`() {
        var backlog = Backlog(capacity: 100)
        backlog.add(snapshots(0..<4), changes(1...2), at: .seconds(1))
        let batch = backlog.take(50)
        backlog.add(snapshots(4..<6), changes(3...3), at: .seconds(2))
        backlog.restore(batch)
        #expect(backlog.count == 9)
        #expect(backlog.oldest == .seconds(1))
        let again = backlog.take(50)
        #expect(again.changes == batch.changes && again.snapshots == batch.snapshots && again.oldest == batch.oldest)
        let rest = backlog.take(50)
        #expect(rest.changes.map(\.seq) == [3])
        #expect(rest.snapshots.map(\.timestamp) == [.at(4), .at(5)])
        #expect(backlog.dropped.total == 0 && backlog.isEmpty)
    }

    @Test
    func `what is put back counts, and is dropped first, all of a kind`() {
        var backlog = Backlog(capacity: 10)
        backlog.add(snapshots(0..<3), changes(1...2), at: .zero)
        let batch = backlog.take(5)
        backlog.restore(batch)
        backlog.add(snapshots(3..<9), [], at: .zero)
        #expect(backlog.dropped == .init(snapshots: 3, changes: 0))
        #expect(backlog.count == 8)
        backlog.add([], changes(3...12), at: .zero)
        #expect(backlog.dropped == .init(snapshots: 9, changes: 2))
        #expect(backlog.take(100).changes.map(\.seq) == (3...12).map { $0 })
    }

    @Test
    func `a full backlog drops the oldest snapshots, and changes only when no snapshot is left`() {
        var backlog = Backlog(capacity: 10)
        backlog.add(snapshots(0..<8), changes(1...2), at: .zero)
        backlog.add(snapshots(8..<11), changes(3...4), at: .zero)
        #expect(backlog.count == 10)
        #expect(backlog.dropped == .init(snapshots: 5, changes: 0))
        backlog.add([], changes(5...12), at: .zero)
        #expect(backlog.dropped == .init(snapshots: 11, changes: 2))
        let rest = backlog.take(100)
        #expect(rest.snapshots.isEmpty)
        #expect(rest.changes.map(\.seq) == (3...12).map { $0 })
    }

    @Test
    func `what is put back into a full backlog is dropped as what is oldest`() {
        var backlog = Backlog(capacity: 10)
        backlog.add(snapshots(0..<10), [], at: .zero)
        let batch = backlog.take(4)
        backlog.add(snapshots(10..<14), changes(1...1), at: .zero)
        #expect(backlog.dropped.total == 1)
        backlog.restore(batch)
        #expect(backlog.count == 10)
        #expect(backlog.dropped == .init(snapshots: 5, changes: 0))
        #expect(backlog.take(100).snapshots.map(\.timestamp) == (5..<14).map { .at(Double($0)) })
    }

    @Test
    func `nothing is lost or doubled in a long random run`() {
        var generator = Seeded(state: 3)
        var backlog = Backlog(capacity: 5_000)
        var added = 0
        var taken: [Double] = []
        for _ in 0..<3_000 {
            switch Int.random(in: 0..<3, using: &generator) {
            case 0:
                let count = Int.random(in: 0..<60, using: &generator)
                backlog.add(snapshots(added..<added + count), [], at: .seconds(added))
                added += count
            default:
                let batch = backlog.take(Int.random(in: 1...50, using: &generator))
                if Bool.random(using: &generator) {
                    backlog.restore(batch)
                } else {
                    taken += batch.snapshots.map { $0.timestamp.timeIntervalSince(noon) }
                }
            }
        }
        while !backlog.isEmpty { taken += backlog.take(10_000).snapshots.map { $0.timestamp.timeIntervalSince(noon) } }
        #expect(backlog.dropped.total == 0)
        #expect(taken == (0..<added).map(Double.init))
    }

    @Test
    func `giving up counts what waited`() {
        var backlog = Backlog(capacity: 100)
        backlog.add(snapshots(0..<10), changes(1...2), at: .zero)
        backlog.abandon()
        #expect(backlog.isEmpty)
        #expect(backlog.dropped == .init(snapshots: 10, changes: 2))
    }
}
