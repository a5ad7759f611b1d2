import Foundation
import Health
import Logging
import Observation
import Synchronization
import TestSupport
import Testing

@testable import LLMHealth

/// The real Monitor on a manual clock; the prober is the plans it was handed.
private struct Bench: Sendable {
    let time = ManualTime()
    let intake = Intake()
    let publisher = FleetPublisher()
    let plans = Collected<ProbePlan>()
    let decision: DecisionLoop

    final class Collected<Element: Sendable>: Sendable {
        private let items = Mutex<[Element]>([])
        var all: [Element] { items.withLock { $0 } }
        func add(_ more: [Element]) { items.withLock { $0 += more } }
    }

    init(models: [ModelID] = ["m"], reserve: @escaping @Sendable (Int) throws -> ClosedRange<UInt64> = Bench.numbers())
        throws
    {
        let plans = plans
        decision = try DecisionLoop(
            policy: HealthPolicy(), intake: intake, publisher: publisher,
            dependencies: .init(plan: { plans.add($0) }, reserve: reserve), timekeeper: time.timekeeper,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        decision.configure(models.map { .simple($0) })
    }

    static func numbers() -> @Sendable (Int) throws -> ClosedRange<UInt64> {
        let next = Atomic0(0)
        return { count in
            let from = next.add(UInt64(count))
            return (from + 1)...(from + UInt64(count))
        }
    }

    private let lastNumber = Atomic0(0)

    func report(_ outcome: Outcome, of model: ModelID = "m") {
        let now = time.timekeeper.now
        intake.submit(
            Evidence(
                .probeFinished(
                    ProbeKey(model), number: lastNumber.add(1) + 1,
                    ProbeResult(modelId: model, outcome: outcome, latency: .milliseconds(400), startedAt: now.wall)),
                source: .probe, at: now))
    }

    /// Runs the decision loop for as long as `body` takes.
    func running<R: Sendable>(_ body: @escaping @Sendable () async throws -> R) async throws -> R {
        try await withThrowingTaskGroup(of: R?.self) { group in
            let decision = decision
            group.addTask {
                try await decision.run()
                return nil
            }
            group.addTask { try await body() }
            var result: R?
            while let next = try await group.next() {
                if let next {
                    result = next
                    intake.finish()
                }
            }
            return try #require(result)
        }
    }

    func aggregator(_ check: @escaping @Sendable (ModelID) async throws(HealthCheckError) -> ProbeResult)
        -> HealthAggregator
    {
        HealthAggregator(publisher: publisher, decision: decision, check: check)
    }
}

private final class Atomic0: Sendable {
    private let value: Mutex<UInt64>
    init(_ value: UInt64) { self.value = Mutex(value) }
    func add(_ count: UInt64) -> UInt64 {
        value.withLock { value in
            defer { value += count }
            return value
        }
    }
}

extension ModelConfig {
    fileprivate static func simple(_ id: ModelID) -> ModelConfig {
        ModelConfig(
            id: id, provider: "openai",
            targets: [ModelTarget(baseURL: "https://api.example.com", model: id.rawValue)])
    }
}

@Suite(.timeLimit(.minutes(5))) struct DecisionLoopTests {
    @Test func `configuring hands the prober one plan a model`() throws {
        let bench = try Bench(models: ["a", "b"])
        #expect(Set(bench.plans.all.map(\.key.modelID)) == ["a", "b"])
        #expect(bench.publisher.fleet.models.map(\.status) == [.unknown, .unknown])
    }

    @Test func `evidence becomes a published status and a numbered event`() async throws {
        let bench = try Bench()
        let events = bench.publisher.events(buffer: 8)
        try await bench.running {
            bench.report(.ok)
            await bench.decision.flush()
        }
        #expect(bench.publisher.fleet["m"]?.status == .healthy)
        var seen: [HealthChangeEvent] = []
        for await event in events { seen.append(event) }
        #expect(seen.map(\.seq) == [1])
        #expect(seen.map(\.currentStatus) == [.healthy])
    }

    @Test func `time alone makes a status stale`() async throws {
        let bench = try Bench()
        let events = bench.publisher.events(buffer: 8)
        let last = try await bench.running {
            bench.report(.ok)
            await bench.decision.flush()
            var iterator = events.makeAsyncIterator()
            _ = await iterator.next()
            await bench.time.sleepers(atLeast: 1)
            bench.time.advance(by: .seconds(60))
            return await iterator.next()
        }
        #expect(last?.currentStatus == .unknown)
        #expect(last?.reasons.first?.code == .stale)
    }

    @Test func `what an operator says is part of the fleet when the call returns`() throws {
        let board = try NoticeBoard(MemoryDocuments())
        let publisher = FleetPublisher()
        let time = ManualTime()
        let decision = try DecisionLoop(
            policy: HealthPolicy(), intake: Intake(), publisher: publisher,
            dependencies: .init(plan: { _ in }, reserve: Bench.numbers()), notices: board, timekeeper: time.timekeeper,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        decision.configure([.simple("m")])
        let now = time.timekeeper.now.wall
        try board.add(Notice(id: "a", modelId: "m", kind: .pause, at: now, until: nil, reason: "upgrade", by: "ops"))
        #expect(publisher.fleet["m"]?.routing.verdict == .excluded)
        #expect(try board.end("a") != nil)
        #expect(publisher.fleet["m"]?.notices == [])
    }

    @Test func `plans are handed over one step at a time, so that none overtakes another`() async throws {
        struct Hands {
            var inside = 0
            var overlaps = 0
            var calls = 0
        }
        let hands = Mutex(Hands())
        let intake = Intake()
        let numbers = Bench.numbers()
        let decision = try DecisionLoop(
            policy: HealthPolicy(), intake: intake, publisher: FleetPublisher(),
            dependencies: .init(
                plan: { _ in
                    hands.withLock { hands in
                        hands.inside += 1
                        hands.calls += 1
                        if hands.inside > 1 { hands.overlaps += 1 }
                    }
                    // Long enough for another thread to come in between.
                    let end = ContinuousClock.now + .microseconds(200)
                    while ContinuousClock.now < end {}
                    hands.withLock { $0.inside -= 1 }
                }, reserve: numbers),
            timekeeper: .system, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        func local(_ number: Int) -> ModelConfig {
            ModelConfig(
                id: ModelID("m\(number)"), provider: "ollama",
                targets: [ModelTarget(baseURL: "http://127.0.0.1:1", model: "m\(number)")], localRuntime: .ollama)
        }
        await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await decision.run() }
            for round in 1...60 {
                // A runtime's models join while its word on them is being weighed.
                for number in 0..<round * 2 {
                    let state: LocalModel.State = round % 2 == 0 ? .idle : .loaded
                    intake.submit(
                        Evidence(
                            .local(ModelID("m\(number)"), LocalModel(name: "m\(number)", state: state)), source: .local,
                            at: Timekeeper.system.now))
                }
                decision.configure((0..<round * 2).map(local))
            }
            await decision.flush()
            group.cancelAll()
        }
        #expect(hands.withLock(\.calls) > 60)
        #expect(hands.withLock(\.overlaps) == 0)
    }

    @Test func `a probe's result is gone at thirty seconds, though nothing else has moved`() async throws {
        let bench = try Bench()
        let items = bench.publisher.items(buffer: 64)
        try await bench.running {
            bench.report(.ok)
            await bench.decision.flush()
            #expect(bench.publisher.fleet["m"]?.probeResult != nil)
            await bench.time.sleepers(atLeast: 1)
            bench.time.advance(by: .milliseconds(29_700))
            await bench.time.sleepers(atLeast: 1)
            await bench.decision.flush()
            #expect(bench.publisher.fleet["m"]?.probeResult != nil)
            bench.time.advance(by: .milliseconds(300))
            // The publication comes by itself.
            for await item in items where item.fleet["m"]?.probeResult == nil && item.fleet["m"]?.lastCheck != nil {
                break
            }
            #expect(bench.publisher.fleet["m"]?.probeResult == nil)
        }
    }

    @Test func `numbers come from durable blocks and rise without end`() async throws {
        let blocks = Bench.Collected<Int>()
        let numbers = Bench.numbers()
        let bench = try Bench(models: (0..<40).map { ModelID("m\($0)") }) { count in
            blocks.add([count])
            return try numbers(count)
        }
        try await bench.running {
            for round in 0..<200 {
                for model in 0..<40 {
                    bench.report(round % 2 == 0 ? .ok : Outcome(.quota, .quota), of: ModelID("m\(model)"))
                    bench.report(round % 2 == 0 ? .ok : Outcome(.quota, .quota), of: ModelID("m\(model)"))
                }
                await bench.decision.flush()
            }
        }
        #expect(bench.publisher.lastSeq == 40 * 200)
        #expect(!blocks.all.isEmpty)
    }

    @Test func `without event numbers nothing starts`() {
        #expect(throws: HealthStorageError.self) {
            _ = try Bench { _ in throw HealthStorageError(operation: .insert, message: "no space") }
        }
    }

    // MARK: The mission's aggregator service

    @Test func `healthStatus of a known model, of an unknown one`() async throws {
        let bench = try Bench()
        let service = bench.aggregator { id throws(HealthCheckError) in throw .unknownModel(id) }
        #expect(try await service.healthStatus(of: "m").modelId == "m")
        await #expect(throws: HealthAggregationError.self) { try await service.healthStatus(of: "x") }
    }

    @Test func `allHealthStatuses lists the fleet and fails before the first publication`() async throws {
        let bench = try Bench(models: ["a", "b"])
        let service = bench.aggregator { id throws(HealthCheckError) in throw .unknownModel(id) }
        #expect(try await service.allHealthStatuses().map(\.modelId) == ["a", "b"])
        let silent = HealthAggregator(publisher: FleetPublisher(), decision: bench.decision) {
            id throws(HealthCheckError) in
            throw .unknownModel(id)
        }
        await #expect(throws: HealthAggregationError.self) { try await silent.allHealthStatuses() }
    }

    @Test func `healthSummary counts`() async throws {
        let bench = try Bench(models: ["a", "b"])
        let service = bench.aggregator { id throws(HealthCheckError) in throw .unknownModel(id) }
        let summary = await service.healthSummary()
        #expect(summary.counts.total == 2)
        #expect(summary.status == .unknown)
    }

    @Test func `an immediate check returns when its answer is part of the status`() async throws {
        let bench = try Bench()
        let service = bench.aggregator { id throws(HealthCheckError) in
            bench.report(.ok, of: id)
            return ProbeResult(modelId: id, outcome: .ok, startedAt: bench.time.timekeeper.now.wall)
        }
        let status = try await bench.running {
            try await service.triggerImmediateCheck("m")
            return try await service.healthStatus(of: "m").status
        }
        #expect(status == .healthy)
    }

    @Test(arguments: [
        HealthCheckError.unknownModel("x"),
        .probe(CanaryProbeError(modelId: "m", message: "no target", retryable: false)),
        .local(LocalHealthCheckError(service: .ollama, endpoint: "http://127.0.0.1:1", message: "refused")),
    ])
    func `an immediate check that cannot be made says why`(_ error: HealthCheckError) async throws {
        let bench = try Bench()
        let service = bench.aggregator { _ throws(HealthCheckError) in throw error }
        let id: ModelID = error == .unknownModel("x") ? "x" : "m"
        let thrown = try await bench.running {
            do {
                try await service.triggerImmediateCheck(id)
                return HealthCheckError?.none
            } catch {
                return error as? HealthCheckError
            }
        }
        #expect(thrown == error)
    }

    @Test func `healthChanges ends when its reader is cancelled, and the listener is forgotten`() async throws {
        let bench = try Bench()
        let service = bench.aggregator { id throws(HealthCheckError) in throw .unknownModel(id) }
        await withTaskGroup(of: Int.self) { group in
            let stream = service.healthChanges()
            #expect(bench.publisher.listenerCount == 1)
            group.addTask {
                var count = 0
                for await _ in stream { count += 1 }
                return count
            }
            group.cancelAll()
            for await count in group { #expect(count == 0) }
        }
        #expect(bench.publisher.listenerCount == 0)
    }
}
