import Health
import Synchronization
import TestSupport
import Testing

@testable import Observation

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite(.timeLimit(.minutes(5)))
struct LocalWatcherTests {
    @Test func `a runtime that is not configured is an error that names the key`() async throws {
        try await LocalStage.with([.ollama]) { stage in
            #expect(await stage.failure(of: .lmStudio)?.message == "is not watched: set local.lmStudio.url")
            #expect(stage.watcher.status(of: .lmStudio) == nil)
        }
        try await LocalStage.with([.lmStudio]) { stage in
            #expect(await stage.failure(of: .ollama)?.message == "is not watched: set local.ollama.url")
        }
    }

    @Test func `the last list is told with its age for thirty seconds, and is no evidence`() async throws {
        let time = ManualTime()
        try await LocalStage.with([.ollama], timekeeper: time.timekeeper) { stage in
            #expect(stage.watcher.status(of: .ollama)?.isAvailable == false)
            #expect(stage.watcher.status(of: .ollama)?.error == "was not asked yet")
            stage.ollama.playOllama("a:latest")
            let first = try await stage.watcher.checkOllama()
            #expect(first.ageSeconds == 0)
            _ = await stage.evidence()
            try await stage.ollama.stop()

            // At the very instant of the list already: it was not read by this poll.
            _ = await stage.failure(of: .ollama)
            #expect(stage.watcher.status(of: .ollama)?.ageSeconds == 0.001)

            for (age, isKept) in [(10.0, true), (30, true), (30.5, false), (3_600, false)] {
                time.advance(by: .seconds(age) - time.now.offset)
                let error = try #require(await stage.failure(of: .ollama))
                let status = try #require(stage.watcher.status(of: .ollama))
                #expect(!status.isAvailable)
                #expect(status.error == error.message)
                #expect(status.checkedAt == first.checkedAt)
                #expect(status.ageSeconds == age)
                #expect(status.models.map(\.name) == (isKept ? ["a:latest"] : []))
                #expect(status.loadedModels.isEmpty)
                #expect(await stage.reportedStates().isEmpty)
            }
        }
    }

    @Test func `a list that nobody reads any more grows old`() async throws {
        let time = ManualTime()
        try await LocalStage.with([.ollama], timekeeper: time.timekeeper) { stage in
            stage.ollama.playOllama("a:latest")
            _ = try await stage.watcher.checkOllama()
            time.advance(by: .seconds(30))
            #expect(stage.watcher.status(of: .ollama)?.isAvailable == true)
            #expect(stage.watcher.status(of: .ollama)?.ageSeconds == 30)
            time.advance(by: .seconds(1))
            let status = try #require(stage.watcher.status(of: .ollama))
            #expect(!status.isAvailable)
            #expect(status.models.isEmpty)
            #expect(status.error == "was last asked 31 s ago")
        }
    }

    @Test func `the observer hears of every poll, failed ones too`() async throws {
        try await LocalStage.with([.ollama]) { stage in
            stage.ollama.answer("/api/ps", LocalPeer.tags(LocalPeer.running("m:1b")))
            _ = try await stage.watcher.checkOllama()
            try await stage.ollama.stop()
            _ = await stage.failure(of: .ollama)
            try await stage.ollama.start()
            stage.ollama.playOllama()
            _ = try await stage.watcher.checkOllama()
            var heard: [LocalModelStatus] = []
            for await status in stage.statuses {
                heard.append(status)
                if heard.count == 3 { break }
            }
            #expect(heard.map(\.isAvailable) == [true, false, true])
            #expect(heard.map { $0.loadedModels.map(\.name) } == [["m:1b"], [], []])
        }
    }

    @Test func `callers at the same time share one poll`() async throws {
        try await LocalStage.with([.ollama]) { stage in
            stage.ollama.playOllama("a:latest")
            stage.ollama.answer("/api/tags", .held(LocalPeer.tags(LocalPeer.tag("a:latest"))))
            let flight = try #require(stage.watcher.watched[.ollama]?.flight)
            let answers = try await withThrowingTaskGroup(of: LocalModelStatus.self) { group in
                for _ in 0..<5 { group.addTask { try await stage.watcher.checkOllama() } }
                await stage.ollama.saw("GET /api/tags")
                while flight.waitingCount < 4 { await Task.yield() }
                stage.ollama.release("/api/tags")
                var answers: [LocalModelStatus] = []
                for try await answer in group { answers.append(answer) }
                return answers
            }
            #expect(answers.count == 5)
            #expect(Set(answers).count == 1)
            #expect(stage.ollama.lines == ["GET /api/version", "GET /api/tags", "GET /api/ps"])
            #expect(await stage.evidence().count == 2)
        }
    }

    @Test(arguments: LocalRuntime.allCases)
    func `a cancelled check ends at once, says so, and is no evidence`(_ runtime: LocalRuntime) async throws {
        try await LocalStage.with([runtime]) { stage in
            let (peer, path) =
                switch runtime {
                case .ollama: (stage.ollama, "/api/tags")
                case .lmStudio: (stage.lmStudio, "/api/v1/models")
                case .llamaCpp: (stage.llamaCpp, "/v1/models")
                }
            peer.answer(path, .held(""))
            let error = await withTaskGroup(of: LocalHealthCheckError?.self) { group in
                group.addTask { await stage.failure(of: runtime) }
                await peer.saw("GET \(path)")
                group.cancelAll()
                return await group.next() ?? nil
            }
            #expect(error?.message == "the check was cancelled")
            #expect(await stage.evidence().isEmpty)
            #expect(stage.watcher.status(of: runtime)?.error == "was not asked yet")
        }
    }

    @Test func `one caller's cancellation is no other's failure`() async throws {
        try await LocalStage.with([.ollama]) { stage in
            stage.ollama.answer("/api/tags", .held(""))
            let flight = try #require(stage.watcher.watched[.ollama]?.flight)
            try await withThrowingTaskGroup(of: LocalModelStatus.self) { patient in
                let error = try await withThrowingTaskGroup(of: LocalHealthCheckError?.self) { hasty in
                    hasty.addTask { await stage.failure(of: .ollama) }
                    await stage.ollama.saw("GET /api/tags")
                    patient.addTask { try await stage.watcher.checkOllama() }
                    while flight.waitingCount < 1 { await Task.yield() }
                    stage.ollama.playOllama("a:latest")
                    hasty.cancelAll()
                    return try await hasty.next() ?? nil
                }
                #expect(error?.message == "the check was cancelled")
                let patientAnswer = try await patient.next()
                #expect(patientAnswer?.models.map(\.name) == ["a:latest"])
            }
        }
    }

    @Test func `polling keeps its schedule, however long a poll takes`() async throws {
        let time = ManualTime()
        let settings = LocalModelWatcher.Settings(requestTimeout: .seconds(100), pollTimeout: .seconds(100))
        try await LocalStage.with([.lmStudio], settings: settings, timekeeper: time.timekeeper) { stage in
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await stage.watcher.startPolling(every: .seconds(10)) }
                var statuses = stage.statuses.makeAsyncIterator()
                let start = await statuses.next()?.checkedAt
                func next() async -> Double? {
                    guard let start, let at = await statuses.next()?.checkedAt else { return nil }
                    return at.timeIntervalSince(start)
                }
                // Each poll is answered only once time has gone on: after 3 s, and after 25 s.
                var polls = 1
                for (wait, took, end) in [(10, 3, 13), (7, 25, 45), (5, 0, 50)] {
                    await time.sleepers(atLeast: 1)
                    stage.lmStudio.answer("/api/v1/models", .held(#"{"models":[]}"#))
                    time.advance(by: .seconds(wait))
                    polls += 1
                    await stage.lmStudio.saw("GET /api/v1/models", times: polls)
                    time.advance(by: .seconds(took))
                    stage.lmStudio.release("/api/v1/models")
                    #expect(await next() == Double(end))
                }
                group.cancelAll()
            }
        }
    }

    @Test(arguments: [
        (0, 0, 10), (0, 3, 10), (0, 9.999, 10), (0, 10, 20), (0, 25, 30), (10, 5, 20), (20, 10_000.5, 10_010),
    ])
    func `the next tick is the first of the schedule that is still to come`(
        _ tick: Double, _ now: Double, _ next: Double
    ) {
        let found = LocalModelWatcher.nextTick(
            after: .seconds(now), from: .seconds(tick), every: .seconds(10))
        #expect(found == .seconds(max(next, tick + 10)))
    }

    @Test func `a runtime that hangs delays no other`() async throws {
        let time = ManualTime()
        try await LocalStage.with(timekeeper: time.timekeeper) { stage in
            stage.ollama.answer("/api/version", .held(""))
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await stage.watcher.startPolling(every: .seconds(1)) }
                await stage.ollama.saw("GET /api/version")
                var statuses = stage.statuses.makeAsyncIterator()
                for poll in 1...2 {
                    let status = await statuses.next()
                    #expect(status?.service == .lmStudio)
                    #expect(status?.isAvailable == true)
                    #expect(stage.lmStudio.lines.count == poll)
                    // The next tick of this one; of the other, the limits of its question and of its poll.
                    await time.sleepers(atLeast: 3)
                    if poll == 1 { time.advance(by: .seconds(1)) }
                }
                group.cancelAll()
            }
            #expect(stage.ollama.lines == ["GET /api/version"])
        }
    }

    @Test func `polling ends with its task`() async throws {
        try await LocalStage.with { stage in
            stage.ollama.answer("/api/tags", .held(""))
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await stage.watcher.startPolling(every: .seconds(10)) }
                await stage.ollama.saw("GET /api/tags")
                group.cancelAll()
            }
            #expect(stage.watcher.pollingInterval.withLock { $0 } == nil)
        }
    }

    @Test func `a question has two seconds unless told otherwise`() async throws {
        let time = ManualTime()
        try await LocalStage.with([.lmStudio], settings: .init(), timekeeper: time.timekeeper) { stage in
            stage.lmStudio.answer("/api/v1/models", .held(""))
            let error = await withTaskGroup(of: LocalHealthCheckError?.self) { group in
                group.addTask { await stage.failure(of: .lmStudio) }
                // The limits of the question and of the poll.
                await time.sleepers(atLeast: 2)
                time.advance(by: .seconds(2))
                return await group.next() ?? nil
            }
            let message =
                "no answer to GET /api/v1/models within 2 s: restart it if this lasts, or correct local.lmStudio.url"
            #expect(error?.message == message)
            #expect(stage.watcher.settings.interval == .seconds(10))
        }
    }

    @Test func `a poll that takes too long in all is an error`() async throws {
        let settings = LocalModelWatcher.Settings(requestTimeout: .seconds(60), pollTimeout: .milliseconds(300))
        try await LocalStage.with([.lmStudio], settings: settings) { stage in
            stage.lmStudio.answer("/api/v1/models", .held(""))
            #expect(await stage.failure(of: .lmStudio)?.message == "a poll took longer than 300 ms")
        }
    }

    @Test func `polls reuse their connections`() async throws {
        try await LocalStage.with { stage in
            for _ in 0..<30 {
                _ = try await stage.watcher.checkOllama()
                _ = try await stage.watcher.checkLMStudio()
            }
            #expect(stage.ollama.acceptedConnections == 1)
            #expect(stage.lmStudio.acceptedConnections == 1)
        }
    }

    @Test func `a connection the runtime closed while it idled is no failure`() async throws {
        try await LocalStage.with([.lmStudio]) { stage in
            _ = try await stage.watcher.checkLMStudio()
            for _ in 0..<20 {
                try await stage.lmStudio.stop()
                try await stage.lmStudio.start()
                let status = try await stage.watcher.checkLMStudio()
                #expect(status.isAvailable)
            }
        }
    }

    @Test func `whether a model is loaded is read anew when the list is older than asked for`() async throws {
        let time = ManualTime()
        try await LocalStage.with(timekeeper: time.timekeeper) { stage in
            stage.ollama.answer("/api/ps", LocalPeer.tags(LocalPeer.running("m:latest")))
            #expect(await stage.watcher.isLoaded("m", on: .ollama))
            #expect(await stage.watcher.isLoaded("m:latest", on: .ollama))
            #expect(await !stage.watcher.isLoaded("m:1b", on: .ollama))
            #expect(stage.ollama.lines.count == 3)

            // Somebody stops it: a probe now would load it again.
            stage.ollama.playOllama("m:latest")
            time.advance(by: .seconds(2))
            #expect(await !stage.watcher.isLoaded("m", on: .ollama))
            #expect(stage.ollama.lines.count == 6)

            try await stage.ollama.stop()
            time.advance(by: .seconds(2))
            #expect(await !stage.watcher.isLoaded("m", on: .ollama))
        }
    }

    @Test func `a model may be probed when it is loaded, or not local at all`() async throws {
        try await LocalStage.with([.ollama]) { stage in
            stage.ollama.playOllama("idle:latest")
            stage.ollama.answer("/api/ps", LocalPeer.tags(LocalPeer.running("m:latest")))
            func isProbeable(_ name: String, _ runtime: LocalRuntime?) async -> Bool {
                let target = ModelTarget(baseURL: stage.ollama.url, model: name)
                return await stage.watcher.isProbeable(
                    ModelConfig(id: "some id", provider: "p", targets: [target], localRuntime: runtime))
            }
            #expect(await isProbeable("m", .ollama))
            #expect(await !isProbeable("idle", .ollama))
            #expect(await !isProbeable("unheard-of", .ollama))
            #expect(await !isProbeable("m", .lmStudio))
            #expect(await isProbeable("gpt-4o", nil))
        }
    }

    @Test func `an instance under a name of its own is asked by that name`() async throws {
        try await LocalStage.with([.lmStudio]) { stage in
            stage.lmStudio.answer(
                "/api/v1/models", #"{"models":[{"key":"m","loaded_instances":[{"id":"mine"}]}]}"#)
            let model = try #require(try await stage.watcher.checkLMStudio().loadedModels.first)
            #expect(model.requestName == "mine")
            #expect(await stage.watcher.isLoaded("mine", on: .lmStudio))
            #expect(await !stage.watcher.isLoaded("m", on: .lmStudio))
        }
    }

    /// Whatever a reader does, no more than this can be sent while polling; a longer list is a decision.
    @Test func `the paths that can be asked are few, and reading them changes nothing`() {
        let paths = LocalRuntime.allCases.flatMap { $0.reader.questions }
        #expect(
            Set(paths) == [
                "/api/version", "/api/tags", "/api/ps", "/api/v1/models", "/api/v0/models", "/v1/models", "/health",
                "/props",
            ])
    }

    @Test(arguments: [
        ("http://127.0.0.1:1234", "http://127.0.0.1:1234"), ("http://127.0.0.1:1234/", "http://127.0.0.1:1234"),
        ("http://localhost:1234/v1", "http://localhost:1234"), ("http://localhost:1234/v1/", "http://localhost:1234"),
        ("https://gpu.lan/ollama/api/", "https://gpu.lan/ollama"), ("http://[::1]:11434", "http://[::1]:11434"),
    ])
    func `an address is taken as people write it`(_ written: String, _ url: String) throws {
        #expect(try LocalEndpoint(.lmStudio, url: written).url == url)
    }

    @Test(arguments: [
        ("127.0.0.1:1234", "no scheme"), ("", "no scheme"), ("ftp://host", "only http and https"),
        ("http://", "needs a host"), ("http://user:pass@host:1", "put the secret into local.lmStudio.token"),
        ("http://host?x=1", "needs a host and no query"), ("http://ho st:1", "this is no address"),
    ])
    func `an address that cannot be asked is refused with the key to correct`(_ url: String, _ why: String) {
        let error = #expect(throws: LocalHealthCheckError.self) { try LocalEndpoint(.lmStudio, url: url) }
        #expect(error?.message.contains(why) == true, "\(String(describing: error))")
        #expect(error?.message.contains("local.lmStudio") == true)
        #expect(error.map { "\($0)".contains("pass@") } == false)
    }
}
