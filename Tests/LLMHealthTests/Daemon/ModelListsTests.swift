import Health
import Logging
import Observation
import Simulator
import Synchronization
import TestSupport
import Testing

@testable import LLMHealth

@Suite(.timeLimit(.minutes(5))) struct ModelListsTests {
    @Test func `a list that cannot be read is read again in 1 s, 2 s, 4 s, up to its interval`() {
        var pace = ListPace(interval: .seconds(300), seed: 7)
        var waits: [Double] = []
        for _ in 0..<12 { waits.append(pace.failed().seconds) }
        for (index, nominal) in [1.0, 2, 4, 8, 16, 32, 64, 128, 256].enumerated() {
            #expect(abs(waits[index] - nominal) <= nominal * 0.2 + 1e-9, "\(waits)")
        }
        #expect(waits.suffix(3) == [300, 300, 300])
        #expect(pace.isFailing)
        #expect(pace.succeeded() == .seconds(300))
        #expect(!pace.isFailing)
        // Lists of other sources come at other times.
        var other = ListPace(interval: .seconds(300), seed: 8)
        var first = ListPace(interval: .seconds(300), seed: 7)
        #expect(other.failed() != first.failed())
    }

    @Test func `a list that is there soon after the start is in the fleet soon after, and summary tells meanwhile`()
        async throws
    {
        let time = ManualTime()
        try await withSimulator(SimulatorConfiguration(models: [SimulatedModel("late-model")])) { simulator in
            simulator.set(.openAI, .failing(.refusal(.serverError)))
            let yaml = """
                providers:
                  slow: {kind: openai, url: "\(simulator.openAI.url)", key: none, discover: {include: ["*"]}}
                """
            let configuration = try Configuration.load(yaml: yaml)
            let source = try #require(try configuration.discoverySources().first)
            let fleets = Mutex<[[ModelID]]>([])
            let directory = FleetDirectory(limit: 100) { fleet in fleets.withLock { $0.append(fleet.map(\.id)) } }
            directory.configure([], sources: [source])
            let intake = Intake()
            let egress = try Egress()
            let lists = ModelLists(
                source: source, discovery: ModelDiscovery(egress: egress, timekeeper: time.timekeeper),
                directory: directory, intake: intake, timekeeper: time.timekeeper,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await lists.run() }
                var words: [(isUp: Bool, detail: String)] = []
                for await item in intake.evidence {
                    guard case .component(.modelList, "slow", let isUp, let detail) = item.kind else { continue }
                    words.append((isUp, detail))
                    if isUp { break }
                    if words.count == 2 { simulator.set(.openAI, nil) }
                    await time.sleepers(atLeast: 1)
                    time.advance(by: .seconds(3))
                }
                #expect(words.map(\.isUp) == [false, false, true])
                #expect(words[0].detail.hasPrefix("The model list of slow cannot be read: "), "\(words)")
                #expect(words[0].detail.hasSuffix("it is read again in 1 s."), "\(words)")
                group.cancelAll()
            }
            #expect(fleets.withLock { $0.last } == ["late-model"])
            await egress.shutdown()
        }
    }
}
