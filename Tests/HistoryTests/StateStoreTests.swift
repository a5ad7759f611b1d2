import Foundation
import GRDB
import Health
import Testing

@testable import History

@Suite(.timeLimit(.minutes(5)))
struct StateStoreTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test
    func `numbers begin at one and follow one another`() throws {
        let state = try StateStore(path: folder["state.db"])
        #expect(try state.lastReserved() == 0)
        #expect(try state.reserve(10) == 1...10)
        #expect(try state.reserve(1) == 11...11)
        #expect(try state.reserve(1_000) == 12...1_011)
        #expect(try state.lastReserved() == 1_011)
    }

    @Test
    func `numbers never repeat across a thousand openings`() throws {
        var last: UInt64 = 0
        for cycle in 0..<1_000 {
            let state = try StateStore(path: folder["state.db"])
            let range = try state.reserve(1 + cycle % 7)
            #expect(range.lowerBound == last + 1)
            last = range.upperBound
        }
    }

    @Test
    func `numbers never repeat when a kill leaves the journal behind`() throws {
        var last: UInt64 = 0
        var name = "state-0.db"
        for cycle in 1...50 {
            let state = try StateStore(path: folder[name])
            for _ in 0..<3 {
                let range = try state.reserve(5)
                #expect(range.lowerBound > last)
                last = range.upperBound
            }
            // Goes on with what a kill would have left, while the first is still open.
            let next = "state-\(cycle).db"
            try folder.copyDatabase(name, to: next)
            name = next
        }
    }

    @Test
    func `numbers begin after the history's last, should that be ahead`() throws {
        let state = try StateStore(path: folder["state.db"])
        #expect(try state.reserve(5, after: 100) == 101...105)
        #expect(try state.reserve(5, after: 3) == 106...110)
    }

    @Test
    func `two processes never get the same numbers`() async throws {
        let path = folder["state.db"]
        let stores = try (0..<4).map { _ in try StateStore(path: path) }
        let ranges = try await withThrowingTaskGroup(of: [ClosedRange<UInt64>].self) { group in
            for store in stores {
                group.addTask { try (0..<25).map { _ in try store.reserve(10) } }
            }
            var ranges: [ClosedRange<UInt64>] = []
            for try await some in group { ranges += some }
            return ranges
        }
        let sorted = ranges.sorted { $0.lowerBound < $1.lowerBound }
        #expect(sorted.count == 100)
        for (a, b) in zip(sorted, sorted.dropFirst()) { #expect(a.upperBound < b.lowerBound) }
    }

    @Test
    func `a reservation is on the disk before it is given out`() throws {
        let state = try StateStore(path: folder["state.db"])
        let pragmas = try state.inspect { db in
            [try String.fetchOne(db, sql: "PRAGMA journal_mode"), try String.fetchOne(db, sql: "PRAGMA synchronous")]
        }
        #expect(pragmas == ["wal", "2"])
    }

    @Test(arguments: [0, -1, Int.max])
    func `a number of numbers out of bounds is refused`(count: Int) throws {
        let state = try StateStore(path: folder["state.db"])
        #expect(throws: HealthStorageError.self) { try state.reserve(count, after: 1) }
        #expect(throws: HealthStorageError.self) { try MemoryEventNumbers(last: .max - 5).reserve(count) }
        #expect(throws: HealthStorageError.self) { try state.reserve(1, after: .max) }
        #expect(try state.lastReserved() == 0)
    }

    @Test
    func `numbers in memory follow one another too`() throws {
        let numbers = MemoryEventNumbers(last: 7)
        #expect(try numbers.reserve(3) == 8...10)
        #expect(try numbers.reserve(3, after: 20) == 21...23)
    }

    @Test(
        arguments: [
            (0, 1, nil), (5, 6, nil), (5, 7, EventGap(from: 6, to: 6, restart: true)),
            (0, 1_001, EventGap(from: 1, to: 1_000, restart: true)), (9, 4, nil), (.max, 1, nil),
        ] as [(UInt64, UInt64, EventGap?)])
    func `a restart's gap is what lies between`(lastUsed: UInt64, next: UInt64, gap: EventGap?) {
        #expect(EventGap.atRestart(lastUsed: lastUsed, next: next) == gap)
    }

    @Test
    func `a newer state file is refused`() throws {
        do {
            _ = try StateStore(path: folder["state.db"])
            let queue = try DatabaseQueue(path: folder["state.db"])
            try queue.write { db in try db.execute(sql: "INSERT INTO grdb_migrations VALUES ('v9 silences')") }
            try queue.close()
        }
        let error = #expect(throws: StoreOpenError.self) { try StateStore(path: folder["state.db"]) }
        #expect(error?.problem.contains("schema 'v9 silences' of a newer llm-health") == true)
    }
}
