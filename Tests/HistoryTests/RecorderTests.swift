import Foundation
import Health
import Logging
import ServiceLifecycle
import Synchronization
import TestSupport
import Testing

@testable import History

/// The recorder on a clock of the test's own, over a real SQLite store that fails on demand.
@Suite(.timeLimit(.minutes(5)))
struct RecorderTests {
    @Test
    func `changes and their snapshots are written within a second`() async throws {
        let desk = try Desk()
        try await desk.run { desk async throws in
            desk.publish(.sample("m", .unhealthy), change: .sample(5, "m", at: 0, from: .unknown))
            try await until { desk.recorder.waitingRows == 2 }
            #expect(desk.recorder.lag == .zero)
            try await desk.advance(by: .seconds(1))
            #expect(desk.recorder.writtenRows == 2)
            #expect(try await desk.store.history(of: "m", in: .all).map(\.status) == [.unhealthy])
            #expect(try await desk.store.changes(ChangeQuery()).map(\.seq) == [5])
            #expect(desk.store.attempts.map { [$0.snapshots, $0.changes] } == [[1, 1]])
        }
    }

    @Test
    func `a hundred rows are written at once, without waiting`() async throws {
        let desk = try Desk()
        try await desk.run { desk async throws in
            for number in 1...250 { desk.publish(.sample("m"), change: .sample(UInt64(number), "other", at: 0)) }
            await desk.store.attempts(atLeast: 2)
            try await until { desk.recorder.writtenRows == 200 && desk.recorder.waitingRows == 50 }
            #expect(desk.store.attempts.map { $0.snapshots + $0.changes } == [100, 100])
            try await desk.advance { desk.recorder.writtenRows == 251 }
            #expect(try await desk.store.changes(ChangeQuery()).count == 250)
        }
    }

    @Test
    func `no batch is larger than a hundred rows`() async throws {
        let desk = try Desk()
        try await desk.run { desk async throws in
            let models = (0..<1_050).map { ModelHealthStatus.sample(ModelID("m\($0)")) }
            desk.publish(models)
            try await desk.advance(by: .seconds(1))
            // Some have their turn again at once: each has its own second of the minute.
            #expect((1_050...1_100).contains(desk.recorder.writtenRows))
            #expect(desk.store.attempts.allSatisfy { $0.snapshots + $0.changes <= 100 })
            #expect(desk.store.attempts.prefix(10).allSatisfy { $0.snapshots + $0.changes == 100 })
        }
    }

    @Test
    func `models are written in their rhythm`() async throws {
        let desk = try Desk()
        try await desk.run { desk async throws in
            for _ in 0..<300 {
                desk.publish([.sample("a"), .sample("b", .degraded)])
                try await desk.advance(by: .seconds(1))
            }
            try await desk.advance { desk.recorder.waitingRows == 0 }
            #expect((5...7).contains(try await desk.store.history(of: "a", in: .all).count))
            #expect((29...32).contains(try await desk.store.history(of: "b", in: .all).count))
        }
    }

    @Test
    func `a store that is away keeps rows waiting, is told of once, and gets them all when it is back`() async throws {
        let desk = try Desk()
        try await desk.run { desk async throws in
            desk.store.fault = .fails
            desk.publish(.sample("m", .unhealthy), change: .sample(1, "m", at: 0))
            try await desk.advance { desk.store.attempts.count == 3 }
            desk.publish([.sample("m", .unhealthy)])
            try await desk.advance { desk.store.attempts.count == 6 }
            #expect(desk.time.now.offset >= .seconds(1 + 2 + 4 + 8 + 16))
            #expect(desk.recorder.lag >= .seconds(1 + 2 + 4 + 8 + 16))
            #expect(desk.states.withLock { $0.map(\.isUp) } == [false])
            #expect(desk.states.withLock { $0.first?.detail.contains("the disk is full") } == true)
            #expect(desk.logs.count(of: .error) == 1)
            #expect(desk.recorder.dropped.total == 0)

            desk.store.fault = .none
            try await desk.advance { desk.recorder.waitingRows == 0 && desk.recorder.lag == .zero }
            #expect(try await desk.store.changes(ChangeQuery()).map(\.seq) == [1])
            #expect(try await desk.store.history(of: "m", in: .all).count == Int(desk.recorder.writtenRows) - 1)
            #expect(desk.states.withLock { $0.map(\.isUp) } == [false, true])
            #expect(desk.logs.count(of: .error) == 1)
            #expect(desk.logs.count(of: .notice) == 1)
        }
    }

    @Test
    func `a long outage drops the oldest snapshots, counts them, and keeps every change`() async throws {
        let desk = try Desk(.init(capacity: 50, retention: nil))
        try await desk.run { desk async throws in
            desk.store.fault = .fails
            for number in 1...40 {
                desk.publish(
                    .sample("m", number % 2 == 0 ? .healthy : .unhealthy),
                    change: .sample(
                        UInt64(number), "m", at: Double(number), to: number % 2 == 0 ? .healthy : .unhealthy))
                try await until { desk.recorder.waitingRows + Int(desk.recorder.dropped.total) == number * 2 }
            }
            #expect(desk.recorder.waitingRows == 50)
            #expect(desk.recorder.dropped == .init(snapshots: 30, changes: 0))
            desk.store.fault = .none
            try await desk.advance { desk.recorder.waitingRows == 0 }
            #expect(try await desk.store.changes(ChangeQuery()).map(\.seq) == (1...40).map { $0 })
            #expect(try await desk.store.history(of: "m", in: .all).count >= 10)
        }
    }

    @Test
    func `a full disk is survived and forgotten`() async throws {
        let desk = try Desk()
        try await desk.run { desk async throws in
            let sqlite = try #require(desk.store.base as? SQLiteHistory)
            try await sqlite.limitSize(toBytes: 4_096)
            let models = (0..<400).map { ModelHealthStatus.sample(ModelID("model-\($0)")) }
            desk.publish(models)
            try await desk.advance { desk.states.withLock { $0.last?.isUp } == false }
            #expect(desk.states.withLock { $0.last?.detail.contains("the disk is full") } == true)
            try await sqlite.limitSize(toBytes: nil)
            try await desk.advance { desk.recorder.waitingRows == 0 }
            #expect(desk.states.withLock { $0.last?.isUp } == true)
            #expect(try sqlite.countRows("llm_health_snapshots") == Int(desk.recorder.writtenRows))
            #expect(desk.recorder.writtenRows >= 400)
        }
    }

    @Test
    func `what waits is written when the publisher closes`() async throws {
        let desk = try Desk()
        try await desk.run { desk async throws in
            for number in 1...30 {
                desk.publish(.sample("m", .unhealthy), change: .sample(UInt64(number), "m", at: Double(number)))
            }
        }
        // Nobody moved the clock: only the end made it write.
        #expect(try await desk.store.changes(ChangeQuery()).count == 30)
        #expect(try await desk.store.history(of: "m", in: .all).count == 1)
        #expect(desk.recorder.waitingRows == 0)
    }

    @Test
    func `what waits is written at a graceful shutdown, what was still unheard included`() async throws {
        let desk = try Desk()
        let group = ServiceGroup(
            configuration: .init(
                services: [.init(service: desk.recorder)],
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            await desk.time.sleepers(atLeast: 2)
            for number in 1...500 {
                desk.publish(.sample("m", .unhealthy), change: .sample(UInt64(number), "m", at: Double(number)))
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
        #expect(try await desk.store.changes(ChangeQuery()).map(\.seq) == (1...500).map { $0 })
        #expect(try await desk.store.history(of: "m", in: .all).count == 1)
    }

    @Test
    func `the service does not return before the group asks it to`() async throws {
        let desk = try Desk()
        let isDone = Shared(false)
        let group = ServiceGroup(
            configuration: .init(
                services: [.init(service: desk.recorder)],
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                try await group.run()
                isDone.withLock { $0 = true }
            }
            await desk.time.sleepers(atLeast: 2)
            desk.publish(.sample("m"), change: .sample(1, "m", at: 0, to: .healthy))
            desk.publisher.close()
            try await until { desk.recorder.writtenRows == 2 }
            for _ in 0..<1_000 { await Task.yield() }
            #expect(!isDone.withLock { $0 })
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
        #expect(isDone.withLock { $0 })
    }

    @Test
    func `a cancelled recorder still writes what waits`() async throws {
        let desk = try Desk()
        await withTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await desk.recorder.record() }
            await desk.time.sleepers(atLeast: 2)
            desk.publish(.sample("m", .unhealthy), change: .sample(1, "m", at: 0))
            tasks.cancelAll()
        }
        #expect(try await desk.store.changes(ChangeQuery()).map(\.seq) == [1])
    }

    @Test(arguments: [FaultyStore.Fault.fails, .hangs])
    func `the end does not wait for a store longer than its limit`(fault: FaultyStore.Fault) async throws {
        let desk = try Desk()
        desk.store.fault = fault
        await withTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await desk.recorder.record() }
            await desk.time.sleepers(atLeast: 2)
            desk.publish(.sample("m", .unhealthy), change: .sample(1, "m", at: 0))
            desk.publisher.close()
            while !desk.logs.texts.contains(where: { $0.contains("not written before the end") }) {
                for _ in 0..<50 { await Task.yield() }
                desk.time.advance(by: .milliseconds(50))
            }
            #expect(desk.time.now.offset >= .seconds(5))
        }
        #expect(desk.recorder.dropped == .init(snapshots: 1, changes: 1))
        #expect(desk.recorder.lag == .zero)
        desk.store.fault = .none
        #expect(try await desk.store.lastSeq() == 0)
    }

    @Test
    func `a store that comes back during the end still gets everything`() async throws {
        let desk = try Desk()
        desk.store.fault = .fails
        await withTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await desk.recorder.record() }
            await desk.time.sleepers(atLeast: 2)
            desk.publish(.sample("m", .unhealthy), change: .sample(1, "m", at: 0))
            desk.publisher.close()
            await desk.store.attempts(atLeast: 1)
            await desk.time.sleepers(atLeast: 2)
            desk.store.fault = .none
            desk.time.advance(by: .milliseconds(250))
        }
        #expect(try await desk.store.lastSeq() == 1)
        #expect(desk.recorder.dropped.total == 0)
    }

    @Test
    func `events that never arrived are counted and logged`() async throws {
        let desk = try Desk()
        try await desk.run { desk async throws in
            for seq in [1_001, 1_002, 1_007, 1_008] as [UInt64] {
                desk.publish(.sample("m"), change: .sample(seq, "m", at: 0, to: .healthy))
            }
            try await until { desk.recorder.waitingRows == 5 }
            #expect(desk.recorder.missedEvents == 4)
            #expect(desk.logs.count(of: .error) == 1)
            #expect(desk.logs.texts.contains { $0.contains("1003") && $0.contains("1006") })
        }
    }

    @Test
    func `a recorder that falls behind notices the hole`() async throws {
        let desk = try Desk(.init(eventBuffer: 10, retention: nil))
        // Published before it runs: only ten events find room.
        for seq in 1...5 as ClosedRange<UInt64> { desk.publish(.sample("m"), change: .sample(seq, "m", at: 0)) }
        try await desk.run { desk async throws in
            try await until { desk.recorder.waitingRows >= 5 }
            for seq in 6...6 as ClosedRange<UInt64> { desk.publish(.sample("m"), change: .sample(seq, "m", at: 0)) }
        }
        #expect(desk.recorder.missedEvents == 0)
        let late = try Desk(.init(eventBuffer: 10, retention: nil))
        late.publish(.sample("m"), change: .sample(1, "m", at: 0))
        try await late.run { late async throws in
            try await until { late.recorder.waitingRows >= 1 }
            // All at once, while the reader has no turn: more than fit, or as many as it keeps up with.
            late.publisher.publish(
                FleetHealth(revision: 9, at: .at(0), models: []),
                events: (2...500).map { .sample($0, "m", at: 0) })
        }
        let stored = try await late.store.changes(ChangeQuery(limit: 1_000)).count
        #expect(stored + Int(late.recorder.missedEvents) == 500)
        #expect(UInt64(500 - stored) == late.publisher.droppedItems)
    }

    @Test
    func `a model no store takes does not stop the others`() async throws {
        let desk = try Desk()
        let bad = ModelID(String(repeating: "x", count: 600))
        try await desk.run { desk async throws in
            for _ in 0..<3 {
                desk.publish([.sample(bad), .sample("good")])
                try await desk.advance(by: .seconds(61))
            }
        }
        #expect(try await desk.store.history(of: "good", in: .all).count >= 2)
        #expect(desk.recorder.dropped.snapshots >= 2)
        #expect(desk.logs.count(of: .warning) == 1)
        #expect(desk.logs.texts.contains { $0.contains("600 bytes") })
        #expect(desk.states.withLock { $0.map(\.isUp) } == [true])
    }

    @Test
    func `the history is pruned by itself, at first soon and then each hour`() async throws {
        let desk = try Desk(.init(retention: Retention(snapshots: .seconds(3_600))))
        try await desk.store.base.append((0..<100).map { .sample("old", at: -7_200 + Double($0) * 60) })
        try await desk.run { desk async throws in
            func left() async throws -> Int { try await desk.store.history(of: "old", in: .all).count }
            try await desk.advance { try await left() == 39 }
            #expect(desk.time.now.offset >= .seconds(60))
            try await desk.advance(by: .seconds(3_500), step: .seconds(100))
            #expect(try await left() == 39)
            try await desk.advance(step: .seconds(10)) { try await left() == 0 }
            #expect(desk.time.now.offset >= .seconds(3_660))
        }
    }
}

/// A recorder with everything round it.
private final class Desk: Sendable {
    let time = ManualTime(start: noon)
    let publisher = FleetPublisher()
    let store: FaultyStore
    let recorder: Recorder
    let logs = LogRecords()
    let states: Shared<[(isUp: Bool, detail: String)]>
    /// Who sleeps when nothing happens: the time keeper, and the pruner where there is one.
    private let sleepers: Int
    private let folder: TemporaryFolder
    private let revision = Mutex<UInt64>(0)

    init(_ configuration: Recorder.Configuration = .init()) throws {
        sleepers = configuration.retention == nil ? 1 : 2
        folder = try TemporaryFolder()
        store = FaultyStore(try SQLiteHistory(path: folder["history.db"], timekeeper: time.timekeeper))
        let states = Shared<[(isUp: Bool, detail: String)]>([])
        self.states = states
        recorder = Recorder(
            publisher: publisher, store: store, timekeeper: time.timekeeper, logger: logs.logger,
            configuration: configuration, onState: { isUp, detail in states.withLock { $0.append((isUp, detail)) } })
    }

    /// Records while the body runs, then closes the publisher and waits for the end.
    func run(_ body: @Sendable (Desk) async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await self.recorder.record() }
            await time.sleepers(atLeast: sleepers)
            try await body(self)
            publisher.close()
            try await tasks.waitForAll()
        }
    }

    func publish(_ model: ModelHealthStatus, change: HealthChangeEvent) {
        publisher.publish(fleet([model]), events: [change])
    }

    func publish(_ models: [ModelHealthStatus]) { publisher.publish(fleet(models), events: []) }

    private func fleet(_ models: [ModelHealthStatus]) -> FleetHealth {
        let revision = revision.withLock { revision in
            revision += 1
            return revision
        }
        return FleetHealth(revision: revision, at: noon + time.now.offset.seconds, models: models)
    }

    /// Moves the clock on, step by step, until the condition holds.
    func advance(
        step: Duration = .milliseconds(250), until condition: () async throws -> Bool
    ) async throws {
        while true {
            try await settle()
            if try await condition() { return }
            try Task.checkCancellation()
            time.advance(by: step)
        }
    }

    /// Moves the clock on, step by step.
    func advance(by duration: Duration, step: Duration = .milliseconds(250)) async throws {
        let end = time.now.offset + duration
        try await advance(step: step) { time.now.offset >= end }
    }

    /// Waits until the time keeper sleeps and the writer has nothing to do.
    func settle() async throws {
        await time.sleepers(atLeast: sleepers)
        try await until { !recorder.isBusy }
    }
}

/// A value that a closure of the recorder writes and a test reads.
final class Shared<Value: Sendable>: Sendable {
    private let value: Mutex<Value>
    init(_ value: Value) { self.value = Mutex(value) }
    func withLock<Result>(_ body: (inout sending Value) -> sending Result) -> sending Result { value.withLock(body) }
}
