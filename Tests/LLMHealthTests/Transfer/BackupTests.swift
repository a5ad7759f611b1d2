import Foundation
import Health
import History
import Testing

import class GRDB.DatabaseQueue

@testable import LLMHealth

@Suite("Backup and restore", .timeLimit(.minutes(5)))
struct BackupTests {
    private let folder: ConfigurationFolder
    private var settings: Configuration.Store { Configuration.Store(path: "\(folder.path)/h.db") }

    init() throws { folder = try ConfigurationFolder() }

    private func change(_ seq: UInt64) -> HealthChangeEvent {
        HealthChangeEvent(
            seq: seq, modelId: "m", provider: "p", previousStatus: .healthy, currentStatus: .unhealthy,
            timestamp: Date(timeIntervalSince1970: 1_795_428_000 + Double(seq)), reasons: [HealthReason(.outage, "so")])
    }

    private func backup(_ name: String) throws -> String {
        var text = ""
        try BackupRun(settings).run(
            to: "\(folder.path)/\(name)", terminal: Terminal(), write: { text += $0 }, note: { _ in })
        return text.replacing("\(folder.path)/", with: "")
    }

    private func restore(_ name: String) throws -> String {
        var text = ""
        try RestoreRun(settings).run(
            from: "\(folder.path)/\(name)", at: Date(), terminal: Terminal(), write: { text += $0 }, note: { _ in })
        return text.replacing("\(folder.path)/", with: "")
    }

    private func problem(_ body: () throws -> String) -> String {
        do { return try body() } catch { return "\(error)".replacing("\(folder.path)/", with: "") }
    }

    @Test func `what is restored is what was backed up, under a store that stays open`() async throws {
        let store = try SQLiteHistory(path: settings.path)
        let state = try StateStore(path: Stores.statePath(beside: settings.path))
        let first = try state.reserve(100)
        try await store.append([], [change(1), change(2)])
        #expect(try backup("b.db").contains("b.db: "))
        // No journal is left beside it, and nobody else may read it.
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasPrefix("b.") }
        #expect(names.sorted() == ["b.db", "b.state.db"])
        let rights = try FileManager.default.attributesOfItem(atPath: "\(folder.path)/b.db")[.posixPermissions] as? Int
        #expect(rights == 0o600)
        try await store.append([], [change(101)])
        let second = try state.reserve(100, after: 101)
        #expect(try restore("b.db").contains("h.db: restored"))
        #expect(try await store.changes(ChangeQuery()).map(\.seq) == [1, 2])
        // It goes on being written, and no number comes twice.
        try await store.append([], [change(300)])
        #expect(try await store.lastSeq() == 300)
        let third = try state.reserve(10)
        #expect(third.lowerBound > second.upperBound && second.lowerBound > first.upperBound)
        let kept = try #require(
            FileManager.default.contentsOfDirectory(atPath: folder.path).first { $0.hasPrefix("h.db.before-") })
        #expect(try await SQLiteHistory(path: "\(folder.path)/\(kept)").lastSeq() == 101)
    }

    @Test func `a history that is damaged is moved aside and restored`() async throws {
        func open() throws -> SQLiteHistory { try SQLiteHistory(path: settings.path) }
        _ = try StateStore(path: Stores.statePath(beside: settings.path)).reserve(7)
        try await open().append([], (1...200).map(change))
        _ = try backup("b.db")
        for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: settings.path + suffix) }
        // A header that is one, and nothing sensible behind it; the one that is there now is as damaged as it gets.
        var bytes = try Data(contentsOf: URL(filePath: "\(folder.path)/b.db"))
        bytes.replaceSubrange(5_000..<bytes.count - 100, with: Data(repeating: 7, count: bytes.count - 5_100))
        try bytes.write(to: URL(filePath: settings.path))
        let told = try restore("b.db")
        #expect(told.contains("h.db: restored") && told.contains("h.db.before-"))
        #expect(try await open().lastSeq() == 200)
        let kept = try #require(
            FileManager.default.contentsOfDirectory(atPath: folder.path).first { $0.hasPrefix("h.db.before-") })
        #expect(try Data(contentsOf: URL(filePath: "\(folder.path)/\(kept)")) == bytes)
    }

    @Test func `a history in order that cannot be kept stays where it is`() async throws {
        let store = try SQLiteHistory(path: settings.path)
        _ = try StateStore(path: Stores.statePath(beside: settings.path)).reserve(7)
        try await store.append([], [change(5)])
        _ = try backup("b.db")
        try await store.append([], [change(6)])
        let now = Date(timeIntervalSince1970: 1_795_428_000)
        // The copy's place is taken.
        try folder.write("mine", to: "h.db.before-20261123T100000")
        #expect(throws: StartError.self) {
            try RestoreRun(settings).run(
                from: "\(folder.path)/b.db", at: now, terminal: Terminal(), write: { _ in }, note: { _ in })
        }
        #expect(try await SQLiteHistory(path: settings.path).lastSeq() == 6)
    }

    @Test func `a backup starts a daemon elsewhere`() async throws {
        let store = try SQLiteHistory(path: settings.path)
        _ = try StateStore(path: Stores.statePath(beside: settings.path)).reserve(7)
        try await store.append([], [change(5)])
        _ = try backup("b.db")
        let elsewhere = try await Stores.open(.init(path: "\(folder.path)/b.db"), timekeeper: .system)
        #expect(elsewhere.lastSeq == 5)
        #expect(try elsewhere.numbers.reserve(1, after: 5).lowerBound == 8)
    }

    @Test func `what cannot be backed up or restored changes nothing`() async throws {
        #expect(problem { try backup("b.db") }.contains("h.db: there is no such file yet"))
        let store = try SQLiteHistory(path: settings.path)
        _ = try StateStore(path: Stores.statePath(beside: settings.path)).reserve(7)
        try await store.append([], [change(5)])
        _ = try backup("b.db")
        #expect(problem { try backup("b.db") }.contains("b.db: is there already"))
        #expect(problem { try restore("none.db") }.contains("none.db: there is no such file"))
        try folder.write("hello", to: "text.db")
        try FileManager.default.copyItem(atPath: "\(folder.path)/b.state.db", toPath: "\(folder.path)/text.state.db")
        #expect(problem { try restore("text.db") }.contains("text.db: is no history of llm-health"))
        // A newer version's file names both versions.
        try FileManager.default.copyItem(atPath: "\(folder.path)/b.db", toPath: "\(folder.path)/new.db")
        try FileManager.default.copyItem(atPath: "\(folder.path)/b.state.db", toPath: "\(folder.path)/new.state.db")
        try await DatabaseQueue(path: "\(folder.path)/new.db").write {
            try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('v9 dreams')")
        }
        let told = problem { try restore("new.db") }
        #expect(told.contains("'v9 dreams' of a newer llm-health") && told.contains("v2 roll-ups"))
        // Damage in the middle of the file.
        var bytes = try Data(contentsOf: URL(filePath: "\(folder.path)/b.db"))
        bytes.replaceSubrange(5_000..<bytes.count - 100, with: Data(repeating: 7, count: bytes.count - 5_100))
        try bytes.write(to: URL(filePath: "\(folder.path)/bad.db"))
        try FileManager.default.copyItem(atPath: "\(folder.path)/b.state.db", toPath: "\(folder.path)/bad.state.db")
        #expect(problem { try restore("bad.db") }.contains("bad.db"))
        #expect(try await store.lastSeq() == 5)
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(!left.contains { $0.contains("before") })
    }
}
