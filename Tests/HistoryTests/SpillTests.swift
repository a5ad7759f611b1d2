import Foundation
import Health
import Logging
import Synchronization
import TestSupport
import Testing

@testable import History

/// Rows that wait on disk while the store is away.
@Suite(.timeLimit(.minutes(5)))
struct SpillTests {
    let folder: TemporaryFolder
    let path: String

    init() throws {
        folder = try TemporaryFolder()
        path = folder["spill"]
    }

    private func open(limit: Int = 1 << 30) throws -> SpillFolder { try SpillFolder(path: path, limit: limit) }

    private func rows(_ number: Int, count: Int = 3) -> [HealthSnapshot] {
        (0..<count).map { .sample(ModelID("m\($0)"), at: Double(number), p50: Double(number)) }
    }

    private func files() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    }

    @Test func `batches come back in their order, as they were`() throws {
        let spill = try open()
        #expect(spill.isEmpty && spill.first() == nil && spill.oldest == nil)
        for number in 1...5 {
            try spill.append(rows(number), [.sample(UInt64(number), at: 0)], at: .at(Double(number)))
        }
        #expect(spill.rows == 20)
        #expect(spill.oldest == .at(1))
        for number in 1...5 {
            let batch = try #require(spill.first())
            #expect(batch.snapshots == rows(number))
            #expect(batch.changes == [.sample(UInt64(number), at: 0)])
            spill.remove(batch)
        }
        #expect(spill.isEmpty)
        #expect(try files() == [])
    }

    @Test func `a restart finds what waits, and only its reader can read it`() throws {
        do {
            let spill = try open()
            for number in 1...3 { try spill.append(rows(number), [], at: .at(Double(number))) }
            spill.remove(try #require(spill.first()))
        }
        let again = try open()
        // A file is done when all of it is; what the store has already it knows.
        #expect(again.rows == 9)
        #expect(again.first()?.snapshots == rows(1))
        let attributes = try FileManager.default.attributesOfItem(
            atPath: path + "/" + (try #require(try files().first)))
        #expect(attributes[.posixPermissions] as? Int == 0o600)
    }

    @Test func `a record cut off by a kill costs that record and nothing else`() throws {
        do {
            let spill = try open()
            for number in 1...3 { try spill.append(rows(number), [], at: .at(Double(number))) }
        }
        let file = path + "/" + (try #require(try files().first))
        let size = try #require(try FileManager.default.attributesOfItem(atPath: file)[.size] as? Int)
        for cut in [1, 20, 200] {
            let data = try Data(contentsOf: URL(filePath: file)).prefix(size - cut)
            try data.write(to: URL(filePath: file))
            let spill = try open()
            #expect(spill.rows == 6)
            #expect(spill.losses.records == 1)
        }
        // What comes now is not lost behind the damage.
        let spill = try open()
        try spill.append(rows(9), [], at: .at(9))
        #expect(try open().rows == 9)
    }

    @Test func `damage in the middle is noticed and never read as rows`() throws {
        do {
            let spill = try open()
            for number in 1...3 { try spill.append(rows(number), [], at: .at(Double(number))) }
        }
        let file = path + "/" + (try #require(try files().first))
        var data = try Data(contentsOf: URL(filePath: file))
        data[data.count / 2] ^= 0x40
        try data.write(to: URL(filePath: file))
        let spill = try open()
        #expect(spill.rows == 3)
        #expect(spill.first()?.snapshots == rows(1))
        #expect(spill.losses.records == 1)
    }

    @Test func `beyond the limit the oldest go, and are counted`() throws {
        let spill = try open(limit: 6 << 20)
        for number in 1...40 { try spill.append(rows(number, count: 1_000), [], at: .at(Double(number))) }
        #expect(spill.bytes <= (6 << 20) + (5 << 20))
        #expect(spill.losses.rows > 0)
        #expect(spill.losses.rows + spill.rows == 40_000)
        #expect(spill.first()?.snapshots.first?.timestamp != .at(1))
    }

    @Test func `a folder that cannot be made is refused with what to do`() throws {
        try Data().write(to: URL(filePath: folder["file"]))
        let error = #expect(throws: StoreOpenError.self) { try SpillFolder(path: folder["file"] + "/spill", limit: 1) }
        #expect(error?.advice.contains("folder") == true)
    }

    @Test func `while the store is away rows wait on disk; then each is in it once, in order`() async throws {
        let test = try await StoreUnderTest(.sqlite)
        let faulty = FaultyStore(test.store)
        let states = Mutex<[Bool]>([])
        let store = SpillingHistory(
            faulty, spill: try open(), logger: .init(label: "test"),
            onState: { isUp, _ in states.withLock { $0.append(isUp) } })
        try await store.append(rows(1), [.sample(1, at: 1)])
        #expect(store.lag == .zero)
        faulty.fault = .fails
        for number in 2...6 { try await store.append(rows(number), [.sample(UInt64(number), at: Double(number))]) }
        #expect(store.isAway)
        #expect(states.withLock { $0 } == [false])
        test.time.advance(by: .seconds(90))
        #expect(store.lag == .seconds(90))
        // Only the first of them was tried; the others came behind it.
        #expect(faulty.attempts.count == 2)
        let service = Task { try await store.run() }
        await test.time.sleepers(atLeast: 1)
        faulty.fault = .none
        test.time.advance(by: .seconds(60))
        await faulty.attempts(atLeast: 8)
        try await until { states.withLock { $0.count } == 2 }
        service.cancel()
        try await service.value
        #expect(states.withLock { $0 } == [false, true])
        #expect(try await test.store.changes(ChangeQuery()).map(\.seq) == [1, 2, 3, 4, 5, 6])
        #expect(try await test.store.history(of: "m0", in: .all).map(\.timestamp) == (1...6).map { .at(Double($0)) })
        #expect(store.lag == .zero && !store.isAway)
        try await store.append(rows(7), [])
        #expect(try await test.store.history(of: "m0", in: .all).count == 7)
    }

    @Test func `where nothing could wait on disk either, the end of it is told all the same`() async throws {
        let store = FaultyStore(MemoryHistory())
        let folder = try open()
        let told = Mutex<[Bool]>([])
        let spilling = SpillingHistory(store, spill: folder, logger: Logger(label: "test")) { isUp, _ in
            told.withLock { $0.append(isUp) }
        }
        store.fault = .fails
        // In the place of the folder there is a file: nothing can be put into it.
        try FileManager.default.removeItem(atPath: path)
        try Data().write(to: URL(filePath: path))
        await #expect(throws: HealthStorageError.self) { try await spilling.append(rows(1), []) }
        #expect(spilling.isAway && told.withLock { $0 } == [false])
        store.fault = .none
        try await spilling.append(rows(1), [])
        #expect(!spilling.isAway && told.withLock { $0 } == [false, true])
    }

    @Test func `a reply that was lost doubles nothing, in rows or sums`() async throws {
        for kind in StoreKind.allCases {
            let test = try await StoreUnderTest(kind)
            let batch = (0..<30).map { HealthSnapshot.sample("m", at: -7_200 + Double($0) * 60, requests: 2) }
            try await test.store.append(batch, [.sample(1, "m", at: -7_200)])
            // The store has it, and nobody knows: it comes again by way of the disk.
            let spill = try SpillFolder(path: folder["spill-\(kind)"], limit: 1 << 20)
            try spill.append(batch, [.sample(1, "m", at: -7_200)], at: .at(0))
            let store = SpillingHistory(test.store, spill: spill, logger: .init(label: "test"))
            let service = Task { try await store.run() }
            try await store.append([.sample("m", at: -5_400), .sample("m", at: 590)], [])
            try await until { spill.isEmpty }
            service.cancel()
            try await service.value
            _ = try await test.store.prune(Retention(), at: .at(600))
            let total = try await test.store.total(of: "m", in: .from(-7_200, to: -5_400))
            #expect(total.snapshots == 30, "\(kind)")
            #expect(total.requests == 60, "\(kind)")
            #expect(total.spans.healthy == 1_800_000, "\(kind)")
        }
    }
}
