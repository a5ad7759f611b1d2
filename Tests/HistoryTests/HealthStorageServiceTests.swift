import Foundation
import Health
import History
import TestSupport
import Testing

/// The public service's three methods over each store: result, error, cancellation.
@Suite(.timeLimit(.minutes(5)))
struct HealthStorageServiceTests {
    @Test(arguments: StoreKind.allCases)
    func `store keeps a snapshot once`(kind: StoreKind) async throws {
        let service: any HealthStorageService = try await StoreUnderTest(kind).store
        let snapshot = HealthSnapshot.sample(at: 1)
        try await service.store(snapshot)
        try await service.store(snapshot)
        #expect(try await service.history(of: "gpt-4o", in: .all) == [snapshot])
    }

    @Test(arguments: StoreKind.allCases)
    func `store refuses what cannot be kept`(kind: StoreKind) async throws {
        let service: any HealthStorageService = try await StoreUnderTest(kind).store
        let error = await #expect(throws: HealthStorageError.self) {
            try await service.store(.sample(ModelID(String(repeating: "x", count: 10_240)), at: 1))
        }
        #expect(error?.operation == .insert)
    }

    @Test(arguments: StoreKind.allCases)
    func `store honours cancellation`(kind: StoreKind) async throws {
        let service: any HealthStorageService = try await StoreUnderTest(kind).store
        let error = await errorWhenCancelled {
            try await service.store(.sample(at: 1))
        }
        #expect(error == .cancellation(.insert))
        #expect(try await service.history(of: "gpt-4o", in: .all).isEmpty)
    }

    @Test(arguments: StoreKind.allCases)
    func `history returns the range, oldest first`(kind: StoreKind) async throws {
        let service: any HealthStorageService = try await StoreUnderTest(kind).store
        for time in [3.0, 1, 2, 4] { try await service.store(.sample(at: time)) }
        let found = try await service.history(of: "gpt-4o", in: .from(1, to: 4))
        #expect(found.map(\.timestamp) == [.at(1), .at(2), .at(3)])
    }

    @Test(arguments: StoreKind.allCases)
    func `history honours cancellation`(kind: StoreKind) async throws {
        let service: any HealthStorageService = try await StoreUnderTest(kind).store
        let error = await errorWhenCancelled {
            _ = try await service.history(of: "gpt-4o", in: .all)
        }
        #expect(error == .cancellation(.query))
    }

    @Test(arguments: StoreKind.allCases)
    func `trends cover the window that ends now`(kind: StoreKind) async throws {
        let test = try await StoreUnderTest(kind)
        let service: any HealthStorageService = test.store
        // Now is 600 s after noon.
        for time in [-10.0, 0, 299, 599, 600, 700] { try await service.store(.sample(at: time, requests: 1)) }
        let trends = try await service.trends(of: "gpt-4o", over: .seconds(600))
        #expect(trends.range.from == .at(0))
        #expect(trends.range.to == .at(600))
        #expect(trends.buckets.count == 60)
        #expect(trends.buckets.reduce(0) { $0 + $1.requestCount } == 3)
        test.time.advance(by: .seconds(101))
        let later = try await service.trends(of: "gpt-4o", over: .seconds(600))
        #expect(later.buckets.reduce(0) { $0 + $1.requestCount } == 4)
    }

    @Test(arguments: StoreKind.allCases, [Duration.zero, .seconds(-5)])
    func `trends refuse a window that is none`(kind: StoreKind, window: Duration) async throws {
        let service: any HealthStorageService = try await StoreUnderTest(kind).store
        let error = await #expect(throws: HealthStorageError.self) {
            _ = try await service.trends(of: "gpt-4o", over: window)
        }
        #expect(error?.operation == .aggregate)
    }

    @Test(arguments: StoreKind.allCases)
    func `trends honour cancellation`(kind: StoreKind) async throws {
        let service: any HealthStorageService = try await StoreUnderTest(kind).store
        let error = await errorWhenCancelled {
            _ = try await service.trends(of: "gpt-4o", over: .seconds(60))
        }
        #expect(error == .cancellation(.aggregate))
    }

    @Test
    func `each method tells of a damaged file`() async throws {
        let folder = try TemporaryFolder()
        let path = folder["history.db"]
        do {
            let store = try SQLiteHistory(path: path)
            try await store.append((0..<2_000).map { .sample(at: Double($0)) })
            try store.emptyJournal()
        }
        let service: any HealthStorageService = try SQLiteHistory(path: path)
        // Noise over all pages but the first, under a store that is open.
        let handle = try #require(FileHandle(forUpdatingAtPath: path))
        let size = try handle.seekToEnd()
        try handle.seek(toOffset: 4_096)
        try handle.write(contentsOf: Data(repeating: 0xA5, count: Int(size) - 4_096))
        try handle.close()
        let errors: [HealthStorageError?] = [
            await #expect(throws: HealthStorageError.self) { try await service.store(.sample(at: 9)) },
            await #expect(throws: HealthStorageError.self) { _ = try await service.history(of: "gpt-4o", in: .all) },
            await #expect(throws: HealthStorageError.self) {
                _ = try await service.trends(of: "gpt-4o", over: .seconds(4_000_000_000))
            },
        ]
        #expect(errors.map { $0?.operation } == [.insert, .query, .aggregate])
        for error in errors {
            #expect(error?.description.contains(path) == true)
            #expect(error?.description.contains("damaged") == true)
            #expect(error?.description.contains("move it away") == true)
        }
    }
}
